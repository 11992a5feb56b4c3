"""Sample weights: how many documents of a crawl each document of a sample stands for.

A document drawn with probability p weighs 1 / p (Horvitz and Thompson 1952, Journal of the American Statistical
Association 47), so that weighted counts are estimates of the crawl's. Estimates are shares, so only the proportions of
weights matter: they are scaled to a largest of 1, and equal ones change no figure. Unequal ones make a sample worth
fewer documents, never more.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from provenance.errors import ConfigError
from provenance.stats.estimators import Floats

Integers = npt.NDArray[np.int64]
WEIGHT = "sample_weight"  # documents that one stands for; where this column is not there, each stands for itself


def read_weights(frame: pl.DataFrame) -> Floats:
    """The documents' weights, the largest 1; all 1 without the column. Raises ConfigError for what is no weight."""
    if WEIGHT not in frame.columns or not frame.height:
        return np.ones(frame.height)
    weights = frame.get_column(WEIGHT).cast(pl.Float64).fill_null(float("nan")).to_numpy()
    wrong = ~(np.isfinite(weights) & (weights > 0))
    if wrong.any():
        raise ConfigError(
            f"{WEIGHT}: {wrong.sum():,} of {frame.height:,} weights are not positive and finite; "
            "leave out documents that were not drawn"
        )
    scaled: Floats = weights / weights.max()
    return scaled


def scale_to_worth(weights: Floats) -> Floats:
    """The weights with a sum of `count_worth`, for what takes counts; 1 each where they are equal."""
    if not len(weights) or np.ptp(weights) == 0:
        return np.ones(len(weights))
    scaled: Floats = weights * (weights.sum() / (weights**2).sum())
    return scaled


def count_worth(weights: Floats) -> float:
    """How many documents of equal weight these are worth: Kish (1965), Survey Sampling, section 11.7."""
    return float(weights.sum() ** 2 / (weights**2).sum()) if len(weights) else 0.0


def find_quantiles(sample: Floats, weights: Floats, levels: Sequence[float]) -> Floats:
    """Weighted quantiles: the value in the middle of whose weight the level lies, or a point between two of them."""
    order = np.argsort(sample, kind="stable")
    places = np.cumsum(weights[order]) - weights[order] / 2
    quantiles: Floats = np.interp(levels, places / weights.sum(), sample[order])
    return quantiles


def find_loss(unit: Floats, weights: Floats, host: Integers, correlation: float) -> float:
    """What part of its worth a sample keeps under unequal weights, 0 to 1; 1 where they are equal.

    The variance of a mean of documents alike within hosts, weighted by `unit` alone, over that by `unit` times
    `weights`.
    """
    if not len(weights) or np.ptp(weights) == 0:
        return 1.0
    number = np.unique(host, return_inverse=True)[1]
    plain, weighted = (_find_variance(each, number, correlation) for each in (unit, unit * weights))
    return min(1.0, plain / weighted)


def count_worth_of_clusters(unit: Floats, weights: Floats, cluster: Integers) -> float:
    """Number of clusters, less what unequal weights make of it: a few that weigh most are the sample."""
    count = int(cluster.max()) + 1
    if np.ptp(weights) == 0:
        return float(count)
    plain, weighted = (
        count_worth(np.bincount(cluster, each, count).astype(np.float64)) for each in (unit, unit * weights)
    )
    return count * min(1.0, weighted / plain)


def _find_variance(weights: Floats, number: Integers, correlation: float) -> float:
    """Variance of the weighted mean of values of variance 1, correlated so within hosts."""
    single = (weights**2).sum()
    together = (np.bincount(number, weights) ** 2).sum()
    return float(((1 - correlation) * single + correlation * together) / weights.sum() ** 2)
