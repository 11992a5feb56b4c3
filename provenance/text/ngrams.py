"""Windows as sets of hashed n-grams: single tokens and pairs of neighbours, in 2^bits buckets.

What `hash` a token has is fixed by `text/shingles.py`, the bucket by this file: a change of either makes all linear
models worthless. Hashing: Weinberger et al. 2009, "Feature hashing for large scale multitask learning".
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenance.text.shingles import Hashes64, Positions
from provenance.text.windows import Windows

BITS = 18
STEP = 0xD6E8FEB86659FD93
_SINGLE = np.uint64(3)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(32)

Buckets = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Ngrams:
    """Buckets of several windows, ascending; window k has those from `offsets[k]` to `offsets[k + 1]`.

    A bucket of 2^BITS stands once in a window; coarser ones, of which several make one, as often as these.
    """

    buckets: Buckets
    offsets: Positions
    bits: int

    def coarsen(self, bits: int) -> "Ngrams":
        """The same n-grams in 2^bits buckets: what `hash_ngrams` gives for so few bits, without hashing again."""
        return Ngrams(self.buckets >> np.int32(self.bits - bits), self.offsets, bits)


def hash_ngrams(windows: Windows, *, bits: int = BITS) -> Ngrams:
    """The buckets of every window's tokens and pairs of neighbouring tokens."""
    return _hash(windows, max(bits, BITS)).coarsen(bits)


def _hash(windows: Windows, bits: int) -> Ngrams:
    at = _positions(windows)
    kind = np.uint32 if len(windows) < 1 << (32 - bits) else np.uint64  # half the width sorts in half the time
    rows = np.repeat(np.arange(len(windows)) << bits, windows.lengths).astype(kind)
    singles, pairs = token_buckets(windows.tokens.hashes[at], bits)
    keys: NDArray[np.unsignedinteger] = np.empty(2 * len(at), kind)
    keys[::2] = rows | singles.astype(kind)
    keys[1:-1:2] = rows[:-1] | pairs.astype(kind)
    ends = 2 * np.cumsum(windows.lengths)
    keys[ends - 1] = keys[ends - 2]  # the last token of a window makes no pair: it counts once all the same
    for start, end in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=False):
        keys[start:end].sort()  # windows are in order: many short sorts are quicker than a long one
    fresh = np.ones(len(keys), bool)
    fresh[1:] = keys[1:] != keys[:-1]
    keys = keys[fresh]
    counts = np.bincount((keys >> kind(bits)).astype(np.int64), minlength=len(windows))
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    return Ngrams((keys & kind((1 << bits) - 1)).astype(np.int32), offsets, bits)


def token_buckets(hashes: Hashes64, bits: int) -> tuple[Hashes64, Hashes64]:
    """The bucket of each token, and of each with the one after it (one fewer)."""
    down = np.uint64(64 - bits)
    return _mix(hashes * _SINGLE) >> down, _mix(hashes[:-1] * np.uint64(STEP) + hashes[1:]) >> down


def _positions(windows: Windows) -> Positions:
    """The tokens of all windows, one window after the other."""
    lengths = windows.lengths
    before = np.cumsum(lengths) - lengths
    positions: Positions = np.arange(int(lengths.sum())) + np.repeat(windows.starts - before, lengths)
    return positions


def _mix(values: Hashes64) -> Hashes64:
    values = values ^ (values >> _SHIFT)
    values *= _MIX
    return values ^ (values >> _SHIFT)
