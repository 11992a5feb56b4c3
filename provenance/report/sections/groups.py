"""Prevalence in groups: a table for each grouping, with its chart where there is something to draw."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from provenance.report.charts import Chart
from provenance.report.charts.prevalence import chart_prevalences
from provenance.report.headline import find_rows, show_ratio_cell
from provenance.report.names import name_columns, name_group, name_value
from provenance.report.numbers import show_count
from provenance.report.remarks import fold_remarks

DRAWN, SHOWN, TOLD = 12, 40, 60  # groups in a chart, in a table, in a line
Figures = dict[str, object]


@dataclass(frozen=True, slots=True)
class GroupSection:
    """The table of one grouping; `unmeasured` groups have too few scores for an estimate and are told in a line.

    `sole` is the language that carries every score, where languages are told apart; where the grouping without
    languages is shown besides, `same_as` is its label, and there are neither rows nor charts.
    """

    name: str
    label: str
    rows: tuple[Figures, ...]
    said: tuple[str, ...]  # of rows of the table, once
    unmeasured: tuple[str, ...]
    n_more: int
    charts: tuple[Chart, ...]
    sole: str = ""
    same_as: str = ""


def make_group_sections(ratio: pl.DataFrame) -> Sequence[GroupSection]:
    """A section for each grouping of the table, in the table's order."""
    if ratio.is_empty():
        return ()
    groupings = [tuple(columns) for columns in ratio.get_column("group_columns").to_list() if columns]
    distinct = tuple(dict.fromkeys(groupings))
    return [_make_section(ratio, columns, distinct) for columns in distinct]


def show_row(row: Figures) -> Figures:
    """A row of the ratio table with its name and the ratio as text."""
    value, interval = show_ratio_cell(row)
    columns, values = row["group_columns"], row["group_values"]
    assert isinstance(columns, list)
    assert isinstance(values, list)
    return row | {"name": name_group(columns, values), "ratio_value": value, "ratio_interval": interval}


def _make_section(
    ratio: pl.DataFrame, columns: tuple[str, ...], groupings: tuple[tuple[str, ...], ...]
) -> GroupSection:
    found = find_rows(ratio, columns, "documents")
    rows, unmeasured = found.filter(pl.col("n_measured") > 0), found.filter(pl.col("n_measured") == 0)
    label, sole = name_columns(columns), _find_sole(rows, columns)
    rest = tuple(column for column in columns if column != "language")
    same_as = name_columns(rest) if sole and rest in groupings else ""
    rows = rows.clear() if same_as else rows
    name = "by-" + "-".join(columns).replace("_", "-")
    shown = fold_remarks([show_row(row) for row in rows.head(SHOWN).iter_rows(named=True)])
    chart = chart_prevalences(rows.head(DRAWN), f"ratio-{name}", label)
    return GroupSection(
        name,
        label,
        shown.rows,
        shown.said,
        () if same_as and ("language",) in groupings else tell_unmeasured(unmeasured, columns),
        max(0, rows.height - SHOWN),
        (chart,) if chart else (),
        sole,
        same_as,
    )


def tell_unmeasured(unmeasured: pl.DataFrame, columns: tuple[str, ...]) -> tuple[str, ...]:
    """Groups without an estimate, each with its documents, the largest first; of a language all in one."""
    others = [column for column in columns if column != "language"]
    by_language: dict[str, list[int]] = {}
    for row in unmeasured.iter_rows(named=True):
        values = row["group_values"]
        whole = "language" in columns and others
        name = name_value(values[columns.index("language")], "language") if whole else name_group(columns, values)
        by_language.setdefault(name, []).append(row["n_documents"])
    ranked = sorted(by_language.items(), key=lambda item: -sum(item[1]))
    told = [
        f"{name} ({f'{len(sizes)} groups, ' if len(sizes) > 1 else ''}{show_count(sum(sizes))})"
        for name, sizes in ranked[:TOLD]
    ]
    return (*told, f"and {show_count(len(ranked) - TOLD)} more") if len(ranked) > TOLD else tuple(told)


def _find_sole(measured: pl.DataFrame, columns: tuple[str, ...]) -> str:
    """The one language of all groups with scores; empty where there are several, or languages are not told apart."""
    if "language" not in columns:
        return ""
    place = columns.index("language")
    languages = measured.get_column("group_values").list.get(place).unique().to_list()
    return name_value(languages[0], "language") if len(languages) == 1 else ""
