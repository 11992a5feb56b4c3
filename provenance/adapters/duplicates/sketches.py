"""Signatures that go both ways between us and datasketch."""

from collections.abc import Sequence

import numpy as np
from datasketch import MinHash

from provenance.dedup.minhash import Signatures
from provenance.text.shingles import hash_shingles

SCHEME = "affine32"  # datasketch's name for how values are permuted


def to_minhash(signature: Sequence[int], *, seed: int = 1) -> MinHash:
    """A datasketch MinHash of a signature as it stands in the signatures table; ready for more `update`s."""
    values = np.asarray(signature, np.uint32)
    return wrap(values, seed, make_permutations(len(values), seed))


def hash_shingle(words: str) -> int:
    """The 32-bit hash of a run of words: the `hashfunc` with which a MinHash has our values for the same runs."""
    n_words = len(hash_shingles([words], words=1).hashes)
    return int(hash_shingles([words], words=n_words).hashes[0])


def make_permutations(num_perm: int, seed: int) -> object:
    """What a MinHash permutes with; made once, it need not be drawn again for every MinHash."""
    return MinHash(num_perm, seed, scheme=SCHEME).permutations


def wrap(values: Signatures, seed: int, permutations: object) -> MinHash:
    """A MinHash of values that are there already."""
    return MinHash(seed=seed, hashvalues=values, permutations=permutations, scheme=SCHEME, hashfunc=hash_shingle)
