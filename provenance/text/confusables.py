"""Letters that look like Latin ones, read back in texts that are Latin otherwise.

Table: Unicode Security Mechanisms (UTS 39), whole, `confusables.tsv`. Which words it is applied to is ours, since a
skeleton is no normal form (UTS 39 section 4): "А" is a letter of Russian, and a disguise in "Аrrival".
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).with_name("confusables.tsv")
LATIN, COMMON, GREEK = "Latn", "Zyyy", "Grek"

# An l that begins a word has one of these after it, an I a consonant (In, It, If), but for a few names.
_VOWELS = frozenset("aeiouy")
_ROMAN = frozenset("IVXLCDM")
_NAMES = frozenset(("an", "an's", "owa", "on", "onic", "onian", "oT"))
_MIN_WORDS, _MIN_SHARE = 3, 0.4  # disguised words from which a whole text counts as disguised


@dataclass(frozen=True, slots=True)
class Alike:
    """What a character looks like: an ASCII letter or digit; with its script (ISO 15924) and general category."""

    letter: str
    script: str
    category: str


class Disguise(NamedTuple):
    """A word at `start` (code points of the text), as it stands and as it reads; both have the same length."""

    start: int
    word: str
    read: str


class Kind(Enum):
    """What a word that is not all ASCII is made of."""

    LATIN = "Latin letters only, some may look like ASCII ones"
    MIXED = "scripts in one word that no orthography mixes; all of it looks Latin"
    DOUBTFUL = "Latin with a letter as in formulas and names of substances (TNFα); all of it looks Latin"
    FOREIGN = "no Latin letter; all of it looks Latin"
    OTHER = "some of it does not look Latin"


@cache
def load_table() -> Mapping[str, str]:
    """Prototype of each confusable character, as UTS 39 has it."""
    return {char: prototype for char, prototype, _, _ in _rows()}


@cache
def load_alikes() -> Mapping[str, Alike]:
    """The characters beyond ASCII that look like one ASCII letter or digit."""
    # Of ASCII only m (rn) is no prototype of itself among the letters: what looks like rn looks like m.
    return {
        char: Alike("m" if prototype == "rn" else prototype, script, category)
        for char, prototype, script, category in _rows()
        if prototype == "rn" or (len(prototype) == 1 and prototype.isascii() and prototype.isalnum())
    }


@cache
def compile_suspicion() -> str:
    """A regular expression (Rust's syntax) that every text with a disguised word matches."""
    foreign = "".join(f"\\x{{{ord(char):X}}}" for char, alike in load_alikes().items() if alike.script != LATIN)
    between = r"[\p{M}\p{Cf}]*"
    return rf"[A-Za-z]{between}[{foreign}]|[{foreign}]{between}[A-Za-z]|[{foreign}]{{3}}"


def find_disguises(text: str) -> list[Disguise]:
    """The words of a text in which letters stand in the place of Latin ones, in order.

    None in a text that is not mostly Latin. Words that are wholly foreign, or may be a formula's, are among them
    only where other words leave no doubt and fewer words are truly foreign.
    """
    look = _look()
    words = [found for found in _WORD.finditer(text.translate(look.marks)) if found[0].strip(_PLAIN)]
    if not words:
        return []
    read = text.translate(look.letters)
    kinds = [_kind_of(found[0], read[found.start() : found.end()]) for found in words]
    chosen = _kinds_to_read(text, kinds)
    disguises = (
        _read(text, read, *found.span(), look) for found, kind in zip(words, kinds, strict=True) if kind in chosen
    )
    return [disguise for disguise in disguises if disguise.read != disguise.word]


def _kinds_to_read(text: str, kinds: list[Kind]) -> tuple[Kind, ...]:
    mixed, other = kinds.count(Kind.MIXED), kinds.count(Kind.OTHER)
    if not mixed:
        return ()
    n_latin = len(_ASCII_WORD.findall(text)) + kinds.count(Kind.LATIN)
    if n_latin + mixed <= other:
        return ()
    disguised = mixed >= _MIN_WORDS or mixed >= _MIN_SHARE * (n_latin + len(kinds))
    if not disguised or mixed <= other:
        return (Kind.MIXED,)
    return (Kind.MIXED, Kind.DOUBTFUL, Kind.FOREIGN, Kind.LATIN)


# Marks: what each character of a text is in a word. From _SCRIPTS on letters of other scripts, one for each.
_ASCII, _LATIN, _NEUTRAL, _DIGIT, _SYMBOL, _COMMON, _GREEK, _OTHER, _NONE = "abn9*cg? "
_SCRIPTS = "\ue000"
_NOT_FOREIGN = frozenset("ab0n9'")
_NOT_LETTERS = frozenset("*c")
_PLAIN = "a0'"  # of words in ASCII: letters, digits and underscores, apostrophes
_WORD = re.compile("[^ ']+(?:'[^ ']+)*")
_ASCII_WORD = re.compile(r"(?<![^\x00-\x7f])[A-Za-z]+(?![^\x00-\x7f])")
_ENCLOSED = re.compile("[ab][cg]+[ab]")
_CAPITAL = re.compile(".[A-Z]")  # as in NFκB: such names are full of capitals


class _Marks(dict[int, str]):
    """For str.translate: the mark of each character, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = _find_mark(chr(code))
        return self[code]


@dataclass(frozen=True, slots=True)
class _Look:
    """What is known of characters: marks, the letters they look like, which look like I, l and 1 or O and 0."""

    marks: _Marks
    letters: Mapping[int, str]
    ambiguous: frozenset[str]


@cache
def _look() -> _Look:
    alikes = load_alikes()
    return _Look(
        _Marks(),
        {ord(char): alike.letter for char, alike in alikes.items()},
        frozenset(char for char, alike in alikes.items() if alike.letter in "lO"),
    )


def _find_mark(char: str) -> str:
    alike = load_alikes().get(char)
    if alike is None:
        return _find_plain_mark(char)
    if alike.letter.isdigit():
        return _DIGIT
    if alike.script == LATIN:
        return _LATIN
    if not alike.category.startswith("L"):
        return _SYMBOL
    if alike.script == COMMON:
        return _COMMON
    # Formulas have small Greek letters, and capitals only where they differ from Latin ones.
    return _GREEK if alike.script == GREEK and alike.category == "Ll" else _script_mark(alike.script)


def _find_plain_mark(char: str) -> str:
    if char in "'’":
        return "'"
    if char.isascii():
        return _ASCII if char.isalpha() else "0" if char.isalnum() or char == "_" else _NONE
    if unicodedata.category(char) in ("Mn", "Lm", "Cf"):
        return _NEUTRAL
    if not char.isalnum():
        return _NONE
    return _LATIN if unicodedata.name(char, "").startswith("LATIN ") else _OTHER


def _script_mark(script: str) -> str:
    scripts = sorted({alike.script for alike in load_alikes().values()})
    return chr(ord(_SCRIPTS) + scripts.index(script))


def _kind_of(marks: str, read: str) -> Kind:
    if _OTHER in marks or (_DIGIT in marks and not _digits_fit(read)):
        return Kind.OTHER
    foreign = {*marks} - _NOT_FOREIGN
    if not foreign:
        return Kind.LATIN
    letters = foreign - _NOT_LETTERS
    if _ASCII not in marks and _LATIN not in marks:
        return Kind.MIXED if len(letters) > 1 and len(marks) > 2 else Kind.FOREIGN
    doubtless = letters - {_GREEK} or (len(marks) > 3 and _ENCLOSED.search(marks) and not _CAPITAL.search(read))
    return Kind.MIXED if doubtless else Kind.DOUBTFUL


def _digits_fit(read: str) -> bool:
    """Letters that look like digits do so among digits only."""
    return all(letter.isdigit() or letter in "lOo" for letter in read)


def _read(text: str, read: str, start: int, end: int, look: _Look) -> Disguise:
    word, letters = text[start:end], read[start:end]
    if not look.ambiguous.isdisjoint(word):
        letters = _settle(letters, [place for place, char in enumerate(word) if char in look.ambiguous])
    return Disguise(start, word, letters)


def _settle(read: str, open_places: list[int]) -> str:
    """I, l and 1, and O and 0, told apart by what stands beside them: the table has one letter for all."""
    known = [letter for place, letter in enumerate(read) if place not in open_places and letter.isalnum()]
    letters = list(read)
    for place in open_places:
        letters[place] = _settle_one(place, letters, known)
    return "".join(letters)


def _settle_one(place: int, letters: list[str], known: list[str]) -> str:
    digits = bool(known) and all(letter.isdigit() for letter in known)
    if letters[place] != "l":
        return "0" if digits else letters[place]
    if digits:
        return "1"
    return "I" if _is_capital(place, letters, known) else "l"


def _is_capital(place: int, letters: list[str], known: list[str]) -> bool:
    """Whether an l is an I: a word of its own (I, I'll), before a consonant (In, Ill), among capitals (API, APIs).

    Rules for English, which hold for most other languages in Latin letters.
    """
    before, after = letters[place - 1] if place else "", "".join(letters[place + 1 :])
    if not {"'", "’"}.isdisjoint(letters[:place]):
        return False
    if not known:
        return place == 0 or len(letters) != 3
    if not any(letter.islower() for letter in known):
        return not (letters[1:] == ["l", "l"] or letters == [known[0], "I", "l"]) or known[0] in _ROMAN  # All, but VII
    if place:
        return after[:1].isupper() or (before.isupper() and after.lstrip("'’") in ("", "s"))
    return after[:1] not in _VOWELS or after in _NAMES


@cache
def _rows() -> list[tuple[str, str, str, str]]:
    lines = (line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    rows = (line.split("\t") for line in lines)
    return [
        (chr(int(code, 16)), "".join(chr(int(part, 16)) for part in prototype.split()), script, category)
        for code, prototype, script, category in rows
    ]
