"""Tokens: what is one, of which kind, and that a text's own do not depend on what stands beside it."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.text.tokens import ALONE, MARK, NUMBER, WORD, split_tokens, tokenise

TEXTS = st.text(st.one_of(st.sampled_from("ab cdE.,;'’\"-12 \n\t家族éÉ\u0301\u200bשxــ"), st.characters(codec="utf-8")))


def read(text: str | None) -> list[str]:
    tokens = tokenise(pl.Series([text], dtype=pl.String))
    return [tokens.read(i) for i in range(len(tokens.starts))]


def kinds(text: str) -> list[int]:
    found: list[int] = split_tokens([text]).kinds.tolist()
    return found


def hashes(text: str) -> list[int]:
    found: list[int] = split_tokens([text]).hashes.tolist()
    return found


def test_words_numbers_and_marks_are_tokens() -> None:
    assert read("It's 20% (of 1,5)...") == ["it's", "20", "%", "(", "of", "1", ",", "5", ")", "..."]


def test_each_kind_is_told() -> None:
    assert kinds("word 7 , 家") == [WORD, NUMBER, MARK, ALONE]


def test_all_but_marks_count_as_words() -> None:
    assert split_tokens(["word 7 , 家"]).is_word.tolist() == [True, True, False, True]


def test_characters_that_are_no_marks_only_separate() -> None:
    assert read("**bold** `code` #1 a\U0001f600b") == ["bold", "code", "1", "a", "b"]


def test_letters_and_digits_do_not_join() -> None:
    assert read("12ab34") == ["12", "ab", "34"]


@pytest.mark.parametrize("text", ["don't", "don’t", "DON'T"])
def test_an_apostrophe_between_letters_is_a_letter(text: str) -> None:
    assert read(text) == ["don't"]


def test_an_apostrophe_at_the_edge_of_a_word_is_a_mark() -> None:
    assert read("'tis the dogs' 5'") == ["'", "tis", "the", "dogs", "'", "5", "'"]


def test_a_combining_mark_belongs_to_its_letter() -> None:
    assert read("cafe\u0301s") == ["cafés"]


def test_each_character_of_a_script_without_spaces_is_a_token() -> None:
    assert read("家族の話") == ["家", "族", "の", "話"]


def test_a_run_of_one_mark_is_one_token_and_of_others_several() -> None:
    assert read("...,,?!") == ["...", ",,", "?", "!"]


def test_runs_of_two_or_more_marks_are_the_same_token() -> None:
    assert hashes("..") == hashes("......")
    assert hashes(".") != hashes("..")


def test_numbers_are_known_by_how_many_digits_they_have() -> None:
    assert hashes("1987") == hashes("2024")
    assert hashes("19") != hashes("1987")


def test_numbers_of_five_digits_and_more_are_one() -> None:
    assert hashes("12345") == hashes("9876543210")


def test_marks_words_and_numbers_have_hashes_of_their_own() -> None:
    found = hashes("a b 1 22 333 4444 55555 . .. , ,, ' '' - -- 家 族 ab ba")
    assert len(set(found)) == len(found)


def test_case_is_not_looked_at() -> None:
    assert hashes("Straße ÉCOLE Ωμέγα Σ") == hashes("straße école ωμέγα σ")


@pytest.mark.parametrize("text", [None, "", " \n\t ", "\u200b\ufeff", "\U0001f600 *#"])
def test_null_empty_and_blank_texts_have_no_tokens(text: str | None) -> None:
    assert read(text) == []


def test_no_texts_have_no_tokens() -> None:
    tokens = tokenise(pl.Series([], dtype=pl.String))
    assert (len(tokens.hashes), tokens.offsets.tolist()) == (0, [0])


def test_a_column_of_nulls_without_a_type_has_no_tokens() -> None:
    assert tokenise(pl.Series([None, None])).offsets.tolist() == [0, 0, 0]


def test_tokens_tell_their_text() -> None:
    tokens = split_tokens(["a b", "", ".", "c"])
    assert tokens.offsets.tolist() == [0, 2, 2, 3, 4]
    assert tokens.text_of.tolist() == [0, 0, 2, 3]


def test_a_mark_at_the_end_of_a_text_does_not_run_into_the_next() -> None:
    assert split_tokens(["so.", ".so"]).offsets.tolist() == [0, 2, 4]


def test_an_apostrophe_at_the_end_of_a_text_joins_nothing() -> None:
    assert split_tokens(["don'", "t"]).offsets.tolist() == [0, 2, 3]


@pytest.mark.parametrize("length", [65_535, 65_536, 65_537, 200_000])
def test_a_word_of_any_length_is_one_token_with_a_hash_of_its_own(length: int) -> None:
    tokens = split_tokens(["a" * length, "a" * (length - 1) + "b", "x " + "a" * length])
    first, second, _, again = tokens.hashes.tolist()
    assert first == again != second


@given(st.lists(TEXTS, max_size=6))
def test_a_texts_tokens_do_not_depend_on_what_stands_beside_it(texts: list[str]) -> None:
    together = tokenise(pl.Series(texts, dtype=pl.String))
    alone = [tokenise(pl.Series([text])) for text in texts]
    for name in ("hashes", "kinds"):
        parts = [value for each in alone for value in getattr(each, name).tolist()]
        assert parts == getattr(together, name).tolist()
    assert np.diff(together.offsets).tolist() == [len(each.hashes) for each in alone]


@given(TEXTS)
def test_tokens_lie_in_order_and_are_never_empty(text: str) -> None:
    tokens = split_tokens([text])
    assert (tokens.ends > tokens.starts).all()
    assert (tokens.starts[1:] >= tokens.ends[:-1]).all()


@given(TEXTS.filter(lambda text: not any("\x80" <= char <= "\xff" for char in text)))
def test_line_breaks_and_spaces_are_alike_where_no_bytes_were_misread(text: str) -> None:
    spaced, broken = text.replace("\n", " "), text.replace(" ", "\r\n\t")
    assert tokenise(pl.Series([spaced])).hashes.tolist() == tokenise(pl.Series([broken])).hashes.tolist()
