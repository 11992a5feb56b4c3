"""Distributions of the scores by crawl and by language."""

from collections.abc import Sequence

import altair as alt
import polars as pl

from provenance.report.charts.chart import Chart, draw, finish
from provenance.report.charts.looks import name_axis
from provenance.report.names import AXIS_NAMES, MISSING, name_value
from provenance.report.numbers import show_share
from provenance.report.periods import order_periods

BIN = 0.05
LINES = 5
ROWS = 12


def chart_scores(histogram: pl.DataFrame, axis: str, name: str, *, dated: bool = False) -> Chart | None:
    """Distribution of one score, a line per crawl, each of which adds up to 1; of more than five crawls, five.

    Later crawls are drawn stronger. `dated`: the AI score holds when a text was first seen, which the caption says.
    """
    found = histogram.filter(axis=axis).get_column("crawl").unique().to_list()
    shown = spread(order_periods([name_value(crawl) for crawl in found]), LINES)
    values, names = _distributions(histogram.with_columns(pl.col("crawl").fill_null(MISSING)), axis, "crawl", shown)
    if not values:
        return None
    scale = alt.Scale(domain=names, range=[f"var(--ramp-{i})" for i in spread_ramp(len(names))])
    legend = alt.Legend(orient="top", symbolType="stroke", symbolStrokeWidth=3, labelLimit=220, columns=2)
    colour = alt.Color("group:N", title=None, sort=names, scale=scale, legend=legend)
    x = alt.X("score:Q", title=f"{AXIS_NAMES[axis]} score", scale=alt.Scale(domain=[0, 1]), axis=_score_axis())
    ticks = alt.Axis(format="~%", values=[0, 0.01, 0.05, 0.1, 0.25, 0.5, 1])
    y = alt.Y("share:Q", title="documents (square-root scale)", axis=ticks, scale=alt.Scale(type="sqrt"))
    mark = draw(values).mark_line(interpolate="step-after", strokeWidth=2)
    among = f", {len(names)} of {len(found)} crawls" if len(names) < len(found) else ""
    caption = f"Distribution of the {AXIS_NAMES[axis]} score by crawl{among}; later crawls are drawn stronger."
    if dated and axis == "ai":
        caption += " The date of a text is in this score: old texts lie at 0 for their date, not for their wording."
    return finish([mark.encode(x=x, y=y, color=colour)], name, 210, caption, _say_scores(values, names))


def chart_score_map(histogram: pl.DataFrame, axis: str, name: str) -> Chart | None:
    """Distribution of one score in each of the twelve largest languages, a row each."""
    largest = histogram.filter(axis=axis).group_by("language").agg(n=pl.col("n_documents").sum())
    shown = largest.sort("n", "language", descending=[True, False]).head(ROWS).get_column("language").to_list()
    values, names = _distributions(histogram, axis, "language", shown)
    if not values:
        return None
    cells = [value | {"end": float(str(value["score"])) + BIN} for value in values if value["score"] != 1.0]
    x = alt.X("score:Q", title=f"{AXIS_NAMES[axis]} score", scale=alt.Scale(domain=[0, 1]), axis=_score_axis())
    y = alt.Y("group:N", sort=names, title=None, axis=name_axis())
    depth = alt.Opacity("share:Q", scale=alt.Scale(type="sqrt", domain=[0, 1], range=[0.03, 1]), legend=None)
    tooltip = [alt.Tooltip("group:N"), alt.Tooltip("score:Q", format=".2f"), alt.Tooltip("share:Q", format=".1%")]
    mark = draw(cells).mark_rect(color="var(--series-0)")
    cells_drawn = mark.encode(x=x, x2="end:Q", y=y, opacity=depth, tooltip=tooltip)
    caption = f"The {AXIS_NAMES[axis]} score by language: the stronger the colour, the more of its documents."
    return finish([cells_drawn], name, 26 * len(names), caption, _say_scores(values, names))


def spread_ramp(n: int) -> list[int]:
    """The steps of the ramp for `n` lines by time: the last is the strongest."""
    return [LINES - 1] if n == 1 else [round(i * (LINES - 1) / (n - 1)) for i in range(n)]


def spread(names: Sequence[str], n: int) -> list[str]:
    """At most `n` of the names, evenly spaced, the first and the last among them."""
    if len(names) <= n:
        return list(names)
    return [names[round(i * (len(names) - 1) / (n - 1))] for i in range(n)]


def _score_axis() -> alt.Axis:
    return alt.Axis(values=[0, 0.2, 0.4, 0.6, 0.8, 1], labelFlush=False)


def _distributions(
    histogram: pl.DataFrame, axis: str, by: str, groups: Sequence[str | None]
) -> tuple[list[dict[str, object]], list[str]]:
    """The histogram of each group as shares, and the names of the groups."""
    counted = histogram.filter(axis=axis).group_by(by, "bin").agg(pl.col("n_documents").sum())
    values = [
        value
        for group in groups
        for value in _steps(counted.filter(pl.col(by).eq_missing(group)), name_value(group, by))
    ]
    return values, [name_value(group, by) for group in groups]


def _steps(counted: pl.DataFrame, group: str) -> list[dict[str, object]]:
    """Every bin of a histogram, empty ones as 0, closed at 1."""
    found = {round(value, 2): n for value, n in counted.select("bin", "n_documents").iter_rows()}
    total = sum(found.values())
    edges = [round(BIN * i, 2) for i in range(round(1 / BIN))]
    shares = [found.get(edge, 0) / total for edge in edges]
    return [{"group": group, "score": s, "share": v} for s, v in zip([*edges, 1.0], [*shares, shares[-1]], strict=True)]


def _say_scores(values: Sequence[dict[str, object]], names: Sequence[str]) -> str:
    said = []
    for name in names:
        steps = [value for value in values if value["group"] == name][:-1]
        high = sum(float(str(value["share"])) for value in steps if float(str(value["score"])) >= 0.5)
        said.append(f"{name}: {show_share(high)} of scores are 0.5 or more")
    return "; ".join(said) + "."
