"""Rows of keys -> pairs of documents that are copies: equal texts, and near duplicates that were compared.

Rows of one key form a bucket. Equal texts count once in it; every other is compared with the bucket's first text, then
with its second, and so on for a few turns, those that already belong together left out. A bucket of n texts thus
costs a few n comparisons and not n^2; a pair that a large bucket leaves uncompared meets again in other bands. Order
in a bucket is that of the texts' hashes: pairs do not depend on the order of documents, shards or ranges.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from provenance.dedup.keys import Rows
from provenance.dedup.minhash import Signatures
from provenance.dedup.union import link_rows

TURNS = 4  # texts of a bucket that all others are compared with; 8 found nothing more in a million made signatures
_PAIRS = 1 << 14  # whose signatures are fetched at once, each once and in order: 16 MB at 128 values
_BLOCK = 1 << 11  # of them compared at once: 2 x 1 MB

Compare = Callable[[Rows, Rows], NDArray[np.bool_]]
"""Which pairs of items are similar enough to be near duplicates."""
Similarity = Callable[[Rows, Rows], NDArray[np.float64]]
"""The similarity of each pair of items."""
Fetch = Callable[[Rows], Signatures]
"""The signatures of items, one a row."""


def find_pairs(rows: NDArray[np.void], similar: Compare) -> Rows:
    """Pairs of items (n, 2) whose components are the clusters as far as these rows tell; a key's rows all are here."""
    shared = _keep_shared(rows)
    odd = (shared["key"] & np.uint64(1)).astype(bool)
    return np.concatenate([_pair_equal(shared[odd]), _pair_near(shared[~odd], similar)])


def estimate_similarity(fetch: Fetch, left: Rows, right: Rows) -> NDArray[np.float64]:
    """The share of equal signature values of each pair of items: an unbiased estimate of their Jaccard similarity."""
    shares = np.empty(len(left))
    for begin in range(0, len(left), _PAIRS):
        some = slice(begin, begin + _PAIRS)
        items, places = np.unique(np.concatenate([left[some], right[some]]), return_inverse=True)
        signatures = fetch(items)
        one, other = np.split(places, 2)
        for start in range(0, len(one), _BLOCK):
            block = slice(start, start + _BLOCK)
            equal = signatures[one[block]] == signatures[other[block]]
            shares[begin + start : begin + start + len(equal)] = equal.mean(axis=1)
    return shares


def compare_by(similarity: Similarity, threshold: float) -> Compare:
    """Pairs are similar from a similarity of `threshold` on."""

    def similar(left: Rows, right: Rows) -> NDArray[np.bool_]:
        return similarity(left, right) >= threshold

    return similar


def _keep_shared(rows: NDArray[np.void]) -> NDArray[np.void]:
    """The rows whose key another one has, ordered by key, text and item."""
    order = np.argsort(rows["key"], kind="stable")
    keys = rows["key"][order]
    like_previous = np.zeros(len(keys), bool)
    like_previous[1:] = keys[1:] == keys[:-1]
    shared = like_previous.copy()
    shared[:-1] |= like_previous[1:]
    kept = rows[order[shared]]
    ordered: NDArray[np.void] = kept[np.lexsort((kept["item"], kept["text"], kept["key"]))]
    return ordered


def _pair_equal(rows: NDArray[np.void]) -> Rows:
    """Each item with the first one of its text."""
    begins = _begins(rows["key"]) | _begins(rows["text"])
    firsts = rows["item"][np.flatnonzero(begins)[np.cumsum(begins) - 1]] if len(rows) else rows["item"]
    return np.stack([firsts, rows["item"]], axis=1)[~begins]


def _pair_near(rows: NDArray[np.void], similar: Compare) -> Rows:
    """Pairs of items of different texts in one bucket that are similar."""
    texts = rows[_begins(rows["key"]) | _begins(rows["text"])]
    starts = np.flatnonzero(_begins(texts["key"]))
    sizes = np.diff(np.append(starts, len(texts)))
    first = np.repeat(starts, sizes)
    last = first + np.repeat(sizes, sizes) - 1
    known, local = np.unique(texts["item"], return_inverse=True)
    parents = np.arange(len(known))
    found = [np.empty((0, 2), np.int64)]
    for turn in range(TURNS):
        leaders = np.minimum(first + turn, last)
        apart = parents[local[leaders]] != parents[local]
        left, right = local[leaders[apart]], local[apart]
        near = similar(known[left], known[right])
        link_rows(parents, left[near], right[near])
        found.append(np.stack([known[left[near]], known[right[near]]], axis=1))
    return np.concatenate(found)


def _begins(values: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Where a value differs from the one before it."""
    begins = np.ones(len(values), bool)
    begins[1:] = values[1:] != values[:-1]
    return begins
