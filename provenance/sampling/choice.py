"""Which captures of a host are drawn: those with the lowest seeded numbers, a simple random choice.

Also how a capture finds the cell it is drawn in, and how the lowest of many are kept in little memory.
"""

from dataclasses import dataclass

import numpy as np

from provenance.sampling.draw import DrawnCells
from provenance.sampling.hashing import Ints, Keys

_WAITING = 1 << 18  # captures held before those that cannot be among the lowest are let go


class CellFinder:
    """Finds the cells of captures among those of the hosts that were drawn."""

    def __init__(self, drawn: DrawnCells, n_strata: int) -> None:
        self._n_strata = n_strata
        self.hosts, number = np.unique(drawn.hosts, return_inverse=True)
        self._keys = number.astype(np.int64) * n_strata + drawn.strata
        self._home = np.flatnonzero(drawn.home)

    def find(self, hosts: Keys, strata: Ints) -> Ints:
        """The number of the cell of each capture; all hosts must be among `self.hosts`.

        A stratum in which the host has no place is that of its home.
        """
        host = np.searchsorted(self.hosts, hosts)
        wanted = host * self._n_strata + strata
        at = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
        return np.asarray(np.where(self._keys[at] == wanted, at, self._home[host]), np.int64)


@dataclass(frozen=True, slots=True)
class Choice:
    """Captures chosen: the group each was chosen in, its rank there from 1, and the place it was added with."""

    groups: Ints
    ranks: Ints
    places: Keys


class LowestKeys:
    """Keeps of each group as many captures as are wanted of it, those with the lowest keys."""

    def __init__(self, wanted: Ints) -> None:
        self._wanted = wanted
        self._held: list[tuple[Ints, Keys, Keys]] = []
        self._n_held = self._n_lowest = 0
        self.seen = np.zeros(len(wanted), np.int64)  # captures added to each group

    def add(self, groups: Ints, keys: Keys, places: Keys) -> None:
        """Adds captures: their group, their seeded number, and whatever tells them apart."""
        self.seen += np.bincount(groups, minlength=len(self._wanted))
        use = self._wanted[groups] > 0
        self._held.append((groups[use], keys[use], places[use]))
        self._n_held += int(use.sum())
        if self._n_held > self._n_lowest + _WAITING:
            self._settle()

    def choose(self) -> Choice:
        """The lowest of each group, in order of group and rank."""
        groups, ranks, _, places = self._settle()
        return Choice(groups, ranks + 1, places)

    def _settle(self) -> tuple[Ints, Ints, Keys, Keys]:
        empty = (np.zeros(0, np.int64), np.zeros(0, np.uint64), np.zeros(0, np.uint64))
        groups, keys, places = (np.concatenate(column) for column in zip(empty, *self._held, strict=True))
        order = np.lexsort((places, keys, groups))
        groups, keys, places = groups[order], keys[order], places[order]
        first = np.searchsorted(groups, groups)
        rank = np.arange(len(groups)) - first
        low = rank < self._wanted[groups]
        self._held = [(groups[low], keys[low], places[low])]
        self._n_held = self._n_lowest = int(low.sum())
        return groups[low], rank[low], keys[low], places[low]
