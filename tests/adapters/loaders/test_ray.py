"""Policies in Ray Data, run by a real Ray of two CPUs: one session for all tests, in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import provenance
from provenance.adapters.ray import ACTOR_MEMORY
from tests.docs.made_corpus import write_corpus

pytest.importorskip("ray.data", reason="needs Ray Data, which the extra `ray` brings")

from filelock import FileLock  # Ray depends on it

THREADS = ("OMP_NUM_THREADS", "POLARS_MAX_THREADS")
RUN = Path(__file__).parent / "ray_run.py"
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str, worker_id: str) -> Path:
    """The session's folder, the same for all workers of one run of pytest: the first runs it, the others wait."""
    shared = tmp_path_factory.getbasetemp().parent if worker_id != "master" else tmp_path_factory.getbasetemp()
    session = shared / f"ray-{testrun_uid}"
    with FileLock(f"{session}.lock"):
        if not session.exists():
            session.mkdir()
            run_session(session)
    return session


def run_session(folder: Path) -> None:
    write_corpus(folder)
    corpus = pl.read_parquet(folder / "corpus.parquet")
    (folder / "parts").mkdir()
    for number in range(4):
        corpus.slice(number * 60, 60).write_parquet(folder / "parts" / f"{number}.parquet")
    first_half = pl.int_range(pl.len()) < 120
    nulls = [pl.when(first_half).then(None).otherwise(pl.col(name)).alias(name) for name in ("ai_score", "mt_score")]
    pl.read_parquet(folder / "scores.parquet").with_columns(nulls).write_parquet(folder / "nulls.parquet")
    done = subprocess.run(
        [sys.executable, str(RUN), str(folder)],
        capture_output=True,
        text=True,
        timeout=300,
        env={name: value for name, value in os.environ.items() if name not in THREADS},  # Ray is to set its own
    )
    assert done.returncode == 0, done.stderr[-4000:]


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, Rows]:
    """The rows of each run, by id: Ray gives blocks back in any order."""
    runs = json.loads((folder / "told.json").read_text(encoding="utf-8"))
    return {name: sorted(rows, key=lambda row: row["id"]) for name, rows in runs.items()}


@pytest.fixture(scope="module")
def scores(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(folder / "scores.parquet").sort("id")


def low(scores: pl.DataFrame) -> list[str]:
    return scores.filter(~(pl.col("ai_score").fill_null(0.0) > 0.5))["id"].to_list()


def ids(rows: Rows) -> list[str]:
    return [row["id"] for row in rows]


def test_actors_leave_the_rows_that_stay_and_all_their_columns(
    told: dict[str, Rows], folder: Path, scores: pl.DataFrame
) -> None:
    assert ids(told["filter"]) == low(scores) != scores["id"].to_list()
    corpus = pl.read_parquet(folder / "corpus.parquet").join(scores.select("id", "ai_score", "origin"), on="id")
    expected = {row["id"]: row for row in corpus.to_dicts()}
    for row in told["filter"]:
        assert {name: row[name] for name in corpus.columns} == expected[row["id"]]


def test_tasks_without_actors_say_the_same_with_numpy_batches(told: dict[str, Rows]) -> None:
    assert ids(told["filter in tasks"]) == ids(told["filter"])
    assert [row["origin"] for row in told["filter in tasks"]] == [row["origin"] for row in told["filter"]]


def test_a_scorer_drops_nothing_and_tells_scores_beside(told: dict[str, Rows], scores: pl.DataFrame) -> None:
    rows = told["scorer in tasks"]
    assert ids(rows) == scores["id"].to_list()
    assert [row["origin"] for row in rows] == scores["origin"].to_list()
    measured = {key: score for key, score in scores.select("id", "ai_score").iter_rows() if score is not None}
    assert {row["id"]: row["ai_score"] for row in rows if row["id"] in measured} == measured


def test_blocks_without_any_score_lie_beside_blocks_with_scores(told: dict[str, Rows], folder: Path) -> None:
    nulls = pl.read_parquet(folder / "nulls.parquet").sort("id")
    rows = told["scorer of nulls"]
    given = [None if row["ai_score"] is None or row["ai_score"] != row["ai_score"] else row["ai_score"] for row in rows]
    assert given == nulls["ai_score"].to_list()
    assert any(score is not None for score in given)


def test_weights_add_a_column(told: dict[str, Rows], folder: Path) -> None:
    weigh = provenance.Weights(power=2.0, scores=folder / "scores.parquet")
    corpus = pl.read_parquet(folder / "corpus.parquet").sort("id")
    assert [row["weight"] for row in told["weights in tasks"]] == weigh(corpus).to_list()


def test_a_draw_depends_on_the_epoch_and_not_on_batches(told: dict[str, Rows]) -> None:
    assert ids(told["draw"]) == ids(told["draw again"]) != ids(told["draw anew"])
    assert 0 < len(told["draw"]) < len(told["scorer in tasks"])


def test_what_a_killed_actor_held_is_scored_by_the_next_the_same(told: dict[str, Rows], folder: Path) -> None:
    rows = told["killed"]
    killed = int((folder / "mark").read_text(encoding="utf-8"))
    assert rows
    assert all(row["pid"] != killed for row in rows)
    texts = dict(pl.read_parquet(folder / "corpus.parquet").select("id", "text").iter_rows())
    expected = provenance.judge_many([texts[key] for key in ids(rows)])["ai_score"].to_list()
    assert [row["ai_score"] for row in rows] == expected
    assert any(score is not None for score in expected)


def test_an_actor_keeps_to_its_thread_and_to_the_memory_declared(told: dict[str, Rows]) -> None:
    assert {row["threads"] for row in told["killed"]} == {1}
    assert max(row["peak"] for row in told["killed"]) < ACTOR_MEMORY
