"""Which samples an epoch has: importance resampling of a whole dataset, deterministic by seed and epoch.

Sources: systematic resampling: Kitagawa (1996), doi:10.2307/1390750, section 2.2; without replacement: Efraimidis and
Spirakis (2006), doi:10.1016/j.ipl.2005.11.003 (here as exponential times over weight, of which the smallest are taken);
effective number: Kish (1965), Survey Sampling, section 8.2.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Units:
    """What is drawn as one: a sample, or the samples that share a pair number.

    `rows` are the samples, unit by unit, in order of the units' first samples; `starts` and `sizes` cut them;
    `weights` are the means of their samples' weights.
    """

    rows: Numbers
    starts: Numbers
    sizes: Numbers
    weights: NDArray[np.float64]

    def expand(self, units: Numbers) -> Numbers:
        """The samples of units (a unit may come several times), those of a unit next to each other."""
        sizes = self.sizes[units]
        ends = np.cumsum(sizes)
        within = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - sizes, sizes)
        rows: Numbers = self.rows[np.repeat(self.starts[units], sizes) + within]
        return rows


def group_units(weights: NDArray[np.float64], pairs: NDArray[np.uint64]) -> Units:
    """Samples of positive weight: with the same pair number as one unit; with 0, each by itself."""
    positive = np.flatnonzero(weights)
    first = positive.copy()
    paired = np.flatnonzero(pairs[positive])
    _, first_of_pair, number = np.unique(pairs[positive[paired]], return_index=True, return_inverse=True)
    first[paired] = positive[paired[first_of_pair[number]]]
    order = np.argsort(first, kind="stable")
    rows = positive[order]
    starts = np.flatnonzero(np.diff(first[order], prepend=-1))
    sizes = np.diff(starts, append=len(rows))
    return Units(rows, starts, sizes, np.add.reduceat(weights[rows], starts) / sizes)


def draw_with_replacement(units: Units, n_samples: int, rng: np.random.Generator) -> Numbers:
    """Units, in order: a sample comes `n_samples` x its unit's weight / all weights times, up to one more or less.

    Where units of several are among them, the sum may miss `n_samples`: then some are drawn anew, or left out.
    """
    share = units.weights / (units.weights * units.sizes).sum()
    ends = np.minimum(np.cumsum(n_samples * share), n_samples)
    if (units.sizes == 1).all():
        ends[-1] = n_samples  # exactly, whatever the rounding
    marks = np.floor(ends + rng.random()).astype(np.int64)
    drawn = np.repeat(np.arange(len(share)), np.diff(marks, prepend=0))
    n_drawn = int(units.sizes[drawn].sum())
    if n_drawn == n_samples:
        return drawn
    single = np.where(units.sizes == 1, share, 0.0)
    more = [
        rng.choice(len(share), size=size, p=chance / chance.sum())
        for chance, size in ((share, n_samples - n_drawn), (single, int(units.sizes.max())))
        if chance.any() and size > 0
    ]
    return take_whole(np.concatenate([rng.permutation(drawn), *more]), units.sizes, n_samples)


def draw_without_replacement(units: Units, n_samples: int, rng: np.random.Generator) -> Numbers:
    """Units, in order, drawn one after the other in proportion to weight until they have `n_samples` samples."""
    times = rng.exponential(size=len(units.weights))
    return take_whole(np.argsort(times / units.weights, kind="stable"), units.sizes, n_samples)


def take_whole(order: Numbers, sizes: Numbers, n_samples: int) -> Numbers:
    """The first units with so many samples, none cut if single ones can fill the gap, in order of their numbers."""
    order = keep_whole(order, sizes, [n_samples])
    return np.sort(order[: int(np.searchsorted(np.cumsum(sizes[order]), n_samples)) + 1])


def keep_whole(order: Numbers, sizes: Numbers, bounds: list[int]) -> Numbers:
    """The units so ordered that none crosses a bound (a number of samples), where single samples can fill the gap."""
    for bound in bounds:
        ends = np.cumsum(sizes[order])
        at = int(np.searchsorted(ends, bound))
        if at >= len(order) or ends[at] == bound:
            continue
        gap = bound - int(ends[at] - sizes[order[at]])
        fill = at + 1 + np.flatnonzero(sizes[order[at + 1 :]] == 1)[:gap]
        if len(fill) == gap:
            order = np.concatenate([order[:at], order[fill], np.delete(order, fill)[at:]])
    return order


def count_effective(weights: NDArray[np.float64]) -> float:
    """How many equally weighted samples carry as much: (sum of weights)^2 / sum of squares; 0 where none weighs."""
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares else 0.0
