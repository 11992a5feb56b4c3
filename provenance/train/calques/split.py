"""Splits a compound into parts that are headwords themselves, the shorter part as long as can be.

Source: Koehn and Knight (2003), splitting by a word list; linking elements of `languages.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from provenance.train.calques.entries import Dictionary, Kind
from provenance.train.calques.languages import Compounding

NOUNS = (Kind.NOUN, Kind.UNTOLD)
FIRST = (Kind.NOUN, Kind.UNTOLD, Kind.ADJECTIVE, Kind.NUMBER, Kind.PLURAL)
_PREFERRED = (Kind.NOUN, Kind.UNTOLD, Kind.ADJECTIVE, Kind.VERB, Kind.NUMBER, Kind.PLURAL)
_SHORTEST, _SHORTEST_LAST = 3, 2
_SHORTEST_UNTOLD = 4  # of words whose kind the dictionary does not tell: short ones are mostly grammar
_MOST_PARTS = 3


@dataclass(frozen=True, slots=True)
class Part:
    """A part's headword in lower case, as what it is to be translated, and its letters in the compound."""

    headword: str
    kinds: tuple[Kind, ...]
    length: int


@dataclass(frozen=True, slots=True)
class Splitter:
    """Splits by a dictionary and the joints of its language."""

    dictionary: Dictionary
    compounding: Compounding

    def split(self, word: str) -> list[tuple[Part, ...]]:
        """Two parts, or three where two will not do; of splits that are as good all; none for what is no compound."""
        word = word.lower()
        three = None if (two := self._two(word)) else self._three(word)
        return [*two, *([three] if three else [])]

    def _two(self, word: str) -> list[tuple[Part, Part]]:
        """The splits whose shorter part is longest, the likeliest first part first."""
        found = [
            (first, last)
            for at in self._places(word)
            for last in self._last(word[at:])
            for first in self._first(word[:at])
        ]
        best = max((_shorter(parts) for parts in found), default=0)
        return sorted((parts for parts in found if _shorter(parts) == best), key=self._rank)

    def _rank(self, parts: tuple[Part, Part]) -> int:
        kind = self.dictionary.first_kind(parts[0].headword, parts[0].kinds)
        return _PREFERRED.index(kind) if kind is not None else len(_PREFERRED)

    def _three(self, word: str) -> tuple[Part, ...] | None:
        """The longest last part before which two parts stand."""
        for at in self._places(word):
            for last in self._last(word[at:]):
                for joint in self.compounding.joints:
                    stem = word[:at].removesuffix(joint) if word[:at].endswith(joint) else ""
                    pairs = self._two(stem) if len(stem) >= 2 * _SHORTEST else []
                    if pairs:
                        return (*pairs[0], last)
        return None

    def _places(self, word: str) -> range:
        return range(_SHORTEST, len(word) - _SHORTEST_LAST + 1)

    def _has(self, word: str, kinds: tuple[Kind, ...]) -> bool:
        asked = kinds if len(word) >= _SHORTEST_UNTOLD else tuple(kind for kind in kinds if kind is not Kind.UNTOLD)
        return self.dictionary.has(word, asked)

    def _last(self, end: str) -> Iterator[Part]:
        if end not in self.compounding.endings and self._has(end, NOUNS):
            yield Part(end, NOUNS, len(end))

    def _first(self, start: str) -> Iterator[Part]:
        for joint in self.compounding.joints:
            stem = start.removesuffix(joint)
            if not start.endswith(joint) or len(stem) < _SHORTEST:
                continue
            if self._has(stem, FIRST):
                yield Part(stem, FIRST, len(stem))
            for ending in self.compounding.infinitives if joint in ("", "e") else ():
                if not stem.endswith("e") and self.dictionary.has(stem + ending, (Kind.VERB,)):
                    yield Part(stem + ending, (Kind.VERB,), len(stem))


def _shorter(parts: tuple[Part, Part]) -> int:
    return min(part.length for part in parts)
