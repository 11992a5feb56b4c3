"""Prevalence over time: a panel for each origin with its series, and small charts of groups."""

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
    largest,
    origin_colour,
    say_points,
    share_axis,
    tip,
)
from provenance.report.charts.looks import DASHED, DOTTED, SOLID, Look, tell_apart, time_axis, write_date
from provenance.report.names import ORIGIN_NAMES, SERIES_NAMES, SYNTHETIC
from provenance.report.periods import CHATGPT, date_period, number_runs, order_periods

FIGURES = ("prevalence", "low", "high")
SHAPES = {"all_hosts": ("circle", SOLID), "same_hosts": ("square", DASHED), "first_seen": ("triangle-up", DOTTED)}
LIGHT = 0.35  # opacity of a line along which no movement can be told
EXTENT = 44  # pixels from the plot to the left edge: panels one above the other share their axis of time


def chart_trend(
    trend: pl.DataFrame, origin: str, name: str, zero: float | None = None, top: float | None = None
) -> Chart | None:
    """The series of one origin over all documents; null with fewer than two periods.

    Colour is the origin's, a series is told by shape and dash; intervals are those of all hosts. Of AI-generated text
    the time before ChatGPT is shaded: it must show about zero, and is the control. `zero` is the upper end of what the
    negative control found over all documents, `top` the upper end of the axis, which panels share.
    """
    points = list_trend(trend, origin)
    shown = [series for series in SERIES_NAMES if any(point["key"] == series for point in points)]
    if len({point["period"] for point in points}) < 2:
        return None
    controlled = origin == "ai_generated"
    moves = shows_movement(points)
    layers = [
        *(_shade(points) if controlled else ()),
        *_mark_release(points),
        *(_mark_zero(zero) if controlled and zero is not None else ()),
        *_draw_series(points, shown, origin, top or panel_top(trend), moves),
    ]
    name_of = ORIGIN_NAMES[origin]
    caption = f"{name_of[0].upper()}{name_of[1:]}: prevalence by {_unit(points)}, corrected; band: 95 % of all hosts."
    if controlled:
        caption += _say_control(points, zero)
    if not moves:
        caption += " One value lies within every interval: no movement can be told, so the line is faint."
    return finish(layers, name, 230, caption, say_points(points, "period", "series"))


def shows_movement(points: Sequence[Mapping[str, object]]) -> bool:
    """Whether no single value lies within the intervals of all hosts of every period."""
    mine = [point for point in points if point["key"] == "all_hosts"]
    lows, highs = ([float(str(point[end])) for point in mine if point[end] is not None] for end in ("low", "high"))
    return bool(lows and highs) and max(lows) > min(highs)


def panel_top(trend: pl.DataFrame) -> float:
    """The upper end of both panels: every estimate, and the intervals of all hosts, fit."""
    points = [point for origin in SYNTHETIC for point in list_trend(trend, origin)]
    wide = largest([point for point in points if point["key"] == "all_hosts"], "high")
    return min(1.0, 1.05 * max(wide, largest(points, "prevalence"))) or 0.01


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


def _draw_series(
    points: Sequence[Point], shown: Sequence[str], origin: str, top: float, moves: bool
) -> list[alt.Chart]:
    """Of each series a line and points, of all hosts also the band."""
    layers: list[alt.Chart] = []
    x = time_axis([str(point["period"]) for point in points])
    known = {series: Look(COLOURS[origin], *SHAPES[series]) for series in shown}
    looks = tell_apart("series", {SERIES_NAMES[series]: known[series] for series in shown}, columns=2)
    axis = share_axis()
    axis.minExtent = axis.maxExtent = EXTENT
    y = alt.Y("low:Q", title=None, axis=axis, scale=alt.Scale(domain=[0, top], clamp=True))
    for series in shown:
        mine = [point for point in points if point["key"] == series]
        base, main = draw(mine).encode(x=x, detail="run:N", color=looks.colour), series == "all_hosts"
        thick, opaque = (2.5, 1.0) if main else (1.25, 0.7)
        line = base.mark_line(
            strokeWidth=thick, opacity=opaque if moves else LIGHT, strokeDash=list(known[series].dash)
        )
        dots = base.mark_point(filled=True, size=60 if main else 32, opacity=opaque)
        layers += [
            *([base.mark_area(opacity=0.16).encode(y=y, y2="high:Q")] if main else []),
            line.encode(y="prevalence:Q"),
            dots.encode(y="prevalence:Q", shape=looks.shape, tooltip=tip("period", "series", *FIGURES)),
        ]
    return layers


def _shade(points: Sequence[Mapping[str, object]]) -> list[alt.Chart]:
    """The time before there were large language models for everybody, where a point lies in it."""
    start, end = _span(points)
    if start is None or end is None or start >= CHATGPT:
        return []
    label = "control: should\nbe about zero"
    box = [{"start": start.isoformat(), "end": min(end, CHATGPT).isoformat(), "label": label}]
    x = alt.X("start:T", scale=alt.Scale(type="utc"))
    shade = draw(box).mark_rect(color="var(--shade)", opacity=1).encode(x=x, x2="end:T")
    text = draw(box).mark_text(
        align="left", baseline="top", dx=6, dy=6, color="var(--muted)", fontSize=12, lineBreak="\n"
    )
    return [shade, text.encode(x=x, y=alt.value(0), text="label:N")]


def _mark_release(points: Sequence[Mapping[str, object]]) -> list[alt.Chart]:
    """An upright line at the day on which ChatGPT came, where there are points on both sides of it."""
    start, end = _span(points)
    if start is None or end is None or not start < CHATGPT < end:
        return []
    day = draw([{"released": CHATGPT.isoformat(), "label": "ChatGPT, 30 Nov 2022"}])
    x = alt.X("released:T", scale=alt.Scale(type="utc"))
    rule = day.mark_rule(color="var(--muted)", strokeWidth=1.5).encode(x=x)
    text = day.mark_text(align="left", baseline="top", dx=6, dy=22, color="var(--muted)", fontSize=12)
    return [rule, text.encode(x=x, y=alt.value(0), text="label:N")]


def _mark_zero(zero: float) -> list[alt.Chart]:
    """A dashed line at the upper end of what the control found."""
    line = draw([{"zero": zero}]).mark_rule(strokeDash=[5, 4], color="var(--muted)", strokeWidth=1.5)
    return [line.encode(y="zero:Q")]


def _say_control(points: Sequence[Mapping[str, object]], zero: float | None) -> str:
    start, _ = _span(points)
    shaded = start is not None and start < CHATGPT
    said = " Shaded: before ChatGPT, where the true value is about zero." if shaded else ""
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
