"""The draw: how many captures of each host, with quotas met exactly and the same known probability in each group.

The captures of a stratum lie on a line, hosts in order of their seeded numbers. A host that would get more than its
cap gives exactly that; it is a group of its own. All others of the stratum are one group, of which every capture has
the same probability: N captures, n points at equal distances from a seeded start (systematic sampling; Madow 1944,
Annals of Mathematical Statistics 15). A host then gives as many captures as points fell on it, one more or less than
its share: never above its cap. Which captures of the host these are is a simple random choice, made elsewhere.
All in whole numbers, so that nothing depends on rounding.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from provenance.sampling.caps import CappedCells, Flags
from provenance.sampling.counts import find_starts
from provenance.sampling.hashing import Ints, Keys, mix

_PANEL = 0x70616E656C  # mixed into a host's number, so that the panel has nothing to do with the order of the draw


@dataclass(frozen=True, slots=True)
class Groups:
    """Of each stratum the captures that no cap concerns, and how many of them are drawn."""

    captures: Ints
    drawn: Ints

    def hold(self, part: CappedCells) -> Flags:
        """The cells whose share is above their cap: each is a group of its own."""
        strata, counts = part.cells.strata, part.cells.counts.astype(np.int64)
        return np.asarray(counts * self.drawn[strata] > part.caps * self.captures[strata], np.bool_)


@dataclass(frozen=True, slots=True)
class DrawnCells:
    """Of every host with a captures drawn all its cells, in order of host and stratum.

    `wanted` captures are to be chosen of a cell's `counts`. A capture was drawn with the probability `group_drawn` /
    `group_captures`. `held` cells were at their cap; `home` is as in CappedCells.
    """

    hosts: Keys
    strata: Ints
    counts: Ints
    wanted: Ints
    group_captures: Ints
    group_drawn: Ints
    held: Flags
    home: Flags


def find_groups(parts: Sequence[CappedCells], quotas: Ints) -> Groups:
    """The groups of strata with these quotas: hosts above their caps are held at them, and the others share the rest.

    Holding some raises the share of the others, so it is repeated until no more are above.
    """
    n_strata = len(quotas)
    captures = np.zeros(n_strata, np.int64)
    for part in parts:
        captures += _sum(part, part.cells.counts, n_strata)
    every, groups = captures, Groups(captures, quotas)
    while True:
        held_captures, held_caps = np.zeros(n_strata, np.int64), np.zeros(n_strata, np.int64)
        for part in parts:
            held = groups.hold(part)
            held_captures += _sum(part, part.cells.counts * held, n_strata)
            held_caps += _sum(part, part.caps * held, n_strata)
        latest = Groups(every - held_captures, quotas - held_caps)
        if np.array_equal(latest.captures, groups.captures):
            return latest
        groups = latest


def draw_cells(parts: Iterable[CappedCells], groups: Groups, starts: Keys) -> DrawnCells:
    """Draws. `starts`: a random number for each stratum; hosts must come in ascending order through all parts."""
    begun = np.zeros(len(starts), np.int64)
    offsets = (starts % np.maximum(groups.captures, 1).astype(np.uint64)).astype(np.int64)
    found = [_draw_part(part, groups, begun, offsets) for part in parts]
    columns = zip(*([getattr(one, name) for name in DrawnCells.__slots__] for one in found), strict=True)
    return DrawnCells(*(np.concatenate(column) for column in columns))


def find_panel(hosts: Keys, share: float) -> Flags:
    """The hosts of the panel: each with the probability `share`, the same ones in every crawl for the same seed."""
    return np.asarray(mix(hosts, _PANEL) < np.uint64(min(int(share * 2.0**64), 2**64 - 1)), np.bool_)


def _draw_part(part: CappedCells, groups: Groups, begun: Ints, offsets: Ints) -> DrawnCells:
    """Draws of one part; `begun` is how many captures of each stratum's line lie before it, and moves on."""
    cells, held = part.cells, groups.hold(part)
    strata, counts = cells.strata.astype(np.int64), cells.counts.astype(np.int64)
    wanted = part.caps.astype(np.int64)
    free = np.flatnonzero(~held)
    order = free[np.argsort(strata[free], kind="stable")]
    lined, length = strata[order], counts[order]
    ends = np.cumsum(length)
    first = np.flatnonzero(np.r_[True, lined[1:] != lined[:-1]]) if len(order) else np.zeros(0, np.int64)
    sizes = np.diff(np.r_[first, len(order)])
    before = np.repeat(ends[first] - length[first], sizes)
    ends = ends - before + begun[lined]
    wanted[order] = _points(ends, lined, groups, offsets) - _points(ends - length, lined, groups, offsets)
    begun += np.bincount(lined, length, len(begun)).astype(np.int64)
    chosen = _of_drawn_hosts(cells.hosts, wanted)
    return DrawnCells(
        hosts=cells.hosts[chosen],
        strata=strata[chosen],
        counts=counts[chosen],
        wanted=wanted[chosen],
        group_captures=np.where(held, counts, groups.captures[strata])[chosen],
        group_drawn=np.where(held, part.caps, groups.drawn[strata])[chosen],
        held=held[chosen],
        home=part.home[chosen],
    )


def _points(at: Ints, strata: Ints, groups: Groups, offsets: Ints) -> Ints:
    """How many points lie before a place of a stratum's line."""
    return np.asarray((at * groups.drawn[strata] + offsets[strata]) // np.maximum(groups.captures[strata], 1))


def _of_drawn_hosts(hosts: Keys, wanted: Ints) -> Flags:
    starts = find_starts(hosts)
    if not len(starts):
        return np.zeros(0, np.bool_)
    drawn = np.add.reduceat(wanted, starts) > 0
    return np.repeat(drawn, np.diff(np.r_[starts, len(hosts)]))


def _sum(part: CappedCells, values: npt.NDArray[np.integer], n_strata: int) -> Ints:
    return np.bincount(part.cells.strata, values, n_strata).astype(np.int64)
