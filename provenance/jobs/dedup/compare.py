"""Candidates compared by their signatures, or by their shingles where these were laid."""

import mmap
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from provenance.dedup import DedupOptions
from provenance.dedup.exact import Hashes, make_comparison, measure_pairs
from provenance.dedup.keys import Rows
from provenance.dedup.linking import Compare, Similarity
from provenance.dedup.options import Verify
from provenance.jobs.dedup.scratch import Part, Scratch, share_out
from provenance.jobs.dedup.signatures import open_signatures
from provenance.jobs.pieces.cuts import find_room
from provenance.jobs.pieces.stretches import Stretch, find_stretches, read_stretches
from provenance.store import bring, read_bytes

_OPEN_FILES = 128
_LOOKS = 500  # texts looked at before mapped pages are let go: some 64 kB each
_LAID = 200_000  # pairs whose shingles are laid on this machine's disk at a time: some 2 GB of texts of 1,000 words


def open_comparison(options: DedupOptions, scratch: Scratch, parts: Sequence[Part]) -> tuple[Compare, Similarity]:
    """Which candidates of a whole corpus are copies, and how similar any two of its items are."""
    estimate = open_signatures(scratch, parts).estimate
    if options.verify is not Verify.SHINGLES:
        return make_comparison(estimate, options, None)
    local = isinstance(scratch.folder, Path)
    exact = ShingleFiles(scratch, parts) if local else ShingleObjects(scratch, parts)
    return make_comparison(estimate, options, exact.measure)


class ShingleFiles:
    """Shingles looked up in files of this machine."""

    def __init__(self, scratch: Scratch, parts: Sequence[Part]) -> None:
        self._scratch, self._parts = scratch, parts
        self._ends = np.fromiter(accumulate(part.n_documents for part in parts), np.int64, len(parts))
        self._maps: dict[str, tuple[Rows, Hashes, mmap.mmap | None]] = {}
        self._looks = 0

    def measure(self, left: Rows, right: Rows) -> NDArray[np.float64]:
        """The exact similarity of each pair of items."""
        return measure_pairs(self.look)(left, right)

    def look(self, item: int) -> Hashes:
        """The shingles of an item, each once, in ascending order."""
        part = self._parts[int(np.searchsorted(self._ends, item, side="right"))]
        offsets, hashes, _ = self._open(part.name)
        place = item - part.start
        found: Hashes = hashes[offsets[place] : offsets[place + 1]].copy()
        self._forget()
        return found

    def _open(self, name: str) -> tuple[Rows, Hashes, mmap.mmap | None]:
        if name not in self._maps:
            if len(self._maps) >= _OPEN_FILES:
                self._maps.pop(next(iter(self._maps)))
            offsets = np.memmap(bring(self._scratch.offsets_path(name)), "<i8", mode="r")
            self._maps[name] = offsets, *_map(bring(self._scratch.shingles_path(name)))
        return self._maps[name]

    def _forget(self) -> None:
        self._looks += 1
        if self._looks % _LOOKS == 0:
            for _, _, mapped in self._maps.values():
                if mapped is not None:
                    mapped.madvise(mmap.MADV_DONTNEED)


class ShingleObjects:
    """Shingles read from object storage: those to be compared once, in the order they lie in, into a small folder."""

    def __init__(self, scratch: Scratch, parts: Sequence[Part]) -> None:
        self._scratch, self._parts = scratch, parts

    def measure(self, left: Rows, right: Rows) -> NDArray[np.float64]:
        """The exact similarity of each pair of items."""
        found = [np.zeros(0)]
        for begin in range(0, len(left), _LAID):
            some = slice(begin, begin + _LAID)
            items, places = np.unique(np.concatenate([left[some], right[some]]), return_inverse=True)
            with self._lay(items) as laid:
                found.append(laid.measure(*np.split(places, 2)))
        return np.concatenate(found)

    @contextmanager
    def _lay(self, items: Rows) -> Iterator[ShingleFiles]:
        """A folder of this machine in which the item that is i-th here is item i."""
        with tempfile.TemporaryDirectory(dir=find_room(self._scratch.folder)) as folder:
            laid, part = Scratch(Path(folder), self._scratch.num_perm), Part("laid", len(items), 0)
            sizes = [np.zeros(1, np.int64)]
            with bring(laid.shingles_path(part.name)).open("wb") as file:
                for stretch, data in read_stretches(self._scratch.folder, self._find_stretches(items)):
                    spans = zip(stretch.begins.tolist(), stretch.ends.tolist(), strict=True)
                    file.writelines(data[begin:end] for begin, end in spans)
                    sizes.append((stretch.ends - stretch.begins) // 4)
            np.cumsum(np.concatenate(sizes)).astype("<i8").tofile(bring(laid.offsets_path(part.name)))
            yield ShingleFiles(laid, [part])

    def _find_stretches(self, items: Rows) -> Iterator[Stretch]:
        for index, own in share_out(items, self._parts):
            part = self._parts[index]
            offsets = 4 * np.frombuffer(read_bytes(self._scratch.offsets_path(part.name)), "<i8")
            rows = items[own] - part.start
            yield from find_stretches(self._scratch.shingles_path(part.name), offsets[rows], offsets[rows + 1])


def _map(path: Path) -> tuple[Hashes, mmap.mmap | None]:
    if path.stat().st_size == 0:
        return np.zeros(0, np.uint32), None
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return np.frombuffer(mapped, "<u4"), mapped
