"""Point estimators against their definitions and against scipy."""

import numpy as np
import pytest
from scipy.optimize import minimize, minimize_scalar
from scipy.stats import norm

from provenance.stats.estimators import adjust_count, find_share, maximise_likelihood


def two_class_scores(n: int, prevalence: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    synthetic = rng.random(n) < prevalence
    x = rng.normal(np.where(synthetic, 1.5, 0.0))
    return synthetic, norm.pdf(x, 1.5) / norm.pdf(x)


def estimate_one(ratio: np.ndarray) -> float:
    return float(maximise_likelihood(np.ones((1, len(ratio))), ratio[None, None, :], tolerance=1e-10)[0, 0])


def test_adjusted_count_solves_for_the_prevalence():
    share = 0.3 * 0.8 + 0.7 * 0.1
    assert adjust_count(np.array([share]), np.array([0.1]), np.array([0.8]))[0] == pytest.approx(0.3)


def test_adjusted_count_stays_a_share():
    corrected = adjust_count(np.array([0.01, 0.99]), np.full(2, 0.1), np.full(2, 0.8))
    assert corrected.tolist() == [0.0, 1.0]


def test_adjusted_count_of_a_detector_that_does_not_separate_is_unknown():
    assert np.isnan(adjust_count(np.array([0.5]), np.array([0.3]), np.array([0.3]))[0])


def test_share_of_nothing_is_unknown():
    assert np.isnan(find_share(np.array([0.0]), np.array([0.0]))[0])


@pytest.mark.parametrize("prevalence", [0.02, 0.2, 0.7])
def test_em_finds_the_maximum_that_scipy_finds(prevalence: float):
    _, ratio = two_class_scores(3000, prevalence, seed=1)
    best = minimize_scalar(
        lambda p: -np.log(1 + p * (ratio - 1)).sum(), bounds=(0, 1), method="bounded", options={"xatol": 1e-10}
    )
    assert estimate_one(ratio) == pytest.approx(best.x, abs=1e-5)


def test_em_over_two_axes_finds_the_maximum_that_scipy_finds():
    rng = np.random.default_rng(2)
    origin = rng.choice(3, p=[0.7, 0.2, 0.1], size=4000)
    ratios = np.stack([np.exp(1.5 * rng.normal(np.where(origin == k, 1.5, 0.0)) - 1.125) for k in (1, 2)])

    def loss(p: np.ndarray) -> float:
        return float(-np.log(1 + p @ (ratios - 1)).mean())

    best = minimize(loss, [0.1, 0.1], bounds=[(0, 1), (0, 1)], tol=1e-12)
    found = maximise_likelihood(np.ones((1, 4000)), ratios[:, None, :], tolerance=1e-10)[0]
    assert found == pytest.approx(best.x, abs=1e-5)


def test_em_of_almost_nothing_but_synthetic_text_stays_a_share():
    rng = np.random.default_rng(6)
    ratios = np.exp(rng.choice([-7.0, 7.0], p=[0.02, 0.98], size=(2, 1, 2000)) * rng.choice([0.1, 1.0], (2, 1, 2000)))
    found = maximise_likelihood(np.ones((1, 2000)), ratios, tolerance=1e-10)[0]

    def loss(p: np.ndarray) -> float:
        return float(-np.log(np.maximum(1 + p @ (ratios[:, 0] - 1), 1e-300)).mean())

    whole = {"type": "ineq", "fun": lambda p: 1 - p.sum()}
    best = minimize(loss, [0.3, 0.3], bounds=[(0, 1), (0, 1)], constraints=[whole], tol=1e-12)
    assert found == pytest.approx(best.x, abs=1e-3)
    assert found.sum() <= 1 + 1e-9


def test_em_is_the_fixed_point_of_saerens():
    _, ratio = two_class_scores(3000, 0.2, seed=3)
    found = estimate_one(ratio)
    posterior = found * ratio / (found * ratio + 1 - found)
    assert posterior.mean() == pytest.approx(found, abs=1e-8)


def test_em_recovers_the_share_in_a_large_sample():
    synthetic, ratio = two_class_scores(100_000, 0.05, seed=4)
    assert estimate_one(ratio) == pytest.approx(synthetic.mean(), abs=0.004)


def test_em_of_scores_that_speak_against_synthesis_is_zero():
    assert estimate_one(np.full(100, 0.5)) == 0.0


def test_em_weighs_cells_like_repeated_documents():
    ratio = np.array([0.2, 3.0, 10.0])
    counted = maximise_likelihood(np.array([[50.0, 10.0, 5.0]]), ratio[None, None, :], tolerance=1e-10)[0, 0]
    assert counted == pytest.approx(estimate_one(np.repeat(ratio, [50, 10, 5])), abs=1e-8)


def test_em_of_many_draws_is_em_of_each():
    rng = np.random.default_rng(5)
    weights, ratios = rng.random((20, 30)), np.exp(rng.normal(0.0, 1.5, (2, 20, 30)))
    together = maximise_likelihood(weights, ratios, tolerance=1e-9)
    alone = [maximise_likelihood(weights[[i]], ratios[:, [i]], tolerance=1e-9)[0] for i in range(20)]
    assert together == pytest.approx(np.array(alone), abs=1e-6)
