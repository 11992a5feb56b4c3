"""Twelve numbers hold what is known of a sample, and give it back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.adapters.loaders.packed import PACKED, name_language, number_language, pack, unpack
from provenance.adapters.loaders.scored import make_scored


def some_scored():
    return make_scored(
        3,
        ai_score=[0.25, np.nan, 1.0],
        mt_score=[np.nan, 0.1, 0.2],
        ai_llr=[-3.5, np.nan, 1e-300],
        mt_llr=[1.0, 2.0, np.nan],
        origin=[0, 3, 2],
        language=["de", "", "deu"],
        n_words=[-1, 0, 12_345_678_901],
        declared=[-1, 0, 7],
    )


def test_what_is_packed_is_unpacked():
    scored = some_scored()
    weights = np.array([0.0, 0.5, 1.0])
    packed = pack(scored, weights, stream=3, block=2**40, offsets=np.array([5, 6, 9]))
    assert packed.shape == (3, len(PACKED)) == (3, 12)
    found, found_weights, positions = unpack(packed)
    for name in ("ai_score", "mt_score", "ai_llr", "mt_llr", "origin", "n_words", "declared"):
        np.testing.assert_array_equal(getattr(found, name), getattr(scored, name))
    assert found.language.tolist() == ["de", "", "deu"]
    assert found_weights.tolist() == [0.0, 0.5, 1.0]
    assert positions.tolist() == [[3, 2**40, 5], [3, 2**40, 6], [3, 2**40, 9]]


def test_each_number_stands_where_its_name_says():
    row = pack(some_scored(), np.array([0.0, 0.5, 1.0]), stream=3, block=4, offsets=np.array([5, 6, 9]))[2]
    expected = [3, 4, 9, 2, 7, 12_345_678_901, 1.0, 0.2, 1e-300, np.nan, number_language("deu"), 1.0]
    np.testing.assert_array_equal(row, expected)


def test_one_sample_and_none_are_unpacked():
    packed = pack(some_scored(), np.ones(3), stream=0, block=0, offsets=np.arange(3))
    assert len(unpack(packed[1])[0]) == 1
    assert [len(part) for part in unpack(packed[:0])] == [0, 0, 0]


@given(st.text("abcdefghijklmnopqrstuvwxyz", max_size=11))
def test_a_language_is_a_number_and_back(code: str):
    assert name_language(int(float(number_language(code)))) == code


@pytest.mark.parametrize("code", ["zh-Hant", "DE", "ß", "abcdefghijkl"])
def test_what_is_no_code_is_null(code: str):
    assert number_language(code) == 0
