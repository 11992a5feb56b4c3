"""First captures by number: where and when (`places`), and what their text is like (`sketches`).

Entries are a list that only grows, cut into pieces of a fixed number of rows. An `add` writes the last piece anew, with
its own rows behind the old ones, and then new pieces.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from provenance.dedup.sketch import Sketches, count_words
from provenance.jobs.seen.files import DigestedFile
from provenance.jobs.seen.manifest import FileEntry

PIECE_ROWS: Final = 1 << 20
_AT_ONCE = 16  # row groups read together
_PLACE_GROUP, _SKETCH_GROUP = 8192, 1024  # rows of a group: what is read for one of them
PLACE_COLUMNS: Final = ("url", "crawl", "warc_filename", "warc_record_offset", "fetch_time")
_PLACES = pa.schema(
    [
        ("url", pa.large_string()),
        ("crawl", pa.large_string()),
        ("warc_filename", pa.large_string()),
        ("warc_record_offset", pa.int64()),
        ("fetch_time", pa.timestamp("us", "UTC")),
    ]
)
Entries = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Kind:
    """How one of the two lists lies on disk."""

    name: str
    schema: pa.Schema
    group: int
    compression: str
    dictionary: tuple[str, ...]


PLACES: Final = Kind("places", _PLACES, _PLACE_GROUP, "zstd", ("crawl", "warc_filename"))


def sketch_kind(num_perm: int) -> Kind:
    """How sketches of signatures of that length lie on disk: in 64 bytes each, for 128 values."""
    return Kind("sketches", pa.schema([("sketch", pa.binary(8 * count_words(num_perm)))]), _SKETCH_GROUP, "none", ())


def to_sketch_table(sketches: Sketches) -> pa.Table:
    """Sketches as rows of their file."""
    n, words = sketches.shape
    kind = pa.binary(8 * words)
    buffer = pa.py_buffer(np.ascontiguousarray(sketches, "<u8"))
    return pa.table({"sketch": pa.FixedSizeBinaryArray.from_buffers(kind, n, [None, buffer])})


def to_place_table(documents: pl.DataFrame) -> pa.Table:
    """Documents as rows of the list of places."""
    return documents.select(PLACE_COLUMNS).to_arrow(compat_level=pl.CompatLevel.oldest()).cast(_PLACES)


class ListWriter:
    """Appends rows to a list; `files` are those it is made of then. Raises OutputError."""

    def __init__(self, folder: Path, kind: Kind, files: Sequence[FileEntry], generation: int) -> None:
        self._folder, self._kind, self._generation = folder, kind, generation
        self._files = list(files)
        self._waiting: list[pa.Table] = []
        self._open: tuple[DigestedFile, ExitStack] | None = None

    @property
    def files(self) -> tuple[FileEntry, ...]:
        """All files of the list, in order."""
        return tuple(self._files)

    def __enter__(self) -> "ListWriter":
        return self

    def write(self, table: pa.Table) -> None:
        """Appends rows."""
        if not table.num_rows:
            return
        if not self._waiting and self._open is None and self._files:
            self._take_up(self._files[-1])
        self._waiting.append(table)
        while sum(some.num_rows for some in self._waiting) >= self._kind.group:
            self._write_group()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and sum(table.num_rows for table in self._waiting):
            self._write_group()
        self._close(kind, error, trace)

    def _take_up(self, piece: FileEntry) -> None:
        """Writes the last piece anew, if it is not full."""
        if piece.rows >= PIECE_ROWS:
            return
        self._files.pop()
        with pq.ParquetFile(self._folder / piece.name) as file:
            for group in range(file.num_row_groups):
                self._waiting.append(file.read_row_group(group, use_threads=False))
                if group + 1 < file.num_row_groups:
                    self._write_group()

    def _write_group(self) -> None:
        table = pa.concat_tables(self._waiting)
        group = self._kind.group
        self._waiting = [table.slice(group)] if table.num_rows > group else []
        if self._open is None:
            name = f"{self._kind.name}/{len(self._files):06}-{self._generation:06}.parquet"
            options = {"compression": self._kind.compression, "use_dictionary": list(self._kind.dictionary)}
            made = DigestedFile(self._folder, name, self._kind.schema, write_statistics=False, **options)
            stack = ExitStack()
            self._open = stack.enter_context(made), stack
        file, _ = self._open
        file.write(table.slice(0, group), group)
        if file.rows >= PIECE_ROWS:
            self._close(None, None, None)

    def _close(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._open is None:
            return
        (file, stack), self._open = self._open, None
        stack.__exit__(kind, error, trace)
        if kind is None:
            first = len(self._files) * PIECE_ROWS
            self._files.append(file.describe(first, first + file.rows - 1))


@dataclass(frozen=True, slots=True)
class EntryList:
    """One of the two lists, read by number."""

    folder: Path
    kind: Kind
    files: Sequence[FileEntry]

    def fetch(self, entries: Entries, columns: Sequence[str]) -> Iterator[tuple[slice, pa.Table]]:
        """The rows of sorted entries, some at a time: which of the entries, and their rows in order."""
        groups = entries // np.uint64(self.kind.group)
        edges = np.flatnonzero(np.diff(groups, prepend=np.uint64(1 << 63), append=np.uint64(1 << 63)))
        needed = [(int(groups[edge]), int(edge)) for edge in edges[:-1]]
        per_piece = PIECE_ROWS // self.kind.group
        ends = {group: int(end) for (group, _), end in zip(needed, edges[1:], strict=True)}
        for piece, members in groupby(needed, key=lambda told: told[0] // per_piece):
            yield from self._fetch_piece(piece, list(members), ends, entries, columns)

    def _fetch_piece(
        self,
        piece: int,
        needed: list[tuple[int, int]],
        ends: dict[int, int],
        entries: Entries,
        columns: Sequence[str],
    ) -> Iterator[tuple[slice, pa.Table]]:
        per_piece = PIECE_ROWS // self.kind.group
        with pq.ParquetFile(self.folder / self.files[piece].name) as file:
            for begin in range(0, len(needed), _AT_ONCE):
                some = needed[begin : begin + _AT_ONCE]
                table = file.read_row_groups([g % per_piece for g, _ in some], columns=list(columns), use_threads=False)
                own = slice(some[0][1], ends[some[-1][0]])
                numbers = np.array([group for group, _ in some], np.uint64)
                at = np.searchsorted(numbers, entries[own] // np.uint64(self.kind.group))
                rows = at.astype(np.uint64) * np.uint64(self.kind.group) + entries[own] % np.uint64(self.kind.group)
                yield own, table.take(pa.array(rows))


def read_sketches(listed: EntryList, entries: Entries, num_perm: int) -> Iterator[tuple[slice, Sketches]]:
    """The sketches of sorted entries, some at a time."""
    for own, table in listed.fetch(entries, ["sketch"]):
        column = table["sketch"].combine_chunks()
        start = column.offset * column.type.byte_width
        data = np.frombuffer(column.buffers()[1], np.uint8)[start : start + len(column) * column.type.byte_width]
        yield own, data.view("<u8").reshape(-1, count_words(num_perm))


def read_places(listed: EntryList, entries: Entries, columns: Sequence[str] = PLACE_COLUMNS) -> pl.DataFrame:
    """The places of sorted entries, a row each, in order."""
    tables = [table for _, table in listed.fetch(entries, columns)]
    empty = pa.schema([_PLACES.field(name) for name in columns]).empty_table()
    frame = pl.from_arrow(pa.concat_tables([empty, *tables]))
    assert isinstance(frame, pl.DataFrame)
    return frame
