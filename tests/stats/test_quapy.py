"""QuaPy is the referee: where the definitions are the same, the estimates are the same to 1e-6.

QuaPy (BSD-3) gives a prevalence for each class, here (human, synthetic); ours is that of the synthetic one.
"""

from typing import Self

import numpy as np
import pytest
import quapy
from quapy.functional import solve_adjustment_binary
from quapy.method.aggregative import ACC, CC, EMQ, PACC, KDEyML
from scipy.optimize import minimize
from scipy.stats import norm
from sklearn.base import BaseEstimator

from provenance.stats.density import maximise_mixture
from provenance.stats.estimators import Floats, adjust_count, find_share, maximise_likelihood

SAME = 1e-6
SHARES = [0.0, 0.03, 0.2, 0.7]
TRAINED_ON = 0.3  # prevalence under which the posteriors are calibrated


class GivenPosteriors(BaseEstimator):
    """A classifier whose input are the posteriors (n, 2) themselves."""

    classes_ = np.array([0, 1])

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def fit(self, posteriors: Floats, labels: Floats) -> Self:
        return self

    def predict_proba(self, posteriors: Floats) -> Floats:
        return posteriors

    def predict(self, posteriors: Floats) -> Floats:
        return posteriors.argmax(axis=1)


def draw_posteriors(n: int, share: float, seed: int) -> tuple[Floats, Floats]:
    """Calibrated posteriors of a population in which `share` is synthetic, and the labels (1 is synthetic)."""
    rng = np.random.default_rng(seed)
    labels = (rng.random(n) < share).astype(int)
    x = rng.normal(2.0 * labels)
    joint = np.stack([(1 - TRAINED_ON) * norm.pdf(x), TRAINED_ON * norm.pdf(x, 2.0)], axis=1)
    return joint / joint.sum(axis=1, keepdims=True), labels


def ratios_of(posteriors: Floats) -> Floats:
    """Likelihood ratios: posterior odds over prior odds."""
    return posteriors[:, 1] / posteriors[:, 0] * (1 - TRAINED_ON) / TRAINED_ON


@pytest.mark.parametrize("share", SHARES[1:])
def test_mixture_likelihood_is_saerens_em(share: float, monkeypatch: pytest.MonkeyPatch):
    """The same fixed point; their steps are plain, ours stretched, so both go on until nothing moves.

    By default theirs stops at a step of 1e-4 or after 1,000, and starts at the prevalence trained on.
    """
    monkeypatch.setattr(EMQ, "MAX_ITER", 100_000)
    posteriors, _ = draw_posteriors(3000, share, seed=1)
    theirs, _ = EMQ.EM(np.array([1 - TRAINED_ON, TRAINED_ON]), posteriors, epsilon=1e-12)
    ours = maximise_likelihood(np.ones((1, 3000)), ratios_of(posteriors)[None, None], tolerance=1e-12)
    assert ours[0, 0] == pytest.approx(theirs[1], abs=SAME)


def test_mixture_likelihood_of_two_origins_is_saerens_em(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(EMQ, "MAX_ITER", 100_000)
    rng = np.random.default_rng(2)
    centres, trained_on = np.array([[0, 0], [2, 0], [1, 2]]), np.array([0.5, 0.3, 0.2])
    x = rng.normal(centres[rng.choice(3, 4000, p=[0.75, 0.2, 0.05])])
    densities = norm.pdf(x[:, None], centres).prod(axis=2)
    joint = densities * trained_on
    theirs, _ = EMQ.EM(trained_on, joint / joint.sum(axis=1, keepdims=True), epsilon=1e-12)
    ratios = (densities[:, 1:] / densities[:, :1]).T[:, None]
    ours = maximise_likelihood(np.ones((1, 4000)), ratios, tolerance=1e-12, rounds=1000)
    assert ours[0] == pytest.approx(theirs[1:], abs=SAME)


def test_where_the_maximum_is_zero_em_only_comes_near():
    """Ours says 0 where the likelihood falls from there on; plain steps never arrive, and stop while on the way."""
    posteriors, _ = draw_posteriors(3000, 0.0, seed=5)
    kept = posteriors[posteriors[:, 1] < 0.9]
    theirs, _ = EMQ.EM(np.array([1 - TRAINED_ON, TRAINED_ON]), kept, epsilon=1e-6)
    ours = maximise_likelihood(np.ones((1, len(kept))), ratios_of(kept)[None, None])
    assert ours[0, 0] == 0.0
    assert 0.0 < theirs[1] < 1e-3


@pytest.mark.parametrize("share", SHARES)
def test_share_is_classify_and_count(share: float):
    posteriors, labels = draw_posteriors(2000, share, seed=3)
    theirs = CC(GivenPosteriors(), fit_classifier=False).fit(posteriors, labels).predict(posteriors)
    ours = find_share(np.array([(posteriors[:, 1] > 0.5).sum()]), np.array([2000.0]))
    assert ours[0] == pytest.approx(theirs[1], abs=1e-12)


@pytest.mark.parametrize("share", [*SHARES, 1.0])
def test_adjusted_count_is_acc(share: float):
    """Their exact solution; clipping two entries and scaling them to 1 is clipping one.

    Their default minimises the distance instead, which is less precise. Where TPR does not exceed FPR they go on
    (TPR = FPR becomes TPR = FPR + 1e-8, TPR below FPR turns the sign), ours says that nothing is known.
    """
    known, truth = draw_posteriors(1000, 0.5, seed=4)
    posteriors, _ = draw_posteriors(2000, share, seed=5)
    quantifier = ACC(GivenPosteriors(), fit_classifier=False, val_split=(known, truth), solver="exact-raise")
    theirs = quantifier.fit(known, truth).predict(posteriors)
    rates = [(known[truth == label, 1] > 0.5).mean(keepdims=True) for label in (0, 1)]
    ours = adjust_count((posteriors[:, 1] > 0.5).mean(keepdims=True), *rates)
    assert ours[0] == pytest.approx(theirs[1], abs=1e-12)


@pytest.mark.parametrize("share", [*SHARES, 1.0])
def test_adjusted_mean_posterior_is_pacc(share: float):
    """The same correction of mean posteriors in place of counts."""
    known, truth = draw_posteriors(1000, 0.5, seed=6)
    posteriors, _ = draw_posteriors(2000, share, seed=7)
    quantifier = PACC(GivenPosteriors(), fit_classifier=False, val_split=(known, truth), solver="exact-raise")
    theirs = quantifier.fit(known, truth).predict(posteriors)
    rates = [known[truth == label, 1].mean(keepdims=True) for label in (0, 1)]
    ours = adjust_count(posteriors[:, 1].mean(keepdims=True), *rates)
    assert ours[0] == pytest.approx(theirs[1], abs=1e-12)


def test_adjusted_count_is_their_formula():
    rng = np.random.default_rng(8)
    share, low, high = rng.random(500), 0.5 * rng.random(500), 0.51 + 0.49 * rng.random(500)
    theirs = [solve_adjustment_binary(*row) for row in zip(share, high, low, strict=True)]
    assert adjust_count(share, low, high) == pytest.approx(np.array(theirs), abs=1e-12)


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("bandwidth", [0.03, 0.1])
def test_kernel_mixture_is_kdeyml(share: float, bandwidth: float, monkeypatch: pytest.MonkeyPatch):
    """The same likelihood: two columns of posteriors are sqrt(2) times as far apart as one, and the factor cancels.

    Their search stops where the sum of log-likelihoods changes by less than 1e-6, ours goes on, so theirs must, too.
    They raise the mixture by 1e-12, we both densities by 1e-12 / bandwidth: no difference unless a score lies further
    than 6 bandwidths from all that is known, where ours stays at a ratio of 1 and theirs at a likelihood of 1e-12.
    """
    monkeypatch.setattr(quapy.functional, "optim_minimize", minimise_closely)
    known, truth = draw_posteriors(1000, 0.5, seed=9)
    posteriors, _ = draw_posteriors(2000, share, seed=10)
    quantifier = KDEyML(
        GivenPosteriors(), fit_classifier=False, val_split=(known, truth), bandwidth=np.sqrt(2) * bandwidth
    )
    theirs = quantifier.fit(known, truth).predict(posteriors)
    human, synthetic = (known[truth == label, 1] for label in (0, 1))
    ours = maximise_mixture(posteriors[:, 1], human, synthetic, bandwidth)
    assert ours == pytest.approx(theirs[1], abs=SAME)


def minimise_closely(loss, n_classes: int) -> Floats:
    """QuaPy's search with a tolerance near the precision of the numbers."""
    start, bounds = np.full(n_classes, 1 / n_classes), [(0.0, 1.0)] * n_classes
    whole = {"type": "eq", "fun": lambda prevalence: 1 - prevalence.sum()}
    options = {"ftol": 1e-13, "maxiter": 500}
    return minimize(loss, start, method="SLSQP", bounds=bounds, constraints=whole, options=options, jac="3-point").x
