"""Sentences are cut where a reader would, and are sets of words."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.text.sentences import read_sentences
from provenance.text.tokens import tokenise


def words_of(*texts: str | None, min_words: int = 1) -> list[tuple[int, set[str]]]:
    series = pl.Series(texts, dtype=pl.String)
    tokens = tokenise(series)
    names = {int(value): tokens.read(i) for i, value in enumerate(tokens.hashes)}
    sets = read_sentences(series, min_words=min_words)
    bounds = sets.offsets.tolist()
    return [
        (row, {names[value] for value in sets.hashes[start:end].tolist()})
        for row, start, end in zip(sets.text_of.tolist(), bounds, bounds[1:], strict=False)
    ]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("We saw it. They did not! Why?", [{"we", "saw", "it"}, {"they", "did", "not"}, {"why"}]),
        ("A heading\nThe text below", [{"a", "heading"}, {"the", "text", "below"}]),
        ("She said “Go.” He went.", [{"she", "said", "go"}, {"he", "went"}]),
        ("Two (he said). Then three", [{"two", "he", "said"}, {"then", "three"}]),
        ("Well... perhaps", [{"well"}, {"perhaps"}]),
        ("About 3.5 of example.org", [{"about", "of", "example", "org"}]),
        ("J. Smith, e.g. here", [{"j", "smith", "e", "g", "here"}]),
        ("So do I! You too", [{"so", "do", "i"}, {"you", "too"}]),
        ("我来。你好？他", [{"我", "来"}, {"你", "好"}, {"他"}]),
        ("The cat and the dog", [{"the", "cat", "and", "dog"}]),
        ("2021, 30 %: 5", []),
    ],
)
def test_a_text_is_cut_into_sentences(text: str, sentences: list[set[str]]):
    assert words_of(text) == [(0, words) for words in sentences]


def test_a_sentence_never_reaches_into_the_next_text():
    assert words_of("no stop", None, "", "at the end") == [(0, {"no", "stop"}), (3, {"at", "the", "end"})]


def test_short_sentences_are_left_out():
    assert words_of("Home\nAbout us. Yes. The the.", min_words=2) == [(0, {"about", "us"}), (0, {"the"})]


def test_no_text_has_no_sentence():
    assert len(read_sentences(pl.Series([None, ""], dtype=pl.String))) == 0


@given(st.lists(st.text("ab. \n!3'我。", max_size=30), min_size=1, max_size=5))
def test_a_text_is_read_the_same_alone(texts: list[str]):
    alone = [(row, words) for row, text in enumerate(texts) for _, words in words_of(text)]
    assert words_of(*texts) == alone
