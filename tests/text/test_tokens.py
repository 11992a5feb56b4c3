"""Tokens and their classes."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.text.tokens import Vocabulary, delexicalise, split_tokens

VOCABULARY = Vocabulary(("the", "ran", "don't"), ("ing", "ed"))


def split(text: str) -> list[str]:
    found: list[str] = pl.select(split_tokens(pl.lit(text)).explode()).to_series().drop_nulls().to_list()
    return found


def class_of(token: str) -> str:
    return delexicalise(pl.Series([token]), VOCABULARY).item()


def test_words_numbers_and_marks_are_tokens() -> None:
    assert split("It's 20% (of 1,5)...") == ["It's", "20", "%", "(", "of", "1", ",", "5", ")", "..."]


def test_marks_of_markdown_are_no_tokens() -> None:
    assert split("**bold** `code` #1") == ["bold", "code", "1"]


def test_a_curly_apostrophe_keeps_a_word_whole() -> None:
    assert split("don’t") == ["don't"]


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("The", "the"),
        ("DON'T", "don't"),
        ("walking", "x-ing"),
        ("Walking", "X-ing"),
        ("WALKING", "XX-ing"),
        ("traded", "x-ed"),
        ("red", "x"),  # too short to carry a suffix
        ("boat", "x"),
        ("Boat", "X"),
        ("I", "X"),
        ("iPhone", "x"),
        ("7", "9"),
        ("2024", "9999"),
        ("123456789", "99999"),
        (",", ","),
        ("家", "x"),
    ],
)
def test_a_token_has_its_class(token: str, expected: str) -> None:
    assert class_of(token) == expected


def test_tokens_keep_their_order() -> None:
    tokens = pl.Series(["boat", "the", "boat", "Boat"])
    assert delexicalise(tokens, VOCABULARY).to_list() == ["x", "the", "x", "X"]


def test_no_tokens_have_no_classes() -> None:
    assert delexicalise(pl.Series([], dtype=pl.String), VOCABULARY).len() == 0


def test_rendering_then_parsing_a_vocabulary_is_identity() -> None:
    assert Vocabulary.parse(VOCABULARY.render()) == VOCABULARY


@given(st.text())
def test_no_class_has_a_space(text: str) -> None:
    classes = delexicalise(pl.Series(split(text), dtype=pl.String), VOCABULARY)
    assert not classes.str.contains(r"\s").any()
