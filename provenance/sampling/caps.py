"""At most k captures of a host in the whole sample, though its captures lie in several strata.

A host has a place in at most k strata, those with most of its captures; its other captures are drawn with those of the
first. Its k are then split over these strata: one each, the rest in proportion. All of it follows from the counts, so
the size of every stratum is fixed before anything is drawn.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from provenance.sampling.counts import Cells, add_up, find_starts
from provenance.sampling.hashing import Ints

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CappedCells:
    """Cells with the most that may be drawn of each, and whether it is the one for the host's other strata.

    `n_moved` captures are drawn there though they belong to another stratum.
    """

    cells: Cells
    caps: npt.NDArray[np.uint32]
    home: Flags
    n_moved: int = 0

    def __len__(self) -> int:
        return len(self.cells)


def cap_hosts(cells: Cells, per_host: int | None) -> CappedCells:
    """The cells of whole hosts, in order, with the caps of a host's cells adding up to `per_host` or all it has."""
    if not len(cells):
        return CappedCells(cells, np.zeros(0, np.uint32), np.zeros(0, np.bool_))
    home = _find_home(cells)
    if per_host is None:
        return CappedCells(cells, cells.counts, home)
    crowded = _rank(cells) >= per_host
    n_moved = int(cells.counts[crowded].sum())
    if n_moved:
        _, host = _hosts(cells)
        cells = add_up(Cells(cells.hosts, np.where(crowded, cells.strata[home][host], cells.strata), cells.counts))
        home = _find_home(cells)
    return CappedCells(cells, _split(cells, per_host), home, n_moved)


def _hosts(cells: Cells) -> tuple[Ints, Ints]:
    """Where each host begins, and the number of each cell's host."""
    starts = find_starts(cells.hosts)
    return starts, np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(cells)]))


def _rank(cells: Cells) -> Ints:
    """The place of each cell among its host's, the one with most captures 0; of equal ones the first stratum."""
    starts, host = _hosts(cells)
    order = np.lexsort((cells.strata, -cells.counts.astype(np.int64), host))
    rank = np.empty(len(cells), np.int64)
    rank[order] = np.arange(len(cells)) - starts[host[order]]
    return rank


def _find_home(cells: Cells) -> Flags:
    return np.asarray(_rank(cells) == 0, np.bool_)


def _split(cells: Cells, per_host: int) -> npt.NDArray[np.uint32]:
    """Caps: all captures of a small host; of a larger one `per_host`, one a cell and the rest by largest remainder."""
    starts, host = _hosts(cells)
    counts = cells.counts.astype(np.int64)
    total, n_cells = np.add.reduceat(counts, starts), np.diff(np.r_[starts, len(cells)])
    rest = np.maximum(per_host - n_cells, 0)[host] * (counts - 1)
    among = np.maximum(total - n_cells, 1)[host]
    whole, remainder = rest // among, rest % among
    left = np.maximum(per_host - n_cells, 0) - np.add.reduceat(whole, starts)
    order = np.lexsort((cells.strata, -remainder, host))
    place = np.empty(len(cells), np.int64)
    place[order] = np.arange(len(cells)) - starts[host[order]]
    split = 1 + whole + (place < left[host])
    return np.where((total <= per_host)[host], counts, split).astype(np.uint32)
