"""Prevalence of both synthetic origins in each of several groups."""

import altair as alt
import polars as pl

from provenance.report.charts.chart import Chart, draw, finish, origin_colour, say_points, share_axis, tip
from provenance.report.charts.looks import name_axis
from provenance.report.names import ORIGIN_NAMES, SYNTHETIC, name_group

ROW_HEIGHT = 34
FIGURES = ("prevalence", "low", "high", "share")


def chart_prevalences(rows: pl.DataFrame, name: str, label: str) -> Chart | None:
    """Point and interval of both synthetic prevalences for each of several groups, the plain share as a tick beside."""
    points = list_points(rows)
    order = list(dict.fromkeys(str(point["group"]) for point in points))
    if len(order) < 2:
        return None
    offset = alt.YOffset("origin:N", sort=[ORIGIN_NAMES[origin] for origin in SYNTHETIC])
    y = alt.Y("group:N", sort=order, title=None, axis=name_axis())
    base = draw(points).encode(y=y, yOffset=offset, color=origin_colour(SYNTHETIC))
    x = alt.X("low:Q", title="share of measurable documents", axis=share_axis())
    intervals = base.mark_rule(strokeWidth=2).encode(x=x, x2="high:Q")
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(
        x="prevalence:Q", tooltip=tip("group", "origin", *FIGURES)
    )
    shares = base.mark_tick(thickness=2, size=11, opacity=0.75).encode(x="share:Q")
    height = max(80, ROW_HEIGHT * len(order))
    caption = f"Prevalence by {label}: dot and 95 % interval, corrected; the upright tick is the plain share."
    return finish([intervals, shares, dots], name, height, caption, say_points(points, "group", "origin"))


def list_points(rows: pl.DataFrame) -> list[dict[str, object]]:
    """A point for each group and synthetic origin that has an estimate."""
    return [
        {
            "group": name_group(row["group_columns"], row["group_values"]),
            "origin": ORIGIN_NAMES[origin],
            **{name: row[f"{origin}_{name}"] for name in FIGURES},
        }
        for row in rows.iter_rows(named=True)
        for origin in SYNTHETIC
        if row[f"{origin}_prevalence"] is not None
    ]
