"""Parquet files of the index: written through a digest, read by range of keys or by row.

Sorted columns are delta-coded, which takes 5 bytes a band key with its entry and 20 bytes a text among ten million;
any Parquet reader reads them.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from provenance.dedup.seen import BAND, TEXT
from provenance.jobs.seen.manifest import FileEntry
from provenance.store import open_whole, output_error

_ROW_GROUP = 1 << 15
_FILE_ROWS: Final = 1 << 23  # rows of a file of texts or bands, about: 40 to 160 MB
_NAMES: Final = {
    TEXT: {"key": "hash_high", "low": "hash_low", "time": "seconds", "item": "entry"},
    BAND: {"key": "key", "item": "entry"},
}
_SORTED, _SMALL = "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"
_ENCODINGS: Final = {"key": _SORTED, "hash_high": _SORTED, "hash_low": "PLAIN", "seconds": _SMALL, "entry": _SMALL}
_COMPRESSION: Final = {"seconds": "lz4", "entry": "lz4"}  # of others there is nothing to gain


class DigestedFile:
    """A Parquet file that is written whole or not at all, with the digest of its bytes. Raises OutputError."""

    def __init__(self, folder: Path, name: str, schema: pa.Schema, **options: object) -> None:
        self._path, self._name = folder / name, name
        self._schema, self._options = schema, options
        self.rows = 0

    def __enter__(self) -> "DigestedFile":
        with ExitStack() as stack:
            self._out = _Digesting(stack.enter_context(open_whole(self._path)))
            sink = pa.PythonFile(self._out, mode="w")
            self._writer = stack.enter_context(pq.ParquetWriter(sink, self._schema, **self._options))
            self._stack = stack.pop_all()
        return self

    def write(self, table: pa.Table, row_group: int) -> None:
        """Appends rows in groups of `row_group`. Raises OutputError."""
        try:
            self._writer.write_table(table, row_group_size=row_group)
        except OSError as error:
            raise output_error(self._path, error) from error
        self.rows += table.num_rows

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def describe(self, first: int, last: int) -> FileEntry:
        """What the manifest says of the file, once it is closed."""
        return FileEntry(self._name, self.rows, self._out.size, self._out.digest.hexdigest(), first, last)


class _Digesting:
    """What pyarrow needs of a file to write to, and the digest of what it wrote."""

    closed = False

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.size, self.digest = file, 0, hashlib.blake2b(digest_size=16)

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        self.size += len(data)
        return self._file.write(data)

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        """The file belongs to who opened it."""


def digest_file(path: Path) -> str:
    """The digest as the manifest holds it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def write_sorted(
    folder: Path, prefix: str, dtype: np.dtype[np.void], parts: Iterator[NDArray[np.void]]
) -> list[FileEntry]:
    """Writes sorted parts, one after the other, as files of about `_FILE_ROWS` rows cut between parts."""
    files: list[FileEntry] = []
    part = _next_filled(parts)
    while part is not None:
        first = int(part["key"][0])
        with DigestedFile(
            folder, f"{prefix}-{len(files):05}.parquet", _schema_of(dtype), **_writer_options(dtype)
        ) as file:
            while part is not None and file.rows < _FILE_ROWS:
                file.write(_to_table(part), _ROW_GROUP)
                last = int(part["key"][-1])
                part = _next_filled(parts)
        files.append(file.describe(first, last))
    return files


def _next_filled(parts: Iterator[NDArray[np.void]]) -> NDArray[np.void] | None:
    return next((part for part in parts if len(part)), None)


def _writer_options(dtype: np.dtype[np.void]) -> dict[str, object]:
    names = list(_NAMES[dtype].values())
    return {
        "use_dictionary": False,
        "column_encoding": {name: _ENCODINGS[name] for name in names},
        "compression": {name: _COMPRESSION.get(name, "none") for name in names},
        "write_statistics": [names[0]],
    }


def _schema_of(dtype: np.dtype[np.void]) -> pa.Schema:
    return pa.schema([(name, pa.from_numpy_dtype(dtype[field])) for field, name in _NAMES[dtype].items()])


def _to_table(rows: NDArray[np.void]) -> pa.Table:
    names = _NAMES[rows.dtype]
    return pa.table({name: pa.array(np.ascontiguousarray(rows[field])) for field, name in names.items()})


@dataclass(frozen=True, slots=True)
class SortedFiles:
    """The sorted rows of one level, read by range of keys."""

    folder: Path
    dtype: np.dtype[np.void]
    files: Sequence[FileEntry]

    def read(self, low: int, high: int, wanted: NDArray[np.uint64] | None = None) -> NDArray[np.void]:
        """The rows with keys from `low` on and below `high`, sorted.

        With `wanted`, sorted keys, those row groups alone that can hold one of them.
        """
        found = [np.empty(0, self.dtype)]
        for entry in self.files:
            if entry.first < high and entry.last >= low:
                found += self._read_file(entry, low, high, wanted)
        return np.concatenate(found)

    def _read_file(
        self, entry: FileEntry, low: int, high: int, wanted: NDArray[np.uint64] | None
    ) -> Iterator[NDArray[np.void]]:
        with pq.ParquetFile(self.folder / entry.name) as file:
            groups = [
                group
                for group, first, last in _edges(file)
                if first < high and last >= low and _holds(wanted, first, last)
            ]
            if not groups:
                return
            table = file.read_row_groups(groups, use_threads=False)
        rows = np.empty(table.num_rows, self.dtype)
        for field, name in _NAMES[self.dtype].items():
            rows[field] = table[name].to_numpy()
        begin, end = (
            int(np.searchsorted(rows["key"], np.uint64(edge))) if edge < 1 << 64 else len(rows) for edge in (low, high)
        )
        yield rows[begin:end]


def _edges(file: pq.ParquetFile) -> Iterator[tuple[int, int, int]]:
    """Row groups with their first and last key."""
    for group in range(file.num_row_groups):
        statistics = file.metadata.row_group(group).column(0).statistics
        yield group, int(statistics.min), int(statistics.max)


def _holds(wanted: NDArray[np.uint64] | None, first: int, last: int) -> bool:
    if wanted is None:
        return True
    at = int(np.searchsorted(wanted, np.uint64(first)))
    return at < len(wanted) and int(wanted[at]) <= last
