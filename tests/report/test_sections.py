"""What each section says of its table."""

import re
from dataclasses import replace

import polars as pl
import pytest

from provenance.report import render_report
from provenance.report.headline import write_headline
from provenance.report.sections.controls import describe_control, find_zero, make_control_section, shorten_why
from provenance.report.sections.detector import make_detector_section
from provenance.report.sections.drift import APART, CONTRADICTS, FITS, make_drift_section
from provenance.report.sections.examples import write_command
from provenance.report.sections.sensitivity import describe_sensitivity, find_miss_rate
from provenance.report.sections.shift import describe_shift
from provenance.report.sections.trend import make_trend_section
from tests.report.made_report import example, made_ratio, made_report
from tests.report.made_series import (
    CRAWLS,
    made_controls,
    made_drift,
    made_errors,
    made_excess,
    made_reliability,
    made_sensitivity,
    made_series,
    made_shift,
    made_trend,
)

NEW = ("trend", "controls", "sensitivity", "drift", "detector", "shift")


@pytest.fixture(scope="module")
def full() -> str:
    return render_report(made_report(**made_series()))


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("\u202f", " ").split())


def section(page: str, name: str) -> str:
    return plain(re.search(rf'<section id="{name}".*?</section>', page, flags=re.S)[0])


def test_sections_appear_with_their_tables(full: str):
    bare = render_report(made_report())
    assert all(f'<section id="{name}"' in full and f'href="#{name}"' in full for name in NEW)
    assert not any(f'<section id="{name}"' in bare or f'href="#{name}"' in bare for name in NEW)


def test_the_head_of_the_page_says_what_the_control_found(full: str):
    head = plain(full.split("<nav")[0])
    assert "On 40,000 documents from before November 2022, where there should be none, the same method finds" in head
    assert "0.1 % (0.0 to 0.2 %) AI-generated." in head


def test_a_failed_control_is_said_to_fail():
    failed = made_controls().with_columns(passed=pl.lit(False))
    assert "The control fails" in describe_control(failed).sentence
    assert 'class="control warn"' in render_report(made_report(controls=failed))


def test_a_control_that_decides_comes_before_one_that_does_not():
    untold = made_controls().with_columns(passed=pl.lit(None, pl.Boolean))
    shipped = made_controls().with_columns(source=pl.lit("shipped"), high=pl.lit(0.0125))
    found = describe_control(pl.concat([untold, shipped]))
    assert found.passed
    assert "shipped as references" in found.sentence
    assert find_zero(pl.concat([untold, shipped])) == 0.0125
    assert "undecided" in describe_control(untold).sentence


def test_of_two_halves_the_one_that_leaves_more_room_stands_for_both():
    lucky = (
        made_controls()
        .filter(pl.col("group_columns").list.len() == 0, control="negative")
        .with_columns(source=pl.lit("shipped"), high=pl.lit(0.009))
    )
    wide = lucky.with_columns(high=pl.lit(0.207), passed=pl.lit(None, pl.Boolean))
    failed = lucky.with_columns(passed=pl.lit(False))
    assert describe_control(pl.concat([lucky, wide])).passed is None
    assert find_zero(pl.concat([lucky, wide])) == 0.207
    assert describe_control(pl.concat([lucky, failed])).passed is False


def test_without_a_control_over_everything_nothing_is_said_of_one():
    strata = made_controls().filter(pl.col("group_columns").list.len() > 0)
    assert describe_control(strata) is None
    assert find_zero(strata) is None


def test_controls_are_counted_and_failed_ones_come_first(full: str):
    made = make_control_section(made_controls())
    assert (made.n_passed, made.n_failed, made.n_untold) == (12, 1, 1)
    assert [row["stratum"] for row in made.negative[:2]] == ["everything", "language: Portuguese"]
    assert "12 passed, 1 failed, 1 undecided" in section(full, "controls")


def test_a_date_is_no_test_of_machine_translation():
    dated = made_controls().filter(control="negative").with_columns(origin=pl.lit("machine_translated"))
    assert make_control_section(dated) is None
    assert make_control_section(dated.with_columns(source=pl.lit("shipped"))).n_passed == 12


def test_the_trend_is_a_table_too(full: str):
    table = section(full, "trend")
    assert all(crawl in table for crawl in CRAWLS)
    assert "14.6 % 12.6 to 16.6 %" in table
    assert "hosts of every period, first seen in the period" in table


def test_groups_over_time_are_the_largest_first_and_counted():
    made = make_trend_section(made_trend(), None)
    language, *others = made.multiples
    assert [chart.caption for chart in language.charts][:3] == ["English", "German", "French"]
    assert language.charts[-1].caption == "not known"
    assert {one.label: one.n_more for one in others}["top-level domain"] == 1


def test_a_period_that_is_not_known_is_no_point_in_time():
    trend = made_trend()
    unknown = trend.head(1).with_columns(period=pl.lit(None, pl.String))
    assert make_trend_section(pl.concat([trend, unknown]), None) == make_trend_section(trend, None)


def test_very_many_periods_are_cut_to_the_latest():
    months = [f"20{year}-{month:02}" for year in range(20, 25) for month in range(1, 13)]
    one = made_trend().filter(pl.col("group_columns").list.len() == 0, series="all_hosts").head(1)
    trend = pl.concat([one.with_columns(period=pl.lit(month)) for month in months])
    made = make_trend_section(trend, None)
    assert (len(made.rows), made.n_more, made.rows[-1]["period"]) == (36, 24, "2024-12")


def test_sensitivity_is_read_against_the_estimate():
    rows = made_sensitivity().filter(origin="ai_generated")
    said = describe_sensitivity(rows, "AI-generated", 0.13).replace("\u202f", " ")
    assert said.startswith("AI-generated: the line gives the 13.0 % of the estimate at a miss rate of 32.")
    assert said.endswith("measured on known texts: 36.0 %.")
    assert "none of these miss rates, the least of which gives 9.1" in describe_sensitivity(rows, "x", 0.01)
    assert describe_sensitivity(rows.filter(~pl.col("measured")), "x", None) == ""


def test_the_curve_gives_the_estimate_where_it_would_be_read_off():
    rows = made_sensitivity().filter(origin="ai_generated")
    assert find_miss_rate(rows, (0.096 - 0.01) / (1 - 0.3 - 0.01)) == pytest.approx(0.3)
    assert find_miss_rate(rows, 0.001) is None


def test_strata_without_a_score_are_no_controls():
    bare = made_controls().filter(pl.col("group_values").list.first() == "ja").head(1)
    bare = bare.with_columns(
        group_values=pl.lit(["cy"]), n_documents=pl.lit(0, pl.Int64), passed=pl.lit(None, pl.Boolean)
    )
    controls = pl.concat([made_controls(), bare])
    made = make_control_section(controls)
    assert (made.n_untold, made.n_unscored) == (1, 1)
    assert "language: Welsh" not in {row["stratum"] for row in made.negative}
    page = section(render_report(made_report(controls=controls)), "controls")
    assert "1 undecided. 1 without a score: the control does not apply." in page


def test_what_is_said_of_all_controls_is_not_said_in_their_rows():
    why = "3,195 of them since 14 February 2019, when GPT-2 came; what there is does not show less than 2.0%"
    assert shorten_why(f"half 1 of the sources; {why}") == "half 1 of the sources"
    assert shorten_why(why) == ""


def test_only_words_above_all_that_the_classifier_finds_contradict_it():
    made = make_drift_section(made_drift(), made_excess(), made_trend())
    assert {row["language"]: row["verdict"] for row in made.compared} == {
        "German": FITS,
        "English": FITS,
        "French": FITS,
        "Japanese": CONTRADICTS,
    }
    assert made.n_contradicting == 1


def test_an_upper_end_above_the_classifier_contradicts_nothing():
    wide = made_drift().with_columns(high=pl.lit(0.99), low=pl.min_horizontal("low", pl.lit(0.01)))
    assert {row["verdict"] for row in make_drift_section(wide, made_excess(), made_trend()).compared} == {FITS}


def test_words_stand_alone_where_no_language_was_classified():
    made = make_drift_section(made_drift(), made_excess(), made_trend().head(0))
    assert made.compared == ()
    assert len(made.charts) == 4


def test_words_of_the_latest_period_are_shown_for_every_language():
    made = make_drift_section(made_drift(), made_excess(), made_trend())
    assert {row["language"] for row in made.words} == {"English", "German", "French", "Japanese"}
    assert {row["period"] for row in made.words} == {CRAWLS[-1]}


def test_error_rates_of_all_groups_stand_apart_from_each():
    made = make_detector_section(made_errors(), made_reliability())
    assert {row["group"] for row in made.overall} == {"all together"}
    assert len(made.overall) == 6
    assert "all together" not in {row["group"] for row in made.rows}
    assert make_detector_section(made_errors().head(0), made_reliability().head(0)) is None


def test_only_clear_changes_of_the_mix_are_put_in_words():
    said = describe_shift(made_shift())
    assert said[0].startswith("Length in words “under 80”: the odds of being kept are 0.3 times")
    assert not any("“French”" in sentence for sentence in said)
    assert describe_shift(made_shift().filter(pl.col("value") == "fr")) == ()


def test_documents_of_both_origins_count_once_in_the_bar():
    both = made_ratio().with_columns(both_prevalence=pl.lit(0.02), both_low=pl.lit(0.01), both_high=pl.lit(0.03))
    both = both.with_columns(
        human_prevalence=pl.lit(0.8), ai_generated_prevalence=pl.lit(0.15), machine_translated_prevalence=pl.lit(0.07)
    )
    parts = {part.origin: part for part in write_headline(both).parts}
    assert {origin: part.width for origin, part in parts.items()} == {
        "human": 80.0,
        "ai_generated": 13.0,
        "both": 2.0,
        "machine_translated": 5.0,
    }
    assert parts["ai_generated"].shown.startswith("15.0")
    assert "of these both" in plain(render_report(made_report(ratio=both)))


def test_a_record_can_be_fetched_again_by_one_line():
    found = example("human", "x")
    assert write_command(found) == (
        "printf '%s\\n' warc_filename,warc_record_offset,warc_record_length "
        "crawl-data/CC-MAIN-2025-30/segments/1/warc/part-00000.warc.gz,1234567,8901 > record.csv && "
        "provenance fetch record.csv --base https://data.commoncrawl.org/ --out record.warc.gz"
    )
    assert write_command(replace(found, warc_record_length=None)) == ""


def test_a_hostile_file_name_stays_one_word_of_the_line():
    line = write_command(replace(example("human", "x"), warc_filename="a'; rm -rf ~ #,\n"))
    assert "'\"a'\"'\"'; rm -rf ~ #,\n\",1234567,8901'" in line
    assert "--base FOLDER" in line


def test_figures_of_a_sample_are_told_as_estimates_and_not_held_against_its_words():
    weighed = made_trend().with_columns(estimated_total=pl.lit(1e9))
    made = make_drift_section(made_drift(), made_excess(), weighed)
    assert made.sampled
    assert {row["verdict"] for row in made.compared} == {APART}
    assert made.n_contradicting == 0
    ratio = made_ratio().with_columns(estimated_total=pl.lit(1e9), effective_documents=pl.lit(777.0))
    page = render_report(replace(made_report(**made_series()), ratio=ratio, trend=weighed))
    assert "each as often as its sample weight says" in section(page, "origins")
    assert "for their unequal weights they are worth 777" in section(page, "origins")
    assert "one does not contradict the other" in section(page, "drift")
    bare = render_report(made_report(**made_series()))
    assert not any(said in bare for said in ("sample weight", "unequal weights", "does not contradict"))
