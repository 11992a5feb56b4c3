"""Hashed n-grams of windows: each once, pairs inside a window only, whatever stands beside it."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.text.ngrams import Ngrams, hash_ngrams, token_buckets
from provenance.text.tokens import split_tokens
from provenance.text.windows import cut_windows

TEXTS = st.lists(st.text("ab c.家1", max_size=30), max_size=5)


def ngrams(*texts: str, words: int = 3, max_words: int = 9, bits: int = 18) -> Ngrams:
    return hash_ngrams(cut_windows(split_tokens(texts), words=words, max_words=max_words), bits=bits)


def by_window(found: Ngrams) -> list[list[int]]:
    return [found.buckets[start:end].tolist() for start, end in pairwise(found.offsets.tolist())]


def test_a_window_has_its_tokens_and_its_pairs() -> None:
    singles, pairs = token_buckets(split_tokens(["a b c"]).hashes, 18)
    assert by_window(ngrams("a b c")) == [sorted([*singles.tolist(), *pairs.tolist()])]


def test_a_pair_is_not_its_reverse() -> None:
    assert set(ngrams("a b").buckets) != set(ngrams("b a").buckets)


def test_a_repeated_ngram_is_there_once() -> None:
    assert by_window(ngrams("a a a")) == by_window(ngrams("a a"))


def test_one_token_has_no_pair() -> None:
    assert len(ngrams("a").buckets) == 1


def test_no_pair_reaches_over_the_end_of_a_window() -> None:
    assert by_window(ngrams("a b c d e f")) == by_window(ngrams("a b c", "d e f"))


def test_no_pair_reaches_over_words_that_are_not_read() -> None:
    assert by_window(ngrams("a b c d e f g", "h", max_words=3)) == by_window(ngrams("a b c", "h"))


@pytest.mark.parametrize("texts", [[], [""], ["", "..."]])
def test_without_windows_there_are_none(texts: list[str]) -> None:
    found = ngrams(*texts)
    assert (found.buckets.tolist(), found.offsets.tolist()) == ([], [0])


@given(TEXTS, st.sampled_from([18, 20]))
def test_a_bucket_stands_once_in_a_window_in_order(texts: list[str], bits: int) -> None:
    for buckets in by_window(ngrams(*texts, bits=bits)):
        assert all(low < high for low, high in pairwise(buckets))


@given(TEXTS, st.integers(1, 20))
def test_buckets_are_in_order_and_in_range(texts: list[str], bits: int) -> None:
    for buckets in by_window(ngrams(*texts, bits=bits)):
        assert buckets == sorted(buckets)
        assert all(0 <= bucket < 1 << bits for bucket in buckets)


@given(TEXTS)
def test_coarser_buckets_are_as_many_as_the_fine_ones(texts: list[str]) -> None:
    assert ngrams(*texts, bits=2).offsets.tolist() == ngrams(*texts).offsets.tolist()


@given(TEXTS, st.sampled_from([4, 18]))
def test_a_texts_buckets_do_not_depend_on_what_stands_beside_it(texts: list[str], bits: int) -> None:
    alone = [window for text in texts for window in by_window(ngrams(text, bits=bits))]
    assert by_window(ngrams(*texts, bits=bits)) == alone


@given(TEXTS, st.integers(1, 20))
def test_coarser_buckets_are_those_hashed_to_fewer_bits(texts: list[str], bits: int) -> None:
    fine, coarse = ngrams(*texts, bits=20).coarsen(bits), ngrams(*texts, bits=bits)
    assert (by_window(fine), fine.bits) == (by_window(coarse), bits)


@pytest.mark.parametrize("n_windows", [4095, 4096, 4097, 9000])
def test_windows_beyond_the_reach_of_32_bits_have_the_same_buckets(n_windows: int) -> None:
    texts = [f"{'ab'[i % 2] * (i % 7 + 1)} c" for i in range(14)]
    single = [by_window(ngrams(text, bits=20))[0] for text in texts]
    many = by_window(ngrams(*(texts[i % 14] for i in range(n_windows)), bits=20))
    assert many == [single[i % 14] for i in range(n_windows)]


def test_buckets_are_spread_evenly() -> None:
    words = [f"{chr(97 + i % 26)}{chr(97 + i // 26 % 26)}{chr(97 + i // 676)}" for i in range(17_000)]
    singles, _ = token_buckets(split_tokens([" ".join(words)]).hashes, 8)
    counts = np.bincount(singles.astype(np.int64), minlength=256)
    assert ((counts - 17_000 / 256) ** 2 / (17_000 / 256)).sum() < 340  # chi square of 255 degrees: p = 0.0003
