"""Documents that are both AI-generated and machine-translated, given how many are either.

Between the axes scores are held to be independent within an origin, which is an assumption: no labelled set has both.
"""

import numpy as np

from provenance.stats.estimators import Floats

ROUNDS = 40


def find_overlap(weights: Floats, ratio: Floats, prevalence: Floats) -> Floats:
    """Share of documents of both origins in each draw, by maximum likelihood with both prevalences held, (draws,).

    `weights` is (draws, cells); `ratio` (cells, 2) is the likelihood of a cell's score under each synthetic origin over
    that under human; `prevalence` (draws, 2). The likelihood is concave in the overlap, so its slope is bisected.
    """
    low = np.maximum(0.0, prevalence.sum(axis=1) - 1.0)
    high = prevalence.min(axis=1)
    turn = (ratio[:, 0] - 1) * (ratio[:, 1] - 1)
    apart = 1 + prevalence @ (ratio.T - 1)  # (draws, cells): without any overlap
    first, last = low.copy(), np.maximum(high, low)
    for _ in range(ROUNDS):
        middle = (low + np.maximum(high, low)) / 2
        slope = (weights * turn / np.maximum(apart + middle[:, None] * turn, 1e-12)).sum(axis=1)
        low, high = np.where(slope > 0, middle, low), np.where(slope > 0, high, middle)
    found: Floats = np.clip((low + high) / 2, first, last)
    return found
