"""The signatures of items of a whole corpus, from the files of its shards; they stay outside of this process.

In a folder of this machine they are looked up where they lie. From object storage those that are to be compared are
read in the order they lie in, into a small file of this machine, and not again while it has room.
"""

import mmap
import tempfile
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from provenance.dedup.keys import Rows
from provenance.dedup.linking import estimate_similarity
from provenance.dedup.minhash import Signatures
from provenance.jobs.dedup.scratch import Part, Scratch, share_out
from provenance.jobs.pieces.cuts import find_room
from provenance.jobs.pieces.stretches import Stretch, find_stretches, read_stretches
from provenance.store import bring

_OPEN_FILES = 256  # of the 1,024 a process may have open by default
_PAGES = 64 * 1024 * 1024  # bytes of mapped files that may stay in memory between two looks
_AROUND = 64 * 1024  # bytes that the system maps at a look: what its cache has of the neighbourhood
_LOOKS = _PAGES // _AROUND
_PAIRS = 1_000_000  # compared with what is laid on this machine's disk at a time
_LAID = 4_000_000  # signatures that lie there at most: 2 GB at 128 values


class SignatureFiles:
    """Signatures looked up in files of this machine."""

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

    def estimate(self, left: Rows, right: Rows) -> NDArray[np.float64]:
        """The estimated similarity of each pair of items."""
        return estimate_similarity(self.fetch, left, right)

    def _rows(self, name: str) -> Signatures:
        if name not in self._maps:
            if len(self._maps) >= _OPEN_FILES:
                self._maps.pop(next(iter(self._maps)))
            with bring(self._scratch.signatures_path(name)).open("rb") as file:
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


class SignatureObjects:
    """Signatures read from object storage; those that were compared stay on this machine, for a while."""

    def __init__(self, scratch: Scratch, parts: Sequence[Part]) -> None:
        self._scratch, self._parts = scratch, parts
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._items = self._places = np.zeros(0, np.int64)

    def fetch(self, items: Rows) -> Signatures:
        """One row an item, for items in ascending order."""
        return np.concatenate([np.zeros((0, self._scratch.num_perm), np.uint32), *self._read(items)])

    def estimate(self, left: Rows, right: Rows) -> NDArray[np.float64]:
        """The estimated similarity of each pair of items."""
        found = [np.zeros(0)]
        for begin in range(0, len(left), _PAIRS):
            some = slice(begin, begin + _PAIRS)
            items, numbers = np.unique(np.concatenate([left[some], right[some]]), return_inverse=True)
            laid, places = self._lay(items)
            found.append(laid.estimate(*np.split(places[numbers], 2)))
        return np.concatenate(found)

    def _lay(self, items: Rows) -> tuple[SignatureFiles, Rows]:
        """Files of this machine with the signatures of these items, and which rows of them are theirs."""
        missing = np.setdiff1d(items, self._items, assume_unique=True)
        if self._folder is None or len(self._items) + len(missing) > _LAID:
            self._folder = tempfile.TemporaryDirectory(dir=find_room(self._scratch.folder))
            self._items = self._places = np.zeros(0, np.int64)
            missing = items
        laid, n = Scratch(Path(self._folder.name), self._scratch.num_perm), len(self._items)
        with bring(laid.signatures_path("laid")).open("ab") as file:
            file.writelines(rows.tobytes() for rows in self._read(missing))
        known = np.concatenate([self._items, missing])
        order = np.argsort(known)
        self._items = known[order]
        self._places = np.concatenate([self._places, np.arange(n, len(known))])[order]
        return SignatureFiles(laid, [Part("laid", len(known), 0)]), self._places[np.searchsorted(self._items, items)]

    def _read(self, items: Rows) -> Iterator[Signatures]:
        width = 4 * self._scratch.num_perm
        for stretch, data in read_stretches(self._scratch.folder, self._find_stretches(items, width)):
            yield np.frombuffer(data, "<u4").reshape(-1, self._scratch.num_perm)[stretch.begins // width]

    def _find_stretches(self, items: Rows, width: int) -> Iterator[Stretch]:
        for index, own in share_out(items, self._parts):
            part = self._parts[index]
            begins = (items[own] - part.start) * width
            yield from find_stretches(self._scratch.signatures_path(part.name), begins, begins + width)


def open_signatures(scratch: Scratch, parts: Sequence[Part]) -> SignatureFiles | SignatureObjects:
    """The signatures of a search, wherever its folder is."""
    local = isinstance(scratch.folder, Path)
    return SignatureFiles(scratch, parts) if local else SignatureObjects(scratch, parts)
