"""Rows on their way into or past the index: kept in memory while they are few, else laid aside in sorted runs."""

import bisect
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from provenance.store import output_error

Rows = NDArray[np.void]
_COPIES = 3  # of the rows in memory while a run is sorted: as they came, together, in order


class Runs:
    """Rows with a `key`, written in any order and read by range of keys.

    Rows of equal keys come back in the order they were written. No more than about `n_bytes` are taken while they are
    written. Raises OutputError when the folder cannot be written.
    """

    def __init__(self, folder: Path, name: str, dtype: np.dtype[np.void], n_bytes: int) -> None:
        self._folder, self._name, self._dtype = folder, name, dtype
        self._most = n_bytes // _COPIES
        self._waiting: list[Rows] = []
        self._held = 0
        self._last: Rows | None = None  # the rows still in memory, in order
        self._paths: list[Path] = []
        self.n_rows = 0

    def write(self, rows: Rows) -> None:
        """Adds rows."""
        self._waiting.append(rows)
        self._held += rows.nbytes
        self.n_rows += len(rows)
        if self._held > self._most:
            self._lay_aside()

    def read(self, low: int, high: int) -> Rows:
        """The rows with keys from `low` on and below `high`: run after run, each of them sorted."""
        if self._waiting:
            self._last = self._sort()
        found = [self._read_file(path, low, high) for path in self._paths]
        if self._last is not None:
            begin, end = _edges(self._last["key"], low, high)
            found.append(self._last[begin:end])
        return np.concatenate([np.empty(0, self._dtype), *found])

    def forget(self) -> None:
        """Lets all rows go."""
        for path in self._paths:
            path.unlink(missing_ok=True)
        self._paths, self._waiting, self._last, self._held, self.n_rows = [], [], None, 0, 0

    def _sort(self) -> Rows:
        earlier = [] if self._last is None else [self._last]
        rows = np.concatenate([*earlier, *self._waiting])
        self._waiting, self._held = [], 0
        return rows[np.argsort(rows["key"], kind="stable")]

    def _lay_aside(self) -> None:
        path = self._folder / f"{self._name}.{len(self._paths)}.run"
        rows, self._last = self._sort(), None
        try:
            with path.open("wb") as file:
                rows.tofile(file)
        except OSError as error:
            raise output_error(path, error) from error
        self._paths.append(path)

    def _read_file(self, path: Path, low: int, high: int) -> Rows:
        begin, end = _edges(np.memmap(path, self._dtype, mode="r")["key"], low, high)
        return np.fromfile(path, self._dtype, end - begin, offset=begin * self._dtype.itemsize)


def cut_keys(bits: int, n_rows: int, row_bytes: int, room: int) -> list[tuple[int, int]]:
    """The keys of so many bits cut by their first ones, so that about `room` bytes hold the rows of a range."""
    cuts = min(bits, max(0, (-(-n_rows * row_bytes // room) - 1).bit_length()))
    width = 1 << (bits - cuts)
    return [(low, low + width) for low in range(0, 1 << bits, width)]


def _edges(keys: NDArray[np.uint64], low: int, high: int) -> tuple[int, int]:
    return bisect.bisect_left(keys, low, key=int), bisect.bisect_left(keys, high, key=int)
