"""Signatures against datasketch, value for value."""

import random
from itertools import chain

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.dedup.minhash import sign_shingles
from provenance.text.shingles import Shingles, hash_shingles

SETS = st.lists(st.lists(st.integers(0, 2**32 - 1), max_size=30), max_size=20)


def as_shingles(documents: list[list[int]]) -> Shingles:
    counts = [0, *(len(document) for document in documents)]
    return Shingles(np.array(list(chain(*documents)), np.uint32), np.cumsum(counts))


def sign_by_datasketch(document: list[int], num_perm: int = 128, seed: int = 1) -> list[int]:
    sketch = MinHash(num_perm=num_perm, seed=seed, scheme="affine32", hashfunc=lambda value: value)
    sketch.update_batch(document)
    return sketch.hashvalues.tolist()


@settings(deadline=None)
@given(SETS, st.sampled_from([1, 7, 16, 128]), st.integers(0, 2**32 - 1))
def test_signatures_of_any_sets_equal_datasketch(documents, num_perm, seed):
    ours = sign_shingles(as_shingles(documents), num_perm=num_perm, seed=seed)
    assert ours.tolist() == [sign_by_datasketch(document, num_perm, seed) for document in documents]


def test_signatures_of_three_thousand_documents_equal_datasketch():
    rng = random.Random(7)
    words = [f"w{i}" for i in range(500)]
    texts = [" ".join(rng.choices(words, k=rng.randint(0, 120))) for _ in range(3000)]
    shingles = hash_shingles(texts, words=5)
    ours = sign_shingles(shingles, num_perm=128, seed=1)
    cuts = np.split(shingles.hashes, shingles.offsets[1:-1])
    assert ours.tolist() == [sign_by_datasketch(cut.tolist()) for cut in cuts]


@pytest.mark.parametrize("length", [16_383, 16_384, 16_385, 100_000])
def test_a_document_longer_than_a_block_equals_datasketch(length):
    document = np.random.default_rng(length).integers(0, 2**32, length, np.uint32).tolist()
    ours = sign_shingles(as_shingles([[1, 2], document, [3]]), num_perm=16, seed=1)
    assert ours.tolist() == [sign_by_datasketch(d, 16) for d in ([1, 2], document, [3])]


def test_no_documents_have_no_signatures():
    assert sign_shingles(as_shingles([]), num_perm=128, seed=1).shape == (0, 128)
