"""What could be copies of each other, as rows of fixed size that can be sorted, cut and laid aside: bands and hashes.

A document has one row for its exact hash and, with a signature, one for each band. Documents that have a key in common
are candidates. Rows of one key lie together once sorted, whichever shard they come from, so a search through all of
them can be cut at any key: that is how it is spread over ranges and processes.

Source: Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, section 3.4.
"""

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.dedup.minhash import Signatures
from provenance.dedup.options import DedupOptions

Rows = NDArray[np.int64]
Keys = NDArray[np.uint64]
# `key` is odd for an exact hash and even for a band; `text` tells equal texts: half of the exact hash.
ROW: Final = np.dtype([("key", "<u8"), ("text", "<u8"), ("item", "<i8")])
_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))  # SplitMix64
_ODD, _EVEN = np.uint64(1), np.uint64(0xFFFFFFFFFFFFFFFE)


def make_rows(exact_hashes: pl.Series, signatures: Signatures, signed: Rows, options: DedupOptions) -> NDArray[np.void]:
    """The rows of some documents, items counted from 0, unsorted.

    `exact_hashes`: 16 bytes each, or null for a text that equals nothing. `signatures[i]` is that of item `signed[i]`.
    """
    bands, width = options.banding
    present = exact_hashes.is_not_null().to_numpy()
    halves = _halves(exact_hashes)
    texts = np.where(present, halves[:, 1], _mix(np.arange(len(present), dtype=np.uint64)))
    rows = np.empty(int(present.sum()) + len(signed) * bands, ROW)
    equal = rows[: int(present.sum())]
    equal["key"] = halves[present, 0] | _ODD
    equal["text"], equal["item"] = texts[present], np.flatnonzero(present)
    for band in range(bands):
        part = rows[len(equal) + band * len(signed) :][: len(signed)]
        part["key"] = hash_band(signatures[:, band * width : (band + 1) * width], band) & _EVEN
        part["text"], part["item"] = texts[signed], signed
    return rows


def hash_band(values: Signatures, band: int) -> Keys:
    """A 64-bit key of each row's values of a band, spread evenly over all numbers."""
    keys = np.full(len(values), band + 1, np.uint64)
    for column in values.T:
        keys = keys * _STEP + column
    return _mix(keys)


def _mix(keys: Keys) -> Keys:
    keys = (keys ^ (keys >> np.uint64(30))) * _MIX[0]
    keys = (keys ^ (keys >> np.uint64(27))) * _MIX[1]
    return keys ^ (keys >> np.uint64(31))


def _halves(hashes: pl.Series) -> Keys:
    """Two numbers a hash; zeros for a null one."""
    data = b"".join((value or b"").ljust(16, b"\0")[:16] for value in hashes.to_list())
    return np.frombuffer(data, "<u8").reshape(-1, 2)
