"""Totals and shares of a crawl from a sample of it, with 95 % intervals.

A total is the sum of weight times value (Horvitz and Thompson 1952, Journal of the American Statistical Association
47). Its variance is that of simple random samples in groups (Cochran 1977, Sampling Techniques, section 5.3). Points
at equal distances over hosts in random order vary less than a simple random sample where pages of a host are alike, so
intervals are rather too wide than too narrow. A group of which a single capture was drawn tells nothing of its own
variance; it is compared with the rest of its stratum, which is too much again (Cochran 1977, 5A.12, collapsed strata).

The interval of a share is Wilson's (1927, Journal of the American Statistical Association 22) for as many documents as
have that variance; with rare things it holds where value plus and minus two deviations does not.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from provenance.sampling.hashing import Ints
from provenance.sampling.strata import Floats

Z = 1.959963984540054  # of a 95 % interval


@dataclass(frozen=True, slots=True)
class Drawn:
    """The documents drawn: stratum, and number of captures and of documents of the group that each was drawn in.

    `groups` tells the groups apart; all arrays have one element a document.
    """

    strata: Ints
    groups: Ints
    group_captures: Ints
    group_drawn: Ints

    @property
    def weights(self) -> Floats:
        """Captures that each document stands for."""
        return np.asarray(self.group_captures / self.group_drawn, np.float64)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure for the crawl with its 95 % interval and its variance."""

    value: float
    low: float
    high: float
    variance: float


def estimate_total(drawn: Drawn, values: npt.ArrayLike) -> Estimate:
    """The sum of `values` over all captures of the crawl, from the values of those drawn."""
    each = np.asarray(values, np.float64)
    total, variance = float(drawn.weights @ each), find_variance(drawn, each)
    return Estimate(total, total - Z * sqrt(variance), total + Z * sqrt(variance), variance)


def estimate_share(drawn: Drawn, members: npt.ArrayLike, among: npt.ArrayLike | None = None) -> Estimate:
    """The share of captures that are `members`, of all or of those `among` which they are counted. 0 / 0 is nan.

    A share of documents drawn by chance is a ratio of two estimates; its variance is that of the linearised residuals
    (Särndal, Swensson and Wretman 1992, Model Assisted Survey Sampling, section 5.6).
    """
    one = np.asarray(members, np.float64)
    base = np.ones(len(one)) if among is None else np.asarray(among, np.float64)
    one = one * base
    whole = float(drawn.weights @ base)
    if not whole:
        return Estimate(float("nan"), float("nan"), float("nan"), float("nan"))
    share = float(drawn.weights @ one) / whole
    variance = find_variance(drawn, (one - share * base) / whole)
    worth = share * (1 - share) / variance if variance > 0 else _count_worth(drawn.weights[base > 0])
    every = bool((drawn.weights[base > 0] == 1).all())  # then nothing is estimated
    low, high = (share, share) if every else wilson(share, worth)
    return Estimate(share, low, high, variance)


def find_variance(drawn: Drawn, values: Floats) -> float:
    """Variance of the estimated total of `values`."""
    _, group, n = np.unique(drawn.groups, return_inverse=True, return_counts=True)
    deviation = values - (np.bincount(group, values) / n)[group]
    single = (n == 1)[group] & (drawn.group_captures > 1)
    deviation = np.where(single, _from_others(drawn, values), deviation**2 / np.maximum(n - 1, 1)[group])
    left = 1 - drawn.group_drawn / drawn.group_captures
    return float((left * drawn.weights * drawn.group_captures * deviation).sum())


def count_worth(drawn: Drawn) -> float:
    """How many documents of equal weight the sample is worth: Kish 1965, Survey Sampling, section 11.7."""
    return _count_worth(drawn.weights)


def wilson(share: float, worth: float) -> tuple[float, float]:
    """95 % interval of a share of `worth` documents."""
    square = Z * Z / worth
    middle = share + square / 2
    width = Z * sqrt(share * (1 - share) / worth + square / (4 * worth))
    low, high = (middle - width) / (1 + square), (middle + width) / (1 + square)
    return max(0.0, low) if share > 0 else 0.0, min(1.0, high) if share < 1 else 1.0


def _from_others(drawn: Drawn, values: Floats) -> Floats:
    """Squared distance from the mean of the others in the stratum, or in the sample where there are none.

    The mean is not weighted: a document that weighs as much as all others would be compared with itself.
    """
    _, stratum, n = np.unique(drawn.strata, return_inverse=True, return_counts=True)
    others = (n - 1)[stratum]
    of_stratum = ((np.bincount(stratum, values))[stratum] - values) / np.maximum(others, 1)
    of_sample = (values.sum() - values) / max(len(values) - 1, 1)
    return np.asarray((values - np.where(others > 0, of_stratum, of_sample)) ** 2, np.float64)


def _count_worth(weights: Floats) -> float:
    return float(weights.sum() ** 2 / (weights**2).sum()) if len(weights) else 0.0
