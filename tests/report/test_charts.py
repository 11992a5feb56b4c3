"""Every chart is valid Vega-Lite, says in words what it shows, and draws what its table holds."""

import json
from collections.abc import Iterator

import altair as alt
import polars as pl
import pytest

from provenance.report.charts import Chart
from provenance.report.charts.controls import chart_negative, chart_spikes
from provenance.report.charts.detector import chart_errors, chart_reliability, list_errors
from provenance.report.charts.drift import chart_drift
from provenance.report.charts.scores import chart_scores, spread, spread_ramp
from provenance.report.charts.sensitivity import chart_sensitivity
from provenance.report.charts.shift import chart_shift
from provenance.report.page import make_sections
from provenance.report.sections.detector import make_detector_section
from tests.report.made_report import made_report
from tests.report.made_series import (
    CRAWLS,
    made_controls,
    made_errors,
    made_reliability,
    made_sensitivity,
    made_series,
    made_shift,
)


def drawn(chart: Chart | None) -> list[dict[str, object]]:
    """All rows of a chart's data sets."""
    assert chart is not None
    return [row for rows in json.loads(chart.spec)["datasets"].values() for row in rows]


def values(node: object, key: str) -> Iterator[object]:
    if isinstance(node, dict):
        yield from (node[key] for _ in range(key in node))
        for child in node.values():
            yield from values(child, key)
    if isinstance(node, list):
        for child in node:
            yield from values(child, key)


CHARTS = make_sections(made_report(**made_series())).charts


@pytest.mark.parametrize("chart", CHARTS, ids=[chart.name for chart in CHARTS])
def test_every_chart_is_valid_and_told_in_words(chart: Chart):
    spec = json.loads(chart.spec)
    alt.LayerChart.from_dict(spec, validate=True)
    assert all(spec["datasets"].values())
    assert len(chart.alt) > 40
    assert chart.alt.startswith(chart.caption)
    assert "None" not in chart.alt
    assert "nan" not in chart.alt


def test_names_of_charts_begin_with_their_table_and_are_unique():
    names = [chart.name for chart in CHARTS]
    assert len(set(names)) == len(names)
    tables = {"trend", "controls", "ratio", "sensitivity", "drift", "errors", "reliability", "scores", "shift"}
    assert {name.split("-")[0] for name in names} == tables


def test_failed_controls_are_drawn_apart_and_undecided_ones_left_to_the_table():
    negative = made_controls().filter(control="negative")
    assert {row["verdict"] for row in drawn(chart_negative(negative, "x"))} == {"passed", "failed"}


def test_spikes_stand_against_the_diagonal():
    rows = drawn(chart_spikes(made_controls().filter(control="spike"), "x"))
    diagonal = [(row["true_share"], row["low"]) for row in rows if "origin" not in row]
    assert diagonal[0] == (0.0, 0.0)
    assert diagonal[1][0] == diagonal[1][1] > 0.5
    assert sum("origin" in row for row in rows) == 10


def test_mixtures_of_one_share_stand_side_by_side():
    spikes = made_controls().filter(control="spike", origin="ai_generated")
    twice = pl.concat([spikes.with_columns(why=pl.lit(of)) for of in ("newer generators", "older generators")])
    chart = chart_spikes(twice, "x")
    assert chart is not None
    assert set(values(json.loads(chart.spec), "xOffset")) == {-3, 3}


def test_the_measured_miss_rate_is_marked():
    rows = made_sensitivity().filter(origin="ai_generated")
    chart = chart_sensitivity(rows, "ai_generated", "x")
    found = [data for data in json.loads(chart.spec)["datasets"].values() if len(data) == 1]
    assert [data[0]["miss_rate"] for data in found] == [0.36]


def test_one_miss_rate_is_no_chart():
    assert (
        chart_sensitivity(made_sensitivity().filter(pl.col("measured"), origin="ai_generated"), "ai_generated", "x")
        is None
    )


def test_both_witnesses_stand_in_one_chart():
    point = {"language": "en", "word": "delve", "low": 0.0, "high": 0.2, "estimate": 0.1}
    points = [point | {"period": period, "method": m} for period in CRAWLS for m in ("classifier", "excess words")]
    assert {row["method"] for row in drawn(chart_drift(points, "x", "en"))} == {"classifier", "excess words"}
    assert chart_drift(points[:2], "x", "en") is None


def test_the_worst_groups_come_first_on_either_side():
    groups = made_errors().filter(pl.col("group").is_not_null())
    human, found = (list_errors(groups, side, 4) for side in ("human", "synthetic"))
    assert human[0]["called"] == "encyclopaedia (English)"
    assert found[0]["called"] == "humanised text (English)"
    assert len({point["called"] for point in human}) == 4
    assert chart_errors([], "human", "x") is None


def test_the_calibration_curve_holds_every_bin():
    assert sum("n" in row for row in drawn(chart_reliability(made_reliability(), "x"))) == 20


def test_odds_without_an_interval_are_left_to_the_table():
    assert chart_shift(made_shift().filter(property="genre"), "x") is None
    changes = {
        str(r["value"]): r["change"]
        for r in drawn(chart_shift(made_shift().filter(property="language"), "x"))
        if "value" in r
    }
    assert (changes["Swahili"], changes["French"], changes["English"]) == ("fewer", "no clear change", "more")
    assert "not known" in changes


def test_of_many_crawls_the_first_the_last_and_some_between_are_drawn():
    assert spread(CRAWLS, 5) == [CRAWLS[i] for i in (0, 2, 4, 7, 9)]
    assert spread(CRAWLS[:3], 5) == list(CRAWLS[:3])


def test_crawls_are_drawn_stronger_by_time_and_the_date_in_a_score_is_said():
    histogram = made_report().scores
    chart = chart_scores(histogram, "ai", "x", dated=True)
    scale = next(s for s in values(json.loads(chart.spec), "scale") if isinstance(s, dict) and "range" in s)
    assert scale["domain"] == ["CC-MAIN-2019-30", "CC-MAIN-2025-30"]
    assert scale["range"] == ["var(--ramp-0)", "var(--ramp-4)"]
    assert "The date of a text is in this score" in chart.caption
    assert "date" not in chart_scores(histogram, "ai", "x").caption
    assert "date" not in chart_scores(histogram, "mt", "x", dated=True).caption
    assert spread_ramp(1) == [4]


def test_what_is_found_is_drawn_on_the_whole_axis():
    groups = made_errors().filter(pl.col("group").is_not_null())
    found, human = (
        json.loads(chart_errors(list_errors(groups, side, 4), side, "x").spec) for side in ("synthetic", "human")
    )
    assert [0, 1] in list(values(found, "domain"))
    assert [0, 1] not in list(values(human, "domain"))


def test_data_sets_are_named_for_readers_in_charts_and_with_their_file_in_tables():
    errors = made_errors().with_columns(pl.col("group").replace({"gpt-4": "gptid_reddit", "news": "howto"}))
    groups = errors.filter(pl.col("group").is_not_null(), pl.col("language") == "en")
    assert "answers on Reddit" in {point["called"] for point in list_errors(groups, "synthetic", 9)}
    named = {row["group"] for row in make_detector_section(errors, made_reliability()).rows}
    assert {"answers on Reddit (gptid_reddit)", "how-to", "gpt-4o"} <= named
