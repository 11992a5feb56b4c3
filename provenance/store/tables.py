"""Where tables lie in an output folder, wherever that is: atomic writes, checked alignment, scans.

A table of a shard is one Parquet file. It appears under its own name when it is whole. Row groups have a fixed number
of rows: bytes do not depend on the batch size.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import accumulate, repeat
from types import TracebackType

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from provenance.errors import ShardError
from provenance.objects.place import Place
from provenance.store.copies import bring, bring_columns, bring_footer
from provenance.store.folders import exists, list_files
from provenance.store.publication import begin_file, drop_part, publish, writing

ROW_GROUP_ROWS = 1000
FLAT_TABLES = frozenset({"clusters", "parallels", "curated"})  # every shard's file in one folder; the rest by crawl
SHARD_TABLES = (
    "documents",
    "signals",
    "signatures",
    "anchors",
    "clusters",
    "parallels",
    "verdicts",
    "decisions",
)  # aligned row for row
KEPT_RECORDS = "curated_warc"
_REMAKE = "give the command that made it once more"


def table_path(root: Place, table: str, crawl: str, shard: str) -> Place:
    """Where a shard's table lies under the output folder."""
    if table in FLAT_TABLES:
        return root / table / f"{crawl}.{shard}.parquet"
    return root / table / f"crawl={crawl}" / f"{shard}.parquet"


def warc_path(root: Place, crawl: str, shard: str) -> Place:
    """Where the records kept of a shard lie under the output folder, where they are written."""
    return root / KEPT_RECORDS / f"crawl={crawl}" / f"{shard}.warc.gz"


class TableWriter:
    """Writes one Parquet file in fixed row groups; the file appears under its name on a clean exit only.

    `metadata` goes into the file's key-value metadata. Raises OutputError when the folder cannot be written.
    """

    def __init__(self, path: Place, schema: pl.Schema, metadata: Mapping[str, str]) -> None:
        self.path = path
        self.n_rows = 0
        self._schema = schema
        self._arrow = _arrow_schema(schema, metadata)
        self._waiting: list[pl.DataFrame] = []
        self._n_waiting = 0

    def __enter__(self) -> "TableWriter":
        with writing(self.path):
            self._part = begin_file(self.path)
            self._writer = pq.ParquetWriter(self._part, self._arrow, compression="zstd", compression_level=3)
        return self

    def write(self, frame: pl.DataFrame) -> None:
        """Appends rows; the columns must be those of the schema, in order."""
        if frame.schema != self._schema:
            raise ValueError(f"{self.path}: {frame.schema} is not {self._schema}")
        self._waiting.append(frame)
        self._n_waiting += frame.height
        self.n_rows += frame.height
        if self._n_waiting >= ROW_GROUP_ROWS:
            self._flush(everything=False)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        whole = False
        try:
            with writing(self.path):
                if kind is None:
                    self._flush(everything=True)
                self._writer.close()
                if kind is None:
                    publish(self._part, self.path)
                    whole = True
        finally:
            if not whole:
                drop_part(self._part)

    def _flush(self, *, everything: bool) -> None:
        frame = pl.concat(self._waiting) if self._waiting else pl.DataFrame(schema=self._schema)
        whole = frame.height if everything else frame.height - frame.height % ROW_GROUP_ROWS
        with writing(self.path):
            for start in range(0, whole, ROW_GROUP_ROWS):
                rows = frame.slice(start, min(ROW_GROUP_ROWS, whole - start)).rechunk()
                table = rows.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(self._arrow)
                self._writer.write_table(table, row_group_size=ROW_GROUP_ROWS)
        rest = frame.slice(whole)
        self._waiting, self._n_waiting = ([rest], rest.height) if rest.height else ([], 0)


def write_table(path: Place, frame: pl.DataFrame, metadata: Mapping[str, str]) -> None:
    """Writes a whole frame as one file, atomically."""
    with TableWriter(path, frame.schema, metadata) as writer:
        writer.write(frame)


def read_table(path: Place, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """One table file as a frame, rows in file order; null gives all columns.

    Raises OSError, ShardError for a file that is not whole.
    """
    with _reading(path):
        return pl.read_parquet(
            bring_columns(path, columns),
            columns=list(columns) if columns else None,
            hive_partitioning=False,
            glob=False,
        )


def read_aligned(root: Place, tables: Sequence[str], crawl: str, shard: str) -> Iterator[tuple[pl.DataFrame, ...]]:
    """Row group by row group, the same rows of several tables of a shard; no more than one group in memory.

    Raises ShardError when the tables do not match row for row, or one is not whole.
    """
    places = [table_path(root, table, crawl, shard) for table in tables]
    with ExitStack() as stack:
        files = [stack.enter_context(_open(place)) for place in places]
        same = len({file.num_row_groups for file in files}) == 1
        for group in range(files[0].num_row_groups):
            frames = tuple(map(_read_group, places, files, repeat(group))) if same else ()
            if not same or any(not frame["doc_id"].equals(frames[0]["doc_id"]) for frame in frames[1:]):
                raise ShardError(shard, f"rows of {', '.join(tables)} do not match; run again with --fresh")
            yield frames


def _open(place: Place) -> pq.ParquetFile:
    with _reading(place):
        return pq.ParquetFile(bring(place))


def _read_group(place: Place, file: pq.ParquetFile, group: int) -> pl.DataFrame:
    with _reading(place):
        return _as_frame(file.read_row_group(group))


def _as_frame(table: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame


def scan_table(root: Place, table: str, columns: Sequence[str] | None = None) -> pl.LazyFrame:
    """All files of a table, lazily, in order of path; only `columns` can be read."""
    paths = [bring_columns(place, columns) for place in list_files(root / table, ".parquet")]
    return _choose(pl.scan_parquet(paths, hive_partitioning=False, glob=False), columns)


def scan_file(place: Place, columns: Sequence[str] | None = None) -> pl.LazyFrame:
    """One table file, lazily; only `columns` can be read."""
    return _choose(pl.scan_parquet(bring_columns(place, columns), hive_partitioning=False, glob=False), columns)


def _choose(frame: pl.LazyFrame, columns: Sequence[str] | None) -> pl.LazyFrame:
    return frame if columns is None else frame.select(columns)


def read_metadata(path: Place) -> dict[str, str]:
    """What the writer said of the file: version, digests, source."""
    with _reading(path):
        found = pq.read_schema(bring_footer(path)).metadata or {}
    return {key.decode(): value.decode() for key, value in found.items() if not key.startswith(b"ARROW:")}


def count_rows(path: Place) -> int:
    """Rows of a table file, from its footer."""
    with _reading(path):
        return int(pq.read_metadata(bring_footer(path)).num_rows)


def read_rows(path: Place, rows: Sequence[int], columns: Sequence[str]) -> pl.DataFrame:
    """Columns of some rows of a table file, at least one and in ascending order; only their row groups are read.

    Raises OSError, ShardError for a file that is not whole, IndexError for a row that it does not have.
    """
    frames = []
    with _reading(path), pq.ParquetFile(bring_footer(path)) as file:
        ends = list(accumulate(file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)))
        if rows[-1] >= file.metadata.num_rows:
            raise IndexError(f"{path}: has {file.metadata.num_rows:,} rows, no row {rows[-1]:,}")
        groups = sorted({bisect_right(ends, row) for row in rows})
        bring_columns(path, columns, groups)
        for group in groups:
            start = ends[group - 1] if group else 0
            own = [row - start for row in rows if start <= row < ends[group]]
            frames.append(_as_frame(file.read_row_group(group, columns=list(columns)))[own])
    return pl.concat(frames)


def find_damaged(paths: Iterable[Place]) -> ShardError | None:
    """What is wrong with the first of these table files that is not there or not whole, and what to do."""
    for path in paths:
        try:
            count_rows(path)
        except FileNotFoundError:
            return ShardError(str(path), f"missing; {_REMAKE}")
        except ShardError as error:
            return error
    return None


@contextmanager
def _reading(path: Place) -> Iterator[None]:
    """Turns what is raised for a file that is not whole into a ShardError that says what to do."""
    try:
        yield
    except FileNotFoundError:  # polars' has no errno
        raise
    except (pa.ArrowException, pl.exceptions.ComputeError) as error:
        raise ShardError(str(path), f"damaged ({_shorten(error)}); delete this file; {_REMAKE}") from error
    except OSError as error:
        if error.errno is not None:  # else it is pyarrow's word for bytes that it cannot decode
            raise
        raise ShardError(str(path), f"damaged ({_shorten(error)}); delete this file; {_REMAKE}") from error


def _shorten(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(". ")


def find_misaligned(root: Place, crawl: str, shard: str) -> list[str]:
    """What is wrong between a shard's tables, in words; empty when they match row for row by `doc_id`."""
    expected = read_table(table_path(root, "documents", crawl, shard), ["doc_id"])
    problems = []
    for table in SHARD_TABLES[1:]:
        path = table_path(root, table, crawl, shard)
        if not exists(path):
            problems.append(f"{path}: missing")
        elif not read_table(path, ["doc_id"]).equals(expected):
            problems.append(f"{path}: its rows do not match those of documents")
    return problems


def _arrow_schema(schema: pl.Schema, metadata: Mapping[str, str]) -> pa.Schema:
    empty = pl.DataFrame(schema=schema).to_arrow(compat_level=pl.CompatLevel.oldest())
    return empty.schema.with_metadata({key: metadata[key] for key in sorted(metadata)})
