"""What a search says of itself: shares with intervals, a probe that lets nothing slip, warnings."""

import numpy as np
import pytest

from provenance.dedup.measure import Probe, Share, count_sample, write_warnings


@pytest.mark.parametrize(
    ("right", "n", "interval"),
    [(0, 10, (0.0, 0.2775)), (10, 10, (0.7225, 1.0)), (81, 263, (0.2553, 0.3662)), (1, 2, (0.0945, 0.9055))],
)
def test_intervals_are_those_of_wilson(right, n, interval):
    assert Share(right, n).interval == pytest.approx(interval, abs=5e-5)


def test_an_empty_sample_says_nothing():
    assert (Share(0, 0).value, Share(0, 0).interval) == (None, None)


def test_a_probe_meets_all_that_is_as_like_and_nothing_else():
    rng = np.random.default_rng(1)
    signatures = rng.integers(0, 1 << 32, (400, 128), np.uint32)
    for i in range(200, 300):  # copies of the first hundred: 70 to 100 % of the values agree
        same = rng.random(128) < rng.uniform(0.7, 1.0)
        signatures[i] = np.where(same, signatures[i - 200], signatures[i])
    items = np.arange(100)
    own, others, shares = Probe(items, signatures[:100]).match(np.arange(400), signatures, 0.75)
    agree = (signatures[:100, None] == signatures[None, :]).mean(axis=2)
    expected = {(i, j) for i, j in np.argwhere(agree >= 0.75).tolist() if i != j}
    assert set(zip(own.tolist(), others.tolist(), strict=True)) == expected
    assert shares.tolist() == agree[own, others].tolist()
    assert 50 < len(expected) < 101


def test_of_equal_documents_one_is_probed():
    signatures = np.tile(np.arange(128, dtype=np.uint32), (5, 1))
    own, others, _ = Probe(np.arange(3), signatures[:3]).match(np.arange(5), signatures, 0.8)
    assert own.tolist() == [0] * 4
    assert others.tolist() == [1, 2, 3, 4]


def test_a_probe_of_nothing_meets_nothing():
    empty = np.zeros((0, 128), np.uint32)
    own, others, shares = Probe(np.arange(0), empty).match(np.arange(2), np.ones((2, 128), np.uint32), 0.8)
    assert len(own) == len(others) == len(shares) == 0


def test_samples_are_bounded():
    assert [count_sample(n) for n in (0, 30, 1000, 150_000, 10**9)] == [0, 30, 500, 750, 1000]


@pytest.mark.parametrize(
    ("n", "removed", "sizes", "told"),
    [
        (1000, 500, [10], []),
        (1000, 501, [], ["50% of the documents are removed: 501 of 1,000"]),
        (1000, 0, [11, 10], ["one cluster has 11 documents, 1.1% of all; see what it is made of"]),
        (20, 4, [5], []),
        (0, 0, [], []),
    ],
)
def test_it_is_warned_of_much_that_goes_and_of_large_clusters(n, removed, sizes, told):
    assert write_warnings(n, removed, sizes) == told
