"""Two small finished runs, one of each crawl of the fixtures, and files of scores with a known truth."""

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from provenance.jobs.rates import load_scores
from tests.stats.made_scores import PRIOR, scored_documents
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
    frame = frame.with_columns(id=pl.int_range(n).cast(pl.String))
    frame = frame.with_columns(**{name: pl.lit(value) for name, value in columns.items()})  # type: ignore[arg-type]
    frame.with_columns(_tell_evidence(frame, axis) for axis in ("ai", "mt")).write_parquet(path)
    return path


def _tell_evidence(frame: pl.DataFrame, axis: str) -> pl.Expr:
    """The evidence that gives the scores by the prior that they presume."""
    if frame.schema[f"{axis}_score"] != pl.Float64:
        return pl.lit(None, pl.Float64).alias(f"{axis}_llr")
    odds = pl.col(f"{axis}_score") / (1 - pl.col(f"{axis}_score"))
    return (odds.log() - math.log(PRIOR / (1 - PRIOR))).alias(f"{axis}_llr")


def known_file(path: Path, n: int, ai: float, hosts: int = 200, seed: int = 0) -> Path:
    """A file of scores drawn from the shipped reference: of people, and a share `ai` of AI-generated texts."""
    scores = load_scores(None)
    assert scores is not None
    frame = scores.frame.filter(pl.all_horizontal(pl.col("ai_score", "mt_score").is_not_null()))
    counts = {"human": n - round(n * ai), "ai_generated": round(n * ai)}
    parts = [
        frame.filter(pl.col("label") == label).sample(count, with_replacement=True, seed=seed)
        for label, count in counts.items()
    ]
    made = pl.concat(parts).with_columns(
        id=pl.int_range(n).cast(pl.String),
        origin=pl.lit("undetermined"),
        url_host_name=pl.format("h{}.example", pl.int_range(n) % hosts),
    )
    made.drop("label", "source", "generator", "register").write_parquet(path)
    return path
