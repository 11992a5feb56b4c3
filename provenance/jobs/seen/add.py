"""A finished run into an index: sorted, told from what is known, merged, and made part of it at once.

Files are written beside those of the index; the manifest that names them is replaced last. An `add` that is stopped
before leaves the index as it was.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance import __version__
from provenance.dedup.clusters import read_signatures
from provenance.dedup.seen import (
    BAND,
    BAND_BITS,
    NEVER,
    TEXT,
    TEXT_BITS,
    Marks,
    find_earlier,
    keep_first,
    make_bands,
    make_texts,
    sort_bands,
    sort_texts,
)
from provenance.dedup.sketch import count_words, make_sketches
from provenance.jobs.seen.entries import PLACES, ListWriter, sketch_kind, to_place_table, to_sketch_table
from provenance.jobs.seen.files import SortedFiles, write_sorted
from provenance.jobs.seen.folder import FOLDERS, SCRATCH, find_manifest, remove_leftovers
from provenance.jobs.seen.manifest import (
    AddedRun,
    FileEntry,
    Level,
    Manifest,
    check_options,
    flush_folder,
    lock_for_adding,
    write_manifest,
)
from provenance.jobs.seen.plan import find_room
from provenance.jobs.seen.runs import Runs, cut_keys
from provenance.jobs.seen.source import RunSource, open_run
from provenance.store import Place

_TEXT_HEIGHT, _BAND_HEIGHT = 6 * TEXT.itemsize, 5 * BAND.itemsize  # bytes a row needs where ranges are merged
_GROWTH = 4  # a level stays apart from one that came later and is less than a quarter of it
_PLACE_COLUMNS = ("url", "crawl", "warc_filename", "warc_record_offset", "fetch_time")

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Added:
    """What an `add` did: documents read, those without a capture time, entries made, texts not known before."""

    documents: int
    undated: int
    recorded: int
    new_texts: int
    known_run: bool


def add_run(folder: Path, out: Place, *, near: bool | None, memory: int, tell: Tell) -> Added:
    """Adds the documents of the finished run in `out` to the index in `folder`, which is made if there is none.

    `near`: whether a new index finds near copies too; null for what an index there has, else yes. Raises ConfigError
    before anything changes (no finished run, no index, another format, other options, in use), and OutputError.
    """
    room = find_room(memory)
    source = open_run(out)
    with lock_for_adding(folder):
        manifest = find_manifest(folder, source.run.config.dedup, near)
        check_options(folder, manifest, source.run.config.dedup, str(out))
        remove_leftovers(folder, manifest)
        scratch = folder / SCRATCH
        scratch.mkdir(exist_ok=True)
        try:
            changed, added = _Addition(folder, manifest, source, room, tell).work()
            if changed is not manifest:
                for name in FOLDERS:
                    flush_folder(folder / name)
                write_manifest(folder, changed)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        remove_leftovers(folder, changed)
    return added


class _Addition:
    """One run on its way into the index."""

    def __init__(self, folder: Path, manifest: Manifest, source: RunSource, room: int, tell: Tell) -> None:
        self._folder, self._manifest, self._source, self._room, self._tell = folder, manifest, source, room, tell
        self._scratch = folder / SCRATCH
        self._generation = manifest.generation + 1
        self._sizes = source.count()
        self._marks = Marks(sum(self._sizes))

    def work(self) -> tuple[Manifest, Added]:
        """The manifest with the run, and what was done; the same manifest where nothing is new."""
        texts, run = self._sort_texts()
        chosen, n_new = self._choose(texts)
        texts.forget()
        run = replace(run, recorded=chosen.n_rows)
        known = any(run.digest == before.digest for before in self._manifest.runs)
        added = Added(run.documents, run.undated, run.recorded, n_new, known)
        if not chosen.n_rows:
            listed = self._manifest if known or not run.documents else self._with_run(run)
            return listed, added
        kept, merged = self._choose_levels(chosen.n_rows)
        level_texts = self._write_texts(chosen, merged)
        chosen.forget()
        places, sketches, bands = self._write_entries()
        level = Level(tuple(level_texts), tuple(self._write_bands(bands, merged)))
        changed = replace(
            self._with_run(run),
            version=__version__,
            generation=self._generation,
            n_texts=self._manifest.n_texts + n_new,
            n_entries=self._manifest.n_entries + run.recorded,
            levels=(*kept, level),
            places=places,
            sketches=sketches,
        )
        return changed, added

    def _with_run(self, run: AddedRun) -> Manifest:
        return replace(self._manifest, runs=(*self._manifest.runs, run))

    def _sort_texts(self) -> tuple[Runs, AddedRun]:
        """The texts of all documents that have a time, and what is said of the run."""
        self._tell(f"reading {sum(self._sizes):,} documents")
        texts = Runs(self._scratch, "texts", TEXT, self._room // 2)
        digest, edges, start = blake2b(digest_size=16), [int(NEVER), 0], 0
        for batch in self._read(("fetch_time",), ("exact_hash",)):
            rows = make_texts(batch["exact_hash"], batch["fetch_time"], start)
            digest.update(rows.tobytes())
            if len(rows):
                edges = [min(edges[0], int(rows["time"].min())), max(edges[1], int(rows["time"].max()))]
            texts.write(rows)
            start += batch.height
        crawls = tuple(sorted({shard.crawl for shard in self._source.shards}))
        dates = [datetime.fromtimestamp(edge, UTC).isoformat() if texts.n_rows else None for edge in edges]
        run = AddedRun(digest.hexdigest(), crawls, start, start - texts.n_rows, 0, *dates)
        return texts, run

    def _read(self, documents: tuple[str, ...], signatures: tuple[str, ...]) -> Iterator[pl.DataFrame]:
        for shard in self._source.shards:
            yield from self._source.read(shard, documents, signatures)

    def _choose(self, texts: Runs) -> tuple[Runs, int]:
        """The first capture of each text that the index does not know, or knows from a later date; how many are new."""
        self._tell(f"comparing with {self._manifest.n_texts:,} texts")
        chosen, n_new = Runs(self._scratch, "chosen", TEXT, self._room // 4), 0
        levels = [SortedFiles(self._folder, TEXT, level.texts) for level in self._manifest.levels]
        for low, high in self._cut(TEXT_BITS, texts.n_rows + self._manifest.n_entries, _TEXT_HEIGHT):
            rows = keep_first(sort_texts(texts.read(low, high)))
            best, items = np.full(len(rows), NEVER), np.zeros(len(rows), np.uint64)
            for level in levels:
                find_earlier(rows, level.read(low, high, rows["key"]), best, items)
            n_new += int((best == NEVER).sum())
            rows = rows[rows["time"] < best]
            self._marks.add(rows["item"])
            chosen.write(rows)
        return chosen, n_new

    def _cut(self, bits: int, n_rows: int, row_bytes: int) -> list[tuple[int, int]]:
        return cut_keys(bits, n_rows, row_bytes, self._room // 2)

    def _choose_levels(self, n_rows: int) -> tuple[tuple[Level, ...], tuple[Level, ...]]:
        """The levels that stay as they are, and those merged with so many new texts."""
        kept = list(self._manifest.levels)
        while kept and kept[-1].n_texts <= _GROWTH * n_rows:
            n_rows += kept.pop().n_texts
        return tuple(kept), self._manifest.levels[len(kept) :]

    def _write_texts(self, chosen: Runs, merged: tuple[Level, ...]) -> list[FileEntry]:
        first = np.uint64(self._manifest.n_entries)
        levels = [SortedFiles(self._folder, TEXT, level.texts) for level in merged]
        n_rows = chosen.n_rows + sum(level.n_texts for level in merged)

        def merge() -> Iterator[NDArray[np.void]]:
            for low, high in self._cut(TEXT_BITS, n_rows, _TEXT_HEIGHT):
                rows = chosen.read(low, high)
                rows["item"] = first + self._marks.rank(rows["item"])
                old = [level.read(low, high) for level in levels]
                yield keep_first(sort_texts(np.concatenate([*old, rows])))

        self._tell(f"writing {n_rows:,} texts")
        return write_sorted(self._folder, f"texts/{self._generation:06}", TEXT, merge())

    def _write_entries(self) -> tuple[tuple[FileEntry, ...], tuple[FileEntry, ...], Runs]:
        """Appends places and sketches of the chosen documents; gives the files of both, and the bands."""
        self._tell("writing places" + (" and sketches" if self._manifest.near else ""))
        options = self._manifest.dedup
        bands = Runs(self._scratch, "bands", BAND, self._room // 2)
        places = ListWriter(self._folder, PLACES, self._manifest.places, self._generation)
        sketches = ListWriter(self._folder, sketch_kind(options.num_perm), self._manifest.sketches, self._generation)
        start, entry = 0, self._manifest.n_entries
        with places, sketches:
            for batch in self._read(_PLACE_COLUMNS, ("signature",) if self._manifest.near else ()):
                own = batch.filter(pl.Series(self._marks.among(start, batch.height)))
                places.write(to_place_table(own))
                if self._manifest.near:
                    signed, matrix = read_signatures(own["signature"], options.num_perm)
                    whole = np.zeros((own.height, count_words(options.num_perm)), "<u8")
                    whole[signed] = make_sketches(matrix)
                    sketches.write(to_sketch_table(whole))
                    bands.write(make_bands(matrix, signed + entry, options))
                start, entry = start + batch.height, entry + own.height
        return places.files, sketches.files, bands

    def _write_bands(self, bands: Runs, merged: tuple[Level, ...]) -> list[FileEntry]:
        levels = [SortedFiles(self._folder, BAND, level.bands) for level in merged]
        n_rows = bands.n_rows + sum(level.n_bands for level in merged)

        def merge() -> Iterator[NDArray[np.void]]:
            for low, high in self._cut(BAND_BITS, n_rows, _BAND_HEIGHT):
                old = [level.read(low, high) for level in levels]
                yield sort_bands(np.concatenate([*old, bands.read(low, high)]))

        if n_rows:
            self._tell(f"writing {n_rows:,} band keys")
        return write_sorted(self._folder, f"bands/{self._generation:06}", BAND, merge())
