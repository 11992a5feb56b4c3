"""Places are opened by their names, described before they are read, and shown without secrets."""

from pathlib import Path

import pytest

from provenance.archive.source import FetchOptions, FileSource, PlaceFacts, describe_place, open_source, redact
from provenance.errors import ShardError
from tests.archive.source.reading import Waits, made_bytes, open_quickly
from tests.archive.source.servers import Fault, serve_folder

DATA = made_bytes(5000)


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("/data/a@b?token=1", "/data/a@b?token=1"),
        ("-", "-"),
        ("https://e.org/x.gz?part=1&page=2", "https://e.org/x.gz?part=1&page=2"),
        ("https://me:hush@e.org/x.gz", "https://***@e.org/x.gz"),
        ("https://me:hu@sh@e.org/x.gz", "https://***@e.org/x.gz"),
        ("https://e.org/@me/x.gz", "https://e.org/@me/x.gz"),
        (
            "https://b.s3.amazonaws.com/k?X-Amz-Credential=AK%2F1&X-Amz-Date=5&X-Amz-Signature=a1&X-Amz-Security-Token=t",
            "https://b.s3.amazonaws.com/k?X-Amz-Credential=***&X-Amz-Date=5&X-Amz-Signature=***&X-Amz-Security-Token=***",
        ),
        (
            "https://e.org/k?AWSAccessKeyId=A&Signature=B&Expires=9",
            "https://e.org/k?AWSAccessKeyId=***&Signature=***&Expires=9",
        ),
        ("https://e.org/k?sv=1&sig=A%3D&api_key=B", "https://e.org/k?sv=1&sig=***&api_key=***"),
        ("s3://bucket/key", "s3://bucket/key"),
    ],
)
def test_secrets_are_not_shown(place: str, shown: str) -> None:
    assert redact(place) == shown


def test_no_message_of_an_address_that_fails_holds_its_secrets(tmp_path: Path) -> None:
    moved = Fault(status=302, headers={"Location": "/x?X-Amz-Signature=hush"})
    with serve_folder(tmp_path) as site:
        shut = site.url("x")
    texts = []
    for faults in (
        [Fault(status=403)],
        [Fault(drop_after=0)] * 2,
        [moved] * 20,
        [Fault(length_off=9)],
        [Fault(status=503)] * 2,
    ):
        with serve_folder(tmp_path, faults) as site, pytest.raises(ShardError) as caught:
            open_quickly(site.url("x") + "?X-Amz-Signature=hush", attempts=2)
        texts += [str(caught.value), repr(caught.value.__cause__), caught.value.shard]
    with pytest.raises(ShardError) as caught:
        open_quickly(shut.replace("://", "://me:hush@") + "?X-Amz-Signature=hush", attempts=1)
    assert "hush" not in " ".join([*texts, str(caught.value)])
    assert "X-Amz-Signature=***" in str(caught.value)


def test_a_path_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "x:y").write_bytes(DATA)
    source = open_source(str(tmp_path / "x:y"))
    assert isinstance(source, FileSource)
    assert source.read_at(10, 10) == DATA[10:20]


def test_a_path_that_is_not_there_is_said(tmp_path: Path) -> None:
    for use in (open_source, describe_place):
        with pytest.raises(ShardError, match="No such file"):
            use(str(tmp_path / "none"))


def test_a_files_version_changes_with_it(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(DATA)
    facts = describe_place(str(path))
    assert facts.size == len(DATA)
    assert describe_place(str(path)) == facts
    path.write_bytes(DATA + b"1")
    assert describe_place(str(path)).version != facts.version


DESCRIBED = {
    "by HEAD": ([], ["HEAD"]),
    "by HEAD, at last": ([Fault(status=503), Fault(status=429)], ["HEAD"] * 3),
    "HEAD refused": ([Fault(status=405)], ["HEAD", "GET"]),
    "HEAD not signed": ([Fault(status=403), Fault(status=503)], ["HEAD", "GET", "GET"]),
    "HEAD without length": ([Fault(headers={"Content-Length": None})], ["HEAD", "GET"]),
    "no ranges": ([Fault(status=405), Fault(ignore_range=True)], ["HEAD", "GET"]),
}


@pytest.mark.parametrize(("faults", "methods"), DESCRIBED.values(), ids=DESCRIBED)
def test_an_address_is_described_without_reading_it(tmp_path: Path, faults: list[Fault], methods: list[str]) -> None:
    (tmp_path / "x").write_bytes(DATA)
    with serve_folder(tmp_path, faults) as site:
        facts = describe_place(site.url("x"), patience=Waits(FetchOptions()).patience)
    stat = (tmp_path / "x").stat()
    assert facts == PlaceFacts(5000, f'"{5000:x}-{stat.st_mtime_ns:x}"')
    assert [request.method for request in site.requests] == methods
    assert site.happened == faults


def test_a_date_is_a_version_where_there_is_no_other(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(DATA)
    with serve_folder(
        tmp_path, [Fault(headers={"ETag": None}), Fault(headers={"ETag": None, "Last-Modified": None})]
    ) as site:
        assert "GMT" in describe_place(site.url("x")).version
        assert describe_place(site.url("x")) == PlaceFacts(5000, "")


def test_what_is_not_there_cannot_be_described(tmp_path: Path) -> None:
    with serve_folder(tmp_path) as site, pytest.raises(ShardError, match="cannot be found: the server answers 404"):
        describe_place(site.url("x"))
