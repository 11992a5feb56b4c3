"""An additive log-likelihood ratio of several signals, fitted jointly, with its spread checked on unseen groups.

Logistic regression on class-balanced data estimates the log-likelihood ratio of the classes as a sum over signals.
Fitted on some sets it is overconfident on others, so its slope is corrected on scores of groups left out (Platt 1999,
"Probabilistic outputs for support vector machines"). scikit-learn does the fitting.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
MAX_SLOPE = 1.5  # long texts may sharpen evidence that was fitted on all lengths, but not much
MAX_FOLDS = 10  # groups are left out so many at a time
MAX_WEIGHT = 20.0  # no document counts more than this many average ones


@dataclass(frozen=True, slots=True)
class Additive:
    """LLR = sum over signals of weight * (value - centre); `unseen` are the LLRs of rows with their group left out."""

    weights: Floats
    centres: Floats
    unseen: Floats
    slope: float = 1.0

    def apply(self, values: Floats) -> Floats:
        """The LLR of rows of values; a value that was not measured (NaN) is worth nothing."""
        summed: Floats = np.nan_to_num(self.weights * (values - self.centres)).sum(axis=1)
        return summed

    def pick(self, rows: Flags) -> "Additive":
        """The same evidence, with the unseen LLRs of those rows only."""
        return replace(self, unseen=self.unseen[rows])


def fit_additive(
    values: Floats, positive: Flags, weights: Floats, groups: npt.NDArray[np.str_], *, strength: float
) -> Additive:
    """Fits columns of `values` (NaN where not measured: worth nothing). `groups` are never split in the check.

    Each signal is centred between the two classes, so that a value which tells nothing is worth nothing; what is left
    of the intercept moves the centre of the first signal.
    """
    centres = _midpoints(values, positive, weights)
    scales = _spreads(values, weights)
    scaled = np.nan_to_num((values - centres) / scales)
    unseen = _predict_unseen(scaled, positive, weights, groups, strength)
    weight, intercept = _fit(scaled, positive, weights, strength)
    return Additive(*_absorb(weight / scales, centres, intercept), unseen)


def temper(fitted: Additive, llrs: Floats, positive: Flags, weights: Floats) -> Additive:
    """Slope and shift by which LLRs of unseen documents mean what they say; bounded to 0 and `MAX_SLOPE`."""
    weight, shift = _fit(llrs[:, None], positive, weights, 1e6)
    slope = float(np.clip(weight[0], 0.0, MAX_SLOPE))
    if slope != float(weight[0]):
        shift = -slope * _neutral(llrs, positive, weights)
    weights_, centres = _absorb(slope * fitted.weights, fitted.centres, shift)
    return Additive(weights_, centres, slope * fitted.unseen + shift, slope)


def _absorb(weights: Floats, centres: Floats, shift: float) -> tuple[Floats, Floats]:
    moved = centres.copy()
    if weights[0] != 0.0:
        moved[0] -= shift / weights[0]
    return weights, moved


def _neutral(llrs: Floats, positive: Flags, weights: Floats) -> float:
    means = [np.average(llrs[rows], weights=weights[rows]) for rows in (positive, ~positive)]
    return float(np.mean(means))


def balance(positive: Flags, cells: Sequence[str]) -> Floats:
    """Weights by which both classes count alike, and in a class a cell (a set, a register) by its root; mean 1."""
    names, codes = np.unique(np.asarray(cells, dtype=str), return_inverse=True)
    weights = np.zeros(positive.size)
    for rows in (positive, ~positive):
        counts = np.bincount(codes[rows], minlength=names.size)
        each = np.maximum(counts, 1) ** -0.5
        weights[rows] = each[codes[rows]]
        weights[rows] *= positive.size / 2 / weights[rows].sum()
    weights = np.minimum(weights, MAX_WEIGHT)
    for rows in (positive, ~positive):
        weights[rows] *= positive.size / 2 / weights[rows].sum()
    return weights


def _fit(scaled: Floats, positive: Flags, weights: Floats, strength: float) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, max_iter=1000).fit(scaled, positive, sample_weight=weights)
    return model.coef_[0].astype(np.float64), float(model.intercept_[0])


def _predict_unseen(
    scaled: Floats, positive: Flags, weights: Floats, groups: npt.NDArray[np.str_], strength: float
) -> Floats:
    """The logit of every row by a fit without its group and some others; by one fit where there is one group only."""
    unseen = np.zeros(positive.size)
    names, codes = np.unique(groups, return_inverse=True)
    folds = codes % MAX_FOLDS
    for fold in np.unique(folds):
        rows = folds == fold
        rest = ~rows if names.size > 1 else rows
        if np.unique(positive[rest]).size < 2:
            continue
        weight, intercept = _fit(scaled[rest], positive[rest], weights[rest], strength)
        unseen[rows] = scaled[rows] @ weight + intercept
    return unseen


def _midpoints(values: Floats, positive: Flags, weights: Floats) -> Floats:
    means = [_average(values[rows], weights[rows]) for rows in (positive, ~positive)]
    return np.nan_to_num((means[0] + means[1]) / 2)


def _spreads(values: Floats, weights: Floats) -> Floats:
    spread = np.sqrt(_average((values - _average(values, weights)) ** 2, weights))
    return np.where(np.nan_to_num(spread) > 0, spread, 1.0)


def _average(values: Floats, weights: Floats) -> Floats:
    known = ~np.isnan(values)
    totals = np.where(known, values * weights[:, None], 0.0).sum(axis=0)
    with np.errstate(invalid="ignore"):
        average: Floats = totals / (known * weights[:, None]).sum(axis=0)
    return average
