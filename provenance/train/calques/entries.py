"""What a bilingual dictionary holds: headwords of one language with their English translations, ready for splitting."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from provenance.train.calques.words import normalise_phrase

_PLAIN = re.compile(r"[^\W\d_]+(?:['’ -][^\W\d_]+)*")
_LEAD = re.compile(r"^(?:to|an?|the) ")


class Kind(Enum):
    """What part of speech a dictionary says a headword is."""

    NOUN = "noun"
    PLURAL = "plural"
    VERB = "verb"
    ADJECTIVE = "adjective"
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
    """Entries by lower-case headword, and every English expression they are translated by, normalised."""

    entries: dict[str, list[Entry]] = field(default_factory=dict)
    english: set[str] = field(default_factory=set)

    @classmethod
    def collect(cls, entries: Iterable[Entry]) -> "Dictionary":
        """The dictionary of all entries, of as many files as there are."""
        made = cls()
        for entry in entries:
            made.entries.setdefault(entry.headword.lower(), []).append(entry)
            made.english.update(normalise_phrase(_LEAD.sub("", text.lower())) for text in entry.translations)
        return made

    def has(self, headword: str, kinds: Sequence[Kind]) -> bool:
        """Whether the lower-case headword is in the dictionary as one of these."""
        return any(entry.kind in kinds for entry in self.entries.get(headword, ()))

    def first_kind(self, headword: str, kinds: Sequence[Kind]) -> Kind | None:
        """The first of these that the lower-case headword is in the dictionary as; null for none."""
        return next((kind for kind in kinds if self.has(headword, (kind,))), None)


def plain_translation(text: str) -> str | None:
    """An English translation as lower-case words without "to" or article; null where it is more than words."""
    plain = _LEAD.sub("", text.strip().lower().replace("’", "'").replace("\u2010", "-"))
    return plain if _PLAIN.fullmatch(plain) else None
