"""The charts of the course of time: what is drawn of each series, on which axes, and what the caption says."""

import json

import polars as pl

from provenance.report.charts.trend import chart_small, chart_trend, panel_top, share_top
from tests.report.made_series import CRAWLS, made_trend
from tests.report.test_charts import drawn, values


def overall() -> pl.DataFrame:
    return made_trend().filter(pl.col("group_columns").list.len() == 0)


def test_the_trend_holds_every_point_of_every_series():
    rows = drawn(chart_trend(overall(), "ai_generated", "x"))
    points = [row for row in rows if "prevalence" in row]
    assert len(points) == 3 * len(CRAWLS)
    last = [row["prevalence"] for row in points if row["key"] == "first_seen" and row["period"] == CRAWLS[-1]]
    assert last == [round(0.146 * 1.4, 5)]


def test_the_time_before_november_2022_is_shaded_for_ai_only():
    ai, mt = (drawn(chart_trend(overall(), origin, "x")) for origin in ("ai_generated", "machine_translated"))
    assert [(row["start"], row["end"]) for row in ai if "start" in row] == [("2019-07-22", "2022-11-30")]
    assert not [row for row in mt if "start" in row]


def test_the_release_is_an_upright_line_where_there_are_points_on_both_sides():
    for origin in ("ai_generated", "machine_translated"):
        rows = drawn(chart_trend(overall(), origin, "x"))
        assert [row["released"] for row in rows if "released" in row] == ["2022-11-30"]
    early = overall().filter(pl.col("period").is_in(CRAWLS[:4]))
    assert not [row for row in drawn(chart_trend(early, "ai_generated", "x")) if "released" in row]


def test_colour_means_origin_in_the_trend_and_series_are_told_by_shape():
    spec = json.loads(chart_trend(overall(), "ai_generated", "x").spec)
    ranges = [scale["range"] for scale in values(spec, "scale") if isinstance(scale, dict) and "range" in scale]
    assert ["var(--ai-generated)"] * 3 in ranges
    assert ["circle", "square", "triangle-up"] in ranges


def test_wide_intervals_of_thin_series_do_not_stretch_the_trend():
    thin = pl.when(pl.col("series") == "all_hosts").then("ai_generated_high").otherwise(0.99)
    assert panel_top(overall().with_columns(thin.alias("ai_generated_high"))) == panel_top(overall()) < 0.25


def test_panels_of_a_trend_share_both_axes():
    top = panel_top(overall())
    for origin in ("ai_generated", "machine_translated"):
        assert [0, top] in list(values(json.loads(chart_trend(overall(), origin, "x").spec), "domain"))
        assert {44} <= set(values(json.loads(chart_trend(overall(), origin, "x").spec), "minExtent"))


def test_a_line_without_a_movement_to_be_told_is_faint():
    wide = overall().with_columns(machine_translated_low=pl.lit(0.0))
    chart = chart_trend(wide, "machine_translated", "x")
    assert "no movement can be told" in chart.caption
    assert 0.35 in set(values(json.loads(chart.spec), "opacity"))
    assert 0.35 not in set(values(json.loads(chart_trend(overall(), "ai_generated", "x").spec), "opacity"))


def test_later_periods_are_not_shaded():
    late = overall().filter(pl.col("period").is_in(CRAWLS[4:]))
    chart = chart_trend(late, "ai_generated", "x", zero=0.004)
    assert chart is not None
    assert not [row for row in drawn(chart) if "start" in row]
    assert "Shaded" not in chart.caption


def test_the_upper_end_of_the_control_is_a_line_of_the_same_picture():
    assert [row["zero"] for row in drawn(chart_trend(overall(), "ai_generated", "x", zero=0.004)) if "zero" in row] == [
        0.004
    ]


def test_a_trend_of_one_period_is_no_trend():
    assert chart_trend(overall().filter(pl.col("period") == CRAWLS[0]), "ai_generated", "x") is None


def test_periods_without_a_date_stand_by_name():
    named = overall().with_columns(pl.col("period").replace({CRAWLS[0]: "first lot"}))
    chart = chart_trend(named, "ai_generated", "x")
    assert chart is not None
    assert "ordinal" in set(values(json.loads(chart.spec), "type"))


def test_a_period_without_an_estimate_breaks_the_line():
    gap = pl.when(pl.col("period") != CRAWLS[5]).then("ai_generated_prevalence")
    rows = drawn(chart_trend(overall().with_columns(gap.alias("ai_generated_prevalence")), "ai_generated", "x"))
    assert {row["run"] for row in rows if row.get("key") == "all_hosts"} == {0, 1}


def test_small_charts_share_a_scale_that_one_wide_interval_does_not_stretch():
    rows = made_trend().filter(pl.col("group_columns").list.join("") == "language")
    wide = pl.when(pl.col("group_values").list.first() == "sw").then(1.0).otherwise("ai_generated_high")
    assert share_top(rows.with_columns(wide.alias("ai_generated_high"))) < 0.5
    chart = chart_small(rows.filter(pl.col("group_values").list.first() == "en"), "x", "en", 0.3)
    assert chart is not None
    assert [0, 0.3] in list(values(json.loads(chart.spec), "domain"))
