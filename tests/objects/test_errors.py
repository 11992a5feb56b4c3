"""What cannot work says so in a sentence: what was asked, what the storage said, what to do."""

import socket
import subprocess
import sys

import pytest

from provenance.errors import ConfigError
from provenance.objects.asking import FIRST, ask
from provenance.objects.client import open_client, read_timeout
from provenance.objects.folders import list_objects, remove_objects
from provenance.objects.place import ObjectPath
from provenance.objects.requests import find_facts, get_bytes, put_bytes
from tests.objects.servers import Fault, Site, refuse

ALL = [
    lambda place: put_bytes(place, b"x"),
    lambda place: find_facts(place),
    lambda place: get_bytes(place),
    lambda place: list(list_objects(place)),
    lambda place: remove_objects([place]),
]
NAMES = ["put", "head", "get", "list", "delete"]


@pytest.mark.parametrize("ask_for", ALL, ids=NAMES)
def test_a_wrong_secret(rclone: Site, monkeypatch: pytest.MonkeyPatch, ask_for: object) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(PermissionError, match=r"answers .*; check the credentials and their rights to the bucket"):
        ask_for(ObjectPath(rclone.url("a")))  # type: ignore[operator]
    assert len(rclone.requests) == 1


def test_without_credentials_nothing_is_signed(moto: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    assert find_facts(ObjectPath(moto.url("a"))) is None
    assert "authorization" not in moto.requests[0].headers


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidAccessKeyId", "AccountProblem"])
def test_rights_that_are_missing(moto: Site, code: str) -> None:
    moto.then(refuse(403, code))
    with pytest.raises(PermissionError, match=f"answers {code}: as told; check the credentials and their rights"):
        get_bytes(ObjectPath(moto.url("a")))


def test_credentials_that_have_expired(moto: Site) -> None:
    moto.then(refuse(400, "ExpiredToken"))
    with pytest.raises(OSError, match="the credentials have expired; get new ones"):
        get_bytes(ObjectPath(moto.url("a")))


@pytest.mark.parametrize("ask_for", [ALL[0], ALL[2], ALL[3], ALL[4]], ids=[NAMES[0], *NAMES[2:]])
@pytest.mark.usefixtures("site")
def test_an_absent_bucket(ask_for: object) -> None:
    with pytest.raises(OSError, match=r"NoSuchBucket.*there is no such bucket; make it, or mend the address") as caught:
        ask_for(ObjectPath("s3://nowhere/a"))  # type: ignore[operator]
    assert not isinstance(caught.value, FileNotFoundError)  # which would say that the bucket is there


@pytest.mark.usefixtures("moto")
def test_a_name_that_no_bucket_can_have() -> None:
    with pytest.raises(OSError, match=r"cannot be used: (?s:.)*Invalid bucket name"):
        get_bytes(ObjectPath("s3://b@d/a"))


@pytest.mark.parametrize("ask_for", ALL, ids=NAMES)
def test_an_endpoint_that_is_not_there(
    moto: Site, monkeypatch: pytest.MonkeyPatch, waits: list[float], ask_for: object
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(OSError, match=r"Could not connect to the endpoint URL.*given up after 12 attempts"):
            ask_for(ObjectPath(moto.url("a")))  # type: ignore[operator]
    assert len(waits) == 11


def test_a_first_request_is_given_up_soon(moto: Site, waits: list[float]) -> None:
    moto.by(lambda _: Fault(lose="request"))
    with pytest.raises(OSError, match="given up after 4 attempts"):
        find_facts(ObjectPath(moto.url("a")), FIRST)
    assert sum(waits) < 2


@pytest.mark.parametrize("address", ["nonsense", "http://", "ftp//x"])
@pytest.mark.usefixtures("moto")
def test_an_endpoint_that_is_no_address(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    with pytest.raises(ConfigError, match="s3:// cannot be set up: Invalid endpoint"):
        get_bytes(ObjectPath("s3://bucket/a"))


@pytest.mark.usefixtures("moto")
def test_a_profile_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(ConfigError, match=r"s3:// cannot be set up: The config profile \(nobody\) could not be found"):
        get_bytes(ObjectPath("s3://bucket/a"))


@pytest.mark.parametrize("told", ["soon", "0", "-1", "nan", "inf"])
@pytest.mark.usefixtures("moto")
def test_a_timeout_that_is_none(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv("PROVENANCE_OBJECTS_TIMEOUT_S", told)
    with pytest.raises(ConfigError, match=f"PROVENANCE_OBJECTS_TIMEOUT_S={told}: give a number of seconds above 0"):
        get_bytes(ObjectPath("s3://bucket/a"))


def test_the_timeout_told_is_the_one_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVENANCE_OBJECTS_TIMEOUT_S", "2.5")
    assert read_timeout() == 2.5
    monkeypatch.delenv("PROVENANCE_OBJECTS_TIMEOUT_S")
    assert read_timeout() == 60.0


@pytest.mark.parametrize("call", ["put_bytes(place, b'')", "find_facts(place)", "get_bytes(place)"])
def test_without_boto3_it_is_said_how_to_get_it(call: str) -> None:
    code = (
        "import sys; sys.modules['boto3'] = sys.modules['botocore'] = None\n"
        "from provenance.objects.requests import find_facts, get_bytes, put_bytes\n"
        "from provenance.objects.place import ObjectPath\n"
        "place = ObjectPath('s3://bucket/a')\n"
        f"{call}"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "ConfigError: s3:// needs boto3, which is not installed: pip install" in done.stderr


def test_a_client_is_made_once(moto: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    first = open_client()
    assert open_client() is first
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    assert open_client() is not first


def test_a_request_that_nobody_knows(moto: Site) -> None:
    with pytest.raises(AttributeError):
        ask(ObjectPath(moto.url("a")), "no_such_operation", {})
