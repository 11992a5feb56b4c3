"""Prevalence over time: the series over all documents with their table, and small charts of groups."""

from dataclasses import dataclass

import polars as pl

from provenance.report.charts import Chart
from provenance.report.charts.trend import chart_small, chart_trend, panel_top, share_top
from provenance.report.names import SERIES_NAMES, SYNTHETIC, name_columns, name_group
from provenance.report.periods import order_periods
from provenance.report.remarks import fold_remarks
from provenance.report.sections.groups import Figures, show_row

SMALL = {"language": 12}  # small charts of a grouping, of others:
OTHERS = 6
PERIODS = 36  # in the table, the latest


@dataclass(frozen=True, slots=True)
class Multiples:
    """Small charts of the largest groups of one grouping, all to one scale."""

    label: str
    charts: tuple[Chart, ...]
    n_more: int


@dataclass(frozen=True, slots=True)
class TrendSection:
    """The trend; `rows` have a period, its figures of all hosts, and `series`: name to the figures of the others."""

    charts: tuple[Chart, ...]
    multiples: tuple[Multiples, ...]
    rows: tuple[Figures, ...]
    said: tuple[str, ...]  # of rows of the table, once
    series: tuple[str, ...]
    n_more: int


def make_trend_section(trend: pl.DataFrame, zero: float | None) -> TrendSection | None:
    """The section, or null where there are not two periods to compare; `zero` as in `chart_trend`."""
    documents = trend.filter(pl.col("unit") == "documents", pl.col("period").is_not_null())
    overall = documents.filter(pl.col("group_columns").list.len() == 0)
    top = panel_top(overall)
    drawn = [chart_trend(overall, origin, f"trend-{origin.replace('_', '-')}", zero, top) for origin in SYNTHETIC]
    charts = tuple(chart for chart in drawn if chart is not None)
    if not charts:
        return None
    rows = _list_rows(overall)
    series = tuple(name for key, name in SERIES_NAMES.items() if key != "all_hosts" and _has(overall, key))
    told = fold_remarks(rows[-PERIODS:])
    n_more = max(0, len(rows) - PERIODS)
    return TrendSection(charts, _draw_groups(documents), told.rows, told.said, series, n_more)


def _has(overall: pl.DataFrame, series: str) -> bool:
    return not overall.filter(pl.col("series") == series, pl.col("ai_generated_prevalence").is_not_null()).is_empty()


def _list_rows(overall: pl.DataFrame) -> tuple[Figures, ...]:
    found = {(row["series"], row["period"]): row for row in overall.iter_rows(named=True)}
    rows = []
    for period in order_periods(overall.get_column("period").to_list()):
        row = found.get(("all_hosts", period)) or dict.fromkeys(overall.columns) | {
            "group_columns": [],
            "group_values": [],
        }
        others = {name: found.get((key, period)) for key, name in SERIES_NAMES.items() if key != "all_hosts"}
        rows.append(show_row(row) | {"period": period, "others": others})
    return tuple(rows)


def _draw_groups(documents: pl.DataFrame) -> tuple[Multiples, ...]:
    groupings = dict.fromkeys(tuple(columns) for columns in documents.get_column("group_columns").to_list() if columns)
    made = [_draw_grouping(documents, columns) for columns in groupings]
    return tuple(multiples for multiples in made if multiples is not None)


def _draw_grouping(documents: pl.DataFrame, columns: tuple[str, ...]) -> Multiples | None:
    """The largest groups that have two periods, side by side; null where there are not two."""
    estimated = pl.col("ai_generated_prevalence").is_not_null() | pl.col("machine_translated_prevalence").is_not_null()
    of_grouping = pl.col("group_columns").list.join("\t") == "\t".join(columns)
    key = pl.col("group_values").list.eval(pl.element().fill_null("\t")).list.join("\n")
    rows = documents.filter(of_grouping, estimated, series="all_hosts").with_columns(key=key)
    sizes = rows.group_by("key", maintain_order=True).agg(
        pl.col("group_values").first(), n=pl.col("n_documents").sum(), n_periods=pl.col("period").n_unique()
    )
    drawable = sizes.filter(pl.col("n_periods") > 1).sort("n", descending=True, maintain_order=True)
    if drawable.height < 2:
        return None  # its one chart would be that of all documents once more, or say less
    limit = SMALL.get(columns[0], OTHERS) if len(columns) == 1 else OTHERS
    shown = rows.join(drawable.head(limit).select("key"), on="key")
    name, top = f"trend-by-{'-'.join(columns).replace('_', '-')}", share_top(shown)
    drawn = [
        chart_small(shown.filter(key=group["key"]), f"{name}-{place}", name_group(columns, group["group_values"]), top)
        for place, group in enumerate(drawable.head(limit).iter_rows(named=True), 1)
    ]
    charts = tuple(chart for chart in drawn if chart is not None)
    return Multiples(name_columns(columns), charts, max(0, drawable.height - limit)) if charts else None
