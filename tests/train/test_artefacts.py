"""What a collection left on its texts, and what has to stay."""

import polars as pl
import pytest

from provenance.train.artefacts import CleanOptions, clean_texts, strip_markup

WORDS = " ".join(f"word{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")
OPTIONS = CleanOptions(min_words=5, max_words=20, drop_last_words=0)


def clean(text: str, options: CleanOptions = OPTIONS) -> str | None:
    rows = clean_texts(pl.DataFrame({"text": [text], "label": ["ai"]}), options)["text"].to_list()
    return rows[0] if rows else None


def strip(text: str) -> str:
    return pl.select(strip_markup(pl.lit(text))).item()


@pytest.mark.parametrize(
    "opening",
    [
        "Sure, here's a short story about cats:\n\n",
        "Here is a 7 sentence abstract for the article:\n",
        "Certainly! ",
        "Abstract: ",
        "**Title:** ",
        "Below is an essay on the matter:\n",
    ],
)
def test_a_chat_models_opening_goes(opening: str) -> None:
    assert clean(opening + "They came home late and tired.") == "They came home late and tired"


def test_a_text_that_opens_alike_but_says_something_stays() -> None:
    assert clean("Here is where they lived for nine years.") == "Here is where they lived for nine years"


@pytest.mark.parametrize(
    "text", ["As an AI language model, I cannot do that.", "I'm sorry, but I am unable to write it."]
)
def test_refusals_are_left_out(text: str) -> None:
    assert clean(f"{text} {WORDS}") is None


def test_short_texts_are_left_out() -> None:
    assert clean("Only four words here") is None


def test_long_texts_are_cut() -> None:
    cut = clean(WORDS)
    assert cut is not None
    assert len(cut.split()) == 20


def test_the_last_words_go_with_their_marks() -> None:
    cut = clean("one two three, four five six.", CleanOptions(min_words=5, drop_last_words=3))
    assert cut == "One two three"


def test_mojibake_is_read_right() -> None:
    assert clean("It was a cafÃ© in the old town") == "It was a café in the old town"


def test_other_columns_stay_with_their_rows() -> None:
    frame = pl.DataFrame({"text": ["too short", f"So {WORDS}"], "label": ["a", "b"]})
    assert clean_texts(frame, OPTIONS)["label"].to_list() == ["b"]


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("## Heading\n- a point\n1. another", "Heading a point another"),
        ("**bold** and _thin_ `code`", "bold and thin code"),
        ("see [the page](http://a.example/b) now", "see the page now"),
        ("at http://a.example/b?c=d there", "at there"),
        ("Dear @PERSON1, hello", "Dear, hello"),
        ("a space , and ( this ) too .", "a space, and (this) too."),
        ("it 's not done , they do n't", "it's not done, they don't"),
        ("It ended.Then it began", "It ended. Then it began"),
    ],
)
def test_markup_and_loose_spaces_go(raw: str, plain: str) -> None:
    assert strip(raw) == plain
