"""The ratio table: groups, counts, refusals, the reference and determinism."""

import json

import polars as pl
import pytest

from provenance.errors import ConfigError
from provenance.stats import StatsOptions, estimate_ratio, ratio_to_json
from tests.stats.made_scores import error_rates, scored_documents

QUICK = StatsOptions(draws=60)
SCORED = scored_documents(3000, 0.2, 0.05)


def estimate(scored: pl.DataFrame, by: tuple[str, ...] = (), **options: object) -> pl.DataFrame:
    return estimate_ratio(scored, by, errors=error_rates(), options=QUICK, **options)


def first(scored: pl.DataFrame, **options: object) -> dict[str, object]:
    return estimate(scored, **options).row(0, named=True)


def test_known_prevalences_are_recovered():
    row = first(scored_documents(20_000, 0.2, 0.05, alike=0.0))
    assert row["ai_generated_prevalence"] == pytest.approx(0.2, abs=0.02)
    assert row["machine_translated_prevalence"] == pytest.approx(0.05, abs=0.02)


def test_prevalences_add_up_to_one():
    row = first(SCORED)
    total = sum(row[f"{origin}_prevalence"] for origin in ("human", "ai_generated", "machine_translated"))
    assert total == pytest.approx(1.0)


def test_the_ratio_is_human_over_synthetic():
    row = first(SCORED)
    synthetic = row["ai_generated_prevalence"] + row["machine_translated_prevalence"]
    assert row["human_to_synthetic_ratio"] == pytest.approx(row["human_prevalence"] / synthetic)


def test_shares_are_plain_counts_with_the_undetermined_below():
    row = first(SCORED)
    assert row["ai_generated_share"] == (SCORED["origin"] == "ai_generated").sum() / 3000
    assert row["n_undetermined"] == (SCORED["origin"] == "undetermined").sum()


def test_words_weigh_in_the_unit_of_words():
    longer = pl.when(pl.col("truth") == 1).then(3000).otherwise(300)
    frame = estimate(scored_documents(5000, 0.2, 0.0, alike=0.0).with_columns(n_words=longer))
    by_document, by_word = frame["ai_generated_prevalence"].to_list()
    assert by_document == pytest.approx(0.2, abs=0.03)
    assert by_word == pytest.approx(0.2 * 10 / (0.2 * 10 + 0.8), abs=0.05)


def test_documents_without_a_score_are_counted_and_left_out():
    blank = SCORED.head(500).with_columns(pl.lit(None, pl.Float64).alias("ai_score"), pl.lit(20).alias("n_words"))
    row = first(pl.concat([SCORED.with_columns(pl.col("n_words").cast(pl.Int32)), blank]))
    assert (row["n_documents"], row["n_measured"]) == (3500, 3000)


def test_a_score_that_only_declared_marks_gave_is_no_sample():
    marked = pl.DataFrame({"row": range(1000), "n_words": 300, "language": "fr", "origin": "undetermined"})
    some = pl.when(pl.col("row") < 100).then(0.99)
    row = first(marked.with_columns(some.alias("ai_score"), some.alias("mt_score")))
    assert row["n_measured"] == 0
    assert "no model for the language" in row["why"]


def test_short_documents_with_a_score_do_not_enter():
    row = first(SCORED.with_columns(n_words=pl.lit(40)))
    assert (row["n_measured"], row["estimable"]) == (0, False)


def test_one_document_is_refused_politely():
    row = first(SCORED.head(1))
    assert not row["estimable"]
    assert "judge it by itself" in row["why"]


def test_no_document_at_all_makes_rows_without_figures():
    row = first(SCORED.clear())
    assert (row["n_documents"], row["estimable"], row["human_share"]) == (0, False, None)


def test_few_documents_are_refused_with_their_number():
    row = first(SCORED.head(29))
    assert not row["estimable"]
    assert row["why"] == "29 of 29 documents have a score; an estimate needs 30"


def test_without_synthetic_documents_the_ratio_has_a_lower_bound_only():
    row = first(scored_documents(2000, 0.0, 0.0).filter(pl.col("ai_score") < 0.05, pl.col("mt_score") < 0.05))
    assert row["human_to_synthetic_ratio"] is None
    assert row["human_to_synthetic_ratio_high"] is None
    assert row["human_to_synthetic_ratio_low"] > 10
    assert row["estimable"]


def test_one_measured_axis_gives_its_prevalence_and_no_ratio():
    row = first(SCORED.with_columns(mt_score=pl.lit(None, pl.Float64)))
    assert row["ai_generated_low"] <= 0.2 <= row["ai_generated_high"]
    assert row["human_prevalence"] is None
    assert not row["estimable"]
    assert "needs both" in row["why"]


def test_a_detector_that_does_not_separate_is_refused():
    from provenance.stats import AxisErrors, ErrorCounts, ErrorRates

    poor = ErrorRates((AxisErrors("ai", (ErrorCounts(1000, 300, 1000, 350),)),))
    row = estimate_ratio(SCORED, errors=poor, options=QUICK).row(0, named=True)
    assert not row["estimable"]
    assert "does not tell the origins apart" in row["why"]


def test_unknown_error_rates_are_said():
    row = estimate_ratio(SCORED, options=QUICK).row(0, named=True)
    assert "error rates not known" in row["method"]


def test_a_count_cannot_be_corrected_without_error_rates():
    row = estimate_ratio(SCORED, options=StatsOptions(method="adjusted_count")).row(0, named=True)
    assert not row["estimable"]
    assert "cannot be corrected" in row["why"]


def test_the_second_estimator_stands_beside_the_first():
    row = first(scored_documents(20_000, 0.2, 0.05, alike=0.0))
    assert row["ai_generated_adjusted_count"] == pytest.approx(row["ai_generated_prevalence"], abs=0.03)


def test_groups_account_for_every_document():
    frame = estimate(SCORED, ("language", "url_host_registered_domain", "month")).filter(pl.col("unit") == "documents")
    totals = frame.group_by(pl.col("group_columns").list.join("+")).agg(pl.col("n_documents").sum())
    assert totals["n_documents"].to_list() == [3000] * 4


def test_small_groups_beyond_the_limit_share_a_row():
    options = StatsOptions(draws=20, max_groups=4)
    frame = estimate_ratio(SCORED, ["url_host_registered_domain"], options=options)
    groups = frame.filter(pl.col("unit") == "words")["group_values"].to_list()
    assert len(groups) == 6
    assert groups[-1] == ["(all other)"]


def test_months_come_in_their_order_and_are_never_put_together():
    frame = estimate_ratio(SCORED, ["month"], options=StatsOptions(draws=20, max_groups=1))
    assert frame["group_values"].to_list()[2::2] == [["2019-07"], ["2019-08"]]


def test_columns_joined_by_plus_are_crossed():
    row = estimate(SCORED, ("language+month",)).row(2, named=True)
    assert row["group_columns"] == ["language", "month"]
    assert row["group_values"][0] == "en"


def test_month_is_told_from_the_capture_time():
    timed = SCORED.drop("month").with_columns(fetch_time=pl.datetime(2021, 3, 5, time_zone="UTC"))
    assert estimate(timed, ("month",)).row(2, named=True)["group_values"] == ["2021-03"]


def test_documents_without_hosts_or_dates_are_estimated():
    row = first(SCORED.select("n_words", "ai_score", "mt_score", "origin"))
    assert row["estimable"]
    assert row["n_hosts"] is None
    assert "bootstrap over documents" in row["method"]


def test_a_reference_of_humans_corrects_its_own_kind_to_zero():
    inflated = pl.col("ai_score", "mt_score") * 0.8 + 0.15  # a register the detector takes for synthetic
    humans = [scored_documents(2000, 0.0, 0.0, seed=seed).with_columns(inflated) for seed in (8, 9)]
    without, beside = first(humans[0]), first(humans[0], reference=humans[1])
    assert without["ai_generated_prevalence"] > 0.05
    assert beside["ai_generated_prevalence"] < 0.01
    assert "human reference" in beside["method"]


def test_a_reference_of_few_documents_does_not_anchor():
    assert first(SCORED, reference=SCORED.head(5)) == first(SCORED)


def test_the_same_seed_gives_the_same_table():
    assert estimate(SCORED, ("month",)).equals(estimate(SCORED, ("month",)))


def test_a_group_is_estimated_the_same_whatever_stands_beside_it():
    with_more = estimate(SCORED, ("language", "month"))[4:]
    assert with_more.equals(estimate(SCORED, ("month",))[2:])


def test_a_missing_column_is_named():
    with pytest.raises(ConfigError, match="lack ai_score"):
        estimate(SCORED.drop("ai_score"))


def test_grouping_by_an_unknown_column_is_an_error():
    with pytest.raises(ConfigError, match="no such column"):
        estimate(SCORED, ("colour",))


def test_json_has_the_promised_shape():
    made = json.loads(json.dumps(ratio_to_json(estimate(SCORED, ("month",)))))
    assert "measurable score" in made["estimand"]
    assert [row["group"] for row in made["rows"][::2]] == [{}, {"month": "2019-07"}, {"month": "2019-08"}]
    row = made["rows"][0]
    assert set(row["human"]) >= {"share", "prevalence", "low", "high"}
    assert set(row["human_to_synthetic_ratio"]) == {"value", "low", "high"}
    assert {"unit", "n_documents", "n_words", "n_undetermined", "method", "estimable", "why"} <= set(row)


@pytest.mark.parametrize("bad", [{"level": 1.0}, {"draws": 0}, {"max_groups": 0}])
def test_options_without_meaning_are_refused(bad: dict[str, float]):
    with pytest.raises(ValueError, match=next(iter(bad))):
        StatsOptions(**bad)
