"""Rows of an index, however they are spelled and stored, give places by file and offset."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from provenance.archive.fetch import RecordPlace
from provenance.errors import ConfigError
from provenance.jobs.records.index_rows import IndexRows, join_place

OURS = {"warc_filename": ["b", "a", "b"], "warc_record_offset": [70, 5, 0], "warc_record_length": [7, 50, 60]}
CDX = {"filename": ["b", "a", "b"], "offset": ["70", "5", "0"], "length": ["7", "50", "60"]}
PLACES = [("a", [RecordPlace(5, 50)]), ("b", [RecordPlace(0, 60), RecordPlace(70, 7)])]


def store(path: Path, columns: Mapping[str, list[object]]) -> Path:
    frame = pl.DataFrame(columns, strict=False)
    if path.name.endswith(".parquet"):
        frame.write_parquet(path)
    elif ".csv" in path.name:
        path.write_bytes(frame.write_csv().encode())
    else:
        path.write_bytes(frame.write_ndjson().encode())
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(path.read_bytes()))
    return path


def rows_of(folder: Path, columns: Mapping[str, list[object]]) -> IndexRows:
    return IndexRows(store(folder / "rows.parquet", columns))


def wrongs(rows: IndexRows) -> list[str]:
    return [wrong for _, _, wrong in rows.unusable()]


@pytest.mark.parametrize("columns", [OURS, CDX], ids=["tables", "cdx"])
@pytest.mark.parametrize("name", ["r.parquet", "r.csv", "r.csv.gz", "r.jsonl", "r.ndjson", "r.jsonl.gz"])
def test_rows_of_every_kind_give_the_same_places(
    tmp_path: Path, name: str, columns: Mapping[str, list[object]]
) -> None:
    rows = IndexRows(store(tmp_path / name, columns))
    assert list(rows.by_file()) == PLACES
    assert (rows.n_rows, rows.n_repeated, wrongs(rows)) == (3, 0, [])


def test_a_folder_is_all_its_parquet_files(tmp_path: Path) -> None:
    (tmp_path / "crawl=c").mkdir()
    store(tmp_path / "crawl=c" / "1.parquet", OURS)
    store(tmp_path / "2.parquet", {**OURS, "warc_filename": ["c", "c", "c"]})
    assert [name for name, _ in IndexRows(tmp_path).by_file()] == ["a", "b", "c"]


def test_other_columns_do_not_matter(tmp_path: Path) -> None:
    assert list(rows_of(tmp_path, {**OURS, "text": ["x", "y", "z"], "filename": ["n", "n", "n"]}).by_file()) == PLACES


def test_a_record_named_twice_is_one_place(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, {name: values * 2 for name, values in OURS.items()})
    assert list(rows.by_file()) == PLACES
    assert (rows.n_rows, rows.n_repeated) == (6, 3)


def test_records_without_a_length_are_told_apart_by_id_or_url(tmp_path: Path) -> None:
    columns: dict[str, list[object]] = {
        "warc_filename": ["a", "a", "a"],
        "warc_record_offset": [0, 0, 90],
        "warc_record_length": [None, None, 10],
        "doc_id": ["<i>", "<j>", "<k>"],
        "url": ["http://i", None, "http://k"],
    }
    ((_, places),) = rows_of(tmp_path, columns).by_file()
    assert places == [RecordPlace(0, None, "<i>", "http://i"), RecordPlace(0, None, "<j>"), RecordPlace(90, 10)]
    ((_, places),) = rows_of(tmp_path, {**columns, "doc_id": [None] * 3}).by_file()
    assert places == [RecordPlace(0, None, None, "http://i"), RecordPlace(0), RecordPlace(90, 10)]


def test_an_odd_row_far_down_is_one_odd_row(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("filename,offset,length\n" + "".join(f"a,{n},1\n" for n in range(20_000)) + "a,x,1\n")
    assert wrongs(IndexRows(path)) == ["row 20001: the offset x is none"]


def test_records_of_a_shared_member_stay_in_their_order_each_once(tmp_path: Path) -> None:
    ids = ["<j>", "<i>", "<j>", "<i>"]
    rows = rows_of(tmp_path, {"filename": ["a"] * 4, "offset": [0] * 4, "length": [None] * 4, "doc_id": ids})
    assert list(rows.by_file()) == [("a", [RecordPlace(0, None, "<j>"), RecordPlace(0, None, "<i>")])]
    assert rows.n_repeated == 2


def test_rows_without_a_length_column_are_read_by_offset(tmp_path: Path) -> None:
    ((_, places),) = rows_of(tmp_path, {"filename": ["a"], "offset": [3]}).by_file()
    assert places == [RecordPlace(3)]


def test_rows_that_name_no_place_are_told_with_their_number(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("filename,offset,length\na,0,10\n,5,10\na,x,10\na,-1,10\na,,10\na,5,0\na,5,y\na,7,\n")
    rows = IndexRows(path)
    assert list(rows.by_file()) == [("a", [RecordPlace(0, 10), RecordPlace(7)])]
    assert list(rows.unusable()) == [
        ("", 5, "row 2: no file name"),
        ("a", None, "row 3: the offset x is none"),
        ("a", -1, "row 4: the offset -1 is none"),
        ("a", None, "row 5: the offset null is none"),
        ("a", 5, "row 6: the length 0 is none"),
        ("a", 5, "row 7: the length y is none"),
    ]


def test_lengths_that_another_tool_made_fractions_are_read(tmp_path: Path) -> None:
    ((_, places),) = rows_of(
        tmp_path, {"filename": ["a", "a"], "offset": [0.0, 5.0], "length": [5.0, float("nan")]}
    ).by_file()
    assert places == [RecordPlace(0, 5), RecordPlace(5)]


def test_rows_without_rows_have_no_files(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("filename,offset,length\n")
    assert list(IndexRows(tmp_path / "rows.csv").by_file()) == []


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("rows.csv", "file,offset,length\na,1,2\n", "no column warc_filename or filename; there are file, offset"),
        ("rows.jsonl", json.dumps({"filename": "a"}), "no column warc_record_offset or offset"),
        ("rows.parquet", "no parquet", "cannot be read"),
        ("rows.jsonl", "{", "cannot be read"),
        ("rows.txt", "a 1 2", "rows are read from .parquet, .csv and .jsonl"),
        ("sub/rows.csv", "", "no Parquet file in this folder"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, content: str, message: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    with pytest.raises(ConfigError, match=message):
        IndexRows(path.parent if "/" in name else path)


@pytest.mark.parametrize(
    ("base", "name", "place"),
    [
        (None, "/data/a.warc.gz", "/data/a.warc.gz"),
        (None, "https://h.example/a", "https://h.example/a"),
        ("/data", "crawl-data/a b", "/data/crawl-data/a b"),
        ("/data/", "a..b", "/data/a..b"),
        ("https://h.example/x/", "a b%41?.gz", "https://h.example/x/a%20b%2541%3F.gz"),
        ("s3://bucket", "a b?", "s3://bucket/a b?"),
    ],
)
def test_a_name_is_a_place_under_the_base(base: str | None, name: str, place: str) -> None:
    assert join_place(base, name) == place


@pytest.mark.parametrize("name", ["/etc/a", "../a", "a/../../b", "http://h.example/a", "-"])
def test_a_name_does_not_leave_the_base(name: str) -> None:
    with pytest.raises(ValueError, match=r"--base|standard input"):
        join_place("/data", name)


def test_standard_input_is_no_archive_of_a_row() -> None:
    with pytest.raises(ValueError, match="standard input"):
        join_place(None, "-")
