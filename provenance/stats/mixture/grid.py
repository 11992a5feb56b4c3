"""The grids that densities and prevalences lie on.

Scores are sums of evidence in nats; a density is its mass in each bin, so that the documents of a group enter an
estimate as one count per bin, whatever their number.
"""

import numpy as np
import numpy.typing as npt

from provenance.stats.density import choose_bandwidth, estimate_density
from provenance.stats.estimators import Floats

Integers = npt.NDArray[np.int64]

LOWEST, HIGHEST, STEP = -10.0, 13.0, 0.5  # nats; what lies outside counts in the outermost bin
CENTRES: Floats = np.arange(LOWEST + STEP / 2, HIGHEST, STEP)
N_BINS = len(CENTRES)
PREVALENCES: Floats = np.concatenate([[0.0], np.geomspace(0.001, 0.1, 20), np.linspace(0.12, 1.0, 40)])
NARROWEST = 0.25  # nats; a narrower kernel would fall between the bins


def find_bins(scores: Floats) -> Integers:
    """Number of each score's bin; NaN, a score that was not measured, lies in the first."""
    places = np.floor((np.nan_to_num(scores, nan=LOWEST) - LOWEST) / STEP)
    return np.clip(places, 0, N_BINS - 1).astype(np.int64)


def spread_scores(
    sample: Floats, *, shift: float = 0.0, weights: Floats | None = None, each: Floats | None = None
) -> Floats:
    """Kernel density of a sample on the grid, (bins,) or (draws, bins) with weights (draws, n); rows sum to 1.

    `each` (n,) are weights of the scores in every draw, and for the bandwidth, too.
    """
    bounded = np.clip(sample, LOWEST, HIGHEST)
    bandwidth = choose_bandwidth(bounded, narrowest=NARROWEST, weights=each)
    if each is not None:
        weights = each if weights is None else weights * each
    density = estimate_density(bounded + shift, CENTRES, bandwidth, weights=weights)
    mass: Floats = density / density.sum(axis=-1, keepdims=True)
    return mass
