"""Where the search for copies lays its pieces: sorted runs of keys, signatures, pairs; deleted when it is done.

Arrays are little-endian and raw. A file under its own name is whole, so an interrupted search goes on with what lies
here.
"""

import bisect
import mmap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, count, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from provenance.dedup.keys import ROW, Rows
from provenance.dedup.minhash import Signatures
from provenance.store import open_whole

KEYS = "keys"
_OPEN_FILES = 256  # of the 1,024 a process may have open by default
_PAGES = 64 * 1024 * 1024  # bytes of mapped files that may stay in memory between two looks
_AROUND = 64 * 1024  # bytes that the system maps at a look: what its cache has of the neighbourhood
_LOOKS = _PAGES // _AROUND


@dataclass(frozen=True, slots=True)
class Part:
    """One shard's share of the search: how many documents it has, and the number of its first."""

    name: str
    n_documents: int
    start: int


@dataclass(frozen=True, slots=True)
class Scratch:
    """The folder of one search."""

    folder: Path
    num_perm: int

    def run_path(self, part: str, number: int, kind: str = KEYS) -> Path:
        """A sorted run of a shard's rows of a kind; items count from 0 in the shard."""
        return self.folder / f"{part}.{number}.{kind}"

    def signatures_path(self, part: str) -> Path:
        """A shard's signatures, a row a document; zeros where there is none."""
        return self.folder / f"{part}.signatures"

    def shingles_path(self, part: str) -> Path:
        """The shingles of a shard's documents, each document's in order, where candidates are verified by them."""
        return self.folder / f"{part}.shingles"

    def offsets_path(self, part: str) -> Path:
        """Where each document's shingles begin, and where the last ones end."""
        return self.folder / f"{part}.offsets"

    def pairs_path(self, partition: str) -> Path:
        """Pairs of items of the whole corpus."""
        return self.folder / f"{partition}.pairs"

    def repeated_path(self, partition: str) -> Path:
        """Paragraphs that many documents have, with items of the whole corpus, in order of these."""
        return self.folder / f"{partition}.repeated"

    def forget_runs(self, part: str, kind: str = KEYS) -> None:
        """Deletes what an earlier search left of a shard's rows of a kind."""
        for number in count():
            path = self.run_path(part, number, kind)
            if not path.exists():
                return
            path.unlink()

    def write_run(self, part: str, number: int, rows: NDArray[np.void], kind: str = KEYS) -> None:
        """Writes rows in order of their keys. Raises OutputError."""
        with open_whole(self.run_path(part, number, kind)) as file:
            rows[np.argsort(rows["key"], kind="stable")].tofile(file)

    def read_runs(
        self, part: Part, low: int, high: int, kind: str = KEYS, dtype: np.dtype[np.void] = ROW
    ) -> Iterator[NDArray[np.void]]:
        """The rows of a shard whose keys are from `low` on and below `high`, with the items of the whole corpus."""
        for number in count():
            path = self.run_path(part.name, number, kind)
            if not path.exists():
                return
            if path.stat().st_size == 0:
                continue
            keys = np.memmap(path, dtype, mode="r")["key"]
            begin = bisect.bisect_left(keys, low, key=int)
            end = bisect.bisect_left(keys, high, key=int)
            rows = np.fromfile(path, dtype, end - begin, offset=begin * dtype.itemsize)
            rows["item"] += part.start
            yield rows

    def write_repeated(self, partition: str, rows: NDArray[np.void]) -> None:
        """Writes paragraphs, ordered by item. Raises OutputError."""
        with open_whole(self.repeated_path(partition)) as file:
            rows.tofile(file)

    def read_repeated(self, partition: str, part: Part, dtype: np.dtype[np.void]) -> NDArray[np.void]:
        """The paragraphs of a partition that stand in a shard, with its own items."""
        path = self.repeated_path(partition)
        if path.stat().st_size == 0:
            return np.empty(0, dtype)
        items = np.memmap(path, dtype, mode="r")["item"]
        begin, end = (bisect.bisect_left(items, edge, key=int) for edge in (part.start, part.start + part.n_documents))
        rows = np.fromfile(path, dtype, end - begin, offset=begin * dtype.itemsize)
        rows["item"] -= part.start
        return rows

    def write_pairs(self, partition: str, pairs: Rows) -> None:
        """Writes pairs of items. Raises OutputError."""
        with open_whole(self.pairs_path(partition)) as file:
            pairs.astype("<i8").tofile(file)

    def read_pairs(self, partition: str) -> Rows:
        """The pairs of a partition, shape (n, 2)."""
        return np.fromfile(self.pairs_path(partition), "<i8").reshape(-1, 2)

    def count_pairs(self, partition: str) -> int:
        """How many pairs a partition has."""
        return self.pairs_path(partition).stat().st_size // 16

    def read_some_pairs(self, partition: str, places: Rows) -> Rows:
        """Some pairs of a partition, shape (n, 2)."""
        if not len(places):
            return np.zeros((0, 2), np.int64)
        return np.array(np.memmap(self.pairs_path(partition), "<i8", mode="r").reshape(-1, 2)[places])

    def read_signatures(self, part: Part, n_rows: int) -> Iterator[tuple[int, Signatures]]:
        """All signatures of a shard in stretches of `n_rows`, each with its first item in the shard."""
        with self.signatures_path(part.name).open("rb") as file:
            for start in range(0, part.n_documents, n_rows):
                n = min(n_rows, part.n_documents - start)
                yield start, np.fromfile(file, "<u4", n * self.num_perm).reshape(n, self.num_perm)


class SignatureFiles:
    """The signatures of items of a whole corpus, from the files of its shards; they stay outside of this process."""

    def __init__(self, scratch: Scratch, parts: Sequence[Part]) -> None:
        self._scratch, self._parts = scratch, parts
        self._ends = np.fromiter(accumulate(part.n_documents for part in parts), np.int64, len(parts))
        self._maps: dict[str, mmap.mmap] = {}
        self._touched = 0

    def fetch(self, items: Rows) -> Signatures:
        """One row an item, in order; quickest for items in ascending order."""
        owners = np.searchsorted(self._ends, items, side="right")
        found = np.empty((len(items), self._scratch.num_perm), np.uint32)
        order = np.argsort(owners, kind="stable")
        edges = np.flatnonzero(np.diff(owners[order], prepend=-1, append=len(self._parts)))
        for begin, end in pairwise(edges):
            part = self._parts[int(owners[order[begin]])]
            for start in range(begin, end, _LOOKS):
                some = order[start : min(start + _LOOKS, end)]
                found[some] = self._rows(part.name)[items[some] - part.start]
                self._forget(len(some))
        return found

    def _rows(self, name: str) -> Signatures:
        if name not in self._maps:
            if len(self._maps) >= _OPEN_FILES:
                self._maps.pop(next(iter(self._maps)))
            with self._scratch.signatures_path(name).open("rb") as file:
                mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._maps[name] = mapped
        return np.frombuffer(self._maps[name], "<u4").reshape(-1, self._scratch.num_perm)

    def _forget(self, n_rows: int) -> None:
        """Lets mapped pages go now and then: they lie in the system's cache, but count as memory of this process."""
        self._touched += n_rows
        if self._touched >= _LOOKS:
            for mapped in self._maps.values():
                mapped.madvise(mmap.MADV_DONTNEED)
            self._touched = 0
