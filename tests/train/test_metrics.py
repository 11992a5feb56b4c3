import numpy as np
import pytest

from provenance.train.metrics import (
    bin_scores,
    find_threshold,
    find_wilson,
    measure_auroc,
    measure_ece,
    measure_tpr,
    simulate_ece,
    weigh_to_prior,
)


def _scored(seed: int, n: int = 400, *, ties: bool = False) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    positive = random.random(n) < 0.4
    scores = random.normal(positive * 1.2, 1.0)
    return (np.round(scores, 0) if ties else scores), positive


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_auroc_equals_scikit_learns(seed, ties):
    metrics = pytest.importorskip("sklearn.metrics")
    scores, positive = _scored(seed, ties=ties)
    assert measure_auroc(scores, positive) == pytest.approx(metrics.roc_auc_score(positive, scores))


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.2])
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("ties", [False, True])
def test_tpr_equals_the_roc_curve_of_scikit_learn(seed, rate, ties):
    metrics = pytest.importorskip("sklearn.metrics")
    scores, positive = _scored(seed, ties=ties)
    fpr, tpr, _ = metrics.roc_curve(positive, scores, drop_intermediate=False)
    assert measure_tpr(scores, positive, rate) == pytest.approx(tpr[fpr <= rate + 1e-12].max())


def test_reliability_equals_scikit_learns_calibration_curve():
    calibration = pytest.importorskip("sklearn.calibration")
    random = np.random.default_rng(3)
    scores = random.random(500)
    positive = random.random(500) < scores**2
    share, mean = calibration.calibration_curve(positive, scores, n_bins=10)
    bins = bin_scores(scores, positive)
    assert bins.share == pytest.approx(share)
    assert bins.mean_score == pytest.approx(mean)


def test_a_threshold_lets_no_more_negatives_pass_than_allowed():
    negatives = np.random.default_rng(0).normal(size=997)
    threshold = find_threshold(negatives, 0.01)
    assert np.mean(negatives > threshold) <= 0.01 < np.mean(negatives >= threshold)


def test_scores_that_are_true_have_no_calibration_error():
    scores = np.repeat([0.25, 0.75], 100)
    positive = np.tile([True, False, False, False], 25).tolist() + np.tile([True, True, True, False], 25).tolist()
    assert measure_ece(scores, np.array(positive)) == pytest.approx(0.0)


def test_scores_that_overstate_have_their_distance_as_error():
    assert measure_ece(np.full(10, 0.9), np.arange(10) < 5) == pytest.approx(0.4)


def test_one_label_alone_has_no_figures():
    alone = np.zeros(3, dtype=bool)
    assert np.isnan([measure_auroc(np.arange(3.0), alone), measure_tpr(np.arange(3.0), alone, 0.1)]).all()


def test_wilsons_interval_equals_scipys():
    stats = pytest.importorskip("scipy.stats")
    for hits, total in ((0, 7), (3, 11), (10, 100), (64, 64)):
        expected = stats.binomtest(hits, total).proportion_ci(method="wilson")
        assert find_wilson(hits, total) == pytest.approx((expected.low, expected.high))


def test_nothing_counted_bounds_nothing():
    assert find_wilson(0, 0) == (0.0, 1.0)


def test_positives_weigh_as_much_as_the_prior_says():
    positive = np.arange(10) < 7
    weights = weigh_to_prior(positive, 0.1)
    assert (weights[positive].sum(), weights.sum()) == pytest.approx((0.1, 1.0))


def test_shares_in_bins_lie_within_their_bounds():
    scores, positive = np.random.default_rng(1).random(300), np.random.default_rng(2).random(300) < 0.3
    bins = bin_scores(scores, positive, prior=0.1)
    assert ((bins.low < bins.share) & (bins.share < bins.high)).all()


def _true_scores(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores that are true at a prior of a tenth: the LLR of two normal laws that far apart is the value itself."""
    random = np.random.default_rng(seed)
    positive = np.arange(2 * n) < n
    llr = random.normal(np.where(positive, 2.0, -2.0), 2.0)
    return 1 / (1 + np.exp(-(llr + np.log(0.1 / 0.9)))), positive


def test_true_scores_have_the_error_that_chance_makes():
    seen = [measure_ece(*_true_scores(60, seed), prior=0.1) for seed in range(200)]
    expected = simulate_ece(*_true_scores(60, 0), prior=0.1, replicates=200, seed=1)
    assert expected.mean() == pytest.approx(np.mean(seen), rel=0.25)


def test_scores_that_overstate_have_more_than_chance_makes():
    scores, positive = _true_scores(400, 0)
    overstated = 1 / (1 + np.exp(-(np.log(scores / (1 - scores)) + 2.0)))
    expected = simulate_ece(overstated, positive, prior=0.1, replicates=100, seed=1)
    assert measure_ece(overstated, positive, prior=0.1) > 2 * expected.max()


def test_one_label_has_no_error_by_chance():
    assert simulate_ece(np.full(5, 0.3), np.ones(5, bool), prior=0.1, replicates=10, seed=1).size == 0
