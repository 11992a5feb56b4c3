"""Glosses of a compound: its parts translated one by one, word for word, as a crude translation would."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from provenance.train.calques.entries import Dictionary, Kind
from provenance.train.calques.phrase_model import Phrases
from provenance.train.calques.split import Part
from provenance.train.calques.words import make_gerund, make_singular, normalise_phrase

_UNKNOWN_LOG10 = -7.0


@dataclass(frozen=True, slots=True)
class GlossOptions:
    """`per_part` translations of each part are taken, each of at most `words`.

    `commonness` is the power of a word's frequency that weighs beside its place in the dictionary.
    """

    per_part: int = 3
    words: int = 1
    commonness: float = 0.25


@dataclass(frozen=True, slots=True)
class Gloss:
    """A literal rendering, part by part, in the singular.

    `doubt` counts what makes it a less likely one: a step for each translation passed over, one for an adjective as
    first part, which English joins to any noun.
    """

    parts: tuple[str, ...]
    doubt: int = 0

    @property
    def text(self) -> str:
        """The gloss as it is written."""
        return " ".join(self.parts)


def gloss_compound(
    splits: Sequence[Sequence[Part]], dictionary: Dictionary, options: GlossOptions, phrases: Phrases
) -> list[Gloss]:
    """Every combination of the first translations of the parts of every split, the likeliest first."""
    made: dict[tuple[str, ...], Gloss] = {}
    for later, parts in enumerate(splits):
        for gloss in _gloss(parts, dictionary, options, phrases):
            made.setdefault(gloss.parts, Gloss(gloss.parts, gloss.doubt + later))
    return sorted(made.values(), key=lambda gloss: gloss.doubt)


def _gloss(parts: Sequence[Part], dictionary: Dictionary, options: GlossOptions, phrases: Phrases) -> list[Gloss]:
    """None where a part has no short translation; three parts are rendered by the first translation of each only."""
    taken = options.per_part if len(parts) == 2 else 1
    choices = [list(enumerate(_translate(part, dictionary, options, phrases)[:taken])) for part in parts]
    adjective = dictionary.first_kind(parts[0].headword, parts[0].kinds) is Kind.ADJECTIVE
    made = [
        Gloss(tuple(text for _, text in chosen), sum(rank for rank, _ in chosen) + adjective)
        for chosen in product(*choices)
    ]
    return [gloss for gloss in made if len(set(gloss.parts)) == len(gloss.parts)]


def _translate(part: Part, dictionary: Dictionary, options: GlossOptions, phrases: Phrases) -> list[str]:
    """Singular translations: nouns before other kinds, then those that stand first in most entries and are common."""
    weights: defaultdict[str, float] = defaultdict(float)
    ranks: dict[str, int] = {}
    for rank, kind in enumerate(part.kinds):
        for entry in dictionary.entries.get(part.headword, ()):
            for place, text in enumerate(entry.translations if entry.kind is kind else ()):
                for form in _forms(text, kind) if text.count(" ") < options.words else ():
                    weights[form] += 1 / (1 + place)
                    ranks.setdefault(form, rank)
    common = {form: 10 ** (options.commonness * _word_log10(form, phrases)) for form in weights}
    return sorted(weights, key=lambda form: (ranks[form], -weights[form] * common[form]))


def _word_log10(form: str, phrases: Phrases) -> float:
    scores = [phrases.word_log10(word) for word in normalise_phrase(form).split()]
    return min((_UNKNOWN_LOG10 if score is None else score for score in scores), default=_UNKNOWN_LOG10)


def _forms(translation: str, kind: Kind) -> tuple[str, ...]:
    """As a part is rendered: a noun in the singular; a verb as it is ("drink money") and in -ing ("reading rat")."""
    if kind is Kind.VERB:
        return (translation, make_gerund(translation)) if " " not in translation else ()
    *lead, last = translation.split()
    return (" ".join([*lead, make_singular(last)]) if kind is not Kind.ADJECTIVE else translation,)
