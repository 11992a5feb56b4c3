"""Spans of a text's normal form lead back to what was written, whatever normalising did to the places."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.text.alignment import align_spans
from provenance.text.normalise import normalise_text
from provenance.text.tokens import split_tokens

CASES = [
    ("plain words here", ["plain", "words", "here"]),
    ("  two  spaces\n\n and\ta tab ", ["two", "spaces", "and", "a", "tab"]),
    ("“Curly,” she’d say", ["“", "Curly", ",", "”", "she’d", "say"]),
    ("a di\ufb03cult word", ["a", "di\ufb03cult", "word"]),
    ("be\u200bfore af\u00adter", ["be\u200bfore", "af\u00adter"]),
    ("\u200b one \u200d two", ["one", "two"]),
    ("😀😀 then 👩‍👩‍👧 words😀here", ["then", "words", "here"]),
    ("half ½ and … dots", ["half", "½", "½", "and", "…", "dots"]),
    ("e\u0301te\u0301 apre\u0300s", ["e\u0301te\u0301", "apre\u0300s"]),
    ("no\u00a0break\u3000space", ["no", "break", "space"]),
    ("The cаt sаt оn the mat, sо it dоes", ["The", "cаt", "sаt", "оn", "the", "mat", ",", "sо", "it", "dоes"]),
    ("in (hоuse), by", ["in", "(", "hоuse", ")", ",", "by"]),
    (
        "The hоuse, thе cаr, thе mаt оха хор there",
        ["The", "hоuse", ",", "thе", "cаr", ",", "thе", "mаt", "оха", "хор", "there"],
    ),
    ("c\u200bаt is a hоuse", ["c\u200bаt", "is", "a", "hоuse"]),
    ("a\u00b4b next", ["a\u00b4b", "a\u00b4b", "next"]),
    ("Das Ã\u00a0 und cafÃ© dort", ["Das", "Ã", "und", "cafÃ©", "dort"]),
    ("one\x1ctwo three", ["one", "two", "three"]),
]


def normalise(text: str) -> str:
    return pl.DataFrame({"text": [text]}).select(normalise_text(pl.col("text"))).item()


def read_tokens(text: str) -> list[str]:
    normal = normalise(text)
    tokens = split_tokens([normal])
    starts, ends = align_spans(text, normal, tokens.starts, tokens.ends)
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


@pytest.mark.parametrize(("text", "tokens"), CASES)
def test_each_token_leads_to_what_was_written(text: str, tokens: list[str]) -> None:
    assert read_tokens(text) == tokens


def test_a_mark_beside_a_ligature_keeps_its_own_place() -> None:
    assert read_tokens("(\ufb01ne)") == ["(", "\ufb01ne", ")"]


def test_a_span_may_end_before_the_text_does() -> None:
    text = "first  second di\ufb03cult"
    starts, ends = align_spans(text, normalise(text), np.array([6]), np.array([9]))
    assert text[starts[0] : ends[0]] == "sec"


@pytest.mark.parametrize(("text", "place"), [("foo baz", "foo"), ("baz", "baz"), ("", "")])
def test_a_word_that_came_from_nowhere_takes_the_place_beside_it(text: str, place: str) -> None:
    starts, ends = align_spans(text, "foo bar baz", np.array([4, 8]), np.array([7, 11]))
    assert text[starts[0] : ends[0]] == place


def test_no_spans_have_no_places() -> None:
    nothing = np.zeros(0, np.int64)
    assert all(len(places) == 0 for places in align_spans("text", "text", nothing, nothing))


pieces = st.sampled_from(
    ["word", "it’s", "ﬁne", "\u200b", "é", "e\u0301", "😀", " ", "  ", "\n", "“", "½", "cаt", "Ã©", "."]
)


@given(st.lists(pieces, max_size=40).map("".join))
def test_places_lie_in_the_text_in_order_and_hold_something(text: str) -> None:
    normal = normalise(text)
    tokens = split_tokens([normal])
    starts, ends = align_spans(text, normal, tokens.starts, tokens.ends)
    assert (starts < ends).all()
    assert (np.diff(starts) >= 0).all()
    assert len(ends) == 0 or ends.max() <= len(text)
