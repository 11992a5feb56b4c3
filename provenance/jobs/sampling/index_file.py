"""A Parquet file of the index, read by column and row group, wherever it lies: only the bytes of these are read."""

import io
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from provenance.archive.source import FetchOptions, Source, SourceError, open_source
from provenance.errors import ConfigError, ShardError
from provenance.jobs.sampling.places import IndexPlace
from provenance.sampling.hashing import Ints

BATCH_ROWS = 1 << 17  # rows held at a time
_MAGIC = b"PAR1"
_ADVICE = "fetch it again, or leave it out of INDEX: the sample is then one of the rest"


@dataclass(slots=True)
class ReadTally:
    """What was read of the index: requests or reads, and their bytes."""

    n_reads: int = 0
    n_bytes: int = 0


class IndexFile:
    """An open file of the index. `open_index_file` makes one."""

    def __init__(self, place: IndexPlace, parquet: pq.ParquetFile) -> None:
        self.place = place
        self.n_rows = int(parquet.metadata.num_rows)
        self.n_groups = int(parquet.num_row_groups)
        self.columns = frozenset(parquet.schema_arrow.names)
        self._parquet = parquet

    def check(self, columns: Sequence[str]) -> None:
        """Raises ConfigError when a column is missing or of another type than Common Crawl's index has it."""
        there = {field.name: field.type for field in self._parquet.schema_arrow}
        for name in columns:
            if name not in there:
                since = " (crawls before CC-MAIN-2018-39 have none: --by tld,month)" if "languages" in name else ""
                raise ConfigError(f"{self.place.shown}: no column {name}{since}; there are {', '.join(there)[:300]}")
            if not _fits(name, there[name]):
                raise ConfigError(f"{self.place.shown}: column {name} is {there[name]}, not what the index has there")

    def read(self, group: int, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """The rows of a row group, some at a time. Raises ShardError where they cannot be read."""
        for batch in self._batches(group, columns):
            yield _as_frame(batch).select(columns)

    def pick(self, group: int, columns: Sequence[str], wanted: Ints) -> pl.DataFrame:
        """Those rows of a row group, by their numbers from 0, ascending. Raises ShardError as `read`."""
        found, start = [], 0
        for batch in self._batches(group, columns):
            begin, end = np.searchsorted(wanted, (start, start + batch.num_rows))
            found.append(
                _as_frame(batch.take(pa.array((wanted[begin:end] - start).tolist(), pa.int64())))
            )  # a slice would hold the whole batch
            start += batch.num_rows
        return pl.concat(found).select(columns)

    def _batches(self, group: int, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        read = self._parquet.iter_batches(BATCH_ROWS, row_groups=[group], columns=list(columns), use_threads=False)
        n_read, expected = 0, self._parquet.metadata.row_group(group).num_rows
        with _told(self.place, f"row group {group} of {self.n_groups}"):
            for batch in read:
                n_read += batch.num_rows
                yield batch
        if n_read != expected:
            raise ShardError(self.place.shown, f"row group {group} has {n_read} rows instead of {expected}; {_ADVICE}")


@contextmanager
def open_index_file(place: IndexPlace, fetch: FetchOptions, tally: ReadTally) -> Iterator[IndexFile]:
    """The file, with its footer read. Raises ShardError when it cannot be opened, ConfigError for another format."""
    with closing(open_source(place.place, fetch, at_once=False)) as source:
        with _told(place, "the footer"):
            if source.read_at(0, len(_MAGIC)) != _MAGIC:
                raise ConfigError(f"{place.shown}: not a Parquet file; INDEX is Common Crawl's columnar index")
            file = _SourceFile(source, tally)
            parquet = pq.ParquetFile(pa.PythonFile(file, mode="r"), pre_buffer=False)
        with closing(parquet):
            yield IndexFile(place, parquet)


@contextmanager
def _told(place: IndexPlace, what: str) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, EOFError) as error:
        why = " ".join(str(error).split())
        raise ShardError(place.shown, f"{what} cannot be read: {why}; {_ADVICE}") from error


def _as_frame(batch: pa.RecordBatch) -> pl.DataFrame:
    frame = pl.from_arrow(batch)
    assert isinstance(frame, pl.DataFrame)
    return frame


class _SourceFile(io.RawIOBase):
    """A source as a file that can be sought in, as readers of Parquet want it."""

    def __init__(self, source: Source, tally: ReadTally) -> None:
        super().__init__()
        if source.size is None:
            raise SourceError("the server does not tell its size, or gives no ranges")
        self._source, self._size, self._at, self._tally = source, source.size, 0, tally

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def read(self, size: int = -1) -> bytes:
        wanted = self._size - self._at if size < 0 else min(size, self._size - self._at)
        data = self._source.read_at(self._at, wanted)
        if len(data) < wanted:
            raise SourceError(f"ends at byte {self._at + len(data)} of {self._size}")
        self._at += len(data)
        self._tally.n_reads += 1
        self._tally.n_bytes += len(data)
        return data


def _fits(name: str, dtype: pa.DataType) -> bool:
    if pa.types.is_dictionary(dtype):
        dtype = dtype.value_type
    if name == "fetch_time":
        return bool(pa.types.is_timestamp(dtype))
    if name in ("fetch_status", "warc_record_offset", "warc_record_length"):
        return bool(pa.types.is_integer(dtype))
    return bool(pa.types.is_string(dtype) or pa.types.is_large_string(dtype))
