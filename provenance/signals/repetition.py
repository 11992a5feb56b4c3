"""Repetition: lines and word runs that a text says again.

Language models fall into loops, and pages of boilerplate repeat their blocks; both are left out of training sets by
shares of repeated lines and n-grams (Rae et al. 2021, "Scaling Language Models: Gopher", arXiv:2112.11446, table A1:
documents with more than 0.30 of their lines, 0.20 of their characters in the commonest two-word run or 0.15 in repeated
five-word runs are dropped there). Shares here are over lines and runs, not characters, and word runs are counted in
the beginning of a text only: in a longer text more runs recur by themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.schema import Column
from provenance.text.shingles import WordHashes, hash_runs, hash_words

_PAIR, _RUN = 2, 5

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Repetition:
    """Shares of repeated lines, of the commonest pair of words and of repeated runs of five words.

    Null below `min_lines` lines, or `min_words` words, of the text. Words are compared in lower case, lines as written
    but for white space at their ends; empty lines do not count.
    """

    columns: ClassVar[Mapping[str, Column]] = {
        "repetition_lines": Column(pl.Float64(), "1", "share of lines that repeat an earlier line", 0.0, 1.0),
        "repetition_top_pair": Column(pl.Float64(), "1", "share of word pairs that are the commonest pair", 0.0, 1.0),
        "repetition_runs": Column(pl.Float64(), "1", "share of five-word runs that repeat an earlier one", 0.0, 1.0),
    }
    needs: ClassVar[tuple[str, ...]] = ("text",)

    min_lines: int = 5
    min_words: int = 50
    max_chars: int = 8000  # of a text, for word runs: some 1,300 words of English

    def measure(self, batch: pl.DataFrame) -> pl.DataFrame:
        """The three shares of each text."""
        text = pl.col("text").cast(pl.String).fill_null("")
        lines = batch.select(text.str.split("\n").list.eval(pl.element().str.strip_chars()).alias("lines"))
        words = hash_words(batch.select(text.str.head(self.max_chars)).to_series().to_list())
        enough = np.diff(words.offsets) >= max(self.min_words, _RUN)
        pairs, runs = _count_runs(hash_runs(words, _PAIR)), _count_runs(hash_runs(words, _RUN))
        return pl.DataFrame(
            {
                "repetition_lines": lines.select(self._share_of_lines(pl.col("lines"))).to_series(),
                "repetition_top_pair": _divide(pairs.top, pairs.all, enough),
                "repetition_runs": _divide(runs.all - runs.distinct, runs.all, enough),
            }
        )

    def _share_of_lines(self, lines: pl.Expr) -> pl.Expr:
        empty = lines.list.count_matches("")
        n, distinct = lines.list.len() - empty, lines.list.n_unique() - (empty > 0).cast(pl.UInt32)
        return pl.when(n >= max(self.min_lines, 1)).then((n - distinct) / n)


@dataclass(frozen=True, slots=True)
class _Counts:
    """Of each text: all runs, different runs, and how often the commonest stands there."""

    all: Counts
    distinct: Counts
    top: Counts


def _count_runs(runs: WordHashes) -> _Counts:
    """Counts by sorting; 32 bits of the hash are enough within one text and sort twice as fast."""
    hashes = (runs.hashes >> np.uint64(32)).astype(np.uint32)
    bounds = runs.offsets.tolist()
    for start, end in pairwise(bounds):
        hashes[start:end].sort()
    new = np.ones(len(hashes), bool)
    new[1:] = hashes[1:] != hashes[:-1]
    new[runs.offsets[:-1][np.diff(runs.offsets) > 0]] = True
    firsts = np.flatnonzero(new)
    lengths = np.diff(firsts, append=len(hashes))
    edges = np.searchsorted(firsts, runs.offsets)
    distinct = np.diff(edges)
    top = np.zeros(len(distinct), np.int64)
    filled = distinct > 0
    top[filled] = np.maximum.reduceat(lengths, edges[:-1][filled]) if filled.any() else 0
    return _Counts(np.diff(runs.offsets), distinct, top)


def _divide(part: Counts, whole: Counts, enough: NDArray[np.bool_]) -> pl.Series:
    share = np.divide(part, whole, out=np.full(len(whole), np.nan), where=enough)
    return pl.Series(share, nan_to_null=True)
