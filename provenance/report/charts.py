"""Vega-Lite charts by Altair, each with the sentence that says what it shows.

Colours are CSS variables, so that one chart serves light, dark and print; each origin has one colour everywhere. The
palette is that of Okabe and Ito (2008), Color Universal Design, told apart with any colour vision.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import polars as pl

from provenance.report.names import ORIGIN_NAMES, SYNTHETIC
from provenance.report.numbers import show_share

COLOURS = {origin: f"var(--{origin.replace('_', '-')})" for origin in ORIGIN_NAMES}
BIN = 0.05
ROW_HEIGHT = 34
MISSING = "not known"
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Chart:
    """A Vega-Lite specification as JSON, and the same in words for who cannot see it."""

    name: str
    caption: str
    alt: str
    spec: str


def chart_prevalences(rows: pl.DataFrame, name: str, label: str) -> Chart | None:
    """Point and interval of both synthetic prevalences for each of several groups, the plain share as a tick beside."""
    points = _points(rows)
    if len({str(point["group"]) for point in points}) < 2:
        return None
    order = list(dict.fromkeys(str(point["group"]) for point in points))
    y = alt.Y(
        "group:N", sort=order, title=None, axis=alt.Axis(labelLimit=130, ticks=False, domain=False, labelPadding=8)
    )
    offset = alt.YOffset("origin:N", sort=[ORIGIN_NAMES[origin] for origin in SYNTHETIC])
    base = alt.Chart(pl.DataFrame(points)).encode(y=y, yOffset=offset, color=_origin_colour(SYNTHETIC))
    x = alt.X("low:Q", title="share of measurable documents", axis=alt.Axis(format=".0%", tickCount=5))
    intervals = base.mark_rule(strokeWidth=2).encode(x=x, x2="high:Q")
    estimates = base.mark_point(filled=True, size=70, opacity=1).encode(x="prevalence:Q", tooltip=_tooltips())
    shares = base.mark_tick(thickness=2, size=11, opacity=0.75).encode(x="share:Q")
    figure = (intervals + shares + estimates).properties(height=max(80, ROW_HEIGHT * len(order)))
    caption = f"Prevalence by {label}: dot and 95 % interval, corrected; the upright tick is the plain share."
    return _finish(figure, name, caption, f"{caption} {_say(points)}")


def chart_trend(rows: pl.DataFrame, name: str) -> Chart | None:
    """Both synthetic prevalences by month, with the interval as a band that does not bridge months without data."""
    points = [point for point in _points(rows) if MONTH.fullmatch(str(point["group"]))]
    months = sorted({str(point["group"]) for point in points})
    if len(months) < 2:
        return None
    runs = _number_runs(months)
    points = [point | {"month": f"{point['group']}-01", "run": runs[str(point["group"])]} for point in points]
    x = alt.X("month:T", title=None, axis=alt.Axis(format="%b %Y", labelOverlap=True, tickCount=6))
    base = alt.Chart(pl.DataFrame(points)).encode(x=x, detail="run:N")
    y = alt.Y("low:Q", title="share of measurable documents", axis=alt.Axis(format=".0%", tickCount=5))
    coloured = base.encode(color=_origin_colour(SYNTHETIC))
    bands = coloured.mark_area(opacity=0.16).encode(y=y, y2="high:Q")
    bounds = coloured.mark_rule(opacity=0.45).encode(y="low:Q", y2="high:Q")
    lines = coloured.mark_line(point=alt.OverlayMarkDef(size=50, opacity=1)).encode(
        y="prevalence:Q", tooltip=_tooltips()
    )
    caption = "Prevalence by month of capture, corrected; the band is the 95 % interval."
    return _finish((bands + bounds + lines).properties(height=260), name, caption, f"{caption} {_say(points)}")


def chart_scores(histogram: pl.DataFrame, axis: str, name: str) -> Chart | None:
    """Distribution of one score, a line per crawl, each of which adds up to 1; at most five crawls, the largest."""
    values, names = _distributions(histogram, axis, "crawl", limit=5)
    if not values:
        return None
    scale = alt.Scale(domain=names, range=[f"var(--series-{i})" for i in range(len(names))])
    legend = alt.Legend(orient="top", symbolType="stroke", symbolStrokeWidth=3, labelLimit=220)
    colour = alt.Color("group:N", title=None, sort=names, scale=scale, legend=legend)
    x = alt.X("score:Q", title=f"{_AXIS_NAMES[axis]} score", scale=alt.Scale(domain=[0, 1]), axis=_score_axis())
    ticks = alt.Axis(format=".0%", values=[0, 0.01, 0.05, 0.1, 0.25, 0.5, 1])
    y = alt.Y("share:Q", title="documents (square-root scale)", axis=ticks, scale=alt.Scale(type="sqrt"))
    mark = alt.Chart(pl.DataFrame(values)).mark_line(interpolate="step-after", strokeWidth=2)
    caption = f"Distribution of the {_AXIS_NAMES[axis]} score by crawl."
    figure = mark.encode(x=x, y=y, color=colour).properties(height=210)
    return _finish(figure, name, caption, f"{caption} {_say_scores(values, names)}")


def chart_score_map(histogram: pl.DataFrame, axis: str, name: str) -> Chart | None:
    """Distribution of one score in each of the twelve largest languages, a row each."""
    values, names = _distributions(histogram, axis, "language", limit=12)
    if not values:
        return None
    cells = pl.DataFrame(
        [value | {"end": float(str(value["score"])) + BIN} for value in values if value["score"] != 1.0]
    )
    x = alt.X("score:Q", title=f"{_AXIS_NAMES[axis]} score", scale=alt.Scale(domain=[0, 1]), axis=_score_axis())
    y = alt.Y("group:N", sort=names, title=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=8))
    depth = alt.Opacity("share:Q", scale=alt.Scale(type="sqrt", domain=[0, 1], range=[0.03, 1]), legend=None)
    tooltip = [alt.Tooltip("group:N"), alt.Tooltip("score:Q", format=".2f"), alt.Tooltip("share:Q", format=".1%")]
    mark = alt.Chart(cells).mark_rect(color="var(--series-0)")
    figure = mark.encode(x=x, x2="end:Q", y=y, opacity=depth, tooltip=tooltip).properties(height=26 * len(names))
    caption = f"The {_AXIS_NAMES[axis]} score by language: the stronger the colour, the more of its documents."
    return _finish(figure, name, caption, f"{caption} {_say_scores(values, names)}")


_AXIS_NAMES = {"ai": "AI-generated", "mt": "machine-translated"}


def name_group(columns: Sequence[str], values: Sequence[str | None]) -> str:
    """A group as people read it."""
    return ", ".join(_name(value) for value in values) if columns else "everything"


def _name(value: str | None) -> str:
    return MISSING if value is None else value


def _points(rows: pl.DataFrame) -> list[dict[str, object]]:
    """A point for each group and synthetic origin that has an estimate."""
    points: list[dict[str, object]] = []
    for row in rows.iter_rows(named=True):
        group = name_group(row["group_columns"], row["group_values"])
        for origin in SYNTHETIC:
            figures = {name: row[f"{origin}_{name}"] for name in ("prevalence", "low", "high", "share")}
            if figures["prevalence"] is not None:
                points.append({"group": group, "origin": ORIGIN_NAMES[origin], **figures})
    return points


def _score_axis() -> alt.Axis:
    return alt.Axis(values=[0, 0.2, 0.4, 0.6, 0.8, 1], labelFlush=False)


def _number_runs(months: Sequence[str]) -> dict[str, int]:
    """The number of the run of adjoining months that each one belongs to."""
    runs: dict[str, int] = {}
    last, run = None, -1
    for month in months:
        year, number = (int(part) for part in month.split("-"))
        position = 12 * year + number
        run += last is None or position != last + 1
        runs[month], last = run, position
    return runs


def _distributions(
    histogram: pl.DataFrame, axis: str, by: str, limit: int
) -> tuple[list[dict[str, object]], list[str]]:
    """The histogram of each group as shares, and the groups, the largest first."""
    counted = histogram.filter(pl.col("axis") == axis).group_by(by, "bin").agg(pl.col("n_documents").sum())
    totals = counted.group_by(by).agg(total=pl.col("n_documents").sum()).sort("total", by, descending=[True, False])
    values: list[dict[str, object]] = []
    kept = totals.head(limit).get_column(by).to_list()
    for group in kept:
        values += _steps(counted.filter(pl.col(by).eq_missing(group)), _name(group))
    return values, [_name(group) for group in kept]


def _steps(counted: pl.DataFrame, group: str) -> list[dict[str, object]]:
    """Every bin of a histogram, empty ones as 0, closed at 1."""
    found = {round(value, 2): n for value, n in counted.select("bin", "n_documents").iter_rows()}
    total = sum(found.values())
    edges = [round(BIN * i, 2) for i in range(round(1 / BIN))]
    shares = [found.get(edge, 0) / total for edge in edges]
    return [{"group": group, "score": s, "share": v} for s, v in zip([*edges, 1.0], [*shares, shares[-1]], strict=True)]


def _origin_colour(origins: Sequence[str]) -> alt.Color:
    return alt.Color("origin:N", title=None, scale=_origin_scale(origins), legend=_legend())


def _origin_scale(origins: Sequence[str]) -> alt.Scale:
    return alt.Scale(domain=[ORIGIN_NAMES[o] for o in origins], range=[COLOURS[o] for o in origins])


def _legend() -> alt.Legend:
    return alt.Legend(orient="top", symbolType="circle", symbolSize=90, symbolOpacity=1, labelLimit=220)


def _tooltips() -> list[alt.Tooltip]:
    figures = [alt.Tooltip(f"{name}:Q", format=".1%") for name in ("prevalence", "low", "high", "share")]
    return [alt.Tooltip("group:N"), alt.Tooltip("origin:N"), *figures]


def _finish(figure: alt.LayerChart | alt.Chart, name: str, caption: str, said: str) -> Chart:
    font = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', sans-serif"
    styled = (
        figure.properties(width="container", description=caption, background="transparent")
        .configure(font=font)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor="var(--muted)",
            titleColor="var(--muted)",
            gridColor="var(--line)",
            domainColor="var(--line)",
            tickColor="var(--line)",
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
        )
        .configure_legend(labelColor="var(--ink)", labelFontSize=12, offset=8)
    )
    spec = json.dumps(styled.to_dict(), ensure_ascii=True, sort_keys=True)
    return Chart(name, caption, said, spec.replace("<", "\\u003c"))


def _say(points: Sequence[dict[str, object]]) -> str:
    """The first dozen points in words."""
    said = [
        f"{point['group']}, {point['origin']}: {_share(point['prevalence'])} "
        f"({_share(point['low'])} to {_share(point['high'])})"
        for point in points[:12]
    ]
    return "; ".join(said) + ("; and more in the table." if len(points) > 12 else ".")


def _say_scores(values: Sequence[dict[str, object]], names: Sequence[str]) -> str:
    said = []
    for name in names:
        steps = [value for value in values if value["group"] == name][:-1]
        high = sum(float(str(value["share"])) for value in steps if float(str(value["score"])) >= 0.5)
        said.append(f"{name}: {show_share(high)} of scores are 0.5 or more")
    return "; ".join(said) + "."


def _share(value: object) -> str:
    return show_share(float(str(value)))
