"""Sketches of four bits a value tell the similarity of texts as closely as their source says."""

import random

import numpy as np
import polars as pl
import pytest

from provenance.dedup import DedupOptions, sign_batch
from provenance.dedup.clusters import read_signatures
from provenance.dedup.minhash import Signatures
from provenance.dedup.sketch import compare_sketches, count_words, find_deviation, make_sketches
from provenance.text.shingles import hash_shingles


def sign(texts: list[str], num_perm: int = 128) -> Signatures:
    options = DedupOptions(num_perm=num_perm, bands=1, rows=1)
    frame = pl.DataFrame({"doc_id": [str(i) for i in range(len(texts))], "text": texts})
    return read_signatures(sign_batch(frame, options)["signature"], num_perm)[1]


def made_pairs(share: float, n: int = 400) -> tuple[list[str], list[str]]:
    """Texts of 200 words, and each with a share of its words replaced at one place."""
    chance = random.Random(3)
    left, right = [], []
    for _ in range(n):
        words = [f"w{chance.randrange(10**5)}" for _ in range(200)]
        cut = round(share * 200)
        left.append(" ".join(words))
        right.append(" ".join([f"x{chance.randrange(10**6)}" for _ in range(cut)] + words[cut:]))
    return left, right


def find_jaccard(left: str, right: str) -> float:
    one, other = (set(hash_shingles([text], words=5).hashes.tolist()) for text in (left, right))
    return len(one & other) / len(one | other)


@pytest.mark.parametrize("share", [0.0, 0.025, 0.1, 0.2, 0.5, 1.0])
def test_the_estimate_is_right_on_average_and_errs_as_derived(share: float) -> None:
    left, right = made_pairs(share)
    truth = np.array([find_jaccard(*pair) for pair in zip(left, right, strict=True)])
    estimates = compare_sketches(make_sketches(sign(left)), make_sketches(sign(right)), 128)
    errors = estimates - truth
    deviation = find_deviation(float(truth.mean()), 128)
    if share == 1.0:
        assert estimates.mean() < deviation  # cut at 0: about half of them are exactly that
        return
    assert abs(errors.mean()) <= 4 * deviation / len(errors) ** 0.5 + 1e-12
    assert errors.std() == pytest.approx(deviation, rel=0.15, abs=1e-12)


@pytest.mark.parametrize(("similarity", "expected"), [(0.8, 0.0368), (0.95, 0.0199), (1.0, 0.0)])
def test_the_stated_deviations(similarity: float, expected: float) -> None:
    assert find_deviation(similarity, 128) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("num_perm", [1, 15, 16, 17, 128, 130])
def test_values_that_fill_no_word_count_all_the_same(num_perm: int) -> None:
    values = np.arange(num_perm, dtype=np.uint32)[None, :]
    other = values.copy()
    other[0, -1] += 1
    sketches = make_sketches(values)
    assert sketches.shape == (1, count_words(num_perm))
    assert compare_sketches(sketches, sketches, num_perm)[0] == 1.0
    share = 1 - 1 / num_perm
    expected = max(0.0, (share - 1 / 16) / (15 / 16))
    assert compare_sketches(sketches, make_sketches(other), num_perm)[0] == pytest.approx(expected)


def test_a_sketch_of_128_values_takes_64_bytes() -> None:
    assert make_sketches(np.zeros((3, 128), np.uint32)).nbytes == 3 * 64
