"""At most k captures of a host in the whole sample, though its captures lie in several strata.

The k of a host are split over its strata: each has as many places as captures are expected of it, rounded up, and the
rest is shared out in proportion. A host of which more are expected than it has places is squeezed: its k go to its
strata in proportion alone, and captures of a stratum without a place are drawn with those of the stratum that has most
of the host. All of it follows from the counts, so the size of every stratum is fixed before anything is drawn.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from provenance.sampling.counts import Cells, find_starts
from provenance.sampling.hashing import Ints
from provenance.sampling.strata import Floats

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


def cap_hosts(cells: Cells, per_host: int | None, rates: Floats) -> CappedCells:
    """The cells of whole hosts, in order, with the caps of a host's cells adding up to `per_host` or all it has.

    `rates`: the share of each stratum's captures that is expected to be drawn, 0 to 1.
    """
    if not len(cells):
        return CappedCells(cells, np.zeros(0, np.uint32), np.zeros(0, np.bool_))
    home = _rank(cells, cells.counts.astype(np.int64)) == 0
    caps = cells.counts if per_host is None else _split(cells, per_host, rates)
    return _move(cells, caps, np.asarray(home, np.bool_))


def _hosts(cells: Cells) -> tuple[Ints, Ints]:
    """Where each host begins, and the number of each cell's host."""
    starts = find_starts(cells.hosts)
    return starts, np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(cells)]))


def _rank(cells: Cells, values: Ints) -> Ints:
    """The place of each cell among its host's, the highest value 0; of equal ones the first stratum."""
    starts, host = _hosts(cells)
    order = np.lexsort((cells.strata, -values, host))
    rank = np.empty(len(cells), np.int64)
    rank[order] = np.arange(len(cells)) - starts[host[order]]
    return rank


def _split(cells: Cells, per_host: int, rates: Floats) -> npt.NDArray[np.uint32]:
    """Caps of cells: all captures of a small host; else `per_host`, shared out by largest remainder."""
    starts, host = _hosts(cells)
    counts = cells.counts.astype(np.int64)
    total = np.add.reduceat(counts, starts)
    expected = np.clip(np.ceil(rates[cells.strata] * counts).astype(np.int64), 1, counts)
    squeezed = np.add.reduceat(expected, starts) > per_host
    base = np.where(squeezed[host], 0, expected)
    based = np.add.reduceat(base, starts)
    rest = np.maximum(per_host - based, 0)[host] * (counts - base)
    among = np.maximum(total - based, 1)[host]
    whole, remainder = rest // among, rest % among
    left = np.maximum(per_host - based, 0) - np.add.reduceat(whole, starts)
    split = base + whole + (_rank(cells, remainder) < left[host])
    return np.where((total <= per_host)[host], counts, split).astype(np.uint32)


def _move(cells: Cells, caps: npt.NDArray[np.uint32], home: Flags) -> CappedCells:
    """Cells without a place become part of their host's home."""
    moved = caps == 0
    if not moved.any():
        return CappedCells(cells, caps, home)
    _, host = _hosts(cells)
    strata = np.where(moved, cells.strata[home][host], cells.strata)
    order = np.lexsort((strata, cells.hosts))
    hosts, strata = cells.hosts[order], strata[order]
    starts = np.flatnonzero(np.r_[True, (hosts[1:] != hosts[:-1]) | (strata[1:] != strata[:-1])])
    counts = np.add.reduceat(cells.counts[order], starts).astype(np.uint32)
    return CappedCells(
        Cells(hosts[starts], strata[starts], counts),
        np.add.reduceat(caps[order], starts).astype(np.uint32),
        np.logical_or.reduceat(home[order], starts),
        int(cells.counts[moved].sum()),
    )
