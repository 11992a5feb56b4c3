"""How languages join words: what stands between two parts, what a verb loses, which endings are no words.

Source: for German SCIENCE of compound splitting by dictionary (Koehn and Knight 2003, section 2); Dutch and
Scandinavian joints after their grammars, the vowel changes left out.
"""

from dataclasses import dataclass, replace

from provenance.errors import ConfigError
from provenance.train.calques.entries import Entry, Kind


@dataclass(frozen=True, slots=True)
class Compounding:
    """Joints between parts, the commonest first; endings an infinitive loses as a first part; endings that derive.

    `capitals`: nouns have a capital, so that a word without one is none, though the dictionary does not tell.
    """

    joints: tuple[str, ...]
    infinitives: tuple[str, ...] = ()
    endings: frozenset[str] = frozenset()
    capitals: bool = False

    def settle(self, entry: Entry) -> Entry:
        """The entry, with the kind that its spelling tells where the dictionary does not."""
        told = entry.kind is not Kind.UNTOLD or not self.capitals or entry.headword[:1].isupper()
        return entry if told else replace(entry, kind=Kind.OTHER)


COMPOUNDING = {
    "de": Compounding(
        ("", "s", "n", "en", "es", "er", "e", "ns"),
        ("en", "n"),
        frozenset(("schaft", "heit", "keit", "tum", "chen", "lein", "ung", "ungen", "ion", "ismus", "ler", "wesen")),
        capitals=True,
    ),
    "nl": Compounding(
        ("", "s", "en", "n", "e", "er"),
        ("en", "n"),
        frozenset(("schap", "heid", "dom", "tje", "ing", "ster")),
    ),
    "sv": Compounding(("", "s", "e"), ("a",), frozenset(("skap", "het", "dom", "ning", "are"))),
    "da": Compounding(("", "s", "e", "er"), ("e",), frozenset(("skab", "hed", "dom", "ning", "else"))),
    "no": Compounding(("", "s", "e", "er"), ("e",), frozenset(("skap", "het", "dom", "ning", "else"))),
}


def find_compounding(language: str) -> Compounding:
    """How a language (ISO 639-1) compounds. Raises ConfigError for one that is not known."""
    if language not in COMPOUNDING:
        raise ConfigError(f"source language {language!r}: compounds of {', '.join(COMPOUNDING)} can be split")
    return COMPOUNDING[language]
