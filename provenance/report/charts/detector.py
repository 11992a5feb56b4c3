"""The detector's error rates by group, and whether its scores mean what they say."""

from collections.abc import Sequence

import altair as alt
import polars as pl

from provenance.report.charts.chart import Chart, Point, draw, finish, say_points, share_axis, tip
from provenance.report.charts.looks import Look, Looks, name_axis, tell_apart
from provenance.report.names import AXIS_NAMES, name_value
from provenance.report.sets import name_set

LOOKS = {"ai": Look("var(--ai-generated)"), "mt": Look("var(--machine-translated)", "square")}
SIDES = {
    "human": "Human texts that are wrongly called synthetic, by group: dot and 95 % interval; further left is better.",
    "synthetic": "Synthetic texts that are found, by group: dot and 95 % interval; further right is better.",
}
ROW_HEIGHT = 28
QUARTERS = (0, 0.25, 0.5, 0.75, 1)


def chart_errors(errors: Sequence[Point], side: str, name: str) -> Chart | None:
    """Rate with interval of each group on one side of the truth; a point has axis, called, rate, low and high."""
    if not errors:
        return None
    order = list(dict.fromkeys(str(point["called"]) for point in errors))
    looks = _looks(errors)
    offset = alt.YOffset("kind:N", sort=list(AXIS_NAMES.values()))
    base = draw(errors).encode(
        y=alt.Y("called:N", sort=order, title=None, axis=name_axis()), yOffset=offset, color=looks.colour
    )
    found = side == "synthetic"
    axis = alt.Axis(format="~%", values=list(QUARTERS)) if found else share_axis()
    scale = alt.Scale(domain=[0, 1]) if found else alt.Scale(domainMin=0)
    x = alt.X("low:Q", title="share of texts called synthetic", axis=axis, scale=scale)
    bounds = base.mark_rule(strokeWidth=2).encode(x=x, x2="high:Q")
    dots = base.mark_point(filled=True, size=60, opacity=1).encode(
        x="rate:Q", shape=looks.shape, tooltip=tip("called", "kind", "rate", "low", "high", "n")
    )
    height = max(70, ROW_HEIGHT * len(order))
    return finish([bounds, dots], name, height, SIDES[side], say_points(errors, "called", "kind", value="rate"))


def chart_reliability(reliability: pl.DataFrame, name: str) -> Chart | None:
    """Mean score against the observed share of synthetic texts; on the diagonal scores mean what they say."""
    rows = reliability.drop_nulls(["score", "share"]).sort("axis", "score")
    if rows.is_empty():
        return None
    points = [row | _name_axis(row["axis"]) | {"at": f"score {row['score']:.2f}"} for row in rows.iter_rows(named=True)]
    looks = _looks(points)
    span = alt.Scale(domain=[0, 1])
    x = alt.X("score:Q", title="score", scale=span, axis=alt.Axis(values=[0, 0.2, 0.4, 0.6, 0.8, 1], labelFlush=False))
    y = alt.Y("low:Q", title="observed share of synthetic texts", axis=share_axis(), scale=span)
    diagonal = draw([{"score": v, "low": v} for v in (0, 1)]).mark_line(strokeDash=[5, 4], color="var(--muted)")
    base = draw(points).encode(x=x, color=looks.colour)
    bounds = base.mark_rule(strokeWidth=2, opacity=0.7).encode(y=y, y2="high:Q")
    line = base.mark_line(strokeWidth=1.5, opacity=0.7).encode(y="share:Q")
    dots = base.mark_point(filled=True, size=60, opacity=1).encode(
        y="share:Q", shape=looks.shape, tooltip=tip("kind", "at", "share", "low", "high", "n")
    )
    caption = "Calibration: score against the share that was synthetic, with 95 % intervals; dashed: where both agree."
    return finish(
        [diagonal.encode(x=x, y=y), bounds, line, dots],
        name,
        280,
        caption,
        say_points(points, "kind", "at", value="share"),
    )


def list_errors(errors: pl.DataFrame, side: str, limit: int) -> list[Point]:
    """The groups of one side, those with the worst errors first, at most `limit` of them."""
    several = errors.get_column("language").n_unique() > 1
    worst = pl.col("rate").max() if side == "human" else -pl.col("rate").min()
    rows = errors.filter(pl.col("side") == side, pl.col("rate").is_not_null())
    ranked = rows.group_by("language", "group").agg(worst=worst).sort("worst", "group", descending=[True, False])
    kept = ranked.head(limit).drop("worst").with_row_index("rank")
    shown = rows.join(kept, on=["language", "group"], nulls_equal=True).sort("rank", "axis")
    return [
        row | _name_axis(row["axis"]) | {"called": _call(row["group"], row["language"] if several else "")}
        for row in shown.iter_rows(named=True)
    ]


def _call(group: str, language: str | None) -> str:
    return name_set(group) + (f" ({name_value(language, 'language')})" if language != "" else "")


def _name_axis(axis: str) -> Point:
    return {"kind": AXIS_NAMES[axis]}


def _looks(points: Sequence[Point]) -> Looks:
    """Colour and shape of the axes that there are."""
    axes = [axis for axis in AXIS_NAMES if any(point["axis"] == axis for point in points)]
    return tell_apart("kind", {AXIS_NAMES[axis]: LOOKS[axis] for axis in axes}, columns=1)
