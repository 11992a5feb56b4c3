"""The Jaccard similarity of the shingles of texts themselves, which signatures only estimate.

Shingles are 32-bit hashes: in one of 86 texts of 10,000 words two different ones are taken for one, which moves its
similarities by one in 10,000.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from provenance.dedup.banding import lowest_estimate
from provenance.dedup.keys import Rows
from provenance.dedup.linking import Compare, Similarity, compare_by
from provenance.dedup.options import DedupOptions
from provenance.text.shingles import Shingles, hash_shingles

Hashes = NDArray[np.uint32]
Look = Callable[[int], Hashes]
"""The shingles of an item, each once, in ascending order."""


def find_shingle_sets(texts: Sequence[str], *, words: int) -> Shingles:
    """The shingles of each text, each once, in ascending order."""
    found = hash_shingles(texts, words=words)
    owners = np.repeat(np.arange(len(texts), dtype=np.uint64), np.diff(found.offsets))
    both = np.sort((owners << np.uint64(32)) | found.hashes)
    once = both[np.append(True, both[1:] != both[:-1])] if len(both) else both  # np.unique takes ten times as long
    counts = np.bincount((once >> np.uint64(32)).astype(np.int64), minlength=len(texts))
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    return Shingles((once & np.uint64(0xFFFFFFFF)).astype(np.uint32), offsets)


def measure_jaccard(left: Hashes, right: Hashes) -> float:
    """|A and B| / |A or B| of two sets in ascending order; 0 for two empty ones, which have nothing in common."""
    both = np.concatenate([left, right])
    both.sort(kind="stable")  # two runs in order are merged
    common = int(np.count_nonzero(both[1:] == both[:-1]))
    return common / max(len(both) - common, 1)


def measure_pairs(look: Look) -> Similarity:
    """The exact similarity of pairs of items."""

    def similarity(left: Rows, right: Rows) -> NDArray[np.float64]:
        pairs = zip(left.tolist(), right.tolist(), strict=True)
        return np.array([measure_jaccard(look(one), look(other)) for one, other in pairs], np.float64)

    return similarity


def make_comparison(
    estimate: Similarity, options: DedupOptions, exact: Similarity | None
) -> tuple[Compare, Similarity]:
    """Which candidates are copies, and how similar any two items are; `exact` where that is told by shingles."""
    if exact is None:
        return compare_by(estimate, options.threshold), estimate
    least = lowest_estimate(options.threshold, options.num_perm)
    return _compare_exactly(estimate, exact, options.threshold, least), exact


def _compare_exactly(estimate: Similarity, exact: Similarity, threshold: float, least: float) -> Compare:
    """Pairs are similar when their exact similarity reaches `threshold`; looked at from an estimate of `least` on."""

    def similar(left: Rows, right: Rows) -> NDArray[np.bool_]:
        found = estimate(left, right) >= least
        found[found] = exact(left[found], right[found]) >= threshold
        return found

    return similar
