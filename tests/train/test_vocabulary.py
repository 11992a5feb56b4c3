"""The vocabulary of language models: frequent everywhere, not in one source."""

import polars as pl

from provenance.text.tokens import Vocabulary
from provenance.train.vocabulary import VocabularyOptions, count_vocabulary


def count(rows: list[tuple[str, str, str]], n_words: int = 50, n_suffixes: int = 50) -> Vocabulary:
    texts = pl.DataFrame(rows, schema=["label", "source", "text"], orient="row")
    return count_vocabulary(texts, VocabularyOptions(n_words=n_words, n_suffixes=n_suffixes), max_tokens=100)


def test_frequent_words_come_first() -> None:
    assert count([("ai", "a", "one two two three three three")], n_words=2).words == ("three", "two")


def test_case_is_folded() -> None:
    assert count([("ai", "a", "The the THE cat")], n_words=1).words == ("the",)


def test_ties_are_in_the_order_of_the_alphabet() -> None:
    assert count([("ai", "a", "cat bat ant")]).words == ("ant", "bat", "cat")


def test_a_word_of_one_source_is_its_topic() -> None:
    found = count([("ai", "food", "the pizza pizza"), ("ai", "law", "the court court")])
    assert found.words == ("the",)


def test_sources_weigh_alike_whatever_their_size() -> None:
    rows = [("ai", "large", "big small " * 20 + "big " * 20), ("ai", "tiny", "small small small big")]
    assert count(rows).words == ("small", "big")


def test_numbers_and_marks_are_no_words() -> None:
    assert count([("ai", "a", "7 cats, 9 lives.")]).words == ("cats", "lives")


def test_suffixes_are_counted_by_words_that_are_not_kept() -> None:
    found = count([("ai", "a", "the the the walking talking waiting nation")], n_words=1, n_suffixes=2)
    assert found.suffixes == ("ing", "ng")
