"""What the prevalence would be if the detector missed more, or less, than was measured."""

import altair as alt
import polars as pl

from provenance.report.charts.chart import COLOURS, Chart, draw, finish, say_points, share_axis, tip
from provenance.report.names import ORIGIN_NAMES


def chart_sensitivity(rows: pl.DataFrame, origin: str, name: str, estimate: float | None = None) -> Chart | None:
    """Prevalence of one origin against the miss rate that is presumed, with a band; `estimate` is a level line."""
    found = rows.filter(pl.col("prevalence").is_not_null()).sort("miss_rate")
    if found.get_column("miss_rate").n_unique() < 2:
        return None
    points = [row | {"missed": f"miss rate {100 * row['miss_rate']:.0f} %"} for row in found.iter_rows(named=True)]
    x = alt.X("miss_rate:Q", title="share that the detector is presumed to miss", axis=share_axis(6))
    y = alt.Y("low:Q", title="prevalence", axis=share_axis(), scale=alt.Scale(domainMin=0))
    base = draw(points).encode(x=x)
    band = base.mark_area(opacity=0.18, color=COLOURS[origin]).encode(y=y, y2="high:Q")
    line = base.mark_line(strokeWidth=2.5, color=COLOURS[origin]).encode(y="prevalence:Q")
    every = base.mark_point(size=30, filled=True, opacity=0.01, color=COLOURS[origin])
    layers = [band, line, every.encode(y="prevalence:Q", tooltip=tip("missed", "prevalence", "low", "high"))]
    if estimate is not None:
        level = draw([{"level": estimate, "label": "the estimate"}]).encode(y="level:Q")
        text = level.mark_text(align="left", baseline="top", dx=4, dy=4, color="var(--muted)", fontSize=12)
        layers.append(level.mark_rule(strokeDash=[2, 3], color="var(--muted)", strokeWidth=1.5))
        layers.append(text.encode(x=alt.value(0), text="label:N"))
    measured = [point for point in points if point["measured"]]
    if measured:
        at = draw(measured).encode(x=x)
        layers.append(at.mark_rule(strokeDash=[5, 4], color="var(--muted)", strokeWidth=1.5))
        layers.append(at.mark_point(filled=True, size=90, opacity=1, color=COLOURS[origin]).encode(y="prevalence:Q"))
        text = at.mark_text(align="left", baseline="top", dx=6, dy=2, color="var(--muted)", fontSize=12)
        layers.append(text.encode(y=alt.value(0), text=alt.value("measured")))
    caption = (
        f"{ORIGIN_NAMES[origin].capitalize()}: prevalence by miss rate, with 95 % band; dashed: the measured rate."
    )
    caption = caption.replace("Ai-", "AI-")
    return finish(layers, name, 230, caption, say_points(points, "missed"))
