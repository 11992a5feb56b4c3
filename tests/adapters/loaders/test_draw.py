"""Chance in loaders: the same everywhere, and even."""

import numpy as np

from provenance.adapters.loaders.draw import draw, number_keys

UNITS = np.arange(200_000, dtype=np.uint64)


def test_a_draw_is_the_same_in_every_version_and_process():
    assert draw(UNITS[:3], seed=1).tolist() == [0.3626413843839751, 0.94533430130495, 0.07253576319522426]


def test_draws_are_spread_evenly():
    counts, _ = np.histogram(draw(UNITS, seed=0), bins=100, range=(0, 1))
    expected = len(UNITS) / 100
    assert ((counts - expected) ** 2 / expected).sum() < 150  # chi-square of 99 degrees: 1 in 1,000 beyond 149


def test_epochs_and_seeds_draw_independently():
    first = draw(UNITS, seed=0)
    others = [draw(UNITS, seed=0, epoch=1), draw(UNITS, seed=1)]
    assert all(abs(np.corrcoef(first, other)[0, 1]) < 0.02 for other in others)


def test_keys_get_numbers_of_their_own_and_lone_surrogates_too():
    keys = [f"key {i}" for i in range(1000)] + ["\ud800"]
    assert len(set(number_keys(keys).tolist())) == 1001
    assert number_keys([]).tolist() == []


def test_a_number_is_the_same_key_whatever_holds_it():
    held = [3, 3.0, np.int32(3), np.float64(3), np.array(3), "3", np.str_("3")]
    assert len(set(number_keys(held).tolist())) == 1
    assert len(set(number_keys([3, 3.5, "3.0", True, None]).tolist())) == 5
