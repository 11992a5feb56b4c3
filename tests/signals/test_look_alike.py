"""What looks like a compound and is none."""

import pytest

from provenance.signals.look_alike import is_clause, is_name, is_part


def place(text: str, match: str) -> tuple[str, int, int]:
    start = text.index(match)
    return text, start, start + len(match)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("a three-letter mark on the base", "letter mark"),
        ("the hit cream-coloured bollards", "hit cream"),
        ("a three‐letter mark", "letter mark"),
    ],
)
def test_a_word_that_goes_on_beyond_a_hyphen_is_part_of_a_longer_one(text, match):
    assert is_part(*place(text, match))


@pytest.mark.parametrize("text", ["the letter mark on it", "a - letter mark - on it", "letter-mark"])
def test_a_hyphen_between_or_a_dash_is_none(text):
    assert not is_part(*place(text, text[text.index("letter") :][:11]))


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("they drink money away", "drink money"),
        ("Sailors would hand shoe polish", "hand shoe"),
        ("who care for the sick house their families", "sick house"),
        ("to hang mat after mat over it", "hang mat"),
        ("on the hill place rain barrels are", "place rain"),
        ("buy cheap hand cloth nappies", "hand cloth"),
    ],
)
def test_words_beside_it_make_a_clause(text, match):
    assert is_clause(*place(text, match))


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("the hand shoe fell down", "hand shoe"),
        ("From the flight harbour a bus goes", "flight harbour"),
        ("in the hall bath\nThe course begins", "hall bath"),
        ("a dry hand cloth beside the pool", "hand cloth"),
        ("a hand shoe, brown leather", "hand shoe"),
    ],
)
def test_a_noun_in_its_place_is_no_clause(text, match):
    assert not is_clause(*place(text, match))


def test_capitals_make_a_name_where_the_line_has_none():
    assert is_name(*place("Tonight Dog Weather opens for two local acts", "Dog Weather"))
    assert not is_name(*place("Dog weather kept all the visitors away", "Dog weather"))
    assert not is_name(*place("New Swim Bath Opens In June\nAfter three years of work", "Swim Bath"))
    assert not is_name(*place("Dog Weather", "Dog Weather"))


def test_of_a_long_line_only_what_is_near_is_looked_at():
    text = "the lower letters of this line " * 20 + "Dog Weather" + " and more of them" * 40
    assert is_name(*place(text + " Headings Have Capitals" * 500, "Dog Weather"))
