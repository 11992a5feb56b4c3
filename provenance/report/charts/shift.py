"""How the curated subset differs from the input, property by property."""

import altair as alt
import polars as pl

from provenance.report.charts.chart import Chart, draw, finish, tip
from provenance.report.charts.looks import Look, name_axis, tell_apart
from provenance.report.names import GROUP_NAMES, name_value

ROW_HEIGHT = 28
TICKS = (0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10, 30, 100)
FEWER, SAME, MORE = "fewer", "no clear change", "more"
LOOKS = {
    FEWER: Look("var(--series-4)", "triangle-left"),
    SAME: Look("var(--undetermined)"),
    MORE: Look("var(--series-3)", "triangle-right"),
}


def chart_shift(rows: pl.DataFrame, name: str) -> Chart | None:
    """Odds ratios of the values of one property on a logarithmic scale, with intervals; 1 is no change."""
    found = rows.filter(pl.col("low") > 0, pl.col("odds_ratio").is_finite(), pl.col("high").is_finite())
    if found.is_empty():
        return None
    points = [
        row | {"value": name_value(row["value"], row["property"]), "change": name_change(row["low"], row["high"])}
        for row in found.iter_rows(named=True)
    ]
    changes = [change for change in LOOKS if any(point["change"] == change for point in points)]
    looks = tell_apart("change", {change: LOOKS[change] for change in changes})
    y = alt.Y("value:N", sort=[str(point["value"]) for point in points], title=None, axis=name_axis())
    base = draw(points).encode(y=y, color=looks.colour)
    ends = min(0.8, *(p["low"] for p in points)) / 1.1, max(1.25, *(p["high"] for p in points)) * 1.1
    axis = alt.Axis(
        format="~g",
        labelOverlap="greedy",
        labelSeparation=6,
        values=[tick for tick in TICKS if ends[0] <= tick <= ends[1]],
    )
    scale = alt.Scale(type="log", nice=False, domain=ends)
    x = alt.X("low:Q", title="odds ratio (logarithmic scale)", scale=scale, axis=axis)
    one = draw([{"one": 1}]).mark_rule(strokeDash=[5, 4], color="var(--muted)", strokeWidth=1.5).encode(x="one:Q")
    bounds = base.mark_rule(strokeWidth=2).encode(x=x, x2="high:Q")
    dots = base.mark_point(filled=True, size=80, opacity=1).encode(
        x="odds_ratio:Q", shape=looks.shape, tooltip=tip("value", "change", "odds_ratio", "n_input", "n_curated")
    )
    label = GROUP_NAMES.get(str(points[0]["property"]), str(points[0]["property"]).replace("_", " "))
    caption = f"{label[0].upper()}{label[1:]}: odds of being kept, against all other documents; 1 is no change."
    said = "; ".join(f"{p['value']}: {p['odds_ratio']:.2f} ({p['low']:.2f} to {p['high']:.2f})" for p in points)
    height = max(60, ROW_HEIGHT * len(points))
    return finish([one, bounds, dots], name, height, caption, f"{said}.")


def name_change(low: float, high: float) -> str:
    """Whether an interval of odds ratios lies below 1, above it, or holds it."""
    return FEWER if high < 1 else MORE if low > 1 else SAME
