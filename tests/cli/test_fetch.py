"""`provenance fetch`: what it prints, and how it ends."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from provenance.archive import ArchiveReader, Record
from provenance.cli.fetch import fetch
from provenance.errors import ConfigError
from tests.archive.made_archives import gzipped, response


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An archive `x.warc.gz` of three records, and `rows.csv` that names them all."""
    (tmp_path / "x.warc.gz").write_bytes(gzipped(*map(response, range(3))))
    found = [item for item in ArchiveReader(tmp_path / "x.warc.gz") if isinstance(item, Record)]
    lines = [f"x.warc.gz,{item.offset},{item.length}" for item in found]
    (tmp_path / "rows.csv").write_text("\n".join(["filename,offset,length", *lines, ""]))
    return tmp_path


def call(folder: Path, *more: object) -> Result:
    given = [folder / "rows.csv", "--base", folder, "--out", folder / "out.warc.gz", *more]
    return CliRunner().invoke(fetch, [str(one) for one in given], standalone_mode=False)


def test_all_records_are_told_and_the_status_is_0(folder: Path) -> None:
    done = call(folder)
    assert done.return_value == 0
    assert "3 records of 3 rows from 1 files" in done.stdout
    assert "x.warc.gz: 3 of 3 records" in done.stderr


def test_rows_without_a_record_are_told_and_the_status_is_1(folder: Path) -> None:
    with (folder / "rows.csv").open("a") as file:
        file.write("x.warc.gz,999999,5\nnone.warc.gz,0,5\n")
    done = call(folder, "--rejects", folder / "rejects.parquet")
    assert done.return_value == 1
    assert "2 rows without a record (2 unreadable_bytes):" in done.stdout
    assert "x.warc.gz at 999999: the archive ends before that byte" in done.stdout
    assert "none.warc.gz at 0: No such file or directory" in done.stdout
    assert (folder / "rejects.parquet").exists()


def test_json_has_all_counts(folder: Path) -> None:
    told = json.loads(call(folder, "--json").stdout)
    counts = ("rows", "fetched", "repeated", "rejected", "files", "reads", "digests_replaced")
    assert [told[name] for name in counts] == [3, 3, 0, 0, 1, 1, 0]
    assert told["bytes_read"] == told["bytes_wanted"] == (folder / "x.warc.gz").stat().st_size


def test_json_tells_rejects_by_reason(folder: Path) -> None:
    with (folder / "rows.csv").open("a") as file:
        file.write("x.warc.gz,999999,5\n,0,5\n")
    done = call(folder, "--json")
    told = json.loads(done.stdout)
    assert done.return_value == 1
    assert told["rejects"] == {"unreadable_bytes": 1, "malformed_record": 1}
    assert (told["rejected"], len(told["examples"])) == (2, 2)


def test_only_as_many_rejects_are_listed_as_can_be_read(folder: Path) -> None:
    with (folder / "rows.csv").open("a") as file:
        file.writelines(f"x.warc.gz,{10**6 + n},5\n" for n in range(50))
    assert "and 30 more; --rejects" in call(folder).stdout


def test_the_output_has_to_be_named_as_what_it_is(folder: Path) -> None:
    done = call(folder, "--out", folder / "out.parquet")
    assert isinstance(done.exception, ConfigError)
    assert "ends in .warc.gz" in str(done.exception)


def test_rows_that_are_not_there(folder: Path) -> None:
    (folder / "rows.csv").unlink()
    done = call(folder)
    assert isinstance(done.exception, ConfigError)
    assert not (folder / "out.warc.gz").exists()
