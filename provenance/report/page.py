"""The report: small tables in, one self-contained HTML page out."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import polars as pl

from provenance.report.bundle import load_drawing, load_vega, write_policy
from provenance.report.charts import (
    Chart,
    chart_prevalences,
    chart_score_map,
    chart_scores,
    chart_trend,
    name_group,
)
from provenance.report.data import Example, ReportData
from provenance.report.excerpt import cut_excerpt, split_segments
from provenance.report.headline import find_rows, show_ratio_cell, write_headline
from provenance.report.template import load_template

GROUP_NAMES = {
    "language": "language",
    "url_host_registered_domain": "host domain",
    "url_host_name": "host",
    "month": "month of capture",
    "crawl": "crawl",
}
EXCERPT = 900  # characters of an example
Figures = dict[str, object]


@dataclass(frozen=True, slots=True)
class GroupSection:
    """The table of one grouping, with its chart where there is something to draw."""

    name: str
    label: str
    rows: tuple[Figures, ...]
    unmeasured: tuple[Figures, ...]  # groups with too few scores for an estimate, told in a line
    charts: tuple[Chart, ...]


def render_page(data: ReportData) -> str:
    """The page of a run, complete in itself: no request leaves it, and all that documents brought is escaped."""
    sections = tuple(_make_sections(data.ratio))
    scores = _chart_scores(data.scores)
    drawn = [chart for section in sections for chart in section.charts] + scores
    scripts = (load_vega(), load_drawing()) if drawn else ()
    overall = [_show_row(row) for row in find_rows(data.ratio, ()).iter_rows(named=True)]
    return load_template("report.html.j2").render(
        data=data,
        policy=write_policy(scripts),
        scripts=scripts,
        headline=write_headline(data.ratio),
        overall=overall,
        compared=any(row["human_adjusted_count"] is not None for row in overall),
        sections=sections,
        score_charts=scores,
        rejects=_show_counts(data.rejects, "n"),
        left_out=_show_counts(data.left_out, "n"),
        duplicates=_show_counts(data.duplicates, "n_documents"),
        evidence=data.evidence.head(15).to_dicts(),
        examples=_group_examples(data.examples),
        models=data.models.to_dicts(),
        shards=data.shards.to_dicts(),
    )


def _make_sections(ratio: pl.DataFrame) -> Sequence[GroupSection]:
    """A section for each grouping of the table, in the table's order."""
    if ratio.is_empty():
        return ()
    groupings = [tuple(columns) for columns in ratio.get_column("group_columns").to_list() if columns]
    return [_make_section(ratio, columns) for columns in dict.fromkeys(groupings)]


def _make_section(ratio: pl.DataFrame, columns: tuple[str, ...]) -> GroupSection:
    found = find_rows(ratio, columns, "documents")
    rows, unmeasured = found.filter(pl.col("n_measured") > 0), found.filter(pl.col("n_measured") == 0)
    label = " and ".join(GROUP_NAMES.get(column, column.replace("_", " ")) for column in columns)
    name = "by-" + "-".join(columns).replace("_", "-")
    trend = chart_trend(rows, f"chart-{name}") if columns == ("month",) else None
    chart = trend or chart_prevalences(rows.head(12), f"chart-{name}", label)
    shown, told = (tuple(map(_show_row, part.iter_rows(named=True))) for part in (rows, unmeasured))
    return GroupSection(name, label, shown, told, (chart,) if chart else ())


def _show_row(row: Figures) -> Figures:
    """A row of the ratio table with its name and the ratio as text."""
    value, interval = show_ratio_cell(row)
    columns, values = row["group_columns"], row["group_values"]
    assert isinstance(columns, list)
    assert isinstance(values, list)
    return row | {"name": name_group(columns, values), "ratio_value": value, "ratio_interval": interval}


def _chart_scores(histogram: pl.DataFrame) -> list[Chart]:
    """Both scores by crawl, and by language where there is more than one."""
    made = [chart_scores(histogram, axis, f"chart-{axis}-crawl") for axis in ("ai", "mt")]
    if histogram.get_column("language").n_unique() > 1:
        made += [chart_score_map(histogram, axis, f"chart-{axis}-language") for axis in ("ai", "mt")]
    return [chart for chart in made if chart is not None]


def _show_counts(counts: pl.DataFrame, column: str) -> list[Figures]:
    """Rows with their share of the whole and the length of their bar, the largest first."""
    rows = counts.rename({counts.columns[0]: "key", column: "n"}).sort("n", "key", descending=[True, False]).to_dicts()
    total, most = sum(row["n"] for row in rows), max((row["n"] for row in rows), default=0)
    return [row | {"share": row["n"] / total, "bar": 100 * row["n"] / most} for row in rows if row["n"]]


def _group_examples(examples: Sequence[Example]) -> list[tuple[str, list[Figures]]]:
    """Examples by origin, synthetic ones first, each with its text in segments."""
    order = ("ai_generated", "machine_translated", "human", "undetermined")
    ranked = sorted(examples, key=lambda example: order.index(example.origin))
    return [
        (origin, [{"document": e, "segments": split_segments(*cut_excerpt(e.text, e.spans, EXCERPT))} for e in group])
        for origin, group in groupby(ranked, key=lambda example: example.origin)
    ]
