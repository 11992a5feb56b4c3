"""Near duplicates by locality-sensitive hashing of signatures (Leskovec, Rajaraman and Ullman, section 3.4).

Band by band: rows that agree in a whole band form a bucket, and every row of a bucket is compared with the bucket's
first row, then with its second, and so on for a few turns. A bucket of n rows thus costs a few n comparisons and not
n^2, and rows already known to belong together cost none. A pair that a large bucket leaves uncompared meets again in
other bands.
"""

import numpy as np
from numpy.typing import NDArray

from provenance.dedup.minhash import Signatures
from provenance.dedup.options import DedupOptions
from provenance.dedup.union import Rows, link_rows

_TURNS = 4  # rows of a bucket that all others are compared with; 8 found nothing more in a million made signatures
_PAIRS = 1 << 12  # compared at once: 2 x 2 MB at 128 values
_STEP = np.uint64(0x9E3779B97F4A7C15)


def link_near(signatures: Signatures, rows: Rows, options: DedupOptions) -> Rows:
    """For each item the first item of its cluster, itself if none is before it.

    Item i has the signature `signatures[rows[i]]`; items are taken in order, so the result depends on their order
    only through who is first.
    """
    parents = np.arange(len(rows))
    for band in range(options.bands):
        values = signatures[rows, band * options.rows : (band + 1) * options.rows]
        members, buckets = _fill_buckets(values)
        first, last = _ends_of_buckets(buckets)
        for turn in range(_TURNS):
            leaders = members[np.minimum(first + turn, last)]
            _link_similar(signatures, rows, parents, leaders, members, options.threshold)
    return parents


def estimate_similarity(signatures: Signatures, left: Rows, right: Rows) -> NDArray[np.float64]:
    """The share of equal values of each pair of rows: an unbiased estimate of their Jaccard similarity."""
    shares = np.empty(len(left))
    for begin in range(0, len(left), _PAIRS):
        some = slice(begin, begin + _PAIRS)
        shares[some] = (signatures[left[some]] == signatures[right[some]]).mean(axis=1)
    return shares


def _fill_buckets(values: Signatures) -> tuple[Rows, Rows]:
    """Items that share all values with another one, bucket by bucket and in order, and their bucket's number."""
    keys = np.zeros(len(values), np.uint64)
    for column in values.T:
        keys = keys * _STEP + column
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    like_previous = np.zeros(len(keys), bool)
    like_previous[1:] = keys[1:] == keys[:-1]
    shared = like_previous.copy()
    shared[:-1] |= like_previous[1:]
    return order[shared], np.cumsum(~like_previous)[shared]


def _ends_of_buckets(buckets: Rows) -> tuple[Rows, Rows]:
    """For each member the positions of its bucket's first and last member."""
    return np.searchsorted(buckets, buckets), np.searchsorted(buckets, buckets, side="right") - 1


def _link_similar(signatures: Signatures, rows: Rows, parents: Rows, left: Rows, right: Rows, threshold: float) -> None:
    unknown = parents[left] != parents[right]
    left, right = left[unknown], right[unknown]
    similar = estimate_similarity(signatures, rows[left], rows[right]) >= threshold
    link_rows(parents, left[similar], right[similar])
