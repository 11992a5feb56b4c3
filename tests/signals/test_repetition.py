"""Shares of repeated lines and word runs, counted by hand or by a plain reading of their definition."""

from collections import Counter

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.signals.repetition import Repetition

TEXTS = st.lists(st.sampled_from(["a", "b", "c", "d", "e", "f\n", "f"]), max_size=60).map(" ".join)


def measure(texts: list[str | None], **options: int) -> pl.DataFrame:
    return Repetition(**options).measure(pl.DataFrame({"text": texts}, schema={"text": pl.String}))


def value(text: str, column: str, **options: int) -> float | None:
    measured: float | None = measure([text], **options)[f"repetition_{column}"][0]
    return measured


def runs_of(text: str, size: int) -> Counter[tuple[str, ...]]:
    words = text.split()
    return Counter(tuple(words[i : i + size]) for i in range(len(words) - size + 1))


def test_a_line_that_stands_there_twice_repeats_once():
    assert value("one\ntwo\none\nthree\nfour", "lines") == 1 / 5


def test_empty_lines_and_white_space_at_ends_do_not_count():
    assert value("one\n\n\ntwo\n  one \nthree\nfour\n", "lines") == 1 / 5


def test_few_lines_are_not_measured():
    assert value("one\none\none\none", "lines") is None


def test_few_words_are_not_measured():
    frame = measure(["word " * 49, "word " * 50])
    assert frame["repetition_runs"].is_null().to_list() == [True, False]


def test_a_loop_repeats_all_runs_but_one():
    assert value("word " * 54, "runs") == 49 / 50


def test_a_loop_is_one_pair():
    assert value("Word word " * 30, "top_pair") == 1.0


def test_distinct_words_repeat_nothing():
    text = " ".join(f"w{i}" for i in range(100))
    assert measure([text]).select("repetition_top_pair", "repetition_runs").row(0) == (1 / 99, 0.0)


def test_runs_are_counted_in_the_beginning_only():
    text = " ".join(f"w{i}" for i in range(100))
    assert value(text + " again" * 500, "runs", max_chars=len(text)) == 0.0


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=6))
def test_shares_are_what_their_definition_says(texts):
    frame = measure(texts, min_words=0)
    for text, (_, top_pair, runs) in zip(texts, frame.rows(), strict=True):
        pairs, fives = runs_of(text, 2), runs_of(text, 5)
        if not fives:
            assert (top_pair, runs) == (None, None)
            continue
        assert top_pair == pytest.approx(max(pairs.values()) / pairs.total())
        assert runs == pytest.approx(1 - len(fives) / fives.total())


def test_a_text_is_measured_alike_beside_its_like():
    loop = "word " * 54
    assert measure([loop, loop])["repetition_runs"].to_list() == [49 / 50, 49 / 50]
