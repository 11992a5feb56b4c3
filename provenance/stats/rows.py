"""The ratio table: one row per group and unit, and the same as JSON."""

import json
from collections.abc import Mapping, Sequence

import polars as pl
from polars.datatypes import DataType, DataTypeClass

from provenance.config import Plain
from provenance.stats.group import BOTH, GroupEstimate, Interval
from provenance.stats.options import StatsOptions

ORIGINS = ("human", "ai_generated", "machine_translated")
FIGURES = ("share", "prevalence", "low", "high", "adjusted_count")
RATIO = "human_to_synthetic_ratio"
_COLUMNS: dict[str, DataType | DataTypeClass] = {
    "group_columns": pl.List(pl.String()),
    "group_values": pl.List(pl.String),
    "unit": pl.String,
    "n_documents": pl.Int64,
    "n_words": pl.Int64,
    "n_undetermined": pl.Int64,
    "n_measured": pl.Int64,
    "n_hosts": pl.Int64,
    **{f"{origin}_{figure}": pl.Float64() for origin in ORIGINS for figure in FIGURES},
    "both_prevalence": pl.Float64(),
    "both_low": pl.Float64(),
    "both_high": pl.Float64(),
    RATIO: pl.Float64,
    f"{RATIO}_low": pl.Float64,
    f"{RATIO}_high": pl.Float64,
    "method": pl.String,
    "estimable": pl.Boolean,
    "why": pl.String,
    # Of a weighted sample, else null: documents or words of the crawl that it stands for, and how many documents of
    # equal weight the measured ones are worth.
    "estimated_total": pl.Float64,
    "effective_documents": pl.Float64,
}
RATIO_SCHEMA = pl.Schema(_COLUMNS)
WEIGHTED = ("estimated_total", "effective_documents")
LEAST_BOUND = 0.05  # a ratio of which only a smaller lower bound is known could be nearly anything
NOTHING_TOLD = "the interval of the ratio holds nearly every value; more documents or hosts are needed"
Cell = str | int | float | bool | None | Sequence[str | None]


def make_row(
    counts: Mapping[str, Cell],
    shares: Mapping[str, float | None],
    estimate: GroupEstimate | None,
    *,
    method: str,
    why: str,
) -> dict[str, Cell]:
    """A row of the flat table; without an estimate it holds counts, shares and the reason.

    The ratio needs both synthetic origins: a row that has one of them keeps its figures and is not estimable.
    """
    row: dict[str, Cell] = dict.fromkeys(RATIO_SCHEMA)
    row.update(counts)
    for origin in ORIGINS:
        row[f"{origin}_share"] = shares.get(origin)
        if estimate is not None and origin in estimate.prevalence:
            found = estimate.prevalence[origin]
            row[f"{origin}_prevalence"], row[f"{origin}_low"], row[f"{origin}_high"] = _values(found)
            row[f"{origin}_adjusted_count"] = estimate.adjusted_count.get(origin)
    if estimate is not None and BOTH in estimate.prevalence:
        row["both_prevalence"], row["both_low"], row["both_high"] = _values(estimate.prevalence[BOTH])
    ratio = estimate.ratio if estimate else None
    if ratio is not None and ratio.high is None and (ratio.low or 0.0) < LEAST_BOUND:
        ratio, why = None, "; ".join(part for part in (why, NOTHING_TOLD) if part)
    if ratio is not None:
        row[RATIO], row[f"{RATIO}_low"], row[f"{RATIO}_high"] = _values(ratio)
    row.update(method=method, estimable=ratio is not None, why=why or None)
    return row


def describe_estimand(options: StatsOptions, ratio: pl.DataFrame | None = None) -> str:
    """What the prevalences are shares of, for people; where the rows of `ratio` are of a weighted sample, of what."""
    told = (
        f"Share of documents (and of their words) by origin, among documents of at least {options.min_words} words "
        "with a measurable score; documents without one are counted and left out of the estimate."
    )
    if ratio is None or not ratio.get_column("estimated_total").is_not_null().any():
        return told
    return (
        f"{told} Estimated for the crawl that the sample was drawn from: each document counts by its sample weight; "
        "numbers of documents are those of the sample."
    )


def ratio_to_json(frame: pl.DataFrame, options: StatsOptions | None = None) -> dict[str, Plain]:
    """The table as `stats/ratio.json` holds it: the estimand, and a row per group and unit."""
    rows: list[Plain] = [_row_to_json(row) for row in frame.iter_rows(named=True)]
    return {"estimand": describe_estimand(options or StatsOptions(), frame), "rows": rows}


def _values(interval: Interval) -> tuple[float | None, float | None, float | None]:
    return interval.value, interval.low, interval.high


def _row_to_json(row: dict[str, Plain]) -> dict[str, Plain]:
    columns, values = row["group_columns"], row["group_values"]
    assert isinstance(columns, list)
    assert isinstance(values, list)
    made: dict[str, Plain] = {
        "group": {str(column): value for column, value in zip(columns, values, strict=True)},
        **{name: row[name] for name in ("unit", "n_documents", "n_words", "n_undetermined")},
        **{name: row[name] for name in ("n_measured", "n_hosts")},
    }
    for origin in ORIGINS:
        made[origin] = {figure: row[f"{origin}_{figure}"] for figure in FIGURES}
    made[BOTH] = {figure: row[f"{BOTH}_{figure}"] for figure in ("prevalence", "low", "high")}
    made[RATIO] = {"value": row[RATIO], "low": row[f"{RATIO}_low"], "high": row[f"{RATIO}_high"]}
    return made | {name: row[name] for name in ("method", "estimable", "why", *WEIGHTED)}


def name_group(columns: Sequence[str], values: Sequence[str | None]) -> str:
    """A text that is the same for the same group only: seeds its random numbers."""
    return json.dumps([list(columns), list(values)], ensure_ascii=True)
