"""Characters that deceive or are damaged: invisible ones inside words, letters in the place of Latin ones, mojibake.

What writing needs is no finding: a byte order mark at the start, soft hyphens, joiners of Arabic and Indic scripts and
of emoji, controls of direction beside right-to-left letters, Greek letters of formulas, words of other languages.
Sources: UTS 39 (confusables), UAX 44 (default-ignorable code points), ftfy (mojibake); see `provenance/text/repair.py`.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from provenance.schema import Column
from provenance.signals.hits import HITS, Hit, collect_hits
from provenance.text.confusables import find_disguises
from provenance.text.invisible import find_invisible
from provenance.text.mojibake import find_mojibake
from provenance.text.repair import find_suspicion

Findings = tuple[int, int, int, list[Hit]]
"""Numbers of invisible characters, of replaced letters and of garbled places, and the hits by place."""

_NOTHING: Findings = (0, 0, 0, [])


@dataclass(frozen=True, slots=True)
class UnicodeTricks:
    """Counts characters that hide or damage the text. Null for an empty text."""

    columns: ClassVar[Mapping[str, Column]] = {
        "unicode_invisible": Column(pl.Int64(), "1", "characters that cannot be seen inside words, and tags", 0),
        "unicode_confusables": Column(pl.Int64(), "1", "letters of other scripts in the place of Latin ones", 0),
        "unicode_mojibake": Column(pl.Int64(), "1", "places decoded with a wrong character set", 0),
        "unicode_hits": Column(HITS, "", "the first of each, by kind: place, characters, and what they are"),
    }
    needs: ClassVar[tuple[str, ...]] = ("text",)

    max_hits: int = 50  # of each kind: an attacked text has thousands

    def measure(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Columns beside the documents."""
        text = pl.col("text").cast(pl.String)
        beyond_ascii = text.str.len_bytes() != text.str.len_chars()
        rows = batch.select(
            text.alias("text"),
            (text.str.strip_chars() != "").fill_null(False).alias("known"),
            pl.when(beyond_ascii).then(text).otherwise(None).str.contains(find_suspicion()).alias("suspicious"),
        )
        found = [
            (self._find(text) if suspicious else _NOTHING) if known else None
            for text, known, suspicious in rows.iter_rows()
        ]
        counts = [
            pl.Series(name, [None if row is None else row[place] for row in found], pl.Int64)
            for place, name in enumerate(list(self.columns)[:3])
        ]
        return pl.DataFrame([*counts, collect_hits("unicode_hits", [row and row[3] for row in found])])

    def _find(self, text: str) -> Findings:
        hidden, garbled = find_invisible(text), find_mojibake(text)
        replaced = [] if garbled else list(_find_replaced(text))  # mojibake mixes letters of all kinds
        hits = (
            [_hidden_hit(text, *run) for run in hidden[: self.max_hits]]
            + [_replaced_hit(*one) for one in replaced[: self.max_hits]]
            + [_garbled_hit(text, *place) for place in garbled[: self.max_hits]]
        )
        return sum(end - start for start, end in hidden), len(replaced), len(garbled), hits


def _find_replaced(text: str) -> Iterator[tuple[int, str, str]]:
    """Place, character and the letter it stands for."""
    for word in find_disguises(text):
        for place, (char, letter) in enumerate(zip(word.word, word.read, strict=True), word.start):
            if char != letter:
                yield place, char, letter


def _hidden_hit(text: str, start: int, end: int) -> Hit:
    names = ", ".join(dict.fromkeys(_name(char) for char in text[start:end]))
    number = f" ({end - start} characters)" if end - start > 1 else ""
    return {"start": start, "end": end, "match": text[start:end], "detail": f"invisible: {names}{number}"}


def _replaced_hit(place: int, char: str, letter: str) -> Hit:
    detail = f"{_name(char)} in the place of Latin {letter}"
    return {"start": place, "end": place + 1, "match": char, "detail": detail}


def _garbled_hit(text: str, start: int, end: int) -> Hit:
    detail = "decoded with a wrong character set (mojibake)"
    return {"start": start, "end": end, "match": text[start:end], "detail": detail}


def _name(char: str) -> str:
    """The character's name and code point, as Cyrillic small letter a (U+0430)."""
    words = unicodedata.name(char, "character").lower()
    return f"{words[:1].upper()}{words[1:]} (U+{ord(char):04X})"
