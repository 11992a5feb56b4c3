"""Places: an object's address is joined and taken apart as a path is, and never taken for a file."""

import os
import pickle
from pathlib import Path

import pytest

from provenance.objects import ObjectPath, parse_place


def test_an_address_has_a_bucket_and_a_key() -> None:
    place = parse_place("s3://bucket/a prefix/ü+%.json")
    assert isinstance(place, ObjectPath)
    assert (place.bucket, place.key) == ("bucket", "a prefix/ü+%.json")
    assert str(place) == "s3://bucket/a prefix/ü+%.json"


def test_it_is_joined_and_taken_apart_as_a_path() -> None:
    out = parse_place("s3://bucket/runs/")
    assert str(out / "documents" / "c=1" / "s.parquet") == "s3://bucket/runs/documents/c=1/s.parquet"
    assert (out / "a.json").with_name("b.json") == out / "b.json"
    assert (out / "a.json").parent == out
    assert isinstance(out / "a", ObjectPath)
    assert str((out / "a" / "b").relative_to(out)) == "a/b"


@pytest.mark.parametrize("text", ["s3://bucket", "s3://bucket/", "s3://bucket//"])
def test_a_bucket_itself_has_no_key(text: str) -> None:
    place = parse_place(text)
    assert isinstance(place, ObjectPath)
    assert place.key == ""
    assert str(place) == "s3://bucket"


def test_a_path_is_a_path() -> None:
    assert parse_place("out/a b") == Path("out/a b")
    assert isinstance(parse_place("/s3/x"), Path)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "s3://",
            "s3:///",
            "s3:///x",
            "S3://bucket/x",
            "s3:/bucket/x",
            "s3:bucket",
            "gs://bucket/x",
            "https://host/x",
        ),
        *("s3://b/../x", "s3://b/a/.."),
    ],
)
def test_other_addresses_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="s3://bucket/prefix"):
        parse_place(text)


def test_no_file_is_opened_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TypeError, match="is no file of this machine"):
        Path("x").symlink_to(parse_place("s3://bucket/x"))
    assert os.listdir(tmp_path) == []


def test_it_goes_to_other_processes() -> None:
    place = parse_place("s3://bucket/a b/c")
    assert pickle.loads(pickle.dumps(place)) == place
    assert type(pickle.loads(pickle.dumps(place))) is ObjectPath
    assert len({place, parse_place("s3://bucket/a b//c")}) == 1
