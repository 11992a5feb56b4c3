"""Samples drawn with unequal probabilities tell of the crawl: right on average, and within their interval."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest

from provenance.stats import StatsOptions, estimate_ratio
from provenance.stats.weighting import WEIGHT
from tests.stats.made_known import known_scores
from tests.stats.made_sample import Kind, draw, make_crawl
from tests.stats.made_scores import error_rates

N_SAMPLES = 50
BY_KIND = ({"a": Kind(2700, 0.05, 4), "b": Kind(300, 0.6, 4)}, {"a": 0.03, "b": 0.3}, 5)
THREE_KINDS = (
    {"a": Kind(1800, 0.05, 6), "b": Kind(900, 0.3, 3), "c": Kind(300, 0.7, 3)},
    {"a": 0.03, "b": 0.1, "c": 0.8},
    3,
)
LARGE_HOSTS_CAPPED = ({"a": Kind(2850, 0.1, 3), "b": Kind(150, 0.5, 60)}, {"a": 0.08, "b": 0.5}, 4)


@dataclass
class Outcome:
    """Over many samples of as many crawls."""

    held: int
    mean_error: float


def repeat(design: tuple, method: str, truth: Callable[[pl.DataFrame], float], *, weighted: bool) -> Outcome:
    options, errors = StatsOptions(method=method, draws=200), error_rates(20_000)
    held, misses = 0, []
    for seed in range(N_SAMPLES):
        rng = np.random.default_rng(seed)
        crawl = make_crawl(design[0], rng)
        sample = draw(crawl, *design[1:], rng)
        scored = sample if weighted else sample.drop(WEIGHT)
        row = estimate_ratio(scored, errors=errors, options=options).row(0, named=True)
        held += row["ai_generated_low"] <= truth(crawl) <= row["ai_generated_high"]
        misses.append(row["ai_generated_prevalence"] - truth(crawl))
    return Outcome(held, float(np.mean(misses)))


def called(crawl: pl.DataFrame) -> float:
    return float((crawl["origin"] == "ai_generated").mean())


def true(crawl: pl.DataFrame) -> float:
    return float(crawl["ai"].mean())


@pytest.mark.parametrize("design", [BY_KIND, THREE_KINDS, LARGE_HOSTS_CAPPED])
def test_intervals_of_weighted_shares_hold_as_often_as_they_say(design: tuple) -> None:
    """The share called AI-generated has no error but that of the sample: 95 % of 50 are 47.5, 5 of 100 are below 44."""
    found = repeat(design, "share", called, weighted=True)
    assert 44 <= found.held <= 50
    assert abs(found.mean_error) < 0.01


@pytest.mark.parametrize(("design", "off"), [(BY_KIND, 0.1), (THREE_KINDS, 0.15), (LARGE_HOSTS_CAPPED, -0.02)])
def test_without_weights_they_tell_of_the_sample(design: tuple, off: float) -> None:
    found = repeat(design, "share", called, weighted=False)
    assert found.held <= 20
    assert found.mean_error / off > 0.9


def test_intervals_of_weighted_prevalences_hold_as_often_as_they_say() -> None:
    found = repeat(THREE_KINDS, "em", true, weighted=True)
    assert 44 <= found.held <= 50
    assert abs(found.mean_error) < 0.015


def test_a_mixture_of_a_weighted_sample_is_near_the_crawl_and_not_near_the_sample() -> None:
    rng = np.random.default_rng(1)
    crawl = make_crawl(BY_KIND[0], rng)
    sample = draw(crawl, *BY_KIND[1:], rng)
    options, known = StatsOptions(draws=200), known_scores()
    row, plain = (
        estimate_ratio(scored, scores=known, options=options).row(0, named=True)
        for scored in (sample, sample.drop(WEIGHT))
    )
    assert row["ai_generated_low"] <= true(crawl) <= row["ai_generated_high"]
    assert (
        abs(row["ai_generated_prevalence"] - true(crawl)) < 0.06 < plain["ai_generated_prevalence"] - true(crawl) - 0.1
    )
    assert row["estimated_total"] == pytest.approx(sample[WEIGHT].sum())
    assert row["effective_documents"] < 0.7 * row["n_measured"]
