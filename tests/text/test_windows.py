"""Windows: the first words of a text, in equal parts that hold every word once."""

from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.text import windows as module
from provenance.text.tokens import split_tokens
from provenance.text.windows import Windows, cut_windows, read_windows

PIECES = st.sampled_from(["a", "bb", "c,", "...", "!?", "家", "12", " ", "\n", "don't", "x" * 40, " ", "é", "'"])
TEXTS = st.lists(st.one_of(st.none(), st.lists(PIECES, max_size=40).map("".join)), max_size=4)


def cut(*texts: str, words: int = 3, max_words: int = 9) -> Windows:
    return cut_windows(split_tokens(texts), words=words, max_words=max_words)


def read(windows: Windows) -> list[str]:
    spans = zip(windows.starts.tolist(), windows.ends.tolist(), strict=True)
    return [" ".join(windows.tokens.read(i) for i in range(start, end)) for start, end in spans]


def count_words(windows: Windows) -> list[int]:
    before = np.concatenate([[0], np.cumsum(windows.tokens.is_word)])
    counts: list[int] = (before[windows.ends] - before[windows.starts]).tolist()
    return counts


def test_a_text_is_cut_in_equal_windows() -> None:
    assert read(cut("a b c d e f")) == ["a b c", "d e f"]


def test_a_short_text_is_one_window() -> None:
    assert read(cut("a")) == ["a"]


def test_a_rest_is_shared_among_the_windows() -> None:
    assert count_words(cut("a b c d e f g", max_words=99)) == [3, 4]


def test_only_the_first_words_are_read() -> None:
    assert read(cut("a b c d e f g", max_words=6)) == ["a b c", "d e f"]


def test_marks_belong_to_the_window_of_the_word_before_them() -> None:
    assert read(cut("a b c! (d e f) g", max_words=6)) == ["a b c ! (", "d e f )"]


def test_marks_before_the_first_word_belong_to_the_first_window() -> None:
    assert read(cut("... (a) b")) == ["... ( a ) b"]


def test_marks_after_the_last_word_belong_to_the_last_window() -> None:
    assert read(cut("a b c d e f ?!")) == ["a b c", "d e f ? !"]


@pytest.mark.parametrize("text", ["", "...", " \n "])
def test_a_text_without_words_has_no_window(text: str) -> None:
    windows = cut("a", text, "b")
    assert (windows.text_of.tolist(), windows.n_words.tolist()) == ([0, 2], [1, 0, 1])


def test_no_texts_have_no_windows() -> None:
    assert len(cut()) == 0


def test_the_mean_is_over_the_windows_of_a_text() -> None:
    windows = cut("a b c d e f", "", "a")
    np.testing.assert_array_equal(windows.average(np.array([1.0, 3.0, 5.0])), [2.0, np.nan, 5.0])


@given(TEXTS, st.integers(1, 5), st.integers(1, 20))
def test_windows_cover_the_first_words_once_in_equal_parts(texts: list[str | None], words: int, most: int) -> None:
    windows = cut(*(text or "" for text in texts), words=words, max_words=most)
    offsets, is_word = windows.tokens.offsets, windows.tokens.is_word
    counts = np.array(count_words(windows))
    for number, (first, last) in enumerate(pairwise(offsets.tolist())):
        own = np.flatnonzero(windows.text_of == number)
        total = min(int(is_word[first:last].sum()), most)
        assert windows.n_words[number] == counts[own].sum() == total
        assert total == 0 or counts[own].max() - counts[own].min() <= 1
        assert not len(own) or windows.starts[own[0]] == first
        assert (windows.starts[own[1:]] == windows.ends[own[:-1]]).all()
        assert not len(own) or windows.ends[own[-1]] <= last


@given(TEXTS, st.integers(1, 12), st.integers(1, 6))
def test_reading_only_the_head_changes_nothing(texts: list[str | None], most: int, head: int) -> None:
    series = pl.Series(texts, dtype=pl.String)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_HEAD", head)
        short = read_windows(series, words=2, max_words=most)
    whole = read_windows(series, words=2, max_words=most)
    assert (short.n_words.tolist(), short.text_of.tolist()) == (whole.n_words.tolist(), whole.text_of.tolist())
    assert read(short) == read(whole)


def test_of_a_long_text_only_the_head_is_split() -> None:
    windows = read_windows(pl.Series(["word " * 100_000]), max_words=600)
    assert len(windows.tokens.codes) <= 32 * 600


def test_a_long_text_whose_head_has_too_few_words_is_read_on() -> None:
    windows = read_windows(pl.Series(["?!" * 50_000 + " word" * 700]), max_words=600)
    assert windows.n_words.tolist() == [600]
