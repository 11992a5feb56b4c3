"""What a bilingual dictionary holds: headwords of one language with their English translations, ready for splitting."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from provenance.train.calques.words import normalise_phrase

_PLAIN = re.compile(r"[^\W\d_]+(?:['’ -][^\W\d_]+)*")
_LONGEST = 200  # characters; longer ones are explanations
_NONE: frozenset[int] = frozenset()
_LEAD = re.compile(r"^(?:to|an?|the) ")


class Kind(Enum):
    """What part of speech a dictionary says a headword is."""

    NOUN = "noun"
    PLURAL = "plural"
    VERB = "verb"
    ADJECTIVE = "adjective"
    NUMBER = "number"
    OTHER = "other"
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True)
class Entry:
    """A headword in one sense; `translations` in the order of the dictionary, its marks and remarks taken out."""

    headword: str
    kind: Kind
    translations: tuple[str, ...]


@dataclass(slots=True)
class Dictionary:
    """Entries by lower-case headword, and the senses of every English expression among their translations, normalised.

    A sense is the number of an entry: entries with the same translations in the same order are one.
    """

    entries: dict[str, list[Entry]] = field(default_factory=dict)
    english: dict[str, set[int]] = field(default_factory=dict)

    @classmethod
    def collect(cls, entries: Iterable[Entry]) -> "Dictionary":
        """The dictionary of all entries, of as many files as there are."""
        made = cls()
        senses: dict[tuple[str, ...], int] = {}
        for entry in entries:
            sense = senses.setdefault(entry.translations, len(senses))
            made.entries.setdefault(entry.headword.lower(), []).append(entry)
            for text in entry.translations:
                made.english.setdefault(normalise_phrase(text), set()).add(sense)
        return made

    def has(self, headword: str, kinds: Sequence[Kind]) -> bool:
        """Whether the lower-case headword is in the dictionary as one of these."""
        return any(entry.kind in kinds for entry in self.entries.get(headword, ()))

    def say(self, headword: str) -> list[str]:
        """The translations of a lower-case headword, normalised, each once."""
        texts = (text for entry in self.entries.get(headword, ()) for text in entry.translations)
        return list(dict.fromkeys(map(normalise_phrase, texts)))

    def are_synonyms(self, one: str, other: str) -> bool:
        """Whether two normalised English words are the same, or stand beside each other in a sense."""
        return one == other or not self.english.get(one, _NONE).isdisjoint(self.english.get(other, _NONE))

    def first_kind(self, headword: str, kinds: Sequence[Kind]) -> Kind | None:
        """The first of these that the lower-case headword is in the dictionary as; null for none."""
        return next((kind for kind in kinds if self.has(headword, (kind,))), None)


def plain_translation(text: str) -> str | None:
    """An English translation as lower-case words without "to" or article; null for more than words, or very long."""
    plain = _LEAD.sub("", text.strip().lower().replace("’", "'").replace("\u2010", "-"))
    return plain if len(plain) <= _LONGEST and _PLAIN.fullmatch(plain) else None
