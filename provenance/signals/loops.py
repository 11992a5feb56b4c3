"""Loops: the same words again and again without a break, as neural systems write when they lose their place.

"The temple of the temple of the temple of" is a hallucination of neural machine translation (Lee et al. 2018,
"Hallucinations in Neural Machine Translation"; Raunak, Menezes and Junczys-Dowmunt 2021, arXiv:2104.06683,
"oscillatory"), and of language models that decode greedily (Holtzman et al. 2020, arXiv:1904.09751). What
people repeat (refrains, "very, very, very", "hahaha") is shorter or stands in lines and sentences of its own.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl

from provenance.schema import Column
from provenance.signals.hits import HITS, Hit, collect_hits
from provenance.signals.spots import read_beginning
from provenance.text.shingles import Codes, Positions, WordHashes, find_words, hash_words

Run = tuple[int, int, int]
"""The first word, the words of the clause, the copies."""
_COPIES = ((5, 2), (3, 3), (1, 4))  # words of the clause, and how often it must stand there
_UNSPACED_COPIES = ((10, 2), (5, 3), (2, 4))  # characters of scripts without spaces
_NO_PROSE = re.compile(r"[\\{}=|_/\t\n<>]")
_BETWEEN = re.compile(r"[ \u00a0,，]*")
_WORD = re.compile(r"[^\W\d_]{3}")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Loops:
    """Counts clauses that stand several times in a row, with nothing but spaces and commas between the copies.

    A clause of five words and more must stand twice, of three or four words three times, of one or two four times; in
    scripts without spaces ten characters twice, five three times, two four times. Of a text its beginning is read
    (`spots.MAX_CHARS`).
    """

    columns: ClassVar[Mapping[str, Column]] = {
        "loop_count": Column(pl.Int64(), "1", "clauses said again and again without a break", 0),
        "loop_density": Column(pl.Float64(), "1/1000 words", "the same per thousand words read", 0),
        "loop_hits": Column(HITS, "", "each of them: place, form, words of the clause and copies"),
    }
    needs: ClassVar[tuple[str, ...]] = ("text",)

    max_words: int = 12  # of a clause

    def measure(self, batch: pl.DataFrame) -> pl.DataFrame:
        """The three columns of each text."""
        texts = read_beginning(batch).to_list()
        words = hash_words(texts)
        n_words = np.diff(words.offsets)
        rows: list[list[Hit] | None] = [[] if text.strip() else None for text in texts]
        for row, runs in self._find_runs(words).items():
            if rows[row] is not None:
                rows[row] = list(_find_loops(texts[row], sorted(runs), int(n_words[row])))
        hits = collect_hits("loop_hits", rows)
        count = pl.Series("loop_count", [None if row is None else len(row) for row in rows], pl.Int64)
        if not any(rows):
            return pl.DataFrame([count, count.cast(pl.Float64).alias("loop_density"), hits])
        density = pl.DataFrame([count.alias("count"), pl.Series("words", n_words)]).select(
            1000 * pl.col("count") / pl.max_horizontal("words", 1).cast(pl.Float64)
        )
        return pl.DataFrame([count, density.to_series().alias("loop_density"), hits])

    def _find_runs(self, words: WordHashes) -> dict[int, list[Run]]:
        """Of each text with any, where the same words stand again at one distance for long enough."""
        found: dict[int, list[Run]] = {}
        for size in range(1, self.max_words + 1):
            same = np.flatnonzero(words.hashes[size:] == words.hashes[:-size])
            text_of = np.searchsorted(words.offsets, same, "right")
            same = same[text_of == np.searchsorted(words.offsets, same + size, "right")]
            starts, lengths = _join(same, size * (_copies(size, _COPIES) - 1))
            for start, length in zip(starts.tolist(), lengths.tolist(), strict=True):
                row = int(np.searchsorted(words.offsets, start, "right")) - 1
                found.setdefault(row, []).append((start - int(words.offsets[row]), size, length // size + 1))
        return found


def _find_loops(text: str, runs: list[Run], n_words: int) -> Iterator[Hit]:
    """The runs of one text that are loops, none inside another; none where normal form changes what words there are."""
    codes: Codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    _, starts, ends = find_words(codes)
    end_of_last = 0
    for first, size, copies in runs if len(starts) == n_words else ():
        start, end = int(starts[first]), int(ends[first + size * copies - 1])
        if start >= end_of_last and _is_loop(text, starts, ends, (first, size, copies)):
            end_of_last = end
            detail = f"{size} words {copies} times"
            yield {"start": start, "end": end, "match": text[start:end], "detail": detail}


def _join(same: Positions, shortest: int) -> tuple[Positions, Positions]:
    """Where places in a row begin, and how many they are; `shortest` at least."""
    edges = np.flatnonzero(np.diff(same, prepend=-2, append=-2) != 1)
    starts, lengths = same[edges[:-1]], np.diff(edges)
    long = lengths >= shortest
    return starts[long], lengths[long]


def _copies(size: int, steps: tuple[tuple[int, int], ...]) -> int:
    """How often a clause of so many words must stand there; 0 for one that is too short at any rate."""
    return next((copies for least, copies in steps if size >= least), 0)


def _is_loop(text: str, starts: Positions, ends: Positions, run: Run) -> bool:
    """Whether the copies are prose, enough, and parted by spaces and commas only."""
    first, size, copies = run
    bounds = range(first + size, first + size * copies, size)
    begin, end = int(starts[first]), int(ends[first + size - 1])
    clause = text[begin:end]
    unspaced = _UNSPACED.match(clause) is not None
    enough = _copies(size, _UNSPACED_COPIES if unspaced else _COPIES)
    if not enough or copies < enough or _NO_PROSE.search(text, begin, int(ends[first + size * copies - 1])):
        return False
    if not (len(set(clause)) > 1 if unspaced else _WORD.search(clause)):
        return False
    return all(_BETWEEN.fullmatch(text, int(ends[word - 1]), int(starts[word])) for word in bounds)
