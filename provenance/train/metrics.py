"""How well scores tell two labels apart, and whether they mean what they say; weights count documents.

Sources: Fawcett (2006), "An introduction to ROC analysis", for AUROC and the curve; Guo et al. (2017),
arXiv:1706.04599, section 2, for the calibration error.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Reliability:
    """Bins of equal width over the score: their documents, mean score and share of positives (NaN when empty)."""

    n: Floats
    mean_score: Floats
    share: Floats


def measure_auroc(scores: Floats, positive: Flags) -> float:
    """Chance that a positive scores above a negative, ties half; NaN when a label is missing."""
    n_positive, n_negative = int(positive.sum()), int((~positive).sum())
    if not n_positive or not n_negative:
        return float("nan")
    ranks = _average_ranks(scores)
    return float((ranks[positive].sum() - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative))


def find_threshold(negatives: Floats, rate: float) -> float:
    """The lowest value that at most a share `rate` of the negatives exceeds."""
    if not negatives.size:
        return float("inf")
    allowed = int(np.floor(rate * negatives.size + 1e-9))
    return float(np.sort(negatives)[::-1][allowed]) if allowed < negatives.size else float("-inf")


def measure_tpr(scores: Floats, positive: Flags, rate: float) -> float:
    """Share of positives above the threshold that a share `rate` of the negatives exceeds; NaN without a label."""
    if not positive.any() or positive.all():
        return float("nan")
    return float(np.mean(scores[positive] > find_threshold(scores[~positive], rate)))


def bin_scores(scores: Floats, positive: Flags, n_bins: int = 10) -> Reliability:
    """What a score says beside what is true, in bins of equal width over 0 to 1."""
    which = np.minimum((scores * n_bins).astype(np.int64), n_bins - 1)
    n = np.bincount(which, minlength=n_bins).astype(np.float64)
    with np.errstate(invalid="ignore"):
        mean_score = np.bincount(which, weights=scores, minlength=n_bins) / n
        share = np.bincount(which, weights=positive.astype(np.float64), minlength=n_bins) / n
    return Reliability(n, mean_score, share)


def measure_ece(scores: Floats, positive: Flags, n_bins: int = 10) -> float:
    """Expected calibration error: the mean distance of score and share over bins, by documents."""
    if not scores.size:
        return float("nan")
    bins = bin_scores(scores, positive, n_bins)
    filled = bins.n > 0
    return float(np.sum(bins.n[filled] * np.abs(bins.mean_score - bins.share)[filled]) / scores.size)


def _average_ranks(values: Floats) -> Floats:
    """Ranks from 1, equal values share their mean."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    lengths = np.diff(np.append(starts, values.size))
    ranks = np.empty(values.size)
    ranks[order] = np.repeat(starts + (lengths + 1) / 2, lengths)
    return ranks
