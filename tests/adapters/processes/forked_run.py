"""Scores in forked and in spawned workers, after the parent has judged and used polars; the test sets a time limit.

Prints what went wrong and exits with 1; run with the name of the case.
"""

import multiprocessing
import os
import sys
from typing import Any

import polars as pl

import provenance
from provenance.adapters.loaders.scored import Scored
from provenance.adapters.loaders.scoring import score_texts
from provenance.adapters.processes.forks import is_forked

TEXTS = [
    "The museum shows the receipts of that time and the letters of the merchants, who wrote of long queues. " * 6,
    None,
    "The hamster buying began on Monday.",
    "Zwei kurze Sätze. Dies ist der zweite.",
]
FRAME = pl.DataFrame({"n": range(4), "text": pl.Series(TEXTS, dtype=pl.Categorical), "ai_score": [0.0] * 4})


def read_rows(scored: Scored) -> list[tuple[Any, ...]]:
    names = ("language", "n_words", "ai_score", "mt_score", "ai_llr", "mt_llr", "origin")
    return list(zip(*map(scored.column, names), strict=True))


def judge_all() -> tuple[Any, ...]:
    beside = provenance.Judge.load().score(FRAME)
    return (
        read_rows(score_texts(TEXTS, None)),
        provenance.judge_many(TEXTS).rows(),
        beside.columns,
        beside.rows(),
        provenance.judge(TEXTS[0]).explain(),
    )


class Samples:
    """A dataset of torch that scores in its workers."""

    def __len__(self) -> int:
        return len(TEXTS)

    def __getitem__(self, place: int) -> list[Any]:
        return [is_forked(), *read_rows(score_texts([TEXTS[place]], None))]


def judge_in_pool(_: str) -> None:
    expected = judge_all()
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply(is_forked)
        assert pool.apply(judge_all) == expected


def load_by_torch(method: str) -> None:
    from torch.utils.data import DataLoader

    expected = read_rows(score_texts(TEXTS, None))
    loader = DataLoader(
        Samples(),
        batch_size=None,
        num_workers=2 if method == "fork" else 1,
        multiprocessing_context=method,  # type: ignore[arg-type]
    )
    for (forked, row), told in zip(loader, expected, strict=True):
        assert forked == (method == "fork")
        assert tuple(row) == told


def import_after_fork(_: str) -> None:
    """Provenance is first imported in the child, polars was in the parent."""
    script = """
import os, sys
import polars as pl
pl.DataFrame({"a": range(1000), "b": [1] * 1000}).group_by("b").agg(pl.col("a").sum())
if (child := os.fork()) == 0:
    from provenance.adapters.processes.forks import is_forked
    os._exit(0 if is_forked() else 1)
in_child = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
from provenance.adapters.processes.forks import is_forked
sys.exit(in_child or is_forked())
"""
    os.execv(sys.executable, [sys.executable, "-c", script])


def fork_before_polars(_: str) -> None:
    """A process forked before polars was imported scores by itself."""
    script = """
import os
from provenance.adapters.processes.forks import is_forked
if os.fork() == 0:
    import polars
    os._exit(is_forked())
os._exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""
    os.execv(sys.executable, [sys.executable, "-c", script])


CASES = {case.__name__: case for case in (judge_in_pool, load_by_torch, import_after_fork, fork_before_polars)}

if __name__ == "__main__":
    frame = pl.DataFrame({"a": range(100_000), "b": [1, 2] * 50_000})
    assert frame.group_by("b").agg(pl.col("a").sum()).height == 2
    CASES[sys.argv[1]](sys.argv[2])
