"""Records fetched by rows are written as WARC; rows that lead nowhere are rejects, and everything adds up."""

from pathlib import Path

import polars as pl
import pytest
from warcio.archiveiterator import ArchiveIterator

from provenance.archive import ArchiveReader, Record
from provenance.archive.fetch import TAIL
from provenance.errors import ConfigError
from provenance.jobs.records.fetch import FetchReport, FetchRequest, fetch_rows
from provenance.schema import REJECTS
from provenance.store import read_table
from tests.archive.made_archives import gzipped, response
from tests.archive.source.reading import made_bytes, quick
from tests.archive.source.servers import Fault, serve_folder

N = 8


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Two archives of eight records each."""
    for name in ("a", "b"):
        numbers = range(N) if name == "a" else range(N, 2 * N)
        (tmp_path / "in" / name).mkdir(parents=True)
        (tmp_path / "in" / name / "x.warc.gz").write_bytes(gzipped(*map(response, numbers)))
    return tmp_path / "in"


def records(base: Path) -> list[tuple[str, Record]]:
    found = [(name, item) for name in ("a/x.warc.gz", "b/x.warc.gz") for item in ArchiveReader(base / name)]
    return [(name, item) for name, item in found if isinstance(item, Record)]


def rows_for(path: Path, chosen: list[tuple[str, Record]], *more: tuple[str, int, int]) -> Path:
    rows = [(name, record.offset, record.length) for name, record in chosen]
    schema = {"warc_filename": pl.String, "warc_record_offset": pl.Int64, "warc_record_length": pl.Int64}
    pl.DataFrame([*rows, *more], schema=schema, orient="row").write_parquet(path)
    return path


def fetch(base: Path, rows: Path, rejects: Path | None = None) -> tuple[FetchReport, Path]:
    out = base.parent / "out.warc.gz"
    return fetch_rows(FetchRequest(rows, out, str(base), rejects), lambda *_: None), out


def read(path: Path) -> list[Record]:
    return [item for item in ArchiveReader(path) if isinstance(item, Record)]


def test_the_records_of_all_rows_are_written_by_file_and_offset(base: Path, tmp_path: Path) -> None:
    known = records(base)
    report, out = fetch(base, rows_for(tmp_path / "rows.parquet", [known[12], known[3], known[1]]))
    assert [(item.url, item.payload) for item in read(out)] == [
        (known[n][1].url, known[n][1].payload) for n in (1, 3, 12)
    ]
    assert (report.rows, report.fetched, report.rejected, report.files) == (3, 3, 0, 2)


def test_ids_are_those_of_the_archive(base: Path, tmp_path: Path) -> None:
    known = records(base)
    _, out = fetch(base, rows_for(tmp_path / "rows.parquet", known[:2]))
    assert [item.record_id for item in read(out)] == [record.record_id for _, record in known[:2]]


def test_every_row_is_fetched_repeated_or_rejected(base: Path, tmp_path: Path) -> None:
    known = records(base)
    wrong = [("a/x.warc.gz", 10**9, 5), ("c/none.warc.gz", 0, 5), ("../a/x.warc.gz", 0, 5), ("a/x.warc.gz", 3, 0)]
    rows = rows_for(tmp_path / "rows.parquet", [*known, known[0], known[0]], *wrong)
    report, out = fetch(base, rows, tmp_path / "rejects.parquet")
    assert (report.rows, report.fetched, report.repeated, report.rejected) == (2 * N + 6, 2 * N, 2, 4)
    assert len(read(out)) == 2 * N
    rejects = read_table(tmp_path / "rejects.parquet")
    assert rejects.schema == REJECTS.schema
    assert dict(zip(rejects["warc_filename"], rejects["detail"], strict=True)).keys() == {name for name, _, _ in wrong}
    assert rejects["reason"].value_counts().height == len(report.rejects) == 2


def test_an_archive_that_breaks_off_loses_only_the_records_behind(base: Path, tmp_path: Path) -> None:
    known = records(base)
    path = base / "a" / "x.warc.gz"
    path.write_bytes(path.read_bytes()[: known[5][1].offset + 10])
    report, out = fetch(base, rows_for(tmp_path / "rows.parquet", known))
    assert len(read(out)) == N + 5
    assert dict(report.rejects) == {"truncated_record": 1, "unreadable_bytes": 2}


def test_a_server_that_fails_midway_loses_the_rows_behind(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    data = gzipped(*(response(n, made_bytes(200_000, n)) for n in range(6)))
    (tmp_path / "in" / "x.warc.gz").write_bytes(data)
    known = [("x.warc.gz", item) for item in ArchiveReader(tmp_path / "in" / "x.warc.gz") if isinstance(item, Record)]
    rows, out = rows_for(tmp_path / "rows.parquet", known[::2]), tmp_path / "out.warc.gz"
    with serve_folder(tmp_path / "in", [None, Fault(status=403)]) as site:
        report = fetch_rows(FetchRequest(rows, out, site.address, network=quick()), lambda *_: None)
    assert [item.url for item in read(out)] == [known[0][1].url]
    assert (report.fetched, dict(report.rejects)) == (1, {"unreadable_bytes": 2})
    assert "the server answers 403" in report.examples[0]


def test_no_more_is_read_than_the_records_and_what_follows_them(base: Path, tmp_path: Path) -> None:
    known = records(base)
    report, _ = fetch(base, rows_for(tmp_path / "rows.parquet", [known[2]]))
    assert report.bytes_wanted == known[2][1].length
    assert (report.reads, report.bytes_read <= (known[2][1].length or 0) + TAIL) == (1, True)


def test_a_file_is_told_with_its_rows(base: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    rows = rows_for(tmp_path / "rows.parquet", records(base)[:9], ("a/x.warc.gz", 10**9, 5))
    fetch_rows(FetchRequest(rows, tmp_path / "o.warc.gz", str(base)), lambda *file: told.append(file))
    assert told == [("a/x.warc.gz", 9, 8), ("b/x.warc.gz", 1, 1)]


def test_the_same_rows_write_the_same_bytes(base: Path, tmp_path: Path) -> None:
    rows = rows_for(tmp_path / "rows.parquet", records(base))
    _, out = fetch(base, rows)
    before = out.read_bytes()
    fetch(base, rows)
    assert out.read_bytes() == before


def test_a_warcinfo_comes_first_also_where_there_are_no_rows(base: Path, tmp_path: Path) -> None:
    _, out = fetch(base, rows_for(tmp_path / "rows.parquet", []))
    with out.open("rb") as file:
        assert [record.rec_type for record in ArchiveIterator(file)] == ["warcinfo"]


def test_the_documents_of_a_run_lead_to_their_records_again(base: Path, tmp_path: Path) -> None:
    known = records(base)
    columns = {"doc_id": "<urn:uuid:another>", "url": "http://e.example/"}
    rows = rows_for(tmp_path / "rows.parquet", known)
    read_table(rows).with_columns(**{name: pl.lit(value) for name, value in columns.items()}).write_parquet(rows)
    assert fetch(base, rows)[0].fetched == len(known)


def test_rows_that_cannot_be_read_leave_no_output(base: Path, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a\n1\n")
    with pytest.raises(ConfigError):
        fetch(base, tmp_path / "rows.csv")
    assert not (tmp_path / "out.warc.gz").exists()
