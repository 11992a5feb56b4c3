"""Two small finished runs, one of each crawl of the fixtures, and files of scores with a known truth."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tests.stats.made_scores import scored_documents
from tests.test_main_job import SHARDS, provenance

CRAWLS = ("CC-MAIN-2019-30", "CC-MAIN-2025-30")


@pytest.fixture(scope="session")
def two_runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    base = tmp_path_factory.mktemp("runs")
    for crawl in CRAWLS:
        done = provenance("run", SHARDS / crawl, "--out", base / crawl, "--workers", 1)
        assert done.returncode == 1, done.stderr  # a shard of each is damaged on purpose
        assert (base / crawl / "report.html").exists(), done.stderr
    return base / CRAWLS[0], base / CRAWLS[1]


def copy_run(run: Path, to: Path, change: Callable[[dict[str, object]], None] | None = None) -> Path:
    """A copy of a run's folder, what its run.json says changed in place."""
    shutil.copytree(run, to)
    if change is not None:
        saved = json.loads((to / "run.json").read_text())
        change(saved)
        (to / "run.json").write_text(json.dumps(saved))
    return to


def score_file(path: Path, n: int = 400, ai: float = 0.2, seed: int = 0, **columns: object) -> Path:
    """A file as of `judge --out`, with hosts; `columns` are put in place of its own."""
    frame = scored_documents(n, ai, 0.05, seed=seed).drop("truth", "month")
    frame = frame.with_columns(id=pl.int_range(n).cast(pl.String), ai_llr=pl.lit(0.0), mt_llr=pl.lit(0.0))
    replaced = frame.with_columns(**{name: pl.lit(value) for name, value in columns.items()})  # type: ignore[arg-type]
    replaced.write_parquet(path)
    return path
