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
from provenance.train.calques.words import is_small, normalise_phrase

Tell = Callable[[int, int], None]
"""Called with the headwords done and all headwords."""
_TOLD_EVERY = 5000
_MEANINGS = 2


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """Defaults as docs/calques.md measures them."""

    gloss: GlossOptions = field(default_factory=GlossOptions)
    strike: StrikeOptions = field(default_factory=StrikeOptions)
    most: int = 30_000  # calques kept, the rarest: a large dictionary can be choosier than a small one


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
    compounding = find_compounding(language)
    splitter = Splitter(Dictionary.collect(map(compounding.settle, entries)), compounding)
    striker = Striker(splitter.dictionary, phrases, original, options.strike)
    counts, rated, taken = Counts(), list[tuple[float, Made]](), set[str]()
    words = _list_compounds(splitter.dictionary)
    for done, word in enumerate(words, start=1):
        splits = splitter.split(word)
        glosses = gloss_compound(splits, splitter.dictionary, options.gloss, phrases)
        counts.headwords += 1
        counts.split += bool(splits)
        counts.glossed += bool(glosses)
        counts.glosses += len(glosses)
        compound = _Compound(word, splits, splitter.dictionary)
        for gloss, rate in _strike(glosses, compound, striker, taken, counts.struck):
            rated.append((rate, _describe(gloss, compound, language)))
        if done % _TOLD_EVERY == 0 or done == len(words):
            tell(done, len(words))
    made = _keep_rarest(rated, options.most)
    counts.kept, counts.struck[Rule.MOST] = len(made), len(rated) - len(made)
    return made, counts


@dataclass(frozen=True, slots=True)
class _Compound:
    word: str
    splits: Sequence[Sequence[Part]]
    dictionary: Dictionary

    def said(self) -> list[str]:
        """Its translations, normalised."""
        return self.dictionary.say(self.word)

    def is_transparent(self) -> bool:
        """Whether a translation has a word that a part is translated by."""
        parts = {part.headword for parts in self.splits for part in parts}
        words = {word for part in parts for text in self.dictionary.say(part) for word in text.split()}
        return any(word in words and not is_small(word) for text in self.said() for word in text.split())


def _list_compounds(dictionary: Dictionary) -> list[str]:
    """Headwords of nouns, in lower case; plurals are found as forms of their singular."""
    nouns = (Kind.NOUN, Kind.UNTOLD)
    return sorted(word for word in dictionary.entries if dictionary.has(word, nouns) and "-" not in word)


def _strike(
    glosses: Sequence[Gloss], compound: _Compound, striker: Striker, taken: set[str], struck: Counter[Rule]
) -> Iterator[tuple[Gloss, float]]:
    said, transparent = compound.said(), compound.is_transparent()
    for gloss in glosses:
        normal = normalise_phrase(gloss.text)
        rule = striker.strike(gloss, said, transparent=transparent) or (Rule.TAKEN if normal in taken else None)
        if rule is not None:
            struck[rule] += 1
            continue
        taken.add(normal)
        yield gloss, striker.rate(gloss, transparent=transparent)


def _keep_rarest(rated: Sequence[tuple[float, Made]], most: int) -> list[Made]:
    """At most so many, in the order they came; of equals the first."""
    ranked = sorted(range(len(rated)), key=lambda at: (rated[at][0], at))[:most]
    return [rated[at][1] for at in sorted(ranked)]


def _describe(gloss: Gloss, compound: _Compound, language: str) -> Made:
    entries = compound.dictionary.entries[compound.word]
    meanings = list(dict.fromkeys(text for entry in entries for text in entry.translations))
    joined = " + ".join(part.headword for part in compound.splits[0])
    return Made(gloss.text, language, entries[0].headword, ", ".join(meanings[:_MEANINGS]), f"built: {joined}")
