"""The default estimator, by way of the ratio table."""

import polars as pl
import pytest

from provenance.errors import ConfigError
from provenance.stats import ReferenceScores, StatsOptions, estimate_ratio
from tests.stats.made_references import make_mixed, make_references

SCORES = make_references()


def estimate(frame: pl.DataFrame, **more: object) -> dict[str, object]:
    return estimate_ratio(frame, scores=SCORES, **more).row(0, named=True)


def test_both_prevalences_and_their_overlap_are_found():
    row = estimate(make_mixed(1500, 200, 200, 100))
    assert row["method"].startswith("mixture of candidate densities")
    assert row["ai_generated_prevalence"] == pytest.approx(0.15, abs=0.03)
    assert row["machine_translated_prevalence"] == pytest.approx(0.15, abs=0.03)
    assert row["both_prevalence"] == pytest.approx(0.05, abs=0.02)
    assert row["human_prevalence"] == pytest.approx(0.75, abs=0.04)


def test_human_and_synthetic_documents_add_up():
    row = estimate(make_mixed(800, 100, 80, 20))
    either = row["ai_generated_prevalence"] + row["machine_translated_prevalence"] - row["both_prevalence"]
    assert row["human_prevalence"] + either == pytest.approx(1)
    assert row["human_to_synthetic_ratio"] == pytest.approx(row["human_prevalence"] / either)


def test_no_synthetic_document_leaves_a_lower_bound_of_the_ratio():
    row = estimate(make_mixed(1000, 0))
    assert row["human_to_synthetic_ratio"] is None
    assert row["human_to_synthetic_ratio_low"] > 3
    assert row["human_to_synthetic_ratio_high"] is None


def test_one_host_makes_the_interval_wide_and_says_why():
    many, one = estimate(make_mixed(900, 100)), estimate(make_mixed(900, 100, hosts=1))
    assert "all of one host" in one["why"]
    widths = [row["ai_generated_high"] - row["ai_generated_low"] for row in (many, one)]
    assert widths[1] > 2 * widths[0]


def test_one_document_is_refused():
    row = estimate(make_mixed(1, 0))
    assert not row["estimable"]
    assert "one document is no population" in row["why"]


def test_a_reference_of_the_same_kind_narrows_the_interval():
    moved = pl.col("ai_llr") + 1.0  # unlike any source that is known
    frame, reference = (made.with_columns(moved) for made in (make_mixed(900, 100), make_mixed(500, 0, seed=2)))
    free, anchored = estimate(frame), estimate(frame, reference=reference)
    assert "anchored to a human reference" in anchored["method"]
    widths = [row["ai_generated_high"] - row["ai_generated_low"] for row in (free, anchored)]
    assert widths[1] < widths[0]


def test_people_who_write_like_machines_are_told_by_a_reference():
    moved = pl.col("ai_llr") + 2.0
    frame, reference = (make_mixed(600, 0, seed=seed).with_columns(moved) for seed in (1, 2))
    assert estimate(frame, reference=reference)["ai_generated_prevalence"] < 0.02


def test_a_reference_says_nothing_of_translation_unless_it_is_of_originals():
    frame, reference = make_mixed(800, 0, 200, seed=1), make_mixed(800, 0, 200, seed=2)
    early = estimate(frame, reference=reference)
    assert early["machine_translated_prevalence"] == pytest.approx(0.2, abs=0.04)
    assert "says nothing of translation" in early["method"]
    assert (
        estimate(frame, reference=reference, options=StatsOptions(originals=True))["machine_translated_prevalence"]
        < 0.1
    )


def test_dates_do_not_enter():
    frame = make_mixed(800, 200)
    dated = frame.with_columns(ai_score=pl.lit(0.001))
    assert estimate(dated)["ai_generated_prevalence"] == pytest.approx(estimate(frame)["ai_generated_prevalence"])


def test_scores_stand_in_where_sums_of_evidence_are_missing():
    frame = make_mixed(800, 200)
    bare = estimate(frame.drop("ai_llr", "mt_llr"))
    assert bare["ai_generated_prevalence"] == pytest.approx(estimate(frame)["ai_generated_prevalence"], abs=0.01)


def test_languages_without_reference_scores_fall_back_and_say_so():
    frame = pl.concat([make_mixed(800, 200), make_mixed(800, 200, seed=1).with_columns(language=pl.lit("de"))])
    table = estimate_ratio(frame, ["language"], scores=SCORES)
    everything, first, second = (table.row(2 * i, named=True) for i in range(3))
    named = {row["group_values"][0]: row["method"] for row in (first, second)}
    assert named["en"].startswith("mixture of candidate densities;")
    assert named["de"].startswith("expectation-maximisation")
    assert " and " in everything["method"].split(";")[0]
    assert everything["both_prevalence"] is None


def test_origins_that_cannot_be_told_apart_are_refused():
    frame = SCORES.frame
    blurred = frame.with_columns(pl.lit(-2.0).alias("ai_llr") + frame["mt_llr"] * 0.01)
    row = estimate_ratio(make_mixed(900, 100), scores=ReferenceScores(blurred)).row(0, named=True)
    assert not row["estimable"]
    assert "do not tell them apart" in row["why"]


def test_words_weigh_documents():
    frame = make_mixed(900, 100).with_columns(n_words=pl.when(pl.int_range(pl.len()) >= 900).then(2000).otherwise(200))
    by_words = estimate_ratio(frame, scores=SCORES).row(1, named=True)
    assert by_words["unit"] == "words"
    assert by_words["ai_generated_prevalence"] == pytest.approx(0.526, abs=0.08)


def test_the_same_seed_gives_the_same_table():
    frame = make_mixed(300, 60)
    one, two = (estimate_ratio(frame, scores=SCORES, options=StatsOptions(seed=4)) for _ in range(2))
    assert one.equals(two)


def test_sources_and_generators_can_be_left_out():
    less = SCORES.without(sources=["blog"], generators=["generator a"])
    assert "blog" not in less.frame["source"]
    assert "generator a" not in less.frame["generator"]
    assert less.frame["generator"].null_count() == 600


def test_a_table_without_its_columns_is_refused():
    with pytest.raises(ConfigError, match="lack language"):
        ReferenceScores(pl.DataFrame({"label": ["human"]}))


def test_a_reference_in_another_language_anchors_nothing_and_is_not_named():
    frame = pl.concat([make_mixed(500, 50), make_mixed(500, 50, seed=1).with_columns(language=pl.lit("de"))])
    german = make_mixed(400, 0, seed=2).with_columns(language=pl.lit("de"))
    scores = ReferenceScores(pl.concat([SCORES.frame, SCORES.frame.with_columns(language=pl.lit("de"))]))
    table = estimate_ratio(frame, ["language"], scores=scores, reference=german)
    named = {row["group_values"][0]: row for row in table[2:].filter(unit="documents").iter_rows(named=True)}
    free = estimate_ratio(frame, ["language"], scores=scores).filter(pl.col("group_values").list.first() == "en")
    assert "anchored" not in named["en"]["method"]
    assert named["en"]["ai_generated_prevalence"] == free["ai_generated_prevalence"][0]
    assert "anchored" in named["de"]["method"]


def test_a_reference_of_one_host_does_not_say_how_all_people_write():
    frame = make_mixed(900, 100).with_columns(pl.col("ai_llr") + 1.0)
    one, many = (estimate(frame, reference=make_mixed(500, 0, seed=2, hosts=hosts)) for hosts in (1, 60))
    assert many["ai_generated_low"] > 0.1  # sure, though these hosts write otherwise
    assert one["ai_generated_low"] < 0.1 < one["ai_generated_high"]


def test_reference_scores_that_are_no_number_are_left_out():
    frame = SCORES.frame.with_columns(
        ai_llr=pl.when(pl.int_range(pl.len()) == 3).then(float("nan")).otherwise("ai_llr")
    )
    row = estimate_ratio(make_mixed(900, 100), scores=ReferenceScores(frame)).row(0, named=True)
    assert row["ai_generated_prevalence"] == pytest.approx(0.1, abs=0.02)


def test_the_order_of_rows_does_not_matter():
    frame = make_mixed(300, 60)
    mixed = frame.sample(fraction=1.0, shuffle=True, seed=3)
    one, two = (estimate(made) for made in (frame, mixed))
    assert one == {name: pytest.approx(value) if isinstance(value, float) else value for name, value in two.items()}
