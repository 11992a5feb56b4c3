"""The vocabulary of language models: frequent everywhere, not in one source."""

import polars as pl

from provenance.text.delexicalise import Vocabulary
from provenance.train.vocabulary import VocabularyOptions, count_vocabulary


def count(rows: list[tuple[str, str, str | None]], n_words: int = 50, n_suffixes: int = 50) -> Vocabulary:
    texts = pl.DataFrame(rows, schema=["label", "source", "text"], orient="row")
    return count_vocabulary(texts, VocabularyOptions(n_words=n_words, n_suffixes=n_suffixes))


def test_frequent_words_come_first() -> None:
    assert count([("ai", "a", "one two two three three three " * 3)], n_words=2).words == ("three", "two")


def test_case_is_folded() -> None:
    assert count([("ai", "a", "The the THE cat")], n_words=1).words == ("the",)


def test_ties_are_in_the_order_of_the_alphabet() -> None:
    assert count([("ai", "a", "cat bat ant")]).words == ("ant", "bat", "cat")


def test_a_word_of_one_source_is_its_topic() -> None:
    assert count([("ai", "food", "the pizza pizza " * 3), ("ai", "law", "the court court " * 3)]).words == ("the",)


def test_a_word_that_is_rare_in_a_source_does_not_count_there() -> None:
    assert count([("ai", "a", "the the the the rare rare")]).words == ("the",)


def test_sources_weigh_alike_whatever_their_size() -> None:
    large, tiny = "big " * 90 + "small " * 60, "small " * 7 + "big " * 3
    assert count([("ai", "large", large), ("ai", "tiny", tiny)]).words == ("small", "big")


def test_numbers_and_marks_are_no_words() -> None:
    assert count([("ai", "a", "7 cats, 9 lives.")]).words == ("cats", "lives")


def test_characters_of_scripts_without_spaces_are_words() -> None:
    assert count([("ai", "a", "家族家族")]).words == ("家", "族")


def test_only_the_windows_of_a_text_are_counted() -> None:
    assert count([("ai", "a", "head " * 600 + "tail " * 600)]).words == ("head",)


def test_suffixes_are_counted_by_words_that_are_not_kept() -> None:
    found = count([("ai", "a", "the the walking talking waiting nation " * 3)], n_words=1, n_suffixes=2)
    assert found.suffixes == ("ing", "ng")


def test_texts_without_words_have_an_empty_vocabulary() -> None:
    assert count([("ai", "a", ""), ("human", "a", "..."), ("human", "b", None)]) == Vocabulary(())


def test_the_order_of_the_rows_does_not_matter() -> None:
    rows: list[tuple[str, str, str | None]] = [
        ("ai", "a", "one two two"), ("human", "b", "two three"), ("ai", "b", "one one"),
    ]  # fmt: skip
    assert count(rows) == count(rows[::-1])


def test_a_counted_vocabulary_can_be_read_back() -> None:
    found = count([("ai", "a", "don't walking 家 talking naïve")], n_words=2)
    assert Vocabulary.parse(found.render()) == found
