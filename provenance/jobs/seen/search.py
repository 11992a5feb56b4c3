"""What an index knows of documents asked for: equal texts, and near copies told by their sketches.

Documents are laid aside in sorted runs, and joined with the index range by range: first their hashes with its texts,
then their band keys with its bands, then the pairs found, ordered by entry, with its sketches. Where few are asked
for, all stays in memory and only those parts of the index are read that can hold one of them.
"""

import mmap
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.dedup.clusters import read_signatures
from provenance.dedup.seen import (
    BAND,
    BAND_BITS,
    HIT,
    NEVER,
    TEXT,
    TEXT_BITS,
    ask_texts,
    choose_hits,
    find_earlier,
    make_bands,
    pair_bands,
    sort_texts,
)
from provenance.dedup.sketch import Sketches, compare_sketches, count_words, make_sketches
from provenance.jobs.seen.entries import PLACES, EntryList, read_places, read_sketches, sketch_kind
from provenance.jobs.seen.files import SortedFiles
from provenance.jobs.seen.manifest import Manifest
from provenance.jobs.seen.runs import Runs, cut_keys
from provenance.store import output_error

_TEXT_HEIGHT, _BAND_HEIGHT, _PAIR_HEIGHT = 5 * TEXT.itemsize, 5 * BAND.itemsize, 10 * BAND.itemsize
_HIT_HEIGHT = 4 * HIT.itemsize
_COMPARED = 1 << 14  # pairs compared at once


@dataclass(frozen=True, slots=True)
class Found:
    """The hits among `n_documents`, numbered as they were asked for."""

    n_documents: int
    hits: Runs

    def read(self, low: int, high: int) -> NDArray[np.void]:
        """The hits that tell of documents from `low` on and below `high`, ordered by document."""
        return choose_hits(self.hits.read(low, high))


class Search:
    """One question to an index: `ask` with all documents in turn, then `find`.

    `room` (bytes) bounds what is held; `scratch` is an empty folder, written to where that is not enough. Near copies
    count from `least_similarity` on. Raises OutputError when the folder cannot be written, ConfigError for signatures
    of another length.
    """

    def __init__(
        self, folder: Path, manifest: Manifest, *, room: int, scratch: Path, least_similarity: float | None = None
    ) -> None:
        self._folder, self._manifest, self._room = folder, manifest, room
        self._least = manifest.dedup.threshold if least_similarity is None else least_similarity
        self._n_documents = 0
        self._texts = Runs(scratch, "texts", TEXT, room // 8)
        self._bands = Runs(scratch, "bands", BAND, room // 3)
        self._pairs = Runs(scratch, "pairs", BAND, room // 4)
        self._hits = Runs(scratch, "hits", HIT, room // 8)
        self._sketches = _SketchFile(scratch / "sketches", count_words(manifest.dedup.num_perm), room // 8)

    def ask(self, exact_hashes: pl.Series, signatures: pl.Series | None) -> None:
        """Adds documents; without signatures, or to an index without near copies, they are asked for by hash only."""
        self._texts.write(ask_texts(exact_hashes, self._n_documents))
        if self._manifest.near and signatures is not None:
            options = self._manifest.dedup
            signed, matrix = read_signatures(signatures, options.num_perm)
            self._bands.write(make_bands(matrix, signed + self._n_documents, options))
            whole = np.zeros((len(signatures), count_words(options.num_perm)), "<u8")
            whole[signed] = make_sketches(matrix)
            self._sketches.write(whole)
        self._n_documents += len(exact_hashes)

    def find(self) -> Found:
        """What the index knows of all of them."""
        self._find_equal()
        self._texts.forget()
        if self._bands.n_rows:
            self._find_candidates()
            self._bands.forget()
            self._verify()
            self._pairs.forget()
        return Found(self._n_documents, self._hits)

    def _cut(self, bits: int, n_rows: int, row_bytes: int) -> list[tuple[int, int]]:
        return cut_keys(bits, n_rows, row_bytes, self._room // 3)

    def _find_equal(self) -> None:
        levels = [SortedFiles(self._folder, TEXT, level.texts) for level in self._manifest.levels]
        n_rows = self._texts.n_rows + max([level.n_texts for level in self._manifest.levels], default=0)
        for low, high in self._cut(TEXT_BITS, n_rows, _TEXT_HEIGHT):
            rows = sort_texts(self._texts.read(low, high))
            best, entries = np.full(len(rows), NEVER), np.zeros(len(rows), np.uint64)
            for level in levels:
                find_earlier(rows, level.read(low, high, rows["key"]), best, entries)
            found = best < NEVER
            self._note(rows["item"][found], entries[found], best[found], 1.0, exact=True)

    def _find_candidates(self) -> None:
        levels = [SortedFiles(self._folder, BAND, level.bands) for level in self._manifest.levels]
        n_rows = self._bands.n_rows + max([level.n_bands for level in self._manifest.levels], default=0)
        for low, high in self._cut(BAND_BITS, n_rows, _BAND_HEIGHT):
            asked = self._bands.read(low, high)
            asked = asked[np.argsort(asked["key"], kind="stable")]
            for level in levels:
                known = level.read(low, high, asked["key"])
                for items, entries in pair_bands(asked, known):
                    pairs = np.empty(len(items), BAND)
                    pairs["key"], pairs["item"] = entries, items
                    self._pairs.write(_unique(pairs))

    def _verify(self) -> None:
        """Compares the sketches of the pairs, a range of entries after the other."""
        n_entries = self._manifest.n_entries
        for low, high in self._cut(max(n_entries, 1).bit_length(), self._pairs.n_rows, _PAIR_HEIGHT):
            pairs = _unique(self._pairs.read(low, high))
            similarity = self._compare(pairs)
            near = similarity >= self._least
            pairs, similarity = pairs[near], similarity[near]
            entries, inverse = np.unique(pairs["key"], return_inverse=True)
            places = EntryList(self._folder, PLACES, self._manifest.places)
            times = read_places(places, entries, ["fetch_time"])["fetch_time"].dt.epoch("s").to_numpy()
            self._note(pairs["item"], pairs["key"], times[inverse], similarity, exact=False)

    def _compare(self, pairs: NDArray[np.void]) -> NDArray[np.float64]:
        num_perm = self._manifest.dedup.num_perm
        listed = EntryList(self._folder, sketch_kind(num_perm), self._manifest.sketches)
        entries = np.unique(pairs["key"])
        similarity = np.empty(len(pairs))
        for own, sketches in read_sketches(listed, entries, num_perm):
            begin = int(np.searchsorted(pairs["key"], entries[own.start]))
            end = int(np.searchsorted(pairs["key"], entries[own.stop - 1], side="right"))
            for start in range(begin, end, _COMPARED):
                some = pairs[start : min(start + _COMPARED, end)]
                known = sketches[np.searchsorted(entries[own], some["key"])]
                asked = self._sketches.fetch(some["item"])
                similarity[start : start + len(some)] = compare_sketches(asked, known, num_perm)
        return similarity

    def _note(
        self,
        items: NDArray[np.uint64],
        entries: NDArray[np.uint64],
        times: NDArray[np.integer],
        similarity: NDArray[np.float64] | float,
        *,
        exact: bool,
    ) -> None:
        hits = np.empty(len(items), HIT)
        hits["key"], hits["entry"], hits["time"] = items, entries, times
        hits["similarity"], hits["exact"] = similarity, exact
        self._hits.write(hits)


def _unique(pairs: NDArray[np.void]) -> NDArray[np.void]:
    pairs = pairs[np.lexsort((pairs["item"], pairs["key"]))]
    first = np.ones(len(pairs), bool)
    first[1:] = (pairs["key"][1:] != pairs["key"][:-1]) | (pairs["item"][1:] != pairs["item"][:-1])
    return pairs[first]


class _SketchFile:
    """Sketches of the documents asked for, by number: in memory while they are few, else in a file."""

    def __init__(self, path: Path, n_words: int, n_bytes: int) -> None:
        self._path, self._n_words, self._n_bytes = path, n_words, n_bytes
        self._parts: list[Sketches] = []
        self._held = 0
        self._mapped: mmap.mmap | None = None

    def write(self, sketches: Sketches) -> None:
        """Adds sketches. Raises OutputError."""
        self._parts.append(sketches)
        self._held += sketches.nbytes
        if self._held > self._n_bytes:
            self._lay_aside()

    def fetch(self, items: NDArray[np.uint64]) -> Sketches:
        """A row an item, in order; all are written by now."""
        if not self._path.exists():
            if len(self._parts) > 1:
                self._parts = [np.concatenate(self._parts)]
            return self._parts[0][items]
        if self._mapped is None:
            self._lay_aside()
            with self._path.open("rb") as file:
                self._mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._mapped.madvise(mmap.MADV_RANDOM)
        found: Sketches = np.frombuffer(self._mapped, "<u8").reshape(-1, self._n_words)[items]
        self._mapped.madvise(mmap.MADV_DONTNEED)  # the system keeps the pages, they need not count as ours
        return found

    def _lay_aside(self) -> None:
        try:
            with self._path.open("ab") as file:
                for part in self._parts:
                    part.tofile(file)
        except OSError as error:
            raise output_error(self._path, error) from error
        self._parts, self._held = [], 0
