"""Captures counted by host and stratum, for crawls of many million hosts.

A host is the 64 bits of its name, so two of 60 million share a number with a chance of 1 in 10,000; they would then be
taken for one host, and every probability would still be right. A cell (a host in a stratum) takes 16 bytes. The cells
lie in ranges of the hosts' numbers, which are sorted one at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from provenance.sampling.hashing import Ints, Keys

Strata = npt.NDArray[np.uint32]

_BITS = 6  # of a host's number that say its range
_LATEST = 1 << 20  # cells held as they came
_WAITING = 1 << 16  # cells of a range that wait to be sorted in, at least


@dataclass(frozen=True, slots=True)
class Cells:
    """Hosts in strata, each pair once, in order of host and stratum; `counts` is how many captures there are."""

    hosts: Keys
    strata: Strata
    counts: npt.NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.hosts)

    def take(self, rows: slice) -> "Cells":
        """Some of the cells, in memory of their own."""
        return Cells(self.hosts[rows].copy(), self.strata[rows].copy(), self.counts[rows].copy())


@dataclass(slots=True)
class _Range:
    cells: Cells
    waiting: list[Cells] = field(default_factory=list)
    n_waiting: int = 0

    def add(self, cells: Cells) -> None:
        self.waiting.append(cells)
        self.n_waiting += len(cells)
        if self.n_waiting > max(_WAITING, len(self.cells) // 2):
            self.settle()

    def settle(self) -> None:
        if self.waiting:
            self.cells = add_up(_join([self.cells, *self.waiting]))
        self.waiting, self.n_waiting = [], 0


class HostCells:
    """The count; `add` what was seen, then read the ranges, whose hosts come in ascending order."""

    def __init__(self) -> None:
        self._ranges = [_Range(_join([])) for _ in range(1 << _BITS)]
        self._latest: list[Cells] = []
        self._n_latest = 0

    def add(self, hosts: Keys, strata: Strata, counts: npt.NDArray[np.uint32]) -> None:
        """Counts captures of hosts in strata; the same pair may come again and again."""
        self._latest.append(Cells(hosts, strata, counts))
        self._n_latest += len(hosts)
        if self._n_latest >= _LATEST:
            self._spread()

    def take_ranges(self) -> Iterator[Cells]:
        """The cells, range by range; each is given once and then forgotten."""
        self._spread()
        for part in self._ranges:
            part.settle()
            cells, part.cells = part.cells, _join([])
            yield cells

    def _spread(self) -> None:
        cells = add_up(_join(self._latest))
        self._latest, self._n_latest = [], 0
        starts = np.arange(1, 1 << _BITS, dtype=np.uint64) << np.uint64(64 - _BITS)
        edges = [0, *np.searchsorted(cells.hosts, starts).tolist(), len(cells)]
        for part, begin, end in zip(self._ranges, edges[:-1], edges[1:], strict=True):
            if begin < end:
                part.add(cells.take(slice(begin, end)))


def add_up(cells: Cells) -> Cells:
    """In order of host and stratum, each pair once, with the sum of its counts."""
    order = np.lexsort((cells.strata, cells.hosts))
    hosts, strata, counts = cells.hosts[order], cells.strata[order], cells.counts[order]
    if not len(hosts):
        return cells
    new = np.r_[True, (hosts[1:] != hosts[:-1]) | (strata[1:] != strata[:-1])]
    starts = np.flatnonzero(new)
    return Cells(hosts[starts], strata[starts], np.add.reduceat(counts, starts).astype(np.uint32))


def renumber(cells: Cells, strata: Strata) -> Cells:
    """The cells in other strata: `strata` has the new number for each old one."""
    return add_up(Cells(cells.hosts, strata[cells.strata], cells.counts))


def find_starts(sorted_keys: Keys) -> Ints:
    """Where in a sorted column each new key begins."""
    return np.flatnonzero(np.r_[True, sorted_keys[1:] != sorted_keys[:-1]]) if len(sorted_keys) else np.zeros(0, int)


def _join(parts: list[Cells]) -> Cells:
    return Cells(
        np.concatenate([np.zeros(0, np.uint64), *(part.hosts for part in parts)]),
        np.concatenate([np.zeros(0, np.uint32), *(part.strata for part in parts)]),
        np.concatenate([np.zeros(0, np.uint32), *(part.counts for part in parts)]),
    )
