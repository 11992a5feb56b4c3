"""Which words and suffixes a language model keeps: the most frequent over all sources, each source weighing alike."""

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
import polars as pl

from provenance.text.delexicalise import Vocabulary
from provenance.text.tokens import ALONE, WORD, Tokens
from provenance.text.windows import read_windows

_LEAST_COUNT = 3  # in a source: what is rarer is its topic, or a slip


@dataclass(frozen=True, slots=True)
class VocabularyOptions:
    """Size of a vocabulary: enough words to tell how a text is written, too few to tell what about."""

    n_words: int = 1500
    n_suffixes: int = 150
    min_sources: int = 3  # a word of fewer sources is their topic; fewer sources in all lower this


def count_vocabulary(texts: pl.DataFrame, options: VocabularyOptions) -> Vocabulary:
    """The vocabulary of texts with the columns text, label and source, counted over label and source.

    A word's rank is its mean share of the words of each (label, source); ties by the word itself.
    """
    shares: defaultdict[str, float] = defaultdict(float)
    n_sources: Counter[str] = Counter()
    parts = texts.sort("label", "source").partition_by("label", "source", maintain_order=True)
    for part in parts:
        counted = _count_words(part["text"])
        total = sum(counted.values())
        for word, n in counted.items():
            shares[word] += n / total
            n_sources[word] += 1
    least = min(options.min_sources, len(parts))
    ranked = sorted(shares, key=lambda word: (-shares[word], word))
    words = [word for word in ranked if n_sources[word] >= least][: options.n_words]
    return Vocabulary(tuple(words), _rank_suffixes(set(shares) - set(words), options.n_suffixes))


def _count_words(texts: pl.Series) -> dict[str, int]:
    """How often each word stands in the windows of the texts, rare ones left out."""
    windows = read_windows(texts)
    tokens = windows.tokens
    used = np.zeros(len(tokens.hashes) + 1, np.int64)
    np.add.at(used, windows.starts, 1)
    np.add.at(used, windows.ends, -1)
    chosen = np.flatnonzero((np.cumsum(used)[:-1] > 0) & _is_kept(tokens))
    _, first, counts = np.unique(tokens.hashes[chosen], return_index=True, return_counts=True)
    often = counts >= min(_LEAST_COUNT, counts.max(initial=1))
    return {tokens.read(chosen[i]): int(n) for i, n in zip(first[often], counts[often], strict=True)}


def _is_kept(tokens: Tokens) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    kept: np.ndarray[tuple[int], np.dtype[np.bool_]] = np.isin(tokens.kinds, (WORD, ALONE))
    return kept


def _rank_suffixes(rest: set[str], n_suffixes: int) -> tuple[str, ...]:
    """The commonest last three and two letters of the words that are not kept, by how many words end so."""
    ends: Counter[str] = Counter()
    for word in rest:
        if len(word) > 4:
            ends.update((word[-3:], word[-2:]))
    ranked = sorted(ends, key=lambda end: (-ends[end], end))
    return tuple(ranked[:n_suffixes])
