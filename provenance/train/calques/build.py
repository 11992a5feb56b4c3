"""A lexicon of calques from a dictionary: every headword is split, glossed and held against English, and counted."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field

from provenance.train.calques.entries import Dictionary, Entry, Kind
from provenance.train.calques.gloss import Gloss, GlossOptions, gloss_compound
from provenance.train.calques.languages import find_compounding
from provenance.train.calques.phrase_model import Phrases
from provenance.train.calques.split import Part, Splitter
from provenance.train.calques.strike import Rule, StrikeOptions, Striker
from provenance.train.calques.words import normalise_phrase

Tell = Callable[[int, int], None]
"""Called with the headwords done and all headwords."""
_TOLD_EVERY = 5000
_MEANINGS = 2


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """Defaults as docs/calques.md measures them."""

    gloss: GlossOptions = field(default_factory=GlossOptions)
    strike: StrikeOptions = field(default_factory=StrikeOptions)


@dataclass(frozen=True, slots=True)
class Made:
    """A line of the lexicon: the calque, what it renders and what English says."""

    calque: str
    source_language: str
    source_expression: str
    meaning: str
    note: str


@dataclass(slots=True)
class Counts:
    """How many there were: headwords = split + whole, split = glossed + without a gloss, glosses = struck + kept."""

    headwords: int = 0
    split: int = 0
    glossed: int = 0
    glosses: int = 0
    kept: int = 0
    struck: Counter[Rule] = field(default_factory=Counter)


def build_lexicon(
    entries: Sequence[Entry],
    phrases: Phrases,
    options: BuildOptions,
    *,
    language: str,
    original: Set[str] = frozenset(),
    tell: Tell = lambda done, total: None,
) -> tuple[list[Made], Counts]:
    """The lines of a lexicon in order of the compounds. Raises ConfigError for a language of unknown joints."""
    splitter = Splitter(Dictionary.collect(entries), find_compounding(language))
    striker = Striker(splitter.dictionary, phrases, original, options.strike)
    counts, made, taken = Counts(), [], set[str]()
    words = _list_compounds(splitter.dictionary)
    for done, word in enumerate(words, start=1):
        counts.headwords += 1
        splits = splitter.split(word)
        counts.split += bool(splits)
        glosses = gloss_compound(splits, splitter.dictionary, options.gloss, phrases)
        counts.glossed += bool(glosses)
        for gloss in _strike(glosses, word, striker, taken, counts):
            made.append(_describe(gloss, word, splits[0], splitter.dictionary, language))
        if done % _TOLD_EVERY == 0 or done == len(words):
            tell(done, len(words))
    return made, counts


def _list_compounds(dictionary: Dictionary) -> list[str]:
    """Headwords of nouns, in lower case; plurals are found as forms of their singular."""
    nouns = (Kind.NOUN, Kind.UNTOLD)
    return sorted(word for word in dictionary.entries if dictionary.has(word, nouns) and "-" not in word)


def _strike(glosses: Sequence[Gloss], word: str, striker: Striker, taken: set[str], counts: Counts) -> Iterator[Gloss]:
    said = sorted({normalise_phrase(text) for entry in striker.dictionary.entries[word] for text in entry.translations})
    for gloss in glosses:
        counts.glosses += 1
        normal = normalise_phrase(gloss.text)
        rule = striker.strike(gloss, said) or (Rule.TAKEN if normal in taken else None)
        if rule is not None:
            counts.struck[rule] += 1
            continue
        counts.kept += 1
        taken.add(normal)
        yield gloss


def _describe(gloss: Gloss, word: str, parts: Sequence[Part], dictionary: Dictionary, language: str) -> Made:
    entries = dictionary.entries[word]
    meanings = list(dict.fromkeys(text for entry in entries for text in entry.translations))
    joined = " + ".join(part.headword for part in parts)
    return Made(gloss.text, language, entries[0].headword, ", ".join(meanings[:_MEANINGS]), f"built: {joined}")
