"""Reading from S3: an S3 server that checks signatures, behind a proxy that makes answers go wrong."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from provenance.archive.source import FetchOptions, SourceError, describe_place, list_objects
from provenance.archive.source.s3 import split_s3
from provenance.errors import ConfigError, ShardError
from tests.archive.source.reading import SILENCE, Waits, made_bytes, open_quickly, read_like_the_reader
from tests.archive.source.servers import Fault, Site, serve_bucket

DATA = made_bytes(600_000)
NAME = "crawl/a b+ü%20.gz"
SLOW_DOWN = Fault(
    status=503,
    headers={"Content-Type": "application/xml"},
    body=b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>",
)


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("s3") / "bucket"
    for name in (NAME, "crawl/one.gz", "crawl/deep/two.gz", "other.gz"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(DATA if name == NAME else b"x")
    return folder


@pytest.fixture(scope="module")
def server(bucket: Path) -> Iterator[Site]:
    with serve_bucket(bucket) as site:
        yield site


@pytest.fixture
def site(server: Site) -> Site:
    server.requests.clear()
    server.then()
    return server


FAULTS = {
    "nothing": ([], ["0-"]),
    "slow down": ([SLOW_DOWN] * 3, ["0-"] * 4),
    "slow down while going on": ([Fault(drop_after=9), SLOW_DOWN], ["0-", "9-", "9-"]),
    "dropped": ([Fault(drop_after=200_000), Fault(drop_after=100_000)], ["0-", "200000-", "300000-"]),
    "dropped before its first byte": ([Fault(drop_after=0)], ["0-", "0-"]),
    "parts shorter than asked for": ([Fault(give=100_000)] * 3, ["0-", "100000-", "200000-", "300000-"]),
    "Content-Length too short": ([Fault(length_off=-400_000)], ["0-", "200000-"]),
    "Content-Length too long": ([Fault(length_off=1000)], ["0-"]),
    "silent": ([Fault(stall_after=131_072)], ["0-", "131072-"]),
    "trickle": ([Fault(trickle=700)], ["0-"]),
    "an error's text that breaks off": (
        [
            Fault(status=500, body=b"<Error>", length_off=9),
            Fault(status=500, body=b"<Error>", chunked=True, drop_after=3),
        ],
        ["0-"] * 3,
    ),
}


@pytest.mark.parametrize(("faults", "ranges"), FAULTS.values(), ids=FAULTS)
def test_the_bytes_are_the_file_whatever_goes_wrong(site: Site, faults: list[Fault], ranges: list[str]) -> None:
    silent = any(fault.stall_after is not None for fault in faults)
    site.then(*faults)
    source, _ = open_quickly(site.url(NAME), timeout_s=SILENCE if silent else 20.0)
    read = read_like_the_reader(source)
    source.close()
    assert read == DATA
    assert source.size == len(DATA)
    assert site.ranges == [f"bytes={asked}" for asked in ranges]
    assert site.happened == faults
    assert site.outwaited == 0


def test_slow_down_without_end_is_given_up(site: Site) -> None:
    site.then(*[SLOW_DOWN] * 9)
    with pytest.raises(ShardError, match="503 SlowDown; given up after 8"):
        open_quickly(site.url(NAME))
    assert len(site.happened) == 8


def test_only_the_version_that_was_begun_is_wanted(site: Site, bucket: Path) -> None:
    (bucket / "changing").write_bytes(DATA)
    site.then(Fault(drop_after=9000))
    source, _ = open_quickly(site.url("changing"))
    assert source.read_at(0, 9000) == DATA[:9000]
    (bucket / "changing").write_bytes(DATA[::-1])
    with pytest.raises(SourceError, match="at byte 9000: the object changed while it was read"):
        source.read_at(9000, 1)
    (bucket / "changing").unlink()
    assert site.requests[1].headers["if-match"].startswith('"')


def test_a_version_refused_is_a_change(site: Site) -> None:
    site.then(Fault(drop_after=9000), Fault(status=412))
    source, _ = open_quickly(site.url(NAME))
    with pytest.raises(SourceError, match="changed while it was read"):
        read_like_the_reader(source)
    assert len(site.happened) == 2


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("s3://bucket/none.gz", "404 NoSuchKey: there is no such object"),
        ("s3://no-bucket/none.gz", "404 NoSuchBucket"),
        ("s3://bucket", "it is s3://BUCKET/KEY"),
        ("s3://bucket/", "it is s3://BUCKET/KEY"),
    ],
)
def test_what_is_not_there_is_said(url: str, why: str) -> None:
    with pytest.raises(ShardError, match=why):
        open_quickly(url)


def test_a_wrong_key_is_refused_and_not_shown(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another-secret")
    with pytest.raises(ShardError, match="403 SignatureDoesNotMatch") as caught:
        open_quickly(site.url(NAME))
    assert len(site.requests) == 1
    assert "another-secret" not in str(caught.value)


def test_requests_are_signed_unless_told_otherwise_or_there_is_nothing_to_sign_with(
    bucket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve_bucket(bucket, public=True) as site:
        assert open_quickly(site.url(NAME))[0].read_at(0, 9) == DATA[:9]
        assert open_quickly(site.url(NAME), unsigned=True)[0].read_at(0, 9) == DATA[:9]
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        assert open_quickly(site.url(NAME))[0].read_at(0, 9) == DATA[:9]
    assert ["authorization" in request.headers for request in site.requests] == [True, False, False]


def test_the_requester_pays_if_told_so(site: Site) -> None:
    open_quickly(site.url(NAME))[0].close()
    open_quickly(site.url(NAME), requester_pays=True)[0].close()
    assert [request.headers.get("x-amz-request-payer") for request in site.requests] == [None, "requester"]


def test_an_empty_object_is_empty(site: Site, bucket: Path) -> None:
    (bucket / "empty").touch()
    source, _ = open_quickly(site.url("empty"))
    (bucket / "empty").unlink()
    assert source.read_at(0, 10) == b""
    assert source.size == 0


def test_places_here_and_there_are_asked_for_by_themselves(site: Site) -> None:
    source, _ = open_quickly(site.url(NAME), at_once=False)
    for at, n in [(100, 50), (590_000, 20_000), (0, 7)]:
        assert source.read_at(at, n) == DATA[at : at + n]
    assert site.ranges == ["bytes=100-149", "bytes=590000-609999", "bytes=0-6"]


def test_facts_are_told_without_reading(site: Site, bucket: Path) -> None:
    (bucket / "changing").write_bytes(DATA)
    site.then(SLOW_DOWN)
    facts = describe_place(site.url("changing"), patience=Waits(FetchOptions()).patience)
    (bucket / "changing").write_bytes(DATA[::-1])
    assert facts.size == len(DATA)
    assert facts.version
    assert describe_place(site.url("changing")).version != facts.version
    (bucket / "changing").unlink()
    assert [request.method for request in site.requests] == ["HEAD"] * 3


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("s3://bucket/", [NAME, "crawl/deep/two.gz", "crawl/one.gz", "other.gz"]),
        ("s3://bucket", [NAME, "crawl/deep/two.gz", "crawl/one.gz", "other.gz"]),
        ("s3://bucket/crawl/", [NAME, "crawl/deep/two.gz", "crawl/one.gz"]),
        ("s3://bucket/crawl/*.gz", [NAME, "crawl/one.gz"]),
        ("s3://bucket/**/*.gz", [NAME, "crawl/deep/two.gz", "crawl/one.gz"]),
        ("s3://bucket/o*", ["other.gz"]),
        ("s3://bucket/none/", []),
    ],
)
def test_folders_and_patterns_are_listed_in_order(url: str, names: list[str]) -> None:
    listed = list_objects(url)
    assert [item.url for item in listed] == [f"s3://bucket/{name}" for name in names]
    assert all(item.size == (len(DATA) if item.url.endswith(NAME) else 1) for item in listed)
    assert all(item.modified.tzinfo is not None for item in listed)


def test_a_listing_has_as_many_pages_as_it_takes(site: Site, bucket: Path) -> None:
    names = [f"{number:04}.gz" for number in range(1003)]
    many = bucket.with_name("many-objects")
    many.mkdir()
    for name in names:
        (many / name).touch()
    site.then(None, SLOW_DOWN, Fault(drop_after=10))
    waits = Waits(FetchOptions())
    listed = list_objects("s3://many-objects/", patience=waits.patience)
    assert [item.url for item in listed] == [f"s3://many-objects/{name}" for name in names]
    assert ["continuation-token" in request.path for request in site.requests] == [False, True, True, True]
    assert waits.seconds == [1.0, 2.0]


@pytest.mark.usefixtures("site")
def test_a_bucket_that_cannot_be_listed_is_said() -> None:
    with pytest.raises(ShardError, match=r"s3://no-bucket/a/: cannot be listed: .*NoSuchBucket"):
        list_objects("s3://no-bucket/a/")


def test_without_boto3_the_run_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    monkeypatch.setenv("AWS_REGION", "not-seen-before")  # another environment: no client of an earlier test
    with pytest.raises(ConfigError, match=r'pip install "corpus-provenance\[s3\]"'):
        open_quickly("s3://bucket/key")


def test_a_profile_that_is_not_there_is_an_error_of_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    with pytest.raises(ConfigError, match=r"s3:// cannot be set up: .*no-such-profile"):
        open_quickly("s3://bucket/key")


def test_a_bucket_of_another_region_is_found_there(site: Site) -> None:
    elsewhere = Fault(
        status=301,
        headers={"x-amz-bucket-region": "eu-west-2", "Content-Type": "application/xml"},
        body=b"<?xml version='1.0'?><Error><Code>PermanentRedirect</Code><Message>Elsewhere.</Message></Error>",
    )
    site.then(elsewhere)
    source, waits = open_quickly(site.url(NAME))
    assert source.read_at(0, 9) == DATA[:9]
    assert waits == []
    assert ["/eu-west-2/s3/" in request.headers["authorization"] for request in site.requests] == [False, True]


def test_keys_stand_in_addresses_as_they_are() -> None:
    assert split_s3("s3://bucket/a%20b/c?d#e") == ("bucket", "a%20b/c?d#e")
