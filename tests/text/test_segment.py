"""Sentences of delexicalised tokens."""

import polars as pl

from provenance.text.segment import segment_texts
from provenance.text.tokens import Vocabulary

VOCABULARY = Vocabulary(("he", "left", "why", "no", "it", "is", "so"))


def sentences(text: str, max_tokens: int = 100) -> list[str]:
    found: list[str] = segment_texts(pl.Series([text]), VOCABULARY, max_tokens=max_tokens)["sentence"].to_list()
    return found


def test_a_sentence_ends_with_its_stop() -> None:
    assert sentences("He left. Why? No!") == ["he left .", "why ?", "no !"]


def test_closing_marks_belong_to_the_sentence_before() -> None:
    assert sentences('"He left." (Why "no!") So') == ['" he left . "', '( why " no ! " )', "so"]


def test_repeated_stops_end_one_sentence() -> None:
    assert sentences("He left?! So... it is") == ["he left ? !", "so ...", "it is"]


def test_a_line_break_is_no_border() -> None:
    assert sentences("he\n\nleft") == ["he left"]


def test_only_the_first_tokens_count() -> None:
    assert sentences("He left. Why?", max_tokens=4) == ["he left .", "why"]


def test_sentences_tell_their_document() -> None:
    texts = pl.Series(["So. No", "", "Why", None])
    assert segment_texts(texts, VOCABULARY, max_tokens=9)["document"].to_list() == [0, 0, 2]


def test_a_stop_of_one_document_ends_nothing_in_the_next() -> None:
    texts = pl.Series(["He left.", '" he left'])
    assert segment_texts(texts, VOCABULARY, max_tokens=9)["sentence"].to_list() == ["he left .", '" he left']


def test_tokens_words_and_characters_are_counted() -> None:
    row = segment_texts(pl.Series(["He left 2 boats."]), VOCABULARY, max_tokens=9).row(0, named=True)
    assert (row["n_tokens"], row["n_words"], row["n_chars"]) == (5, 4, len("He left 2 boats . "))
