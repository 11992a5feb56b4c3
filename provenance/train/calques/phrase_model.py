"""A small model of the phrases of original English: which words stand beside each other, which words there are.

Source: KenLM (Heafield et al. 2013) over bigrams of content words. The shipped models of texts know rare words as
classes only and cannot tell that "hamster buying" is said by nobody.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import kenlm

from provenance.errors import ConfigError
from provenance.train.calques.words import read_phrases
from provenance.train.lm import LanguageModelOptions, TrainedFile, check_tools, describe_file, estimate_model

KIND = "phrases"


@dataclass(frozen=True, slots=True)
class PhraseModelOptions:
    """Defaults are the recipe of the shipped model. A word seen less often than `min_count` ends a phrase.

    Pairs seen once stay: they take a fifth of the hits off other original texts. Two bits do for their probabilities,
    as a pair that was seen is struck out whatever its probability; those of words are not quantised.
    """

    min_count: int = 5
    prune: tuple[int, ...] = (0, 0)
    bits: int = 2
    memory: str = "512M"


class Phrases(Protocol):
    """What tells original English from glosses; words and phrases are normalised (`words.normalise_phrase`)."""

    def word_log10(self, word: str) -> float | None:
        """The word's log10 probability without context; null for a word that is not known."""
        ...

    def phrase_log10(self, phrase: str) -> float:
        """The log10 probability of known words in this order."""
        ...

    def has_pair(self, first: str, second: str) -> bool:
        """Whether the two words were seen beside each other in this order."""
        ...


class PhraseModel:
    """A KenLM model of order 2 or higher, trained here or a user's own. Raises ConfigError when it is none."""

    def __init__(self, path: Path) -> None:
        try:
            self._model = kenlm.Model(str(path))
        except (OSError, RuntimeError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"{path}: no KenLM model ({error}); give an ARPA file or a binary of build_binary"
            ) from error
        if self._model.order < 2:
            raise ConfigError(f"{path}: a model of single words cannot tell a phrase; give one of order 2 or higher")

    def word_log10(self, word: str) -> float | None:
        """The word's log10 probability without context; null for a word the model does not know."""
        return self._model.score(word, bos=False, eos=False) if word in self._model else None

    def phrase_log10(self, phrase: str) -> float:
        """The log10 probability of the words in this order, where a phrase may begin and end anywhere."""
        score: float = self._model.score(phrase, bos=False, eos=False)
        return score

    def has_pair(self, first: str, second: str) -> bool:
        """Whether the model has seen the two words in this order."""
        *_, (_, length, unknown) = self._model.full_scores(f"{first} {second}", bos=False, eos=False)
        return length >= 2 and not unknown


def train_phrase_model(
    texts: Iterable[str], options: PhraseModelOptions, *, tools: Path, out: Path, language: str = "en"
) -> TrainedFile:
    """Writes a model of the phrases of original texts. Raises ConfigError for missing tools or texts without a phrase.

    The same texts and options give the same bytes.
    """
    check_tools(tools)
    n_texts, runs = 0, []
    for text in texts:
        n_texts += 1
        runs += list(read_phrases(text))
    counts = Counter(word for run in runs for word in run.split())
    lines = [line for run in runs for line in _cut(run, counts, options.min_count)]
    if not lines:
        raise ConfigError(
            f"no phrase of words that occur {options.min_count} times in {n_texts} texts; give more texts"
        )
    path = out / f"{language}.{KIND}.binary"
    recipe = LanguageModelOptions(order=2, prune=options.prune, bits=options.bits, memory=options.memory)
    estimate_model(lines, recipe, tools, path)
    return describe_file(path, KIND, language, n_texts, sum(line.count(" ") + 1 for line in lines))


def _cut(run: str, counts: Counter[str], least: int) -> list[str]:
    lines: list[list[str]] = [[]]
    for word in run.split():
        if counts[word] >= least:
            lines[-1].append(word)
        elif lines[-1]:
            lines.append([])
    return [" ".join(line) for line in lines if line]
