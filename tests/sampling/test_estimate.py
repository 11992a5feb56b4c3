"""Estimates: known totals lie within their intervals as often as these say, over many seeds."""

from functools import cache

import numpy as np
import pytest

from provenance.sampling.estimate import Drawn, count_worth, estimate_share, estimate_total, find_variance, wilson
from tests.sampling.made_crawl import Crawl, Sample, draw, make_crawl

SEEDS = range(200)
DOCUMENTS = 200
UNLIKE = make_crawl(seed=2, n_hosts=400, largest=150, alike=0.0)
ALIKE = make_crawl(seed=2, n_hosts=400, largest=150, alike=0.8)


@cache
def samples(per_host: int | None) -> tuple[Sample, ...]:
    return tuple(draw(UNLIKE, DOCUMENTS, per_host, seed) for seed in SEEDS)  # of ALIKE the same captures are drawn


def cover(crawl: Crawl, per_host: int | None) -> tuple[float, float, float]:
    """How often the intervals of a total, a share and a share of a stratum hold the true value."""
    here = crawl.strata == 1
    truth = crawl.kind.sum(), crawl.kind.mean(), crawl.kind[here].mean()
    hits = np.zeros(3)
    for one in samples(per_host):
        kind, among = crawl.kind[one.captures], here[one.captures]
        found = (
            estimate_total(one.drawn, kind),
            estimate_share(one.drawn, kind),
            estimate_share(one.drawn, kind, among),
        )
        hits += [each.low <= true <= each.high for each, true in zip(found, truth, strict=True)]
    total, share, domain = hits / len(SEEDS)
    return total, share, domain


@pytest.mark.parametrize("per_host", [4, None])
def test_intervals_hold_the_truth_19_times_of_20(per_host: int | None) -> None:
    """With values that have nothing to do with hosts; 0.90 is three standard errors below 0.95."""
    assert min(cover(UNLIKE, per_host)) >= 0.90


@pytest.mark.parametrize("per_host", [4, None])
def test_intervals_are_too_wide_rather_than_too_narrow_where_pages_of_a_host_are_alike(per_host: int | None) -> None:
    total, share, of_stratum = cover(ALIKE, per_host)
    assert min(total, share) >= 0.95
    assert of_stratum >= 0.90  # with a cap of 4 there are about 50 documents, some of which weigh 50 times others


@pytest.mark.parametrize("per_host", [4, None])
def test_totals_are_unbiased_and_their_variance_is_the_estimated_one(per_host: int | None) -> None:
    found = [estimate_total(one.drawn, UNLIKE.kind[one.captures]) for one in samples(per_host)]
    values = np.array([each.value for each in found])
    score = (values.mean() - UNLIKE.kind.sum()) / values.std() * np.sqrt(len(values))
    assert abs(score) < 3.5
    assert 0.7 < np.mean([each.variance for each in found]) / values.var() < 1.4


def test_what_strata_tell_is_known_without_an_error() -> None:
    crawl = Crawl(np.arange(1000), np.repeat([0, 1], [300, 700]), np.zeros(1000))
    one = draw(crawl, 50, 3, 1)
    found = estimate_total(one.drawn, crawl.strata[one.captures] == 0)
    assert found.value == pytest.approx(300)
    assert found.variance == pytest.approx(0, abs=1e-6)


def simple(drawn: int, captures: int) -> Drawn:
    """A simple random sample."""
    one = np.zeros(drawn, np.int64)
    return Drawn(one, one, one + captures, one + drawn)


def test_the_variance_of_a_simple_sample_is_that_of_the_textbook() -> None:
    values = np.array([3.0, 1.0, 4.0, 1.0, 5.0])
    expected = 100**2 * (1 - 5 / 100) * values.var(ddof=1) / 5
    assert find_variance(simple(5, 100), values) == pytest.approx(expected)


def test_a_sample_of_everything_has_no_error() -> None:
    found = estimate_share(simple(5, 5), [1, 0, 0, 1, 1])
    assert (found.low, found.value, found.high) == (0.6, 0.6, 0.6)


def test_a_single_document_of_a_group_is_compared_with_the_others_of_its_stratum() -> None:
    drawn = Drawn(np.zeros(4, int), np.array([0, 1, 1, 1]), np.array([50, 90, 90, 90]), np.array([1, 3, 3, 3]))
    alone = 50**2 * (1 - 1 / 50) * 1.0**2
    assert find_variance(drawn, np.array([1.0, 0.0, 0.0, 0.0])) == pytest.approx(alone)


def test_nothing_found_has_an_upper_limit() -> None:
    found = estimate_share(simple(100, 10_000), np.zeros(100))
    assert found.low == 0
    assert found.high == pytest.approx(0.037, abs=0.001)


def test_a_share_of_nothing_is_not_a_number() -> None:
    assert np.isnan(estimate_share(simple(5, 100), np.ones(5), np.zeros(5)).value)


def test_wilson_is_that_of_the_books() -> None:
    """Newcombe (1998), Statistics in Medicine 17, table I: 81 of 263."""
    assert wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_unequal_weights_are_worth_fewer_documents() -> None:
    assert count_worth(simple(10, 100)) == pytest.approx(10)
    unequal = Drawn(np.zeros(2, int), np.arange(2), np.array([1, 3]), np.ones(2, int))
    assert count_worth(unequal) == pytest.approx(16 / 10)
