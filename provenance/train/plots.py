"""Plots of an evaluation: how well scores separate, and whether they mean what they say."""

import altair as alt
import polars as pl

from provenance.train.evaluation import Evaluation


def chart_reliability(evaluation: Evaluation) -> alt.LayerChart:
    """Share of positives over the mean score of each bin; the diagonal is a score that means what it says."""
    bins = evaluation.reliability.drop_nulls("share")
    points = (
        alt.Chart(bins)
        .mark_line(point=True)
        .encode(
            x=alt.X("mean_score:Q", title="score", scale=alt.Scale(domain=[0, 1])),
            y=alt.Y("share:Q", title="share of positives", scale=alt.Scale(domain=[0, 1])),
            color=alt.Color("axis:N", title="axis"),
            tooltip=["axis:N", "n:Q", "mean_score:Q", "share:Q"],
        )
    )
    diagonal = alt.Chart(pl.DataFrame({"x": [0.0, 1.0], "y": [0.0, 1.0]})).mark_line(strokeDash=[4, 4], color="grey")
    return alt.LayerChart(layer=[diagonal.encode(x="x:Q", y="y:Q"), points], width=320, height=320)


def chart_figures(evaluation: Evaluation, figure: str = "auroc") -> alt.LayerChart:
    """One figure for every group, with its 95 % interval."""
    name = pl.when(pl.col("by") == "").then(pl.lit("all")).otherwise(pl.format("{} {}", "by", "group"))
    rows = evaluation.figures.filter(pl.col("figure") == figure).with_columns(name.alias("name")).drop_nulls("value")
    base = alt.Chart(rows).encode(y=alt.Y("name:N", title=None, sort=None), color=alt.Color("axis:N", title="axis"))
    interval = base.mark_rule().encode(x=alt.X("low:Q", title=figure, scale=alt.Scale(domain=[0, 1])), x2="high:Q")
    tooltip = ["name:N", "value:Q", "low:Q", "high:Q", "n_positive:Q", "n_negative:Q"]
    return alt.LayerChart(
        layer=[interval, base.mark_point(filled=True).encode(x="value:Q", tooltip=tooltip)], width=420
    )
