"""Documents too old to be AI-generated correct to about zero, and known mixtures are recovered."""

from collections.abc import Sequence
from datetime import UTC, datetime

import polars as pl
import pytest

from provenance.stats import ReferenceScores, StatsOptions, estimate_ratio
from provenance.stats.checks.negative import apply_controls, check_negative
from provenance.stats.checks.rows import CONTROL_SCHEMA, ControlOptions, halve, score_text
from provenance.stats.checks.spikes import check_spikes
from tests.stats.made_known import known_scores
from tests.stats.made_scores import error_rates, scored_documents

QUICK = StatsOptions(method="em", draws=60)
EARLY, LATE = datetime(2018, 5, 1, tzinfo=UTC), datetime(2024, 5, 1, tzinfo=UTC)
KNOWN = known_scores()


class Estimate:
    """The estimator, and what it was given."""

    def __init__(self) -> None:
        self.calls: list[tuple[pl.DataFrame, Sequence[str], pl.DataFrame | None, ReferenceScores | None]] = []

    def __call__(
        self,
        scored: pl.DataFrame,
        by: Sequence[str] = (),
        *,
        reference: pl.DataFrame | None = None,
        scores: ReferenceScores | None = None,
    ) -> pl.DataFrame:
        self.calls.append((scored, by, reference, scores))
        return estimate_ratio(scored, by, errors=error_rates(), reference=reference, options=QUICK)


def captured(frame: pl.DataFrame, time: datetime, language: str = "en") -> pl.DataFrame:
    made = {"fetch_time": pl.lit(time), "language": pl.lit(language), "crawl": pl.lit(f"CC-{time.year}")}
    return frame.drop("month").with_columns(**made)


def early(n: int = 2000, ai: float = 0.0, language: str = "en", **made: object) -> pl.DataFrame:
    return captured(scored_documents(n, ai, 0.0, hosts=400, **made), EARLY, language)


def one(table: pl.DataFrame, *conditions: pl.Expr) -> dict[str, object]:
    rows = table.filter(pl.col("origin") == "ai_generated", *conditions)
    assert rows.height == 1
    return rows.row(0, named=True)


def control(passed: bool | None, *, source: str = "same_run", group: dict[str, str] | None = None, **made: object):
    group = group or {}
    row = dict.fromkeys(CONTROL_SCHEMA) | {
        "control": "negative",
        "origin": "ai_generated",
        "group_columns": list(group),
        "group_values": list(group.values()),
        "source": source,
        "n_documents": 500,
        "prevalence": 0.031,
        "low": 0.022,
        "high": 0.04,
        "passed": passed,
    }
    return pl.DataFrame([row | made], schema=CONTROL_SCHEMA)


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    frame = pl.concat([captured(scored_documents(1500, 0.2, 0.05), LATE, language) for language in ("en", "de")])
    return Estimate()(frame, ("language", "crawl+language"))


def prevalences(table: pl.DataFrame, language: str | None) -> set[float | None]:
    named = pl.lit(language).is_in(pl.col("group_values")) if language else pl.col("group_values").list.len() == 0
    return set(table.filter(named)["ai_generated_prevalence"].to_list())


def test_human_documents_before_the_date_pass():
    frame = pl.concat([early(), captured(scored_documents(500, 0.5, 0.0), LATE)])
    row = one(check_negative(frame, estimate=Estimate()), pl.col("source") == "same_run")
    assert row["n_documents"] == 2000
    assert row["passed"] is True
    assert row["high"] <= 0.02


def test_the_last_second_of_october_2022_is_before_and_the_next_is_not():
    times = [datetime(2022, 10, 31, 23, 59, 59, tzinfo=UTC), datetime(2022, 11, 1, tzinfo=UTC)]
    frame = pl.concat([captured(scored_documents(100, 0.0, 0.0), time) for time in times])
    assert one(check_negative(frame, estimate=Estimate()))["n_documents"] == 100
    bare = frame.with_columns(pl.col("fetch_time").dt.replace_time_zone(None))
    assert one(check_negative(bare, estimate=Estimate()))["n_documents"] == 100


def test_what_corrects_to_more_than_about_zero_fails():
    row = one(check_negative(early(ai=0.1), estimate=Estimate()))
    assert row["passed"] is False
    assert "where nothing is" in row["why"]


@pytest.mark.parametrize(
    ("point", "low", "high", "n", "hosts", "passed"),
    [
        (0.03, 0.001, 0.06, 150, 10, False),
        (0.03, 0.0, 0.06, 150, 10, None),
        (0.012, 0.006, 0.018, 150, 10, False),
        (0.015, 0.005, 0.02, 150, 10, True),
        (0.0, 0.0, 0.021, 150, 10, None),
        (0.03, 0.0, 0.06, 149, 10, None),
        (0.03, 0.015, 0.06, 150, 9, None),
        (0.03, 0.021, 0.06, 149, 9, False),
        (0.03, 0.015, 0.06, 150, None, False),
    ],
)
def test_the_rule(point: float, low: float, high: float, n: int, hosts: int | None, passed: bool | None):
    figures = {"ai_generated_prevalence": point, "ai_generated_low": low, "ai_generated_high": high}
    made = Estimate()(early(100)).with_columns(
        n_measured=pl.lit(n),
        n_hosts=pl.lit(hosts, pl.Int64),
        **{name: pl.lit(value) for name, value in figures.items()},
    )
    assert one(check_negative(early(100), estimate=lambda *given, **more: made))["passed"] is passed


def test_few_documents_decide_nothing():
    row = one(check_negative(early(60), estimate=Estimate()))
    assert row["prevalence"] == pytest.approx(0.0, abs=0.02)
    assert row["passed"] is None
    assert "does not show less than 2.0%" in row["why"]
    nothing = one(check_negative(captured(scored_documents(100, 0.0, 0.0), LATE), estimate=Estimate()))
    assert (nothing["n_documents"], nothing["passed"]) == (0, None)


def test_each_stratum_has_a_row_and_times_have_none():
    frame = pl.concat([early(), early(language="de", ai=0.1)])
    table = check_negative(frame, ("crawl", "crawl+language", "language"), estimate=Estimate())
    assert table.schema == CONTROL_SCHEMA
    mine = table.filter(pl.col("origin") == "ai_generated")
    strata = [(row["group_values"], row["passed"]) for row in mine.iter_rows(named=True)]
    assert strata == [([], False), (["de"], False), (["en"], True)]


def test_dates_do_not_help_a_document_through():
    dated = early(ai=0.1).with_columns(ai_llr=(pl.col("ai_score") / (1 - pl.col("ai_score"))).log() + 2.1972)
    helped = dated.with_columns(ai_score=0.001)
    assert one(check_negative(helped, estimate=Estimate()))["passed"] is False


def test_the_score_of_the_text_is_the_calibrated_one():
    frame = pl.DataFrame({"ai_llr": [0.0, 3.0, None], "ai_score": [0.01, 0.01, 0.7], "mt_score": [0.9, 0.1, 0.1]})
    scored = score_text(frame, 0.1)
    assert scored["ai_score"].to_list() == pytest.approx([0.1, 0.6906, 0.7], abs=1e-3)
    assert scored["origin"].to_list() == ["machine_translated", "ai_generated", "ai_generated"]


def test_the_grey_years_stay_in_and_are_said():
    grey = captured(scored_documents(300, 0.0, 0.0), datetime(2020, 1, 1, tzinfo=UTC))
    row = one(check_negative(pl.concat([early(), grey]), estimate=Estimate()))
    assert row["n_documents"] == 2300
    assert "300 of them since 14 February 2019" in row["why"]


def test_a_date_is_no_test_of_machine_translation():
    table = check_negative(early(), estimate=Estimate()).filter(pl.col("origin") == "machine_translated")
    assert table["passed"].to_list() == [None]


def test_a_reference_is_tested_by_halves_of_its_hosts():
    estimate = Estimate()
    reference = early(1200)
    table = check_negative(early(0), estimate=estimate, reference=reference)
    mine = table.filter(pl.col("source") == "reference", pl.col("origin") == "ai_generated")
    assert mine["n_documents"].sum() == 1200
    (first, _, second, _), (test, _, known, _) = estimate.calls
    assert second is not None
    assert not set(first["url_host_name"]) & set(second["url_host_name"])
    assert set(test["url_host_name"]) == set(second["url_host_name"])
    assert known is not None
    assert set(known["url_host_name"]) == set(first["url_host_name"])


def test_a_reference_document_is_no_test_of_itself():
    frame = early(500).with_row_index("doc_id")
    table = check_negative(frame, estimate=Estimate(), reference=frame.head(200))
    assert one(table, pl.col("source") == "same_run")["n_documents"] == 300


def test_a_reference_of_one_host_is_not_split_and_makes_no_row():
    table = check_negative(
        early(0), estimate=Estimate(), reference=early(300).with_columns(url_host_name=pl.lit("a.example"))
    )
    assert set(table["source"]) == {"same_run"}


def test_shipped_scores_are_tested_on_sources_that_are_left_out():
    estimate = Estimate()
    table = check_negative(early(0), ("language", "length", "domain_class"), estimate=estimate, scores=KNOWN)
    shipped = table.filter(pl.col("source") == "shipped")
    assert shipped.filter(pl.col("group_columns").list.len() == 0)["n_documents"].sum() == 2 * 3000
    assert {columns[0] for columns in shipped["group_columns"].to_list() if columns} == {"language", "length"}
    for test, _, _, scores in estimate.calls:
        assert scores is not None
        assert not set(test["source"]) & set(scores.frame["source"])
        assert set(test["label"]) == {"human"}


def test_halves_share_no_unit_and_are_alike_in_size():
    frame = pl.DataFrame({"unit": ["a"] * 50 + ["b"] * 40 + ["c"] * 30 + ["d"] * 20 + [None] * 20})
    first, second = halve(frame, "unit")
    assert not set(first["unit"].drop_nulls()) & set(second["unit"].drop_nulls())
    assert abs(first.height - second.height) <= 20
    assert first.height + second.height == 160
    assert first["unit"].null_count() == pytest.approx(10, abs=1)


def test_a_stratum_that_fails_keeps_its_shares_only(table: pl.DataFrame):
    controls = pl.concat([control(True), control(False, group={"language": "de"})])
    withheld = apply_controls(table, controls)
    assert withheld.schema == table.schema
    rows = withheld.filter(pl.lit("de").is_in(pl.col("group_values")))
    assert rows.height == 4  # by documents and words, alone and in its crawl
    for row, before in zip(rows.iter_rows(named=True), table.iter_rows(named=True), strict=False):
        assert not row["estimable"]
        assert "negative control fails (de)" in row["why"]
        assert "3.1% (2.2% to 4.0%)" in row["why"]
        gone = ("ai_generated_low", "human_prevalence", "human_to_synthetic_ratio_low", "ai_generated_adjusted_count")
        assert [row[name] for name in gone] == [None] * 4
        assert row["machine_translated_prevalence"] is not None
        assert row["ai_generated_share"] is not None
        assert before["ai_generated_prevalence"] is not None
    others = pl.lit("de").is_in(pl.col("group_values")).not_()
    assert withheld.filter(others).equals(table.filter(others))


def test_all_documents_stand_in_for_a_stratum_that_is_not_decided(table: pl.DataFrame):
    controls = pl.concat(
        [control(False), control(True, group={"language": "de"}), control(None, group={"language": "en"})]
    )
    withheld = apply_controls(table, controls)
    assert prevalences(withheld, None) == {None}
    assert prevalences(withheld, "en") == {None}
    assert None not in prevalences(withheld, "de")


def test_the_nearest_set_that_decides_counts(table: pl.DataFrame):
    failing = control(False, source="shipped")
    assert None not in prevalences(apply_controls(table, pl.concat([failing, control(True)])), None)
    assert prevalences(apply_controls(table, pl.concat([failing, control(None)])), None) == {None}


def test_one_half_that_fails_is_enough(table: pl.DataFrame):
    halves = [control(passed, source="reference") for passed in (True, False)]
    assert prevalences(apply_controls(table, pl.concat(halves)), None) == {None}
    assert prevalences(apply_controls(table, pl.concat(halves[::-1])), None) == {None}


def test_spikes_and_undecided_controls_change_nothing(table: pl.DataFrame):
    for controls in (control(False, control="spike"), control(None), pl.DataFrame(schema=CONTROL_SCHEMA)):
        assert apply_controls(table, controls).equals(table)


def test_known_mixtures_are_recovered():
    table = check_spikes(early(3000), estimate=Estimate(), scores=KNOWN)
    assert table.schema == CONTROL_SCHEMA
    for origin, source in (("ai_generated", "same_run"), ("machine_translated", "shipped")):
        mine = table.filter(pl.col("origin") == origin)
        assert set(mine["source"]) == {source}
        assert mine["true_share"].to_list() == [0.0, 0.01, 0.05, 0.2, 0.5] * 3
        assert mine["passed"].sum() >= 13
        assert (mine["prevalence"] - mine["true_share"]).abs().max() < 0.06


def test_spiked_generators_are_unknown_to_the_estimate_and_each_is_spiked_once():
    estimate = Estimate()
    table = check_spikes(early(0), estimate=estimate, scores=KNOWN, options=ControlOptions(shares=(0.5,)))
    spiked = table.filter(pl.col("origin") == "ai_generated")["why"].str.extract_all(r"g\d").explode()
    assert sorted(spiked) == [f"g{i}" for i in range(7)]
    for (_, _, _, scores), why in zip(estimate.calls, table["why"], strict=True):
        assert scores is not None
        assert not [name for name in scores.frame["generator"].drop_nulls().unique() if f"{name}" in why]


def test_spiked_documents_of_the_shipped_set_come_from_sources_that_are_left_out():
    estimate = Estimate()
    check_spikes(early(0), estimate=estimate, scores=KNOWN, options=ControlOptions(shares=(0.2,), rounds=1))
    mixed, _, _, scores = estimate.calls[0]
    assert scores is not None
    people = mixed.filter(pl.col("source").is_not_null())
    assert people.height == 1000
    assert not set(people["source"]) & set(scores.frame.filter(pl.col("label") == "human")["source"])


def test_spiked_documents_stay_on_their_hosts():
    estimate = Estimate()
    frame = early(500)
    check_spikes(frame, estimate=estimate, scores=KNOWN, options=ControlOptions(shares=(0.0, 0.5), rounds=1))
    plain, mixed = (call[0] for call in estimate.calls[:2])
    assert sorted(plain["url_host_name"]) == sorted(mixed["url_host_name"])
    assert (mixed["ai_score"] > 0.5).sum() > (plain["ai_score"] > 0.5).sum() + 50


def test_short_documents_are_in_no_mixture():
    estimate = Estimate()
    frame = pl.concat([early(300), early(300).with_columns(n_words=pl.lit(20, pl.Int64))])
    check_spikes(frame, estimate=estimate, scores=KNOWN, options=ControlOptions(shares=(0.05,), rounds=1))
    assert estimate.calls[0][0]["n_words"].to_list().count(20) == 0


def test_languages_without_generator_of_a_part_are_left_out_of_its_mixture():
    german = KNOWN.frame.filter(pl.col("generator").fill_null("g0") == "g0").with_columns(language=pl.lit("de"))
    estimate, scores = Estimate(), ReferenceScores(pl.concat([KNOWN.frame, german]))
    frame = pl.concat([early(400), early(400, language="de")])
    check_spikes(frame, estimate=estimate, scores=scores, options=ControlOptions(shares=(0.2,)))
    languages = [sorted(call[0]["language"].unique()) for call in estimate.calls[:3]]
    assert sorted(languages) == [["de", "en"], ["en"], ["en"]]


def test_one_generator_or_no_people_make_no_mixture():
    assert check_spikes(early(0), estimate=Estimate(), scores=known_scores(500, generators=1)).is_empty()
    untold = check_spikes(early(300).drop("language"), estimate=Estimate(), scores=KNOWN)
    assert set(untold["source"]) == {"shipped"}
    assert check_spikes(
        early(0), estimate=Estimate(), scores=ReferenceScores(KNOWN.frame.filter(pl.col("label") != "human"))
    ).is_empty()
