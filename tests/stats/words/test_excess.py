"""Excess words: the projection of Kobak et al., intervals that hold for all words at once, null without a base."""

import math

import numpy as np
import polars as pl
import pytest

from provenance.stats.words.excess import (
    DRIFT_SCHEMA,
    EXCESS_SCHEMA,
    ExcessOptions,
    estimate_excess,
    project_frequency,
)

YEARS = ("2019", "2020", "2021", "2022", "2023", "2024")


def made(words: dict[str, dict[str, int]], totals: dict[str, int], language: str = "en") -> pl.DataFrame:
    """Counts by period and word, and the totals."""
    rows = [(language, period, None, n) for period, n in totals.items()]
    rows += [(language, period, word, n) for word, of in words.items() for period, n in of.items()]
    return pl.DataFrame(rows, ["language", "period", "word", "n_documents"], orient="row")


def steady(words: dict[str, float], n: int = 100_000, periods: tuple[str, ...] = YEARS) -> dict[str, dict[str, int]]:
    return {word: {period: round(share * n) for period in periods} for word, share in words.items()}


def row(frame: pl.DataFrame, **named: str) -> dict[str, float]:
    return frame.filter(**named).row(0, named=True)


@pytest.mark.parametrize(
    ("later", "earlier", "steps", "expected"),
    [(0.3, 0.2, 2.0, 0.5), (0.2, 0.3, 2.0, 0.2), (0.9, 0.5, 2.0, 1.0), (0.3, 0.2, 0.5, 0.35)],
)
def test_a_rise_is_projected_and_a_fall_is_not(later: float, earlier: float, steps: float, expected: float) -> None:
    found = pl.select(project_frequency(pl.lit(later), pl.lit(earlier), pl.lit(steps))).item()
    assert found == pytest.approx(expected)


def test_figures_are_those_worked_out_by_hand() -> None:
    words = {"delve": {"2021": 999, "2022": 1099, "2024": 4999}, **steady({"the": 0.9})}
    excess, drift = estimate_excess(made(words, dict.fromkeys(YEARS, 99_999)))
    found = row(excess, period="2024", word="delve")
    assert (found["n_documents"], found["n_total"]) == (4999, 99_999)
    assert found["frequency"] == pytest.approx(0.05)
    assert found["expected"] == pytest.approx(0.011 + 2 * 0.001)
    assert found["gap"] == pytest.approx(0.037)
    assert found["ratio"] == pytest.approx(0.05 / 0.013)
    shares = [(0.05, 1.0), (0.011, -3.0), (0.010, 2.0)]
    error = math.sqrt(sum(w * w * p * (1 - p) / 1e5 for p, w in shares))
    z = 2.24  # of two words at 95 %: Wilson's intervals are nearly the normal ones here
    assert found["low"] == pytest.approx(0.037 - z * error, abs=2e-4)
    summed = row(drift, period="2024")
    assert (summed["word"], summed["n_excess_words"], summed["gap"], summed["low"], summed["high"]) == (
        "delve", 1, found["gap"], found["low"], found["high"],
    )  # fmt: skip
    assert found["low"] < found["gap"] < found["high"]


def expected_of(words: dict[str, dict[str, int]]) -> dict[str, float]:
    excess = estimate_excess(made(words, dict.fromkeys(YEARS, 99_999)))[0]
    return dict(excess.select("period", "expected").iter_rows())


def test_years_before_the_turn_are_projected_from_three_and_two_years_before() -> None:
    words = {"w": dict(zip(YEARS, (1000, 2000, 3000, 30_000, 0, 0), strict=True))}
    assert expected_of(words) == {"2022": pytest.approx(0.02 + 2 * 0.01, abs=1e-4)}


def test_years_after_the_turn_are_projected_from_the_last_two_before_it() -> None:
    words = {"w": dict(zip(YEARS, (9000, 9000, 3000, 5000, 40_000, 50_000), strict=True))}
    assert expected_of(words) == {
        "2023": pytest.approx(0.05 + 0.02, abs=1e-4),
        "2024": pytest.approx(0.05 + 2 * 0.02, abs=1e-4),
    }


def test_words_too_rare_to_be_counted_in_every_shard_are_not_looked_at() -> None:
    words = {"rare": {"2024": 499}, "rarer": {"2024": 200}, **steady({"the": 0.9})}
    counts = made(words, dict.fromkeys(YEARS, 100_000))
    found = estimate_excess(counts, options=ExcessOptions(least_gap=0.001))[0]
    assert found.is_empty()
    found = estimate_excess(counts, options=ExcessOptions(least_gap=0.001, min_frequency=0.004))[0]
    assert found["word"].to_list() == ["rare"]


def test_crawls_are_projected_from_years_and_the_months_of_language_models_are_no_base() -> None:
    crawls = ("CC-MAIN-2020-05", "CC-MAIN-2020-40", "CC-MAIN-2022-05", "CC-MAIN-2022-49", "CC-MAIN-2024-10")
    shares = (100, 300, 400, 9000, 9000)
    words = {"w": dict(zip(crawls, shares, strict=True)), **steady({"the": 0.9}, 9_999, crawls)}
    excess = estimate_excess(made(words, dict.fromkeys(crawls, 9_999)))[0].filter(word="w")
    found = dict(excess.select("period", "expected").iter_rows())
    early, late = 401 / 19_999, 401 / 10_000
    assert found["CC-MAIN-2024-10"] == pytest.approx(late + (late - early) * 2 / 2)
    assert found["CC-MAIN-2022-49"] == pytest.approx(late)


def test_a_word_cannot_be_expected_more_often_than_always() -> None:
    words = {"the": {"2021": 50_000, "2022": 90_000, "2024": 95_000}}
    found = row(estimate_excess(made(words, dict.fromkeys(YEARS, 100_000)))[1], period="2024")
    assert found["gap"] == pytest.approx(-0.05, abs=1e-4)
    assert -0.055 < found["low"] < found["gap"] < found["high"] < -0.045


def test_periods_without_a_date_are_steps_in_the_order_given() -> None:
    periods = ["first", "second", "a third", "fourth"]
    words = {"w": dict(zip(periods, (1000, 2000, 9999, 50_000), strict=True))}
    counts = made(words, dict.fromkeys(periods, 99_999))
    excess, drift = estimate_excess(counts, periods=periods)
    assert excess["period"].to_list() == ["fourth"]
    assert excess["expected"].item() == pytest.approx(0.02 + 2 * 0.01, abs=1e-4)
    assert drift["gap"].null_count() == 3


def test_without_a_base_or_documents_nothing_is_told() -> None:
    words = steady({"the": 0.9}, 1000)
    totals = {**dict.fromkeys(YEARS, 1000), "2021": 199, "2024": 199}
    drift = estimate_excess(made(words, totals))[1]
    assert drift.schema == DRIFT_SCHEMA
    told = dict(drift.select("period", pl.col("gap").is_not_null()).iter_rows())
    assert told == {"2019": False, "2020": False, "2021": False, "2022": True, "2023": True, "2024": False}
    assert drift.filter(period="2024")["n_total"].item() == 199


def test_no_counts_give_no_rows() -> None:
    excess, drift = estimate_excess(made({}, {}).cast({"language": pl.String, "period": pl.String, "word": pl.String}))
    assert excess.schema == EXCESS_SCHEMA
    assert excess.is_empty()
    assert drift.is_empty()


def test_languages_are_estimated_apart() -> None:
    one = made({"w": {"2021": 100, "2022": 100, "2024": 5000}}, dict.fromkeys(YEARS, 10_000))
    other = made(steady({"w": 0.01}, 10_000), dict.fromkeys(YEARS, 10_000), "de")
    excess, drift = estimate_excess(pl.concat([other, one]))
    assert set(excess["language"]) == {"en"}
    assert row(drift, language="de", period="2024")["n_excess_words"] == 0


def draw(rng: np.random.Generator, shares: np.ndarray, n: int, mixed: np.ndarray | None = None) -> pl.DataFrame:
    """Counts of years in which words stand with known frequencies; `mixed` those of 2024."""
    names = [f"w{i}" for i in range(len(shares))]
    frames = []
    for year in YEARS:
        drawn = rng.binomial(n, mixed if mixed is not None and year == "2024" else shares).tolist()
        frames.append(made({w: {year: k} for w, k in zip(names, drawn, strict=True)}, {year: n}))
    return pl.concat(frames)


def test_words_that_do_not_change_are_no_drift() -> None:
    """At 95 % for all words at once, 60 draws with two years each may show drift in a few."""
    rng = np.random.default_rng(1)
    shares = rng.uniform(0.005, 0.5, 300)
    alarms = 0
    for _ in range(60):
        drift = estimate_excess(draw(rng, shares, 3000))[1].drop_nulls("low")
        alarms += int((drift["low"] > 0).any())
    assert alarms <= 6


def test_the_lower_bound_holds_the_largest_true_gap_and_comes_near_it() -> None:
    rng = np.random.default_rng(2)
    shares = rng.uniform(0.005, 0.5, 300)
    mixed = shares.copy()
    mixed[:5] += 0.05
    lows = [row(estimate_excess(draw(rng, shares, 50_000, mixed))[1], period="2024")["low"] for _ in range(20)]
    assert all(0.025 < low < 0.05 for low in lows)
