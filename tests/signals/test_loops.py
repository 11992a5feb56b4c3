"""Loops: how often a clause must stand there, what stands between the copies, where hits lie."""

import polars as pl
import pytest

from provenance.signals.loops import Loops
from provenance.signals.spots import MAX_CHARS

OF_THE = "It is the temple of the temple of the temple of the temple of gold."


def measure(*texts: str | None) -> pl.DataFrame:
    return Loops().measure(pl.DataFrame({"text": texts}, schema={"text": pl.String}))


def loops(text: str) -> list[str]:
    return [hit["match"] for hit in measure(text)["loop_hits"].to_list()[0]]


def test_a_loop_is_told_with_its_place():
    (hit,) = measure(OF_THE)["loop_hits"].to_list()[0]
    assert OF_THE[hit["start"] : hit["end"]] == hit["match"] == "the temple of " * 3 + "the temple of"
    assert hit["detail"] == "3 words 4 times"


@pytest.mark.parametrize(
    "text",
    [
        "She was here in the night, she was here in the night, and left.",
        "Kathy and he, Kathy and he, Kathy and he.",
        "the church church church church was old",
        "Siya Khanda Siya Khanda Siya Khanda Siya Khanda.",
        "Часто во время пандемии во время пандемии во время пандемии.",
        "他们是奶油奶油奶油奶油的。",
        "それは的を絞った的を絞った的を絞った。",
    ],
)
def test_clauses_that_stand_often_enough_are_loops(text):
    assert len(loops(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "It is very, very, very good.",
        "Again and again and again he called.",
        "We know what we know what is so.",
        "哈哈哈哈哈哈哈哈",
        "他们研究研究，然后商量商量。",
        "密切接触者、密切接触者",
        "她原本在一线城市原本在一线城市工作",
    ],
)
def test_what_people_repeat_is_shorter(text):
    assert loops(text) == []


@pytest.mark.parametrize("between", ["\n", ". ", "! ", " (", " | ", ": ", "; "])
def test_copies_with_more_than_spaces_and_commas_between_are_none(between):
    clause = "we shall overcome some fine day"
    assert len(loops(f"{clause} {clause} in the end")) == 1
    assert loops(f"{clause}{between}{clause} in the end") == []


@pytest.mark.parametrize(
    "text", ["A A A A A A", "5, 5, 5, 5, 5, 5", r"\n \n \n \n \n \n", "let him = her so well let him = her so well"]
)
def test_letters_numbers_and_code_are_no_clauses(text):
    assert loops(text) == []


def test_a_loop_is_found_once_not_at_every_multiple_of_its_length():
    assert loops("He saw the " + "big dog " * 12 + "run.") == ["big dog " * 11 + "big dog"]


def test_two_loops_are_two():
    assert len(loops("the one two three " * 3 + "and so it was until four five six " + "seven eight nine " * 3)) == 2


def test_a_loop_that_begins_as_the_text_before_ends_is_found():
    assert measure("go go go go", "go go go go", "the end the end the end the end")["loop_count"].to_list() == [0, 0, 1]
    assert measure("word word word word", "word word word word")["loop_count"].to_list() == [1, 1]


def test_density_is_per_thousand_words():
    assert measure("one two three " * 3 + "four")["loop_density"].to_list() == [100.0]


def test_only_the_beginning_is_read():
    assert loops("x" * (MAX_CHARS - 10) + " " + OF_THE) == []


def test_letters_that_are_written_apart_do_not_move_the_place():
    loop = " ".join(["le\u0301ger"] * 4)
    assert loops(f"e\u0301te\u0301 {loop} e\u0301te\u0301") == [loop]


def test_a_text_whose_normal_form_has_fewer_words_is_left_alone():
    assert loops(f"{OF_THE} a =\u0338 b") == []  # the stroke is a mark by itself, the composed sign none
