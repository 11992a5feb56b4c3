"""Attacks change texts as they say, the same for the same seed."""

import polars as pl
import pytest

from provenance.text.confusables import load_alikes
from provenance.text.repair import repair_texts
from provenance.train.attacks import ATTACKS, find_homoglyphs

TEXT = "The harbour's quay wakes early - two men carry crates of ice along it, and gulls follow them. " * 5
TEXTS = pl.Series("text", [TEXT, None, "", "Ice."])


@pytest.mark.parametrize("name", ATTACKS)
def test_a_seed_gives_the_same_attack(name: str) -> None:
    assert ATTACKS[name](TEXTS, 0.5, 7).equals(ATTACKS[name](TEXTS, 0.5, 7))


@pytest.mark.parametrize("name", sorted(set(ATTACKS) - {"mojibake"}))
def test_seeds_differ(name: str) -> None:
    assert ATTACKS[name](TEXTS, 0.5, 7)[0] != ATTACKS[name](TEXTS, 0.5, 8)[0]


@pytest.mark.parametrize("name", ATTACKS)
def test_a_text_is_attacked_alone(name: str) -> None:
    assert ATTACKS[name](TEXTS.reverse(), 0.5, 7).equals(ATTACKS[name](TEXTS, 0.5, 7).reverse())


@pytest.mark.parametrize("name", ATTACKS)
def test_a_rate_of_zero_changes_nothing(name: str) -> None:
    assert ATTACKS[name](TEXTS, 0.0, 7).equals(TEXTS)


@pytest.mark.parametrize("name", ATTACKS)
def test_null_stays_null_and_the_attack_is_one(name: str) -> None:
    attacked = ATTACKS[name](TEXTS, 1.0, 7)
    assert attacked[1] is None
    assert attacked[0] != TEXT


def test_zero_width_characters_stand_everywhere_between_letters() -> None:
    assert len(ATTACKS["zero_width"](pl.Series(["ice cold"]), 1.0, 1)[0]) == len("ice cold") + 5


def test_every_letter_has_homoglyphs_beyond_ascii() -> None:
    glyphs = find_homoglyphs()
    assert len(glyphs) == 52
    assert all(glyphs.values())
    assert not any(char.isascii() for chars in glyphs.values() for char in chars)


def test_homoglyphs_come_from_the_whole_table() -> None:
    letters = {char for char, alike in load_alikes().items() if alike.letter.isalpha()}
    assert set("".join(find_homoglyphs().values())) == letters


def test_a_misspelt_word_differs_by_a_letter_or_two() -> None:
    attacked = ATTACKS["typo"](pl.Series([TEXT]), 1.0, 3)[0].split()
    assert len(attacked) == len(TEXT.split())
    assert all(abs(len(a) - len(b)) <= 2 for a, b in zip(attacked, TEXT.split(), strict=True))


def test_flipped_case_is_the_same_text_otherwise() -> None:
    assert ATTACKS["case"](pl.Series([TEXT]), 0.3, 3)[0].lower() == TEXT.lower()


def test_spread_spaces_change_nothing_else() -> None:
    attacked = ATTACKS["whitespace"](pl.Series([TEXT]), 1.0, 3)[0]
    assert attacked.replace(" ", "") == TEXT.replace(" ", "")
    assert "  " in attacked


def test_mojibake_is_mended_to_typographic_marks() -> None:
    attacked = ATTACKS["mojibake"](pl.Series(["the harbour's café"]), 1.0, 3)
    assert attacked[0] == "the harbourâ€™s cafÃ©"
    assert repair_texts(attacked)[0] == "the harbour’s café"
