"""Prevalence over time: one origin with its series and the negative control, and small charts of groups."""

import functools
from collections.abc import Mapping, Sequence
from datetime import date

import altair as alt
import polars as pl

from provenance.report.charts.chart import (
    COLOURS,
    POINTS,
    Chart,
    Point,
    draw,
    fill,
    finish,
    origin_colour,
    say_points,
    share_axis,
    tip,
)
from provenance.report.charts.looks import DASHED, DOTTED, Look, tell_apart, time_axis, write_date
from provenance.report.names import ORIGIN_NAMES, SERIES_NAMES, SYNTHETIC
from provenance.report.periods import CONTROL_ENDS, date_period, number_runs, order_periods

FIGURES = ("prevalence", "low", "high")
LOOKS = {
    "same_hosts": Look("var(--series-0)", "square", DASHED),
    "first_seen": Look("var(--series-1)", "triangle-up", DOTTED),
}
SHIFTS = {"all_hosts": 0, "same_hosts": -5, "first_seen": 5}  # pixels, so that intervals do not hide each other


def chart_trend(trend: pl.DataFrame, origin: str, name: str, zero: float | None = None) -> Chart | None:
    """The series of one origin over all documents; null with fewer than two periods.

    Of AI-generated text the periods before November 2022 are shaded: they must show zero, and are the control. `zero`
    is the upper end of what the negative control found over all documents.
    """
    points = list_trend(trend, origin)
    shown = [series for series in SERIES_NAMES if any(point["key"] == series for point in points)]
    if len({point["period"] for point in points}) < 2:
        return None
    controlled = origin == "ai_generated"
    layers = [
        *(_shade(points) if controlled else ()),
        *(_mark_zero(zero) if controlled and zero is not None else ()),
        *_draw_series(points, shown, origin),
    ]
    caption = f"Prevalence of {ORIGIN_NAMES[origin]} documents by {_unit(points)}, corrected, with 95 % intervals."
    if controlled:
        caption += _say_control(points, zero)
    return finish(layers, name, 280, caption, say_points(points, "period", "series"))


def chart_small(rows: pl.DataFrame, name: str, label: str, top: float) -> Chart | None:
    """Both origins in one group over time, all hosts, small; `top` is the upper end that its neighbours share."""
    points = [point for origin in SYNTHETIC for point in list_trend(rows, origin) if point["key"] == "all_hosts"]
    if len({point["period"] for point in points}) < 2:
        return None
    periods = tuple(order_periods([str(point["period"]) for point in points]))
    kept = [{key: value for key, value in point.items() if key not in ("key", "series")} for point in points]
    return fill(_lay_small(periods, top or 0.01), name, kept, label, say_points(points, "period", "origin"))


@functools.cache
def _lay_small(periods: tuple[str, ...], top: float) -> Chart:
    """A small chart without points: its neighbours differ in nothing else."""
    base = alt.Chart(alt.NamedData(POINTS)).encode(
        x=time_axis(periods, "%Y", 4), detail=["run:N", "origin:N"], color=origin_colour(SYNTHETIC, named=False)
    )
    y = alt.Y("low:Q", title=None, axis=share_axis(3), scale=alt.Scale(domain=[0, top], clamp=True))
    band = base.mark_area(opacity=0.18).encode(y=y, y2="high:Q")
    line = base.mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=24, opacity=1)).encode(
        y="prevalence:Q", tooltip=tip("period", "origin", *FIGURES)
    )
    return finish([band, line], "", 120, "", "")


def list_trend(trend: pl.DataFrame, origin: str) -> list[Point]:
    """A point for each series and period that has an estimate in documents, in the order of both."""
    rows = trend.filter(pl.col(f"{origin}_prevalence").is_not_null(), pl.col("unit") == "documents")
    found = {(row["series"], row["period"]): row for row in rows.iter_rows(named=True)}
    periods = order_periods(trend.get_column("period").to_list())
    points: list[Point] = []
    for series, called in SERIES_NAMES.items():
        runs = number_runs([p for p in periods if (series, p) in found], periods)
        for period in (p for p in periods if (series, p) in found):
            figures = {figure: found[series, period][f"{origin}_{figure}"] for figure in FIGURES}
            point = {"period": period, "date": write_date(period), "key": series, "series": called, "run": runs[period]}
            points.append(point | {"origin": ORIGIN_NAMES[origin]} | figures)
    return points


def _draw_series(points: Sequence[Point], shown: Sequence[str], origin: str) -> list[alt.Chart]:
    """Of each series line, points and upright intervals; of all hosts also the band."""
    layers: list[alt.Chart] = []
    x = time_axis([str(point["period"]) for point in points])
    known = {"all_hosts": Look(COLOURS[origin])} | LOOKS
    looks = tell_apart("series", {SERIES_NAMES[series]: known[series] for series in shown}, columns=2)
    y = alt.Y("low:Q", title="share of measurable documents", axis=share_axis(), scale=alt.Scale(domainMin=0))
    for series in shown:
        mine = [point for point in points if point["key"] == series]
        base = draw(mine).encode(x=x, detail="run:N", color=looks.colour)
        shift, main = SHIFTS[series], series == "all_hosts"
        bounds = base.mark_rule(opacity=0.55, xOffset=shift, strokeWidth=1.5).encode(y=y, y2="high:Q")
        line = base.mark_line(strokeWidth=2.5 if main else 1.5, xOffset=shift, strokeDash=list(known[series].dash))
        dots = base.mark_point(filled=True, size=55, opacity=1, xOffset=shift)
        layers += [
            *([base.mark_area(opacity=0.16).encode(y=y, y2="high:Q")] if main else []),
            bounds,
            line.encode(y="prevalence:Q"),
            dots.encode(y="prevalence:Q", shape=looks.shape, tooltip=tip("period", "series", *FIGURES)),
        ]
    return layers


def _shade(points: Sequence[Mapping[str, object]]) -> list[alt.Chart]:
    """The time before there were large language models for everybody, where a point lies in it."""
    start, end = _span(points)
    if start is None or end is None or start >= CONTROL_ENDS:
        return []
    box = [{"start": start.isoformat(), "end": min(end, CONTROL_ENDS).isoformat(), "label": "control: should be zero"}]
    x = alt.X("start:T", scale=alt.Scale(type="utc"))
    shade = draw(box).mark_rect(color="var(--shade)", opacity=1).encode(x=x, x2="end:T")
    text = draw(box).mark_text(align="left", baseline="top", dx=6, dy=6, color="var(--muted)", fontSize=12)
    return [shade, text.encode(x=x, y=alt.value(0), text="label:N")]


def _mark_zero(zero: float) -> list[alt.Chart]:
    """A dashed line at the upper end of what the control found."""
    line = draw([{"zero": zero}]).mark_rule(strokeDash=[5, 4], color="var(--muted)", strokeWidth=1.5)
    return [line.encode(y="zero:Q")]


def _say_control(points: Sequence[Mapping[str, object]], zero: float | None) -> str:
    start, _ = _span(points)
    shaded = start is not None and start < CONTROL_ENDS
    said = " Shaded: before November 2022, where the true value is zero." if shaded else ""
    dashed = " Dashed line: upper end of the negative control; what lies below it cannot be told from zero."
    return said + (dashed if zero is not None else "")


def _span(points: Sequence[Mapping[str, object]]) -> tuple[date | None, date | None]:
    dates = [date_period(str(point["period"])) for point in points]
    known = [day for day in dates if day is not None]
    return (min(known), max(known)) if known and len(known) == len(dates) else (None, None)


def _unit(points: Sequence[Mapping[str, object]]) -> str:
    first = str(points[0]["period"])
    return "crawl" if first.startswith("CC-MAIN") else {7: "month of capture", 4: "year"}.get(len(first), "period")


def share_top(rows: pl.DataFrame) -> float:
    """The upper end of small charts side by side: every estimate fits, and nine of ten intervals."""
    all_hosts = rows.filter(pl.col("series") == "all_hosts")
    found = [all_hosts.select(p=f"{origin}_prevalence", high=f"{origin}_high") for origin in SYNTHETIC]
    figures = pl.concat(found).drop_nulls().select(pl.col("p").max(), pl.col("high").quantile(0.9)).row(0)
    return min(1.0, 1.05 * max(float(figure or 0.0) for figure in figures))
