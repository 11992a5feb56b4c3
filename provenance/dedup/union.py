"""Connected components on arrays: every row ends up under the lowest row it is linked to."""

import numpy as np

from provenance.dedup.keys import Rows


def link_rows(parents: Rows, left: Rows, right: Rows) -> None:
    """Joins the components of each pair, in place.

    `parents` maps every row to the lowest row of its component, before and after.
    """
    low, high = _ordered(parents[left], parents[right])
    while len(low):
        np.minimum.at(parents, high, low)
        _flatten(parents)
        low, high = _ordered(parents[low], parents[high])


def _ordered(left: Rows, right: Rows) -> tuple[Rows, Rows]:
    """The pairs that are not yet one, the lower row first."""
    apart = left != right
    return np.minimum(left, right)[apart], np.maximum(left, right)[apart]


def _flatten(parents: Rows) -> None:
    while True:
        above = parents[parents]
        if np.array_equal(above, parents):
            return
        parents[:] = above
