"""Banding and linking on signatures made by hand."""

from functools import partial

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.dedup.keys import make_rows
from provenance.dedup.linking import compare_by, estimate_similarity, find_pairs
from provenance.dedup.options import DedupOptions
from provenance.dedup.union import link_rows

OPTIONS = DedupOptions(num_perm=8, bands=4, rows=2, threshold=0.75)


def link(rows: list[list[int]]) -> list[int]:
    signatures = np.array(rows, np.uint32)
    hashes = pl.Series([bytes([i]) * 16 for i in range(len(rows))])
    keys = make_rows(hashes, signatures, np.arange(len(rows)), OPTIONS)
    pairs = find_pairs(keys, compare_by(partial(estimate_similarity, signatures.__getitem__), OPTIONS.threshold))
    parents = np.arange(len(rows))
    link_rows(parents, pairs[:, 0], pairs[:, 1])
    found: list[int] = parents.tolist()
    return found


def test_a_shared_band_alone_is_not_enough():
    assert link([[1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 0, 0, 0, 0, 0, 0]]) == [0, 1]


def test_similar_rows_are_linked_to_the_first():
    assert link([[1, 2, 3, 4, 5, 6, 7, 8], [9] * 8, [1, 2, 3, 4, 5, 6, 0, 0]]) == [0, 1, 0]


def test_a_chain_of_similar_rows_is_one_cluster():
    assert link([[1, 1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 2, 2], [1, 1, 1, 1, 3, 3, 2, 2]]) == [0, 0, 0]


def test_rows_whose_every_bucket_begins_with_a_stranger_still_meet():
    strangers = [[1, 2, 91, 91, 91, 91, 91, 91], [92, 92, 3, 4, 92, 92, 92, 92]]
    assert link([*strangers, [1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 0, 7, 0]]) == [0, 1, 2, 2]


def test_similarity_is_the_share_of_equal_values():
    signatures = np.array([[1, 2, 3, 4], [1, 2, 0, 0], [0, 0, 0, 0]], np.uint32)
    assert estimate_similarity(signatures.__getitem__, np.array([0, 0, 1]), np.array([0, 1, 2])).tolist() == [
        1.0,
        0.5,
        0.5,
    ]


@pytest.mark.parametrize(("s", "expected"), [(0.5, 0.06), (0.6, 0.24), (0.7, 0.61), (0.8, 0.95), (0.9, 1.0)])
def test_the_documented_curve_is_that_of_the_default_banding(s, expected):
    options = DedupOptions()
    assert 1 - (1 - s**options.rows) ** options.bands == pytest.approx(expected, abs=0.005)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 15), st.integers(0, 15)), max_size=30))
def test_every_row_ends_under_the_lowest_row_it_is_linked_to(pairs):
    parents = np.arange(16)
    left, right = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    link_rows(parents, left, right)
    expected = list(range(16))
    for _ in range(16):
        for a, b in pairs:
            expected[a] = expected[b] = min(expected[a], expected[b])
    assert parents.tolist() == expected
