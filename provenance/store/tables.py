"""Where tables lie in an output folder, wherever that is, and how they are read: scans, rows, checked alignment.

A table of a shard is one Parquet file.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import accumulate, repeat

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from provenance.errors import ShardError
from provenance.objects.place import Place
from provenance.store.copies import bring, bring_columns, bring_footer
from provenance.store.folders import exists, list_files

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
