"""The headline of a trend is its latest period and what changed, not the ratio of all years together."""

import polars as pl

from provenance.report import render_report
from provenance.report.headline import write_headline
from provenance.report.latest import find_course
from tests.report.made_report import made_ratio, made_report
from tests.report.made_series import CRAWLS, made_trend

TREND = made_trend()
FIGURES = ("prevalence", "low", "high")


def without(trend: pl.DataFrame, origin: str, period: str) -> pl.DataFrame:
    """The trend with no estimate of one origin in one period."""
    names = [f"{origin}_{figure}" for figure in FIGURES]
    return trend.with_columns(pl.when(pl.col("period") != period).then(pl.col(name)).alias(name) for name in names)


def test_the_headline_is_of_the_latest_period_and_names_it():
    headline = write_headline(made_ratio(), TREND)
    assert headline.figure == f"{(1 - 0.146 - 0.089) / (0.146 + 0.089):.1f}" != write_headline(made_ratio()).figure
    assert "In CC-MAIN-2025-30 (July 2025): 95 % interval" in headline.interval
    assert {part.origin: part.width for part in headline.parts}["ai_generated"] == 14.6


def test_a_change_is_told_only_where_the_intervals_part():
    ai, mt = (change.replace("\u202f", " ") for change in write_headline(made_ratio(), TREND).changes)
    assert ai.startswith("AI-generated: 14.6 % (12.6 to 16.6 %) of documents, up from 0.0 %")
    assert "in CC-MAIN-2019-30 (July 2019)" in ai
    assert "6.2 %" in mt
    assert mt.endswith("the intervals overlap, so no change can be told.")


def test_what_falls_is_down():
    swapped = {CRAWLS[0]: CRAWLS[9], CRAWLS[9]: CRAWLS[0]}
    ai, _ = write_headline(made_ratio(), TREND.with_columns(pl.col("period").replace(swapped))).changes
    assert "of documents, down from 14.6" in ai


def test_one_period_or_none_after_the_release_is_no_course():
    assert find_course(TREND.filter(pl.col("period") == CRAWLS[9])) is None
    assert find_course(TREND.filter(pl.col("period").is_in(CRAWLS[:4]))) is None
    early = TREND.filter(pl.col("period").is_in(CRAWLS[:4]))
    assert write_headline(made_ratio(), early) == write_headline(made_ratio())


def test_the_latest_is_the_last_with_an_estimate_and_what_follows_is_said():
    thin = without(without(TREND, "ai_generated", CRAWLS[9]), "machine_translated", CRAWLS[9])
    headline = write_headline(made_ratio(), thin)
    assert "CC-MAIN-2025-05" in headline.interval
    assert "No estimate in CC-MAIN-2025-30." in headline.notes


def test_a_withheld_ratio_leaves_what_is_known_of_translation():
    ratio = [pl.lit(None, pl.Float64).alias(f"human_to_synthetic_ratio{end}") for end in ("", "_low", "_high")]
    withheld = TREND
    for period in CRAWLS:
        withheld = without(withheld, "ai_generated", period)
    headline = write_headline(made_ratio(), withheld.with_columns(ratio))
    assert headline.figure == ""
    assert "cannot be estimated in CC-MAIN-2025-30 (July 2025)." in headline.sentence
    assert headline.changes[0] == "AI-generated: no estimate in CC-MAIN-2025-30 (July 2025)."
    assert headline.changes[1].startswith("Machine-translated: 8.9")


def test_the_page_says_that_the_table_pools_all_periods():
    assert "All periods together" in render_report(made_report(trend=TREND))
    assert "All periods together" not in render_report(made_report())
