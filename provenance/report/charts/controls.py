"""Charts of the controls: what the method finds where the truth is known."""

import altair as alt
import polars as pl

from provenance.report.charts.chart import (
    Chart,
    Point,
    draw,
    finish,
    largest,
    origin_colour,
    say_points,
    share_axis,
    tip,
)
from provenance.report.charts.looks import Look, name_axis, tell_apart
from provenance.report.names import ORIGIN_NAMES, SOURCE_NAMES, name_columns, name_group

TICKS = (0, 0.01, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1)
VERDICTS = {True: "passed", False: "failed", None: "undecided"}
LOOKS = {
    "passed": Look("var(--human)"),
    "failed": Look("var(--ai-generated)", "diamond"),
}
ROW_HEIGHT = 28
DODGE = 6  # pixels between mixtures of one true share, so that they do not hide each other


def chart_negative(negative: pl.DataFrame, name: str) -> Chart | None:
    """Estimates with intervals where the truth is zero, a row per stratum that could be told to pass or to fail."""
    told = negative.filter(pl.col("prevalence").is_not_null(), pl.col("passed").is_not_null())
    points = list_controls(told)
    if len(points) < 2:
        return None
    order = [str(point["stratum"]) for point in points]
    found = [verdict for verdict in LOOKS if any(point["verdict"] == verdict for point in points)]
    looks = tell_apart("verdict", {verdict: LOOKS[verdict] for verdict in found})
    y = alt.Y("stratum:N", sort=order, title=None, axis=name_axis(140))
    base = draw(points).encode(y=y, color=looks.colour)
    x = alt.X("low:Q", title="share found where the truth is zero", axis=share_axis(), scale=alt.Scale(domainMin=0))
    bounds = base.mark_rule(strokeWidth=2).encode(x=x, x2="high:Q")
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(
        x="prevalence:Q", shape=looks.shape, tooltip=tip("stratum", "verdict", "prevalence", "low", "high", "share")
    )
    height = max(70, ROW_HEIGHT * len(order))
    caption = "Negative control by stratum: dot and 95 % interval. All should reach zero, at the left edge."
    return finish([bounds, dots], name, height, caption, say_points(points, "stratum", "verdict"))


def chart_spikes(spikes: pl.DataFrame, name: str) -> Chart | None:
    """Estimates against the known share of mixtures, those of other documents side by side; right on the diagonal."""
    points = list_controls(spikes.filter(pl.col("prevalence").is_not_null(), pl.col("true_share").is_not_null()))
    if not points:
        return None
    origins = [origin for origin in ORIGIN_NAMES if any(point["origin"] == ORIGIN_NAMES[origin] for point in points)]
    top = min(1.0, max(largest(points, "high"), largest(points, "true_share")) * 1.02)
    scale = alt.Scale(type="sqrt", domain=[0, top])
    ticks = [tick for tick in TICKS if tick <= top]
    axis = alt.Axis(format="~%", values=ticks)
    x = alt.X("true_share:Q", title="true share (square-root scale)", axis=axis, scale=scale)
    variants = list(dict.fromkeys((str(point["origin"]), str(point["of"])) for point in points))
    aside = alt.Axis(format="~%", values=ticks, offset=DODGE * len(variants) // 2)
    y = alt.Y("low:Q", title="estimate", axis=aside, scale=scale)
    diagonal = draw([{"true_share": v, "low": v} for v in (0.0, top)]).mark_line(
        strokeDash=[5, 4], color="var(--muted)", strokeWidth=1.5
    )
    layers = [diagonal.encode(x=x, y=y)]
    for place, (origin, of) in enumerate(variants):
        mine = [point for point in points if (point["origin"], point["of"]) == (origin, of)]
        shift = round(DODGE * (place - (len(variants) - 1) / 2))
        base = draw(mine).encode(x=x, color=origin_colour(origins))
        layers.append(base.mark_rule(strokeWidth=2, xOffset=shift).encode(y=y, y2="high:Q"))
        shown = tip("origin", "stratum", "of", "known", "prevalence", "low", "high", "share")
        dots = base.mark_point(filled=True, size=60, opacity=1, xOffset=shift)
        layers.append(dots.encode(y="prevalence:Q", tooltip=shown))
    caption = (
        "Spiked mixtures: true share against estimate, with 95 % intervals. On the dashed line the estimate is right."
    )
    said = say_points(points, "origin", "stratum", "known")
    return finish(layers, name, 300, caption, said)


def list_controls(controls: pl.DataFrame) -> list[Point]:
    """Rows with their stratum and verdict in words; the source is named where there is more than one."""
    several = controls.get_column("source").n_unique() > 1
    return [
        {
            "stratum": name_stratum(row["group_columns"], row["group_values"])
            + (f" ({SOURCE_NAMES.get(row['source'], row['source'])})" if several else ""),
            "origin": ORIGIN_NAMES[row["origin"]],
            "verdict": VERDICTS[row["passed"]],
            "of": row["why"] or "",
            "known": "unknown" if row["true_share"] is None else f"true {100 * row['true_share']:g} %",
            **{figure: row[figure] for figure in ("true_share", "prevalence", "low", "high", "share")},
        }
        for row in controls.iter_rows(named=True)
    ]


def name_stratum(columns: list[str], values: list[str | None]) -> str:
    """A stratum with what it is by: language en."""
    return f"{name_columns(columns)}: {name_group(columns, values)}" if columns else "everything"
