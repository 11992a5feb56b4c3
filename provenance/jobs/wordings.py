"""Counts of documents by word over finished runs: what the drift of wording is estimated from."""

from collections.abc import Iterator, Sequence
from typing import Literal

import polars as pl

from provenance.errors import ConfigError
from provenance.jobs.gather import RunTables, group_file
from provenance.schema import WORDINGS
from provenance.store import exists, scan_file

GROUPED = "wordings.parquet"  # of a group of shards: their counts added up
Period = Literal["crawl", "year", "month"]
_PERIODS: dict[Period, pl.Expr] = {
    "crawl": pl.col("crawl"),
    "year": pl.col("month").str.head(4),
    "month": pl.col("month"),
}


def scan_wordings(runs: Sequence[RunTables], period: Period = "crawl") -> pl.LazyFrame:
    """Documents by language, period and word, added up over all shards of all runs; rows in no order.

    `word` is null where all documents of the language and period are counted. Documents without a date are in no month
    and no year. Raises ConfigError for a run that was made before words were counted.
    """
    frames = [frame for run in runs for frame in _scan_run(run)]
    counts = pl.concat(frames) if frames else WORDINGS.empty().lazy().with_columns(crawl=pl.lit(None, pl.String))
    placed = counts.with_columns(_PERIODS[period].alias("period")).drop_nulls("period")
    return placed.group_by("language", "period", "word").agg(pl.col("n_documents").sum())


def add_wordings(run: RunTables) -> pl.LazyFrame:
    """Documents by language, month, word and crawl, added up over the shards of a run; rows in no order."""
    names = [name for name in (*WORDINGS.columns, "crawl") if name != "n_documents"]
    return pl.concat(list(_scan_run(run))).group_by(names).agg(pl.col("n_documents").sum())


def _scan_run(run: RunTables) -> Iterator[pl.LazyFrame]:
    names = (*WORDINGS.columns, "crawl")
    if run.groups:
        yield from (scan_file(group_file(group, GROUPED), names) for group in run.groups)
        return
    for shard in run.shards:
        path = run.path(WORDINGS.name, shard)
        if not exists(path):
            raise ConfigError(f"{path}: missing; give the same `provenance run` again to have it made")
        yield run.scan(WORDINGS.name, shard, tuple(WORDINGS.columns)).with_columns(crawl=pl.lit(shard.crawl))
