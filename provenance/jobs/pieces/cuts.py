"""Files that are cut into parts: a stretch of parts is found with one small read, and read with another.

The bytes of a part lie together, and the parts in order. A second file, written after it, has the edges: where each
part begins, and where the last one ends. So a task finds its own part of what another task has left, wherever that
lies, without reading around in it.
"""

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import IO

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.jobs.pieces.ahead import read_ahead
from provenance.store import Place, file_size, open_whole, output_error, read_span
from provenance.store.local import local_folder

_EDGE = np.dtype("<i8")


class CutWriter:
    """Takes bytes of `n_parts` parts as they come; on a clean exit they lie in order of parts under their name.

    Those of one part are in the order in which they came. Raises OutputError.
    """

    def __init__(self, place: Place, n_parts: int) -> None:
        self._place, self._n_parts = place, n_parts
        self._spans: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)

    def __enter__(self) -> "CutWriter":
        try:
            self._spool: IO[bytes] = tempfile.TemporaryFile(dir=find_room(self._place.parent))
        except OSError as error:
            raise output_error(self._place, error) from error
        return self

    def add(self, part: int, data: bytes) -> None:
        """Takes some bytes of a part."""
        if not data:
            return
        begin = self._spool.tell()
        try:
            self._spool.write(data)
        except OSError as error:
            raise output_error(self._place, error) from error
        self._spans[part].append((begin, begin + len(data)))

    def add_rows(self, rows: NDArray[np.void], starts: NDArray[np.int64]) -> None:
        """Takes rows that are in order of parts; part i begins with row `starts[i]`."""
        for part, (begin, end) in enumerate(pairwise([*starts.tolist(), len(rows)])):
            if begin < end:
                self.add(part, rows[begin:end].tobytes())

    def add_frame(self, part: int, frame: pl.DataFrame) -> None:
        """Takes a frame, which must be all there is of the part."""
        if frame.height:
            packed = BytesIO()
            frame.write_ipc_stream(packed, compression="lz4")
            self.add(part, packed.getvalue())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._spool:
            if kind is None:
                self._write()

    def _write(self) -> None:
        edges = np.zeros(self._n_parts + 1, _EDGE)
        with open_whole(self._place) as file:
            for part in range(self._n_parts):
                for begin, end in self._spans[part]:
                    self._spool.seek(begin)
                    file.write(self._spool.read(end - begin))
                edges[part + 1] = file.tell()
        with open_whole(edges_path(self._place)) as file:
            file.write(edges.tobytes())


def edges_path(place: Place) -> Place:
    """Where the edges of a cut file lie."""
    return place.with_name(f"{place.name}.edges")


def cut_paths(place: Place) -> tuple[Place, Place]:
    """Both files of a cut file."""
    return place, edges_path(place)


def count_cuts(place: Place) -> int:
    """How many parts a cut file has. Raises FileNotFoundError, OSError."""
    return file_size(edges_path(place)) // _EDGE.itemsize - 1


def read_cut(place: Place, first: int, end: int) -> bytes:
    """The bytes of the parts from `first` on and below `end`: two requests, one where there are none."""
    size = _EDGE.itemsize
    edges = np.frombuffer(read_span(edges_path(place), size * first, size * (end + 1)), _EDGE)
    return read_span(place, int(edges[0]), int(edges[-1])) if edges[0] < edges[-1] else b""


def read_cuts(places: Sequence[Place], first: int, end: int) -> Iterator[bytes]:
    """The bytes of these parts of several files of one folder, in order."""
    if places:
        yield from read_ahead(places[0], places, partial(read_cut, first=first, end=end))


def unpack_frame(data: bytes) -> pl.DataFrame:
    """The frame that a part was made of."""
    return pl.read_ipc_stream(BytesIO(data))


def find_room(folder: Place) -> Path:
    """Where bytes may wait: in the folder, whose disk must have room for them; of objects where their copies lie."""
    if not isinstance(folder, Path):
        return local_folder()
    folder.mkdir(parents=True, exist_ok=True)
    return folder
