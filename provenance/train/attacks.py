"""Attacks on a detector that leave a text readable: to measure what they cost, and to test that they are undone.

After RAID (Dugan et al. 2024, arXiv:2405.07940): zero-width space, homoglyph, misspelling, upper/lower, whitespace.
Each takes texts (null stays null), the share of places that are changed, and a seed; a text is attacked alone, so that
it does not matter what stands beside it.
"""

import random
import re
from collections.abc import Callable, Mapping
from functools import cache

import polars as pl

from provenance.text.confusables import load_alikes, load_table

Attack = Callable[[pl.Series, float, int], pl.Series]

ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")  # a QWERTY keyboard
_LONG_WORD = re.compile(r"[A-Za-z]{3,}")
_LETTER = re.compile(r"[A-Za-z]")
_SPACE = re.compile(r" ")
_BETWEEN = re.compile(r"(?<=\S)(?=\S)")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+|'|\"| - ")
_CURLY = {"'": "’", '"': "”", " - ": " — "}


def insert_zero_width(texts: pl.Series, rate: float, seed: int) -> pl.Series:
    """Invisible characters in a share of the places between two characters that are no spaces."""
    return _replace(texts, _BETWEEN, lambda _, dice: dice.choice(ZERO_WIDTH), rate, seed)


def replace_homoglyphs(texts: pl.Series, rate: float, seed: int) -> pl.Series:
    """A share of the ASCII letters replaced by any character that the table of UTS 39 calls confusable with them."""
    return _replace(texts, _LETTER, lambda letter, dice: dice.choice(find_homoglyphs()[letter]), rate, seed)


def misspell(texts: pl.Series, rate: float, seed: int) -> pl.Series:
    """One slip in a share of the words of three letters and more: neighbouring key, swap, lost or doubled letter."""
    return _replace(texts, _LONG_WORD, _slip, rate, seed)


def flip_case(texts: pl.Series, rate: float, seed: int) -> pl.Series:
    """A share of the ASCII letters in the other case."""
    return _replace(texts, _LETTER, lambda letter, _: letter.swapcase(), rate, seed)


def spread_spaces(texts: pl.Series, rate: float, seed: int) -> pl.Series:
    """One to three further spaces at a share of the spaces, and one inside a twentieth of that share of the words."""
    wide = _replace(texts, _SPACE, lambda _, dice: " " * dice.randint(2, 4), rate, seed)
    return _replace(wide, _LONG_WORD, _split_word, rate / 20, seed + 1)


def garble(texts: pl.Series, rate: float, seed: int) -> pl.Series:
    """Mojibake: a share of the characters beyond ASCII, quotation marks and dashes read as Windows-1252 after UTF-8."""
    return _replace(texts, _NOT_ASCII, lambda found, _: _misread(_CURLY.get(found, found)), rate, seed)


ATTACKS: Mapping[str, Attack] = {
    "zero_width": insert_zero_width,
    "homoglyph": replace_homoglyphs,
    "typo": misspell,
    "case": flip_case,
    "whitespace": spread_spaces,
    "mojibake": garble,
}


@cache
def find_homoglyphs() -> Mapping[str, str]:
    """For each ASCII letter all characters beyond ASCII with its prototype, be it another letter's too."""
    table = load_table()
    groups: dict[str, list[str]] = {}
    for char, alike in load_alikes().items():
        groups.setdefault(alike.letter, []).append(char)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    return {letter: "".join(groups[table.get(letter, "l" if letter == "I" else letter)]) for letter in letters}


def _replace(
    texts: pl.Series, pattern: re.Pattern[str], change: Callable[[str, random.Random], str], rate: float, seed: int
) -> pl.Series:
    """A share of the places that match, each drawn by itself, changed."""

    def attack(text: str) -> str:
        dice = random.Random(f"{seed} {text}")
        return pattern.sub(lambda found: change(found[0], dice) if dice.random() < rate else found[0], text)

    changed = [None if text is None else attack(text) for text in texts]
    return pl.Series(texts.name, changed, pl.String)


def _slip(word: str, dice: random.Random) -> str:
    place = dice.randrange(len(word) - 1)
    kind = dice.choice(("neighbour", "swap", "drop", "double"))
    before, letter, after = word[:place], word[place], word[place + 1 :]
    if kind == "neighbour":
        near = dice.choice(_neighbours()[letter.lower()])
        return before + (near.upper() if letter.isupper() else near) + after
    if kind == "swap":
        return before + after[0] + letter + after[1:]
    return before + (letter * 2 if kind == "double" else "") + after


def _split_word(word: str, dice: random.Random) -> str:
    place = dice.randint(1, len(word) - 1)
    return f"{word[:place]} {word[place:]}"


def _misread(text: str) -> str:
    shown = (bytes([byte]) for byte in text.encode())
    return "".join(_windows(byte) for byte in shown)


def _windows(byte: bytes) -> str:
    """A byte as browsers read Windows-1252: five bytes without a character are controls."""
    try:
        return byte.decode("cp1252")
    except UnicodeDecodeError:
        return byte.decode("latin-1")


@cache
def _neighbours() -> Mapping[str, str]:
    near: dict[str, str] = {}
    for number, row in enumerate(_ROWS):
        for place, letter in enumerate(row):
            beside = row[max(place - 1, 0) : place] + row[place + 1 : place + 2]
            above = _ROWS[number - 1][place : place + 2] if number else ""
            below = _ROWS[number + 1][max(place - 1, 0) : place + 1] if number + 1 < len(_ROWS) else ""
            near[letter] = beside + above + below
    return near
