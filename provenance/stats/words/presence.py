"""Which words sentences hold: counts of references of known origin, and what a sentence's words tell between two.

Source of the counts and of the likelihood of a sentence, from present words and absent ones: Liang et al. (2024),
"Monitoring AI-Modified Content at Scale", ICML, arXiv:2403.07183. Smoothing and the doubt about counts are our own.
"""

from dataclasses import dataclass

import numpy as np

from provenance.stats.estimators import Floats
from provenance.text.sentences import SentenceWords
from provenance.text.shingles import Hashes64, Positions

MIN_SENTENCES = 5  # of each reference that hold a word; Liang et al. ask for 5 human and 3 synthetic ones
MAX_SOURCES = 200
SMOOTHING = 0.5


@dataclass(frozen=True, slots=True)
class WordSets:
    """Sentences as places of words in a vocabulary: sentence i has `words[offsets[i]:offsets[i + 1]]`, each once.

    Words outside the vocabulary are left out; a sentence may be empty. `text_of` is the row of each sentence's text.
    """

    words: Positions
    offsets: Positions
    text_of: Positions

    def __len__(self) -> int:
        return len(self.text_of)

    def add_up(self, values: Floats) -> Floats:
        """Sum of a value per word over the words of each sentence, (sentences,)."""
        sums = np.concatenate([np.zeros(1), np.cumsum(values[self.words])])
        total: Floats = sums[self.offsets[1:]] - sums[self.offsets[:-1]]
        return total


@dataclass(frozen=True, slots=True)
class PresenceCounts:
    """A reference by source (host, data set, generator): number of sentences, and of those that hold each word.

    `sentences` is (sources,), `present` (sources, words); every source has a sentence.
    """

    sentences: Floats
    present: Floats

    def draw(self, rng: np.random.Generator) -> "PresenceCounts":
        """As many sources drawn with replacement, put together as one."""
        number = len(self.sentences)
        times = rng.multinomial(number, np.full(number, 1 / number)).astype(np.float64)
        return PresenceCounts(times @ self.sentences[:, None], (times @ self.present)[None])


@dataclass(frozen=True, slots=True)
class WordPresence:
    """Probability, above 0 and below 1, that a sentence holds each word of the vocabulary: human and synthetic."""

    human: Floats
    synthetic: Floats

    def compare(self, sets: WordSets) -> Floats:
        """Log of the synthetic over the human likelihood of each sentence, in nats; words are taken as independent."""
        absent = np.log1p(-self.synthetic) - np.log1p(-self.human)
        compared: Floats = sets.add_up(np.log(self.synthetic / self.human) - absent) + absent.sum()
        return compared


def choose_vocabulary(
    human: SentenceWords, synthetic: SentenceWords, *, min_sentences: int = MIN_SENTENCES
) -> Hashes64:
    """Hashes, ascending, of the words that at least `min_sentences` sentences of each reference hold."""
    kept = [_find_frequent(reference, min_sentences) for reference in (human, synthetic)]
    vocabulary: Hashes64 = np.intersect1d(kept[0], kept[1], assume_unique=True)
    return vocabulary


def number_words(sentences: SentenceWords, vocabulary: Hashes64) -> WordSets:
    """The sentences in numbers of the vocabulary's words."""
    known = np.isin(sentences.hashes, vocabulary)
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(known)])
    words = np.searchsorted(vocabulary, sentences.hashes[known])
    return WordSets(words, before[sentences.offsets], sentences.text_of)


def count_presence(sets: WordSets, source: Positions, n_words: int) -> PresenceCounts:
    """How many sentences of each source hold each of `n_words` words; `source` is a number for each text.

    More than `MAX_SOURCES` sources are put together in blocks (random groups: Wolter 2007, chapter 2).
    """
    of_sentence = np.unique(source[sets.text_of], return_inverse=True)[1] % MAX_SOURCES
    n_sources = int(of_sentence.max(initial=-1)) + 1
    cells = np.repeat(of_sentence, np.diff(sets.offsets)) * n_words + sets.words
    present = np.bincount(cells, minlength=n_sources * n_words).reshape(n_sources, n_words)
    return PresenceCounts(np.bincount(of_sentence, minlength=n_sources).astype(np.float64), present.astype(np.float64))


def fit_word_presence(
    human: PresenceCounts,
    synthetic: PresenceCounts,
    *,
    smoothing: float = SMOOTHING,
    rng: np.random.Generator | None = None,
) -> WordPresence:
    """Word probabilities from counts; with `rng` a draw from their posterior, else its mean.

    The prior of both is a Beta centred on the word's frequency in the two references together and worth `smoothing`
    sentences that hold the word, so that a word seen in one of them only, or in a smaller one, is not overrated. It
    must be above 0.
    """
    n_human, n_synthetic = human.sentences.sum(), synthetic.sentences.sum()
    with_human, with_synthetic = human.present.sum(axis=0), synthetic.present.sum(axis=0)
    pooled = np.maximum(with_human + with_synthetic, 0.5) / (n_human + n_synthetic)
    without = smoothing / np.minimum(pooled, 0.5) - smoothing
    return WordPresence(
        _fit_side(with_human + smoothing, n_human - with_human + without, rng),
        _fit_side(with_synthetic + smoothing, n_synthetic - with_synthetic + without, rng),
    )


def _fit_side(present: Floats, absent: Floats, rng: np.random.Generator | None) -> Floats:
    """The mean of Beta distributions, or a draw from each."""
    if rng is None:
        return present / (present + absent)
    drawn: Floats = np.clip(rng.beta(present, absent), 1e-9, 1 - 1e-9)
    return drawn


def _find_frequent(reference: SentenceWords, least: int) -> Hashes64:
    """The hashes, ascending, that are in at least so many sentences."""
    hashes = np.sort(reference.hashes)
    starts = np.flatnonzero(np.append(True, hashes[1:] != hashes[:-1])[: len(hashes)])
    return hashes[starts][np.diff(np.append(starts, len(hashes))) >= least]
