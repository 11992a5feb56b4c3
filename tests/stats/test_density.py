"""Kernel densities against scipy and scikit-learn, and the mixture of two of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import minimize_scalar
from scipy.stats import gaussian_kde
from sklearn.neighbors import KernelDensity

from provenance.stats.density import (
    NARROWEST,
    choose_bandwidth,
    compare_densities,
    estimate_density,
    maximise_mixture,
)

scores = arrays(float, st.integers(1, 40), elements=st.floats(-5, 5, allow_subnormal=False))


def draw_scores(n: int, share: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(np.where(rng.random(n) < share, 2.0, 0.0))


def test_density_is_scikit_learns():
    sample, at = draw_scores(3000, 0.3, 1), np.linspace(-6, 8, 501)
    theirs = np.exp(KernelDensity(bandwidth=0.2).fit(sample[:, None]).score_samples(at[:, None]))
    assert estimate_density(sample, at, 0.2) == pytest.approx(theirs, rel=1e-9, abs=1e-300)


def test_weighted_density_is_scipys():
    sample, at = draw_scores(500, 0.3, 2), np.linspace(-4, 6, 101)
    weights = np.random.default_rng(2).random(500)
    kde = gaussian_kde(sample, bw_method=0.3, weights=weights)
    bandwidth = float(np.sqrt(kde.covariance[0, 0]))
    assert estimate_density(sample, at, bandwidth, weights) == pytest.approx(kde(at), rel=1e-9)


@given(scores, st.data())
def test_whole_weights_are_repeated_scores(sample: np.ndarray, data: st.DataObject):
    counts = data.draw(arrays(np.int64, len(sample), elements=st.integers(0, 4)))
    counts[0] += 1
    at = np.linspace(-6, 6, 25)
    repeated = estimate_density(np.repeat(sample, counts), at, 0.5)
    assert estimate_density(sample, at, 0.5, counts.astype(float)) == pytest.approx(repeated, rel=1e-9, abs=1e-300)


def test_a_row_of_weights_is_a_draw():
    sample, at = draw_scores(200, 0.5, 3), np.linspace(-3, 5, 40)
    weights = np.random.default_rng(3).poisson(1.0, (5, 200)).astype(float)
    each = [estimate_density(sample, at, 0.3, row) for row in weights]
    assert estimate_density(sample, at, 0.3, weights) == pytest.approx(np.array(each), rel=1e-12)


def test_a_draw_of_nothing_has_no_density():
    assert np.isnan(estimate_density(np.arange(3.0), np.zeros(2), 1.0, np.zeros((1, 3)))).all()


@given(scores)
def test_density_integrates_to_one(sample: np.ndarray):
    at = np.linspace(-10, 10, 2001)
    assert np.trapezoid(estimate_density(sample, at, 0.5), at) == pytest.approx(1.0, abs=1e-6)


def test_blocks_do_not_show():
    sample, at = draw_scores(70_000, 0.3, 4), np.array([0.0, 1.0, 2.0, 5.0])
    alone = [estimate_density(sample, at[[i]], 0.1)[0] for i in range(4)]
    assert estimate_density(sample, at, 0.1) == pytest.approx(np.array(alone), rel=1e-12)


def test_bandwidth_is_silvermans():
    """R's bw.nrd0(1:5)."""
    assert choose_bandwidth(np.arange(1.0, 6.0)) == pytest.approx(0.9735846, abs=1e-7)


def test_a_long_tail_does_not_widen_the_bandwidth():
    sample = draw_scores(1000, 0.0, 5)
    assert choose_bandwidth(np.append(sample, 1e4)) == pytest.approx(choose_bandwidth(sample), rel=0.05)


def test_scores_half_alike_are_spread_by_their_deviation():
    sample = np.array([0.0] * 80 + [1.0] * 20)
    assert choose_bandwidth(sample) == pytest.approx(0.9 * sample.std(ddof=1) * 100**-0.2)


@pytest.mark.parametrize("sample", [np.array([0.7]), np.full(50, 0.7)])
def test_scores_all_alike_have_the_narrowest_bandwidth(sample: np.ndarray):
    assert choose_bandwidth(sample) == NARROWEST
    assert choose_bandwidth(sample, narrowest=0.2) == 0.2


@given(st.floats(0.1, 10.0), st.floats(-100.0, 100.0))
def test_bandwidth_has_the_unit_of_the_score(scale: float, shift: float):
    sample = draw_scores(300, 0.4, 6)
    assert choose_bandwidth(scale * sample + shift) == pytest.approx(scale * choose_bandwidth(sample), rel=1e-6)


def test_a_score_that_neither_sample_knows_says_nothing():
    synthetic, human = (estimate_density(np.array([edge]), np.array([0.0]), 0.2) for edge in (2.0, 4.0))
    assert synthetic[0] > 1e10 * human[0] > 0
    assert compare_densities(synthetic, human, 0.2) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 1.0])
def test_a_mixture_is_recovered(share: float):
    human, synthetic = draw_scores(5000, 0.0, 8), draw_scores(5000, 1.0, 9)
    found = maximise_mixture(draw_scores(10_000, share, 10), human, synthetic, choose_bandwidth(human))
    assert found == pytest.approx(share, abs=0.02)


def test_mixture_is_the_maximum_that_scipy_finds():
    human, synthetic, mixed = draw_scores(400, 0.0, 11), draw_scores(300, 1.0, 12), draw_scores(500, 0.3, 13)
    f, g = (gaussian_kde(sample, 0.2 / sample.std(ddof=1))(mixed) for sample in (human, synthetic))
    best = minimize_scalar(
        lambda p: -np.log((1 - p) * f + p * g).sum(), bounds=(0, 1), method="bounded", options={"xatol": 1e-12}
    )
    assert maximise_mixture(mixed, human, synthetic, 0.2) == pytest.approx(best.x, abs=1e-6)


def test_a_score_beyond_both_samples_does_not_move_the_mixture():
    human, synthetic, mixed = draw_scores(400, 0.0, 11), draw_scores(300, 1.0, 12), draw_scores(500, 0.3, 13)
    without = maximise_mixture(mixed, human, synthetic, 0.2)
    assert maximise_mixture(np.append(mixed, [900.0] * 200), human, synthetic, 0.2) == pytest.approx(without, abs=1e-6)
