"""How well scores tell two labels apart, and whether they mean what they say.

Sources: Fawcett (2006), "An introduction to ROC analysis", for AUROC and the curve; Guo et al. (2017),
arXiv:1706.04599, section 2, for the calibration error; Wilson (1927) for the interval of a share. A test set is rarely
mixed as the world is: weights by `weigh_to_prior` give its positives the share that the scores presume.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
_Z = 1.959963984540054  # of a 95 % interval


@dataclass(frozen=True, slots=True)
class Reliability:
    """Bins of equal width over the score: documents, share of all weight, mean score, share of positives.

    Mean and share are NaN in an empty bin. `low` and `high` bound the share: what it would be were the bin's shares of
    all positives and of all negatives at the ends of their Wilson intervals, the one high and the other low; careful,
    and never of no width, as resampling has it where a bin holds one label only.
    """

    n: Floats
    weight: Floats
    mean_score: Floats
    share: Floats
    low: Floats
    high: Floats


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


def weigh_to_prior(positive: Flags, prior: float | None) -> Floats:
    """Weights that sum to 1 and give the positives a share `prior` of it; null, or one label alone: all alike."""
    n_positive, n_negative = int(positive.sum()), int((~positive).sum())
    if prior is None or not n_positive or not n_negative:
        return np.full(positive.size, 1.0 / max(positive.size, 1))
    return np.where(positive, prior / n_positive, (1.0 - prior) / n_negative)


def bin_scores(scores: Floats, positive: Flags, n_bins: int = 10, *, prior: float | None = None) -> Reliability:
    """What a score says beside what is true, in bins of equal width over 0 to 1, positives weighed to `prior`."""
    which = np.minimum((scores * n_bins).astype(np.int64), n_bins - 1)
    weights = weigh_to_prior(positive, prior)

    def total(values: Floats) -> Floats:
        return np.bincount(which, weights=values, minlength=n_bins).astype(np.float64)

    weight = total(weights)
    with np.errstate(invalid="ignore"):
        mean_score, share = total(weights * scores) / weight, total(weights * positive) / weight
    positives, negatives = (np.bincount(which[rows], minlength=n_bins) for rows in (positive, ~positive))
    low, high = _bound_shares(positives, negatives, float(weights[positive].sum()))
    return Reliability((positives + negatives).astype(np.float64), weight, mean_score, share, low, high)


def _bound_shares(
    positives: npt.NDArray[np.int64], negatives: npt.NDArray[np.int64], prior: float
) -> tuple[Floats, Floats]:
    first = np.array([find_wilson(int(n), int(positives.sum())) for n in positives])
    second = np.array([find_wilson(int(n), int(negatives.sum())) for n in negatives])

    def share(positive: Floats, negative: Floats) -> Floats:
        part = prior * positive
        bound: Floats = part / np.maximum(part + (1.0 - prior) * negative, 1e-300)
        return bound

    return share(first[:, 0], second[:, 1]), share(first[:, 1], second[:, 0])


def measure_ece(scores: Floats, positive: Flags, n_bins: int = 10, *, prior: float | None = None) -> float:
    """Expected calibration error: the mean distance of score and share over bins, by weight; NaN without documents.

    It is never negative, so that chance alone makes it larger than it is in small groups.
    """
    if not scores.size:
        return float("nan")
    bins = bin_scores(scores, positive, n_bins, prior=prior)
    filled = bins.n > 0
    return float(np.sum(bins.weight[filled] * np.abs(bins.mean_score - bins.share)[filled]))


def simulate_ece(
    scores: Floats, positive: Flags, n_bins: int = 10, *, prior: float, replicates: int, seed: int
) -> Floats:
    """The calibration errors of groups of this size and these scores, were every score true: what chance alone makes.

    Consistency resampling (Broecker and Smith 2007, Weather and Forecasting 22(3)): positives are drawn from the scores
    by score, negatives by its complement, as many as there are.
    """
    weights = weigh_to_prior(positive, prior)
    sides = [weights * scores, weights * (1.0 - scores)]
    sizes = [int(positive.sum()), int((~positive).sum())]
    if not all(sizes) or not all(side.sum() > 0 for side in sides):
        return np.zeros(0)
    random = np.random.default_rng(seed)
    drawn_positive = np.arange(sum(sizes)) < sizes[0]
    told = float(sides[0].sum())  # the share of positives that these scores tell of
    errors = []
    for _ in range(replicates):
        drawn = [random.choice(scores, n, p=side / side.sum()) for n, side in zip(sizes, sides, strict=True)]
        errors.append(measure_ece(np.concatenate(drawn), drawn_positive, n_bins, prior=told))
    return np.array(errors)


def find_wilson(hits: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share, documents taken as independent; (0, 1) for none."""
    if not total:
        return 0.0, 1.0
    share, square = hits / total, _Z**2 / total
    middle = share + square / 2
    spread = _Z * float(np.sqrt(share * (1 - share) / total + square / (4 * total)))
    low, high = ((middle + sign * spread) / (1 + square) for sign in (-1, 1))
    return max(low, 0.0), min(high, 1.0)


def _average_ranks(values: Floats) -> Floats:
    """Ranks from 1, equal values share their mean."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    lengths = np.diff(np.append(starts, values.size))
    ranks = np.empty(values.size)
    ranks[order] = np.repeat(starts + (lengths + 1) / 2, lengths)
    return ranks
