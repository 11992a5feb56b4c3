"""A run leaves the counts of its documents by word; over runs they add up, and a page found again counts once."""

from pathlib import Path

import polars as pl
import pytest

from provenance.errors import ConfigError
from provenance.jobs.checks.verify import verify_run
from provenance.jobs.corpus import run_corpus
from provenance.jobs.folder import load_saved_run, open_folder
from provenance.jobs.gather import RunTables
from provenance.jobs.settings import RunConfig
from provenance.jobs.sources.plan import Shard, find_shards
from provenance.jobs.wordings import scan_wordings
from provenance.schema import WORDINGS
from provenance.store import read_table, table_path, write_table
from tests.archive.made_archives import gzipped, response
from tests.jobs.test_corpus import Listener

GARDEN = "The gardener planted apples, pears and plums beside the old wall, and watched the weather turn. "
SEA = "Sailors left the harbour before dawn while gulls followed the boats towards the open water. "
MILL = "Nobody remembers when the mill stopped, but its wheel still hangs over the quiet stream. "


def page(number: int, text: str) -> bytes:
    lines = "".join(f"<p>{text}</p>" for _ in range(8))
    body = f"<html><body><article>{lines}</article></body></html>".encode()
    return response(number, body).replace(b"http://e.example/", f"http://e{number}.example/".encode())


def make_run(base: Path, crawl: str, shards: dict[str, list[bytes]], *, workers: int = 1) -> RunTables:
    (base / crawl).mkdir(parents=True)
    for name, records in shards.items():
        (base / crawl / name).write_bytes(gzipped(*records))
    with open_folder(base / f"{crawl}-out", RunConfig(), fresh=False) as folder:
        run_corpus(folder, find_shards([str(base / crawl)], crawl), workers=workers, reporter=Listener())
    saved = load_saved_run(base / f"{crawl}-out")
    return RunTables(saved.out, saved.shards)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[RunTables]:
    base = tmp_path_factory.mktemp("worded")
    shards = {"a.warc.gz": [page(1, GARDEN), page(2, SEA)], "b.warc.gz": [page(3, GARDEN), page(4, MILL)]}
    return [make_run(base, "CC-MAIN-2019-30", shards), make_run(base, "other", {"c.warc.gz": [page(5, SEA)]})]


def counts(runs: list[RunTables], period: str, word: str | None) -> dict[str, int]:
    found = scan_wordings(runs, period).collect()
    rows = found.filter(pl.col("word").eq_missing(pl.lit(word))).sort("period")
    assert set(rows["language"]) == {"en"}
    return dict(rows.select("period", "n_documents").iter_rows())


def test_counts_add_up_over_shards_and_copies_count_once(runs: list[RunTables]) -> None:
    assert counts(runs, "crawl", None) == {"CC-MAIN-2019-30": 3, "other": 1}
    assert counts(runs, "crawl", "the") == {"CC-MAIN-2019-30": 3, "other": 1}
    assert counts(runs, "crawl", "gardener") == {"CC-MAIN-2019-30": 1}
    assert counts(runs, "year", "sailors") == {"2019": 2}
    assert counts(runs, "month", "mill") == {"2019-07": 1}


def test_documents_without_a_date_are_in_their_crawl_and_in_no_month(tmp_path: Path) -> None:
    rows = [("en", None, None, 4), ("en", "2024-05", None, 3), ("en", None, "w", 2), ("en", "2024-05", "w", 1)]
    table = pl.DataFrame(rows, WORDINGS.schema, orient="row")
    write_table(table_path(tmp_path, "wordings", "c", "a"), table, {})
    run = RunTables(tmp_path, (Shard("c", "a", "a.warc.gz", 1),))
    assert counts([run], "crawl", None) == {"c": 7}
    assert counts([run], "month", None) == {"2024-05": 3}
    assert counts([run], "year", "w") == {"2024": 1}


def test_no_runs_have_no_counts() -> None:
    found = scan_wordings([]).collect()
    assert found.is_empty()
    assert found.columns == ["language", "period", "word", "n_documents"]


def test_a_run_made_again_by_more_workers_has_the_same_bytes(runs: list[RunTables], tmp_path: Path) -> None:
    shards = {"a.warc.gz": [page(1, GARDEN), page(2, SEA)], "b.warc.gz": [page(3, GARDEN), page(4, MILL)]}
    again = make_run(tmp_path, "CC-MAIN-2019-30", shards, workers=2)
    for shard in again.shards:
        paths = [table_path(run.out, "wordings", shard.crawl, shard.name) for run in (runs[0], again)]
        assert paths[0].read_bytes() == paths[1].read_bytes()


def test_counts_that_are_missing_or_wrong_are_told(tmp_path: Path) -> None:
    run = make_run(tmp_path, "c", {"a.warc.gz": [page(1, GARDEN)]})
    path = table_path(run.out, "wordings", "c", run.shards[0].name)
    table = read_table(path)
    write_table(path, table.with_columns(pl.col("n_documents") + 1), {})
    assert any(
        "documents counted by word: 2 instead of 1" in p for p in verify_run(run.out, n_sample=0, seed=1).problems
    )
    path.unlink()
    assert any("wordings" in p and "missing" in p for p in verify_run(run.out, n_sample=0, seed=1).problems)
    with pytest.raises(ConfigError, match=r"wordings.*missing"):
        scan_wordings([run])
