"""`provenance run --seen`: what an index knows counts as evidence, and a changed index has documents judged anew."""

from pathlib import Path

import polars as pl
from click.testing import CliRunner, Result

from provenance.cli.run import run
from provenance.cli.seen import seen
from provenance.errors import ConfigError
from tests.archive.made_archives import gzipped, warc_record

TEXT = "<p>The museum shows how people in the valley made cheese and bread before the railway came in spring.</p>"
HTML = {"Content-Type": "text/html"}


def shard(path: Path, name: str, date: str) -> Path:
    page = f"<html><body><article>{TEXT}</article></body></html>".encode()
    record = warc_record("response", f"http://e.example/{name}", page, http=HTML, headers={"WARC-Date": date})
    path.mkdir(exist_ok=True)
    (path / f"{name}.warc.gz").write_bytes(gzipped(record))
    return path / f"{name}.warc.gz"


def call(*given: object) -> Result:
    return CliRunner().invoke(run, [*map(str, given), "--workers", "1", "--json"], standalone_mode=False)


def evidence(out: Path) -> list[str]:
    verdicts = pl.scan_parquet(out / "verdicts" / "**" / "*.parquet", hive_partitioning=False).collect()
    pieces = verdicts.explode("evidence").unnest("evidence").filter(pl.col("signal") == "first_seen")
    return pieces["detail"].to_list()


def test_a_capture_of_an_earlier_crawl_is_evidence(tmp_path: Path) -> None:
    call(shard(tmp_path / "in", "old", "2019-01-16T10:00:00Z"), "--crawl", "2019", "--out", tmp_path / "a")
    CliRunner().invoke(seen, ["add", str(tmp_path / "index"), str(tmp_path / "a")], catch_exceptions=False)
    new = shard(tmp_path / "in", "new", "2025-01-16T10:00:00Z")
    assert call(new, "--out", tmp_path / "b").return_value == 0
    assert evidence(tmp_path / "b") == []
    assert call(new, "--out", tmp_path / "b", "--seen", tmp_path / "index").return_value == 0
    (detail,) = evidence(tmp_path / "b")
    assert "2019-01-16 in 2019, http://e.example/old" in detail


def test_a_folder_that_is_no_index_is_refused_before_any_work(tmp_path: Path) -> None:
    new = shard(tmp_path / "in", "new", "2025-01-16T10:00:00Z")
    done = call(new, "--out", tmp_path / "out", "--seen", tmp_path / "in")
    assert isinstance(done.exception, ConfigError)
    assert not (tmp_path / "out").exists()
