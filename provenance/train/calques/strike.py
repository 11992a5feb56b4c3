"""Which glosses are struck out: those that English says, and those made of words it hardly has.

Rules in order, the first that fits is counted. What is left differs from every translation the dictionary gives and is
no phrase of original English, as far as the texts reach that a phrase model has read.
"""

import math
from collections.abc import Sequence, Set
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise, permutations

from provenance.errors import ConfigError
from provenance.train.calques.entries import Dictionary
from provenance.train.calques.gloss import Gloss
from provenance.train.calques.phrase_model import Phrases
from provenance.train.calques.words import is_small, normalise_phrase

_MOST_PERMUTED = 5  # words


class Rule(Enum):
    """Why a gloss is struck out."""

    TRANSLATION = "says what the dictionary says"
    SYNONYM = "says it in other words"
    ENGLISH = "stands elsewhere on the dictionary's English side"
    RARE = "has a part that is rare in original English"
    PHRASE = "is a phrase or word of original English"
    LIKELY = "would not be rare in original English"
    ORIGINAL = "stands in the texts of --original"
    TAKEN = "renders another compound, too"
    MOST = "is not among the rarest, of which --most are kept"


@dataclass(frozen=True, slots=True)
class StrikeOptions:
    """Log10 of probabilities in original English, chosen as docs/calques.md tells.

    A part rarer than `min_word_log10` is none that English has. A gloss must be rarer than `max_phrase_log10`, and
    by `doubt_log10` more for every step of doubt: each makes it less telling. What an English word of the parts can
    say is `transparent` steps of doubt.
    """

    min_word_log10: float = -6.5
    max_phrase_log10: float = -6.5
    doubt_log10: float = 0.5
    transparent: int = 3

    def __post_init__(self) -> None:
        if any(map(math.isnan, (self.min_word_log10, self.max_phrase_log10, self.doubt_log10))):
            raise ConfigError("strike: nan is no probability; give a number, as -6.5")


@dataclass(frozen=True, slots=True)
class Striker:
    """Holds glosses against a dictionary, a phrase model and the phrases of a user's own texts."""

    dictionary: Dictionary
    phrases: Phrases
    original: Set[str]  # normalised pairs of words
    options: StrikeOptions

    def rate(self, gloss: Gloss, *, transparent: bool) -> float:
        """How common the gloss would be in original English, doubts added: the lower the more telling.

        In log10, for longer glosses as if they had two words as common, so that length alone is no rarity.
        """
        phrase = normalise_phrase(gloss.text)
        doubt = gloss.doubt + (self.options.transparent if transparent else 0)
        return self.phrases.phrase_log10(phrase) * 2 / len(phrase.split()) + doubt * self.options.doubt_log10

    def strike(self, gloss: Gloss, said: Sequence[str], *, transparent: bool) -> Rule | None:
        """The first rule that strikes the gloss out; null for one that is kept.

        `said` are the normalised translations of its compound; it is `transparent` when one has a word of its parts.
        """
        words = tuple(normalise_phrase(gloss.text).split())
        if _is_said(words, said):
            return Rule.TRANSLATION
        if self._is_paraphrase(words, said):
            return Rule.SYNONYM
        if any(spelling in self.dictionary.english for spelling in _spellings(words)):
            return Rule.ENGLISH
        if any(is_small(word) or not self._is_frequent(word) for word in words):
            return Rule.RARE
        pairs = list(pairwise(words))
        if any(self._is_english(*pair) for pair in pairs):
            return Rule.PHRASE
        if any(f"{a} {b}" in self.original or a + b in self.original for a, b in pairs):
            return Rule.ORIGINAL
        return Rule.LIKELY if self.rate(gloss, transparent=transparent) > self.options.max_phrase_log10 else None

    def _is_paraphrase(self, words: Sequence[str], said: Sequence[str]) -> bool:
        """Whether a translation has the same words or synonyms of them, in any order, small words aside.

        Longer glosses than can be put in every order are no paraphrase."""
        for text in said:
            content = [word for word in text.split() if not is_small(word)]
            orders = permutations(content) if len(content) == len(words) <= _MOST_PERMUTED else ()
            if any(all(map(self.dictionary.are_synonyms, words, order)) for order in orders):
                return True
        return False

    def _is_frequent(self, word: str) -> bool:
        score = self.phrases.word_log10(word)
        return score is not None and score >= self.options.min_word_log10

    def _is_english(self, first: str, second: str) -> bool:
        return self.phrases.has_pair(first, second) or self.phrases.word_log10(first + second) is not None


def _spellings(words: tuple[str, ...]) -> set[str]:
    """As it is, in one word, and as "X of Y"."""
    spaced = " ".join(words)
    return {
        spaced,
        "".join(words),
        *(f"{' '.join(words[at:])} of {' '.join(words[:at])}" for at in range(1, len(words))),
    }


def _is_said(words: tuple[str, ...], said: Sequence[str]) -> bool:
    """Whether a translation is the gloss, or holds it, in any of its spellings."""
    spellings = _spellings(words)
    return any(
        spelling in text if " " in spelling else spelling in text.split() for text in said for spelling in spellings
    )
