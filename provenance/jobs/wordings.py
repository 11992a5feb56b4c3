"""Counts of documents by word over finished runs: what the drift of wording is estimated from."""

from collections.abc import Sequence
from typing import Literal

import polars as pl

from provenance.errors import ConfigError
from provenance.jobs.gather import RunTables
from provenance.jobs.sources.plan import Shard
from provenance.schema import WORDINGS
from provenance.store import exists, table_path

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
    frames = [_scan(run, shard) for run in runs for shard in run.shards]
    counts = pl.concat(frames) if frames else WORDINGS.empty().lazy().with_columns(crawl=pl.lit(None, pl.String))
    placed = counts.with_columns(_PERIODS[period].alias("period")).drop_nulls("period")
    return placed.group_by("language", "period", "word").agg(pl.col("n_documents").sum())


def _scan(run: RunTables, shard: Shard) -> pl.LazyFrame:
    path = table_path(run.out, WORDINGS.name, shard.crawl, shard.name)
    if not exists(path):
        raise ConfigError(f"{path}: missing; give the same `provenance run` again to have it made")
    return run.scan(WORDINGS.name, shard).with_columns(crawl=pl.lit(shard.crawl))
