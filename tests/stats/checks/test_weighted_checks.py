"""Controls, sensitivity and the shift of curation under sample weights."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from provenance.stats import AxisErrors, ErrorCounts, ErrorRates, StatsOptions, estimate_ratio
from provenance.stats.checks.negative import check_negative
from provenance.stats.checks.rows import ControlOptions
from provenance.stats.checks.sensitivity import estimate_sensitivity
from provenance.stats.checks.shift import measure_shift
from provenance.stats.checks.spikes import check_spikes
from provenance.stats.weighting import WEIGHT
from tests.stats.made_known import known_scores
from tests.stats.made_scores import error_rates, scored_documents

EARLY = datetime(2018, 5, 1, tzinfo=UTC)
ERRORS = ErrorRates((AxisErrors("ai", (ErrorCounts(15_000, 630, 15_000, 14_910),)),))


def called(n: int, flagged: int) -> pl.DataFrame:
    """`n` documents of as many hosts, `flagged` of them called AI-generated."""
    return pl.DataFrame(
        {
            "url_host_name": [f"h{i}.example" for i in range(n)],
            "language": "en",
            "n_words": 300,
            "ai_score": [0.9] * flagged + [0.1] * (n - flagged),
            "mt_score": pl.Series([None] * n, dtype=pl.Float64),
            "origin": "undetermined",
        }
    )


def at_measured(scored: pl.DataFrame) -> dict[str, float]:
    table = estimate_sensitivity(scored, ERRORS, options=StatsOptions(draws=2000))
    return table.filter("measured").row(0, named=True)


def early(n: int = 2000) -> pl.DataFrame:
    return scored_documents(n, 0.0, 0.0, hosts=400).drop("month").with_columns(fetch_time=pl.lit(EARLY))


def estimate(scored: pl.DataFrame, by: Sequence[str] = (), **more: object) -> pl.DataFrame:
    known = {name: value for name, value in more.items() if name == "reference"}
    options = StatsOptions(method="em", draws=60)
    return estimate_ratio(scored, by, errors=error_rates(), options=options, **known)  # type: ignore[arg-type]


def test_sensitivity_corrects_the_weighted_share_and_knows_what_it_is_worth() -> None:
    """100 of 1,000 that stand for nine each, and 900 that stand for themselves, are a half; worth 395 documents."""
    weights = np.where(np.arange(1000) < 100, 9.0, 1.0)
    weighted = at_measured(called(1000, 100).with_columns(pl.Series(WEIGHT, weights)))
    half, fewer = at_measured(called(1000, 500)), at_measured(called(396, 198))
    assert weighted["prevalence"] == pytest.approx(half["prevalence"])
    width = weighted["high"] - weighted["low"]
    assert width == pytest.approx(fewer["high"] - fewer["low"], rel=0.1)
    assert width > 1.3 * (half["high"] - half["low"])


def test_sensitivity_blends_rates_by_what_the_languages_stand_for() -> None:
    """Half of the documents are German, and stand for a hundredth."""
    errors = (ErrorCounts(1000, 10, 1000, 900), ErrorCounts(1000, 200, 1000, 900))
    known = ErrorRates(tuple(AxisErrors("ai", (one,), name) for one, name in zip(errors, ("en", "de"), strict=True)))
    frame = pl.concat([called(500, 50).with_columns(language=pl.lit(name)) for name in ("en", "de")])
    weighed = frame.with_columns(pl.when(pl.col("language") == "en").then(99.0).otherwise(1.0).alias(WEIGHT))
    rates = [estimate_sensitivity(one, known)["false_positive_rate"][0] for one in (frame, weighed)]
    assert rates == [pytest.approx(0.105, abs=1e-3), pytest.approx(0.0119, abs=1e-3)]


def test_equal_weights_leave_sensitivity_and_shift_as_they_are() -> None:
    scored = scored_documents(1000, 0.2, 0.1).with_columns(kept=pl.int_range(1000) % 3 > 0, weight=0.5)
    weighed = scored.with_columns(pl.lit(12.7).alias(WEIGHT))
    options = StatsOptions(draws=100)
    tables = [estimate_sensitivity(frame, error_rates(), options=options) for frame in (scored, weighed)]
    assert tables[0].equals(tables[1])
    assert measure_shift(scored).equals(measure_shift(weighed))


@pytest.mark.parametrize(("worth", "passed"), [(150.0, False), (149.0, None)])
def test_a_control_has_as_many_documents_as_they_are_worth(worth: float, passed: bool | None) -> None:
    figures = {"ai_generated_prevalence": 0.03, "ai_generated_low": 0.015, "ai_generated_high": 0.06}
    made = estimate(early(100)).with_columns(
        n_measured=pl.lit(2000),
        effective_documents=pl.lit(worth),
        **{name: pl.lit(value) for name, value in figures.items()},
    )
    table = check_negative(early(100), estimate=lambda *given, **more: made)
    assert table.filter(origin="ai_generated")["passed"].to_list() == [passed]


def test_a_control_is_of_what_its_documents_stand_for() -> None:
    """AI-generated documents among the early ones that stand for next to nothing do not fail it."""
    wrong = scored_documents(200, 1.0, 0.0, hosts=40).drop("month").with_columns(fetch_time=pl.lit(EARLY))
    frame = pl.concat(
        [early().with_columns(pl.lit(1000.0).alias(WEIGHT)), wrong.with_columns(pl.lit(1.0).alias(WEIGHT))]
    )
    weighted, plain = (
        check_negative(scored, estimate=estimate).filter(origin="ai_generated")["passed"].to_list()
        for scored in (frame, frame.drop(WEIGHT))
    )
    assert (weighted, plain) == ([True], [False])


def test_known_mixtures_are_made_without_weights() -> None:
    frame = early(600)
    weighed = frame.with_columns((pl.int_range(600) % 7 + 1.0).alias(WEIGHT))
    options = ControlOptions(shares=(0.2,), spiked_documents=300)
    tables = [
        check_spikes(scored, estimate=estimate, scores=known_scores(), options=options) for scored in (frame, weighed)
    ]
    assert tables[0].height
    assert tables[0].equals(tables[1])


def test_a_shift_is_of_what_the_documents_stand_for_and_counts_are_counts() -> None:
    frame = pl.DataFrame(
        {
            "url_host_name": [f"h{i}.com" for i in range(8)],
            "language": ["en", "en", "en", "de", "de", "de", "de", "de"],
            "kept": [True] * 6 + [False] * 2,
            "weight": [2.0] * 3 + [1.0] * 3 + [None] * 2,
            WEIGHT: [10.0, 10.0, 10.0, 2.0, 2.0, 2.0, 2.0, 2.0],
        }
    )
    row = measure_shift(frame, ("language",)).filter(value="en").row(0, named=True)
    assert (row["n_input"], row["n_curated"]) == (3, 3)
    assert (row["share_input"], row["share_curated"]) == (pytest.approx(30 / 40), pytest.approx(30 / 36))
    assert row["weighted_share"] == pytest.approx(60 / 66)


def test_odds_of_a_shift_are_as_sure_as_the_documents_are_worth() -> None:
    """Under weights that have nothing to do with curation."""
    rng = np.random.default_rng(2)
    n = 4000
    frame = pl.DataFrame(
        {
            "url_host_name": [f"h{i}.com" for i in range(n)],
            "language": rng.choice(["en", "de"], n),
            "kept": rng.random(n) < 0.6,
            "weight": 1.0,
            WEIGHT: rng.lognormal(size=n),
        }
    )
    rows = [
        measure_shift(one, ("language",)).filter(value="en").row(0, named=True) for one in (frame, frame.drop(WEIGHT))
    ]
    weighted, plain = (np.log(row["high"] / row["low"]) for row in rows)
    worth = frame[WEIGHT].sum() ** 2 / (frame[WEIGHT] ** 2).sum()
    assert weighted / plain == pytest.approx((n / worth) ** 0.5, rel=0.05)
    large = (
        measure_shift(frame.with_columns(pl.col(WEIGHT) * 1000), ("language",)).filter(value="en").row(0, named=True)
    )
    assert large["low"] == pytest.approx(rows[0]["low"])
