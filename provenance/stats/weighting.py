"""Sampling weights: how many documents of a crawl each document of a sample stands for.

A document drawn with probability p weighs 1 / p (Horvitz and Thompson 1952, Journal of the American Statistical
Association 47), so that weighted counts are estimates of the crawl's. Estimates are shares, so only the proportions of
weights matter: they are scaled to a largest of 1, and equal ones change no figure. Unequal ones make a sample worth
fewer documents, never more.
"""

import numpy as np
import polars as pl

from provenance.errors import ConfigError
from provenance.stats.estimators import Floats

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


def count_worth(weights: Floats) -> float:
    """How many documents of equal weight these are worth: Kish (1965), Survey Sampling, section 11.7."""
    return float(weights.sum() ** 2 / (weights**2).sum()) if len(weights) else 0.0


def find_loss(unit: Floats, weights: Floats, host: Floats, correlation: float) -> float:
    """What part of its worth a sample keeps for the sake of unequal weights, 0 to 1; 1 where they are equal.

    The variance of a weighted mean of documents alike within hosts, with `unit` alone and with `unit` times `weights`.
    """
    number = np.unique(host, return_inverse=True)[1]
    plain, weighted = (_find_variance(each, number, correlation) for each in (unit, unit * weights))
    return min(1.0, plain / weighted)


def count_worth_of_clusters(unit: Floats, weights: Floats, cluster: Floats) -> float:
    """Clusters, less what unequal weights make of them: a few that weigh most are the sample."""
    plain, weighted = (count_worth(np.bincount(cluster, each)) for each in (unit, unit * weights))
    return float(len(np.unique(cluster)) * min(1.0, weighted / plain))


def _find_variance(weights: Floats, number: Floats, correlation: float) -> float:
    """Variance of the weighted mean of values of variance 1, correlated so within hosts."""
    single = (weights**2).sum()
    together = (np.bincount(number, weights) ** 2).sum()
    return float(((1 - correlation) * single + correlation * together) / weights.sum() ** 2)
