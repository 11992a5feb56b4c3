"""Prevalence in groups: a table for each grouping, with its chart where there is something to draw."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from provenance.report.charts import Chart
from provenance.report.charts.prevalence import chart_prevalences
from provenance.report.headline import find_rows, show_ratio_cell
from provenance.report.names import name_columns, name_group

DRAWN, SHOWN, TOLD = 12, 40, 60  # groups in a chart, in a table, in a line
Figures = dict[str, object]


@dataclass(frozen=True, slots=True)
class GroupSection:
    """The table of one grouping; `unmeasured` groups have too few scores for an estimate and are told in a line."""

    name: str
    label: str
    rows: tuple[Figures, ...]
    unmeasured: tuple[Figures, ...]
    n_more: int
    n_unmeasured: int
    charts: tuple[Chart, ...]


def make_group_sections(ratio: pl.DataFrame) -> Sequence[GroupSection]:
    """A section for each grouping of the table, in the table's order."""
    if ratio.is_empty():
        return ()
    groupings = [tuple(columns) for columns in ratio.get_column("group_columns").to_list() if columns]
    return [_make_section(ratio, columns) for columns in dict.fromkeys(groupings)]


def show_row(row: Figures) -> Figures:
    """A row of the ratio table with its name and the ratio as text."""
    value, interval = show_ratio_cell(row)
    columns, values = row["group_columns"], row["group_values"]
    assert isinstance(columns, list)
    assert isinstance(values, list)
    return row | {"name": name_group(columns, values), "ratio_value": value, "ratio_interval": interval}


def _make_section(ratio: pl.DataFrame, columns: tuple[str, ...]) -> GroupSection:
    found = find_rows(ratio, columns, "documents")
    rows, unmeasured = found.filter(pl.col("n_measured") > 0), found.filter(pl.col("n_measured") == 0)
    label = name_columns(columns)
    name = "by-" + "-".join(columns).replace("_", "-")
    chart = chart_prevalences(rows.head(DRAWN), f"ratio-{name}", label)
    return GroupSection(
        name,
        label,
        tuple(map(show_row, rows.head(SHOWN).iter_rows(named=True))),
        tuple(map(show_row, unmeasured.head(TOLD).iter_rows(named=True))),
        max(0, rows.height - SHOWN),
        unmeasured.height,
        (chart,) if chart else (),
    )
