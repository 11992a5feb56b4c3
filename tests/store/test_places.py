"""Small questions about places: the same answers for a folder of this machine and for object storage."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from provenance.errors import OutputError
from provenance.store import (
    ObjectPath,
    Place,
    absolute,
    count_rows,
    exists,
    file_size,
    find_absent,
    forget_copies,
    list_files,
    read_bytes,
    read_metadata,
    read_span,
    read_table,
    read_text,
    remove,
    remove_folder,
    scan_table,
    table_path,
    write_table,
    write_text,
)
from tests.objects.servers import Site, refuse, serve_objects

FRAME = pl.DataFrame({"doc_id": [f"d{i}" for i in range(2500)], "value": [None, 1.5, -2.0, 0.0, 3.25] * 500})


@pytest.fixture(params=["folder", "moto", "rclone"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "folder":
        yield tmp_path
        return
    pytest.importorskip("boto3")
    with serve_objects(server=request.param) as site:
        yield ObjectPath(site.url("out [1]* ü"))
    forget_copies()


def test_files_are_written_and_asked_about(root: Place) -> None:
    place = root / "a b" / "x.json"
    assert not exists(place)
    write_text(place, "äb")
    assert exists(place)
    assert file_size(place) == 3
    assert read_text(place) == "äb"
    assert read_span(place, 0, 2) == "ä".encode()
    write_text(place, "")
    assert read_bytes(place) == b""


def test_absent_files(root: Place) -> None:
    for ask in (file_size, read_bytes, read_text, count_rows, read_table):
        with pytest.raises(FileNotFoundError):
            ask(root / "absent")  # type: ignore[operator]
    assert list_files(root / "nowhere") == []
    remove([root / "absent"])
    remove_folder(root / "nowhere")


def test_a_span_beyond_the_end_is_an_error(root: Place) -> None:
    write_text(root / "x.json", "0123456789")
    with pytest.raises(OSError, match="no bytes 5 to 11"):
        read_span(root / "x.json", 5, 11)


def test_tables_are_equal_wherever_they_lie(root: Place, tmp_path: Path) -> None:
    write_table(table_path(root, "documents", "c", "s"), FRAME, {"k": "v"})
    write_table(tmp_path / "here.parquet", FRAME, {"k": "v"})
    place = table_path(root, "documents", "c", "s")
    assert read_bytes(place) == (tmp_path / "here.parquet").read_bytes()
    assert read_table(place, ["value"]).equals(FRAME.select("value"))
    assert (count_rows(place), read_metadata(place)) == (2500, {"k": "v"})
    assert scan_table(root, "documents", ["doc_id"]).collect().equals(FRAME.select("doc_id"))


def test_files_below_a_folder_sorted(root: Place) -> None:
    names = ["b.json", "a/z.json", "a/b.parquet", "a-b/c.json", "a.json"]
    for name in names:
        write_text(root / "t" / name, name)
    write_text(root / "t2" / "x.json", "beside")
    found = list_files(root / "t", ".json")
    assert found == sorted(root / "t" / name for name in names if name.endswith("json"))
    assert [str(place.relative_to(root)) for place in found] == ["t/a/z.json", "t/a-b/c.json", "t/a.json", "t/b.json"]


@pytest.mark.parametrize("n", [2, 9])
def test_which_of_many_are_not_there(root: Place, n: int) -> None:
    places = [root / "t" / f"{i}.json" for i in range(n)]
    for place in places[::2]:
        write_text(place, "")
    assert find_absent(places) == set(places[1::2])
    assert find_absent([]) == set()


def test_what_is_removed_is_gone_and_the_rest_not(root: Place) -> None:
    for name in ("t/a", "t/b/c", "t2/d"):
        write_text(root / name, "")
    remove([root / "t" / "a", root / "t" / "absent"])
    assert not exists(root / "t" / "a")
    remove_folder(root / "t")
    assert list_files(root) == [root / "t2" / "d"]


def test_many_are_asked_for_with_one_listing(moto: Site) -> None:
    find_absent(ObjectPath(moto.url("t")) / f"{i}" for i in range(1000))
    assert moto.methods == ["GET"]


def test_places_are_named_for_any_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert absolute(Path("x")) == tmp_path / "x"
    assert absolute(ObjectPath("s3://b/x")) == ObjectPath("s3://b/x")


def test_what_cannot_be_written_says_where_and_what_to_do(moto: Site) -> None:
    moto.then(refuse(403, "AccessDenied"))
    with pytest.raises(OutputError, match=r"s3://.*/a.json: cannot write: .*AccessDenied.*check the credentials"):
        write_text(ObjectPath(moto.url("a.json")), "x")
    with pytest.raises(OutputError, match="there is no such bucket"):
        write_table(ObjectPath("s3://nowhere/t.parquet"), FRAME, {})
