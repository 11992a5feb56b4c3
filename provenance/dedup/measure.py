"""How good a search for copies was, from samples: what share of its links is right, and what share of the copies it
found.

Source of the intervals: Wilson 1927, as in Brown, Cai and DasGupta 2001, "Interval Estimation for a Binomial
Proportion".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from provenance.dedup.keys import Keys, Rows, hash_band
from provenance.dedup.minhash import Signatures

LOOSE_ROWS: Final = (
    4  # at most; of 128 values, 32 bands of 4 let one pair in 10^7 at similarity 0.8 slip, one in 7,000 at 0.7
)
LARGE_SHARE: Final = 0.01  # of the documents in one cluster, from which on it is warned of
LARGE_CLUSTER: Final = 10  # documents; smaller ones are the rule in small corpora
REMOVED_SHARE: Final = 0.5
_Z: Final = 1.959964
_TABLE_BITS = 20  # entries of the table that sorts most keys out, 1 MB: it stays in the cache


@dataclass(frozen=True, slots=True)
class Share:
    """A share estimated from a sample, with its 95 % interval; null where the sample is empty."""

    n_right: int
    n: int

    @property
    def value(self) -> float | None:
        """The share in the sample."""
        return self.n_right / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Low and high."""
        if not self.n:
            return None
        share, squared = self.n_right / self.n, _Z * _Z
        middle = share + squared / (2 * self.n)
        reach = _Z * sqrt(share * (1 - share) / self.n + squared / (4 * self.n * self.n))
        scale = 1 + squared / self.n
        return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


class Probe:
    """Some documents, compared with all others by a banding so loose that next to no copy slips through.

    Of documents with equal signatures one stands for all.
    """

    def __init__(self, items: Rows, signatures: Signatures) -> None:
        _, firsts = np.unique(hash_band(signatures, 0), return_index=True)
        self._items, self._signatures = items[firsts], signatures[firsts]
        self._rows = max(1, min(LOOSE_ROWS, signatures.shape[1] // 16))
        hashed = list(self._hash(self._signatures))
        self._orders = [np.argsort(keys, kind="stable") for keys in hashed]
        self._sorted = [keys[order] for keys, order in zip(hashed, self._orders, strict=True)]
        self._tables = [_mark(keys) for keys in hashed]

    def match(self, items: Rows, signatures: Signatures, least: float) -> tuple[Rows, Rows, NDArray[np.float64]]:
        """Pairs of own items and others whose signatures agree in a share of at least `least`, with that share."""
        places, others = self._meet(signatures)
        shares = (self._signatures[places] == signatures[others]).mean(axis=1)
        good = (shares >= least) & (self._items[places] != items[others])
        return self._items[places[good]], items[others[good]], shares[good]

    def _meet(self, signatures: Signatures) -> tuple[Rows, Rows]:
        """Places of own items and of others that share a band, each pair once."""
        found = [np.zeros(0, np.int64)]
        n = max(len(signatures), 1)
        for keys, table, ordered, order in zip(
            self._hash(signatures), self._tables, self._sorted, self._orders, strict=True
        ):
            likely = np.flatnonzero(table[_slot(keys)])
            low, high = np.searchsorted(ordered, keys[likely], "left"), np.searchsorted(ordered, keys[likely], "right")
            counts = high - low
            starts = np.repeat(low - np.cumsum(counts) + counts, counts)
            places = order[starts + np.arange(len(starts))]
            found.append(places * n + np.repeat(likely, counts))
        pairs = np.unique(np.concatenate(found))
        return pairs // n, pairs % n

    def _hash(self, signatures: Signatures) -> Iterator[Keys]:
        """The keys of each band."""
        columns = np.ascontiguousarray(signatures.T)
        for band in range(len(columns) // self._rows):
            yield hash_band(columns[band * self._rows : (band + 1) * self._rows].T, band)


def count_sample(n_documents: int) -> int:
    """How many documents are sampled: all of 500, one in 200 of more, 1,000 at most."""
    return min(n_documents, max(500, min(1000, n_documents // 200)))


def write_warnings(n_documents: int, n_removed: int, sizes: Sequence[int]) -> list[str]:
    """What should be looked at before the copies go; `sizes` are those of the largest clusters."""
    told = []
    if n_removed > REMOVED_SHARE * n_documents:
        told.append(f"{n_removed / n_documents:.0%} of the documents are removed: {n_removed:,} of {n_documents:,}")
    for size in sizes:
        if size >= LARGE_CLUSTER and size > LARGE_SHARE * n_documents:
            told.append(f"one cluster has {size:,} documents, {size / n_documents:.1%} of all; see what it is made of")
    return told


def _slot(keys: Keys) -> Keys:
    return keys >> np.uint64(64 - _TABLE_BITS)


def _mark(keys: Keys) -> NDArray[np.bool_]:
    table = np.zeros(1 << _TABLE_BITS, bool)
    table[_slot(keys)] = True
    return table
