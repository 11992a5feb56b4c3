"""How many bands of how many rows, and what share of the copies they find.

Source: Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, section 3.4; the choice for a threshold is that of
datasketch (Zhu et al. 2016, "LSH Ensemble", section 5).
"""

from collections.abc import Sequence
from functools import cache
from math import comb, sqrt

import numpy as np
import polars as pl
from numpy.typing import NDArray

CURVE = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)
_MARGIN = 4  # standard deviations of the estimate below the threshold from which on texts are worth comparing


@cache
def choose_banding(threshold: float, num_perm: int, false_negative_weight: float) -> tuple[int, int]:
    """Bands and rows with the least weighted sum of false positives and negatives, by datasketch's own optimiser."""
    from datasketch.lsh import _optimal_param  # imports for a third of a second: only who asks for it pays

    bands, rows = _optimal_param(threshold, num_perm, 1.0 - false_negative_weight, false_negative_weight)
    return int(bands), int(rows)


def lowest_estimate(threshold: float, num_perm: int) -> float:
    """The estimate below which a pair at the threshold falls once in 30,000: such pairs are not looked at closer."""
    return max(0.0, threshold - _MARGIN * sqrt(threshold * (1.0 - threshold) / num_perm))


def draw_curve(
    banding: tuple[int, int], num_perm: int, least: float, similarities: Sequence[float] = CURVE
) -> pl.DataFrame:
    """For pairs of each Jaccard similarity (column similarity): the share that is `compared`, and that is `found`.

    Found are those compared whose estimate reaches `least`. Both are exact for values that agree independently.
    """
    bands, rows = banding
    rest = num_perm - bands * rows
    needed = int(np.ceil(least * num_perm - 1e-9))
    found = []
    for s in similarities:
        missed = _miss_every_band(s, bands, rows)
        both = np.convolve(missed, _binomial(s, rest))
        found.append(max(0.0, float(_binomial(s, num_perm)[needed:].sum() - both[needed:].sum())))
    compared = [1.0 - (1.0 - s**rows) ** bands for s in similarities]
    return pl.DataFrame({"similarity": list(similarities), "compared": compared, "found": found})


def _miss_every_band(s: float, bands: int, rows: int) -> NDArray[np.float64]:
    """How probable each number of equal values is together with no band being equal as a whole."""
    one = _binomial(s, rows)
    one[-1] = 0.0
    total = np.ones(1)
    for _ in range(bands):
        total = np.convolve(total, one)
    return total


def _binomial(s: float, n: int) -> NDArray[np.float64]:
    return np.array([comb(n, k) * s**k * (1.0 - s) ** (n - k) for k in range(n + 1)])
