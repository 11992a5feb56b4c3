"""Prevalence and the human-to-synthetic ratio over crawls, months or years, in three series; and what changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from provenance.errors import ConfigError
from provenance.stats.options import UNITS, StatsOptions
from provenance.stats.rates import ErrorRates
from provenance.stats.ratio import REST, estimate_ratio
from provenance.stats.references import ReferenceScores
from provenance.stats.rows import ORIGINS, RATIO_SCHEMA
from provenance.stats.trend.periods import add_period, order_periods
from provenance.stats.trend.series import (
    Select,
    Selection,
    Values,
    select_all_hosts,
    select_first_seen,
    select_same_hosts,
)

SERIES: Mapping[str, Select] = {
    "all_hosts": select_all_hosts,
    "same_hosts": select_same_hosts,
    "first_seen": select_first_seen,
}
TREND_SCHEMA = pl.Schema({"series": pl.String(), "period": pl.String(), **RATIO_SCHEMA})
CHANGE_SCHEMA = pl.Schema(
    {
        "series": pl.String(),
        "group_columns": pl.List(pl.String()),
        "group_values": pl.List(pl.String()),
        "unit": pl.String(),
        "origin": pl.String(),
        "first_period": pl.String(),
        "last_period": pl.String(),
        "change": pl.Float64(),  # of prevalence, last less first: -1 to 1
        "low": pl.Float64(),
        "high": pl.Float64(),
    }
)
_NOTHING = {"n_documents": 0, "n_words": 0, "n_undetermined": 0, "n_measured": 0, "n_hosts": 0, "estimable": False}
_SIZE = "\tsize"
Row = dict[str, Any]
Key = tuple[Values, str | None, str]  # group, period, unit


def estimate_trend(
    scored: pl.DataFrame,
    *,
    period: str,
    by: Sequence[str] = (),
    errors: ErrorRates | None = None,
    reference: pl.DataFrame | None = None,
    scores: ReferenceScores | None = None,
    options: StatsOptions | None = None,
    series: Sequence[str] = tuple(SERIES),
    group_series: Sequence[str] = ("all_hosts",),
) -> pl.DataFrame:
    """The ratio table of each period, for all documents and inside each group of `by` (TREND_SCHEMA).

    `period` is "crawl", "month", "year" or another column; `estimate_ratio` makes every row from the rest. Rows go by
    series, entry of `by`, group (largest first), period in the order of time and unit. Every series has all periods,
    those of `group_series` the groups, too (each row costs a bootstrap); a row without a document is not estimable and
    says why. Documents without a period have rows of a null one, the last. Groups beyond the `max_groups` largest of
    all periods are put together. Entries of `by` that hold the period itself are passed over. Raises ConfigError for a
    column that is not there.
    """
    options = options or StatsOptions()
    frame = add_period(scored, period)
    order = [*order_periods(frame, period), None]
    # Groups are limited here, over all periods at once, and not again in each.
    inside = replace(options, max_groups=max(1, frame.height))

    def estimate(chosen: pl.DataFrame, entry: str) -> pl.DataFrame:
        return estimate_ratio(chosen, [entry], errors=errors, reference=reference, scores=scores, options=inside)

    rows: dict[str, list[Row]] = {name: [] for name in series}
    for columns in _list_entries(frame, period, by):
        limited = _limit_groups(frame, columns, options.max_groups)
        keys = _list_keys(limited, columns, period, order)
        told = [name for name in series if not columns or name in group_series]
        for name in told:
            selection = SERIES[name](limited, columns, period, options)
            table = estimate(selection.frame, "+".join((*columns, period)))
            rows[name] += _complete(table, selection, keys, {"series": name, "group_columns": list(columns)})
    return pl.DataFrame([row for name in series for row in rows[name]], schema=TREND_SCHEMA, orient="row")


def estimate_change(trend: pl.DataFrame) -> pl.DataFrame:
    """How prevalence moved from a group's first period with an estimate to its last (CHANGE_SCHEMA), with intervals.

    A row for each series, group, unit and origin with two periods or more. The interval comes from those of the two
    periods by MOVER (Zou and Donner 2008, Statistics in Medicine 27(10), equations 5 and 6), as if they were
    independent. They share hosts, the detector's errors and the reference, which moves both the same way: then the
    interval is wider than it need be.
    """
    told = trend.filter(pl.col("period").is_not_null())
    groups = told.partition_by("series", "group_columns", "group_values", "unit", maintain_order=True)
    rows = [row for group in groups for origin in ORIGINS for row in _find_change(group, origin)]
    return pl.DataFrame(rows, schema=CHANGE_SCHEMA, orient="row")


def _list_entries(frame: pl.DataFrame, period: str, by: Sequence[str]) -> Iterator[tuple[str, ...]]:
    yield ()
    for entry in by:
        columns = tuple(entry.split("+"))
        unknown = [column for column in columns if column not in frame.columns]
        if unknown:
            raise ConfigError(f"cannot group by {', '.join(unknown)}: the scored documents have no such column")
        if period not in columns:
            yield columns


def _limit_groups(frame: pl.DataFrame, columns: tuple[str, ...], limit: int) -> pl.DataFrame:
    """The frame with the columns as text, and the values of all but the largest groups replaced by one."""
    if not columns:
        return frame
    frame = frame.with_columns(pl.col(columns).cast(pl.String))
    sizes = (
        frame.group_by(columns)
        .agg(pl.len().alias(_SIZE))
        .sort(_SIZE, *columns, descending=[True] + [False] * len(columns))
    )
    small = frame.join(sizes.head(limit), on=columns, how="left", nulls_equal=True, maintain_order="left")[
        _SIZE
    ].is_null()
    return frame.with_columns(pl.when(small).then(pl.lit(REST)).otherwise(pl.col(columns)).name.keep())


def _list_keys(frame: pl.DataFrame, columns: tuple[str, ...], period: str, order: Sequence[str | None]) -> list[Key]:
    """Every group with every period of it, in the order of the table."""
    counted = frame.group_by(*columns, period).len().iter_rows()
    sizes: dict[Values, dict[str | None, int]] = {}
    for *values, when, n in counted:
        sizes.setdefault(tuple(values), {})[when] = n
    groups = sorted(sizes, key=lambda values: (REST in values, -sum(sizes[values].values()), str(values)))
    return [(values, when, unit) for values in groups for when in order if when in sizes[values] for unit in UNITS]


def _complete(table: pl.DataFrame, selection: Selection, keys: Sequence[Key], named: Row) -> Iterator[Row]:
    """The rows of one series and entry, those without documents included."""
    found = {_key(row): row for row in table.iter_rows(named=True) if row["group_columns"]}
    for values, when, unit in keys:
        row = found.get((values, when, unit))
        said = [selection.notes.get((*values, when)), row["why"] if row else _why_none(selection, values)]
        row = row or dict.fromkeys(RATIO_SCHEMA) | _NOTHING | {"unit": unit}
        method = "; ".join(part for part in (row["method"], selection.how.get(values)) if part)
        why = "; ".join(part for part in said if part)
        yield row | named | {"group_values": list(values), "period": when, "method": method or None, "why": why or None}


def _key(row: Row) -> Key:
    *values, when = row["group_values"]
    return tuple(values), when, row["unit"]


def _why_none(selection: Selection, values: Values) -> str:
    return selection.why_none.get(values) or selection.otherwise


def _find_change(group: pl.DataFrame, origin: str) -> Iterator[Row]:
    known = group.filter(pl.col(f"{origin}_prevalence").is_not_null())
    if known.height < 2:
        return
    first, last = known.row(0, named=True), known.row(-1, named=True)
    before, after = (
        tuple(row[f"{origin}_{figure}"] for figure in ("prevalence", "low", "high")) for row in (first, last)
    )
    change = after[0] - before[0]
    yield {name: first[name] for name in ("series", "group_columns", "group_values", "unit")} | {
        "origin": origin,
        "first_period": first["period"],
        "last_period": last["period"],
        "change": change,
        "low": change - ((after[0] - after[1]) ** 2 + (before[2] - before[0]) ** 2) ** 0.5,
        "high": change + ((after[2] - after[0]) ** 2 + (before[0] - before[1]) ** 2) ** 0.5,
    }
