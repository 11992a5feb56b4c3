"""Plots of an evaluation: how well scores separate, and whether they mean what they say."""

import altair as alt
import polars as pl

from provenance.train.evaluation import Evaluation

MAX_PANELS = 24  # the largest groups; a page of more says nothing
COLUMNS = 4
LEAST = 20  # documents of either label below which a group has no panel
INK, GREY, RANGE = "#1f5a8a", "#8a8a8a", "#b9d2e6"
_CALLED = "tpr", "fpr"
_UNIT = alt.Scale(domain=[0, 1])
_TICKS = alt.Axis(values=[0, 0.2, 0.4, 0.6, 0.8, 1.0], format=".1f", grid=True, gridColor="#eeeeee")


def chart_reliability(evaluation: Evaluation) -> alt.VConcatChart:
    """A panel for each group: share of positives over the mean score of each bin, as mixed at the prior, with interval.

    The diagonal is a score that means what it says; the area of a point is its bin's share of the documents.
    """
    sized = _name(evaluation.figures).filter(pl.col("figure") == "ece")
    rows = []
    for axis in sized["axis"].unique(maintain_order=True):
        chosen = _largest(sized.filter(pl.col("axis") == axis))
        panels = [_panel(evaluation.reliability, named) for named in chosen.iter_rows(named=True)]
        title = f"Reliability of {axis}_score"
        rows.append(alt.ConcatChart(concat=panels, columns=COLUMNS, title=title))
    return alt.VConcatChart(vconcat=rows)


def chart_figures(evaluation: Evaluation, figure: str = "auroc") -> alt.VConcatChart:
    """A forest plot for each axis: one figure for every group with its 95 % interval, groups of a kind together."""
    named = _name(evaluation.figures).filter(pl.col("figure") == figure).drop_nulls("value")
    axes = [_forest(part, figure) for part in named.partition_by("axis", maintain_order=True)]
    return alt.VConcatChart(vconcat=axes)


def _panel(reliability: pl.DataFrame, named: dict[str, object]) -> alt.LayerChart:
    mine = [pl.col(name) == named[name] for name in ("axis", "by", "group")]
    bins = reliability.filter(*mine).drop_nulls("share")
    base = alt.Chart(bins).encode(x=alt.X("mean_score:Q", title="score", scale=_UNIT, axis=_TICKS))
    interval = base.mark_rule(color=RANGE, strokeWidth=3).encode(
        y=alt.Y("low:Q", title="share of positives", scale=_UNIT, axis=_TICKS), y2="high:Q"
    )
    line = base.mark_line(color=INK, strokeWidth=1).encode(y="share:Q")
    points = base.mark_circle(color=INK, opacity=1).encode(
        y="share:Q",
        size=alt.Size("weight:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[12, 260])),
        tooltip=["n:Q", "weight:Q", "mean_score:Q", "share:Q", "low:Q", "high:Q"],
    )
    corners = alt.Chart(pl.DataFrame({"x": [0.0, 1.0], "y": [0.0, 1.0]}))
    diagonal = corners.mark_line(strokeDash=[4, 4], color=GREY, strokeWidth=1).encode(x="x:Q", y="y:Q")
    error = "-" if named["value"] is None else f"{named['value']:.3f}"
    title = alt.Title(
        str(named["name"]),
        subtitle=f"error {error}; {named['n_positive']:,} positive, {named['n_negative']:,} negative",
        fontSize=11,
        subtitleFontSize=9,
    )
    return alt.LayerChart(layer=[diagonal, interval, line, points], width=150, height=150, title=title)


def _forest(named: pl.DataFrame, figure: str) -> alt.LayerChart:
    label = pl.format("{}  ({} / {})", "name", "n_positive", "n_negative")
    rows = named.with_columns(label.alias("label"))
    order = rows["label"].to_list()
    height = alt.Step(15)
    base = alt.Chart(rows).encode(y=alt.Y("label:N", title=None, sort=order, axis=alt.Axis(labelLimit=420)))
    scale = alt.Scale(domain=[min(0.5, _end(rows, -1)), 1.0] if figure == "auroc" else [0.0, _end(rows, 1)])
    interval = base.mark_rule(color=INK).encode(x=alt.X("low:Q", title=figure, scale=scale), x2="high:Q")
    colour = alt.Color("by:N", title="by", legend=None, scale=alt.Scale(scheme="tableau10"))
    tooltip = ["label:N", "value:Q", "low:Q", "high:Q", "n_positive:Q", "n_negative:Q", "n_unscored:Q"]
    points = base.mark_point(filled=True, size=55, opacity=1).encode(x="value:Q", color=colour, tooltip=tooltip)
    title = alt.Title(
        f"{figure} of {rows['axis'][0]}_llr" if figure not in _CALLED else f"{figure} of the verdict",
        subtitle="group (positives / negatives); bars are 95 % intervals",
    )
    return alt.LayerChart(layer=[interval, points], width=420, height=height, title=title)


def _end(rows: pl.DataFrame, side: int) -> float:
    """The largest (1) or smallest (-1) value or bound."""
    ends = rows.select(pl.max_horizontal(pl.col("value", "low", "high") * side).max()).item()
    return float(ends) * side


def _name(figures: pl.DataFrame) -> pl.DataFrame:
    name = pl.when(pl.col("by") == "").then(pl.lit("all documents")).otherwise(pl.format("{}: {}", "by", "group"))
    return figures.with_columns(name.alias("name"))


def _largest(sized: pl.DataFrame) -> pl.DataFrame:
    """Groups with enough documents of either label, the largest ones, in their order."""
    known = sized.with_row_index("place").filter(pl.min_horizontal("n_positive", "n_negative") >= LEAST)
    largest = known.sort(pl.min_horizontal("n_positive", "n_negative"), "place", descending=[True, False])
    return largest.head(MAX_PANELS).sort("place")
