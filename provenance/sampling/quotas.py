"""How many documents each stratum gives: whole numbers that add up to what was asked, none above what there is.

Proportional allocation, or allocation by a power of the sizes: Bankier (1988), "Power allocations", The American
Statistician 42.
"""

import numpy as np

from provenance.errors import ConfigError
from provenance.sampling.hashing import Ints
from provenance.sampling.strata import Floats

_HALVINGS = 200


def share_by_power(total: int, sizes: Ints, power: float) -> Floats:
    """Shares of `total` in proportion to a power of the sizes: 1 is proportional, 0.5 by square roots."""
    weights = np.asarray(sizes, np.float64) ** power
    return np.asarray(total * weights / weights.sum(), np.float64)


def set_quotas(total: int, sizes: Ints, capacities: Ints, *, power: float, least: int) -> Ints:
    """Quotas of strata with `sizes` captures, of which `capacities` may be drawn; they add up to `total`.

    Each is at least `least` and at most its capacity; where the capacities are fewer than `total`, all of them are
    given. Where `least` for each would be more than `total`, it is 1. Raises ConfigError for fewer documents than
    strata: a stratum that gives none would be left out of every estimate.
    """
    if capacities.sum() <= total:
        return capacities.copy()
    low = np.minimum(capacities, least)
    low = low if low.sum() <= total else np.minimum(capacities, 1)
    if low.sum() > total:
        raise ConfigError(
            f"--documents {total}: fewer than there are strata ({len(sizes)}); ask for more, or --by less"
        )
    return _round(_fill(share_by_power(total, sizes, power), low, capacities, total), capacities, total)


def _fill(shares: Floats, low: Ints, high: Ints, total: int) -> Floats:
    """The shares, all raised or lowered by one factor, within their bounds, so that they add up to `total`."""
    least, most = 0.0, 1.0
    while np.clip(shares * most, low, high).sum() < total:
        most *= 2
    for _ in range(_HALVINGS):
        middle = (least + most) / 2
        if np.clip(shares * middle, low, high).sum() < total:
            least = middle
        else:
            most = middle
    return np.asarray(np.clip(shares * most, low, high), np.float64)


def _round(quotas: Floats, high: Ints, total: int) -> Ints:
    """Whole numbers by largest remainder; of equal ones the first stratum's is raised."""
    whole = np.floor(quotas + 1e-9).astype(np.int64)
    remainder = np.where(whole < high, quotas - whole, -1.0)
    order = np.lexsort((np.arange(len(quotas)), -remainder))
    whole[order[: total - int(whole.sum())]] += 1
    return whole
