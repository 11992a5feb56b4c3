"""MinHash signatures of many shingle sets at once, bit for bit those of datasketch 2's scheme "affine32".

Value k of a signature is the least of a_k * fmix32(h) + b_k modulo 2^32 over a document's shingle hashes h, where
fmix32 is the 32-bit finaliser of MurmurHash3 and the odd a_k and the b_k are drawn from numpy's RandomState(seed).
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from provenance.text.shingles import Shingles

_FMIX1, _FMIX2 = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
_BLOCK, _TOGETHER = 1 << 14, 8  # shingles x permutations worked on at once: 512 kB, inside the second-level cache

Signatures = NDArray[np.uint32]


def sign_shingles(shingles: Shingles, *, num_perm: int, seed: int) -> Signatures:
    """One row of `num_perm` values a document, in order; all bits set for a document without shingles."""
    offsets = shingles.offsets
    filled = np.flatnonzero(np.diff(offsets))
    minima = np.full((num_perm, len(filled)), 0xFFFFFFFF, np.uint32)
    starts = offsets[filled]
    hashes = _fmix32(shingles.hashes.copy())
    for begin in range(0, len(hashes), _BLOCK):
        block = hashes[begin : begin + _BLOCK]
        first = int(np.searchsorted(starts, begin, side="right")) - 1
        last = int(np.searchsorted(starts, begin + len(block), side="left"))
        edges = np.maximum(starts[first:last] - begin, 0)
        _lower_minima(minima[:, first:last], block, edges, seed)
    signatures = np.full((len(offsets) - 1, num_perm), 0xFFFFFFFF, np.uint32)
    signatures[filled] = minima.T
    return signatures


def _lower_minima(minima: Signatures, block: NDArray[np.uint32], edges: NDArray[np.int64], seed: int) -> None:
    """Takes a block of shingles, cut at `edges` into documents, into the running minima."""
    factors, terms = _permutations(len(minima), seed)
    for k in range(0, len(minima), _TOGETHER):
        some = slice(k, k + _TOGETHER)
        permuted = block * factors[some, None]
        permuted += terms[some, None]
        np.minimum(minima[some], np.minimum.reduceat(permuted, edges, axis=1), out=minima[some])


@cache
def _permutations(num_perm: int, seed: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    random = np.random.RandomState(seed)
    factors = random.randint(0, 1 << 31, num_perm, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return factors, random.randint(0, 1 << 32, num_perm, dtype=np.uint32)


def _fmix32(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    values ^= values >> np.uint32(16)
    values *= _FMIX1
    values ^= values >> np.uint32(13)
    values *= _FMIX2
    values ^= values >> np.uint32(16)
    return values
