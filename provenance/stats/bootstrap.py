"""Resampling by clusters: pages of one host are alike, so hosts are drawn and never single pages.

Source: Davison and Hinkley (1997), Bootstrap Methods and their Application, section 3.8: draw whole clusters with
replacement. More clusters than needed are put together in random blocks (random groups: Wolter 2007, chapter 2).
"""

import numpy as np

from provenance.stats.cells import Documents, Floats, Integers


def assign_clusters(
    documents: Documents, limit: int, rng: np.random.Generator, *, by_document: bool = False
) -> Integers:
    """Number of each document's cluster, from 0, none empty: its host, or itself, or a block of at most `limit`."""
    if by_document:
        count, number = len(documents.row), np.arange(len(documents.row))
    else:
        hosts, number = np.unique(documents.host, return_inverse=True)
        count = len(hosts)
    if count <= limit:
        return number.astype(np.int64)
    return (rng.permutation(count)[number] % limit).astype(np.int64)


def draw_counts(n_clusters: int, draws: int, rng: np.random.Generator) -> Floats:
    """How often each cluster is drawn, (draws, clusters), float for matrix products."""
    drawn = rng.integers(n_clusters, size=(draws, n_clusters)) + np.arange(draws)[:, None] * n_clusters
    counts = np.bincount(drawn.ravel(), minlength=draws * n_clusters)
    return counts.reshape(draws, n_clusters).astype(np.float64)


def count_effective(weight: Floats, host: Integers, correlation: float) -> float:
    """Number of independent documents that documents alike within hosts, and of unequal weight, are worth.

    Design effects of clustering, 1 + (size - 1) * correlation, and of weights (Kish 1965, Survey Sampling, sections 5.4
    and 11.7). At most so many documents of each host are counted as make the number largest: pages of a host already
    well known shall not take away what the other hosts tell.
    """
    sizes = np.unique(host, return_counts=True)[1]
    kept = np.minimum(sizes, 2 ** np.arange(int(sizes.max()).bit_length() + 1)[:, None])
    mean_size = (kept**2).sum(axis=1) / kept.sum(axis=1)
    best = (kept.sum(axis=1) / (1 + (mean_size - 1) * correlation)).max()
    return float(best * weight.sum() ** 2 / (weight**2).sum() / len(weight))


def smooth_few(prevalence: Floats, n_clusters: float, rng: np.random.Generator) -> Floats:
    """Draws widened for few clusters: each cluster counts as one draw from a Dirichlet with Jeffreys' prior.

    `prevalence` is (draws, origins), rows summing to 1. Resampling three hosts cannot show what a fourth would be.
    """
    gammas = rng.gamma(prevalence * n_clusters + 0.5)
    smoothed: Floats = gammas / gammas.sum(axis=1, keepdims=True)
    return smoothed


def find_interval(draws: Floats, point: float, level: float, n_effective: float) -> tuple[float, float]:
    """Percentile interval of a prevalence that holds the point; at 0 or 1 widened by the rule of three.

    A bootstrap of nothing but zeros has no width. Seeing no case among n still allows -log(1 - level) / n of them
    (Hanley and Lippman-Hand 1983, JAMA 249(13)).
    """
    tail = (1 - level) / 2
    low, high = (float(bound) for bound in np.quantile(draws, [tail, 1 - tail]))
    low, high = min(low, point), max(high, point)
    unseen = min(1.0, -float(np.log(1 - level)) / n_effective)
    if low <= 0.0:
        high = max(high, unseen)
    if high >= 1.0:
        low = min(low, 1 - unseen)
    return low, high
