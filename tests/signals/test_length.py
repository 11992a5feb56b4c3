"""Sentences, words and lines, counted by hand."""

import polars as pl
import pytest

from provenance.signals.length import Length

SENTENCE = "The ferry was late again on Tuesday. "  # 7 words, 30 characters that are no spaces


def value(text: str | None, column: str, n_words: int | None = None, **options: int) -> float | int | None:
    frame = pl.DataFrame({"text": [text], "n_words": [n_words]}, schema={"text": pl.String, "n_words": pl.Int64})
    measured: float | int | None = Length(**options).measure(frame)[f"length_{column}"][0]
    return measured


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("One. Two! Three?", 3),
        ('She said "no." Then left…', 2),
        ("Version 3.11 is out", 1),
        ("Wait... what?!", 2),
        ("港は目を覚ます。船は？", 2),
        ("no mark at all", 1),
    ],
)
def test_sentences_are_told_by_closing_marks(text, n):
    assert value(text, "sentences") == n


def test_words_are_counted_per_sentence():
    assert value(SENTENCE * 3, "sentence_words") == 7.0


def test_the_count_of_words_is_taken_from_the_document():
    assert value(SENTENCE * 3, "sentence_words", n_words=30) == 10.0


def test_characters_are_counted_per_word():
    assert value(SENTENCE * 3, "word_chars") == pytest.approx(30 / 7)


def test_line_breaks_are_no_characters_of_words():
    assert value(SENTENCE.replace(" ", "\n") * 3, "word_chars") == pytest.approx(30 / 7)


def test_lines_that_end_like_a_sentence_are_shared_among_lines_with_text():
    text = f"Home\n\n{SENTENCE * 3}\nContact us\n他说：「走。」 \n"
    assert value(text, "sentence_lines") == 2 / 4


def test_means_of_a_short_text_are_not_measured():
    assert value(SENTENCE * 2, "word_chars") is None


def test_sentences_of_a_short_text_are_counted():
    assert value(SENTENCE * 2, "sentences") == 2


@pytest.mark.parametrize("text", ["", None, " \n ", "?!"])
def test_a_text_without_words_has_no_sentences(text):
    assert value(text, "sentences") is None


def test_characters_that_cannot_be_seen_do_not_count() -> None:
    assert value("\u200b".join(SENTENCE * 4), "word_chars") == value(SENTENCE * 4, "word_chars")
