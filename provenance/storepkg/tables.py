"""Where tables lie on disk: atomic writes, checked alignment, scans.

A table of a shard is one Parquet file. It is written under a temporary name and renamed when whole, so that a file
under its own name is always complete. Row groups have a fixed number of rows: bytes do not depend on the batch size.
"""

import errno
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from provenance.errors import OutputError, ShardError

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
TEMPORARY = ".part"
_OURS = re.compile(rf"\.(?:parquet|json|html|md|warc\.gz)\.\d+\{TEMPORARY}$")


def table_path(root: Path, table: str, crawl: str, shard: str) -> Path:
    """Where a shard's table lies under the output folder."""
    if table in FLAT_TABLES:
        return root / table / f"{crawl}.{shard}.parquet"
    return root / table / f"crawl={crawl}" / f"{shard}.parquet"


def warc_path(root: Path, crawl: str, shard: str) -> Path:
    """Where the records kept of a shard lie under the output folder, where they are written."""
    return root / KEPT_RECORDS / f"crawl={crawl}" / f"{shard}.warc.gz"


class TableWriter:
    """Writes one Parquet file in fixed row groups; the file appears under its name on a clean exit only.

    `metadata` goes into the file's key-value metadata. Raises OutputError when the folder cannot be written.
    """

    def __init__(self, path: Path, schema: pl.Schema, metadata: Mapping[str, str]) -> None:
        self.path = path
        self.n_rows = 0
        self._schema = schema
        self._arrow = _arrow_schema(schema, metadata)
        self._part = path.with_name(f"{path.name}.{os.getpid()}{TEMPORARY}")
        self._waiting: list[pl.DataFrame] = []
        self._n_waiting = 0

    def __enter__(self) -> "TableWriter":
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = pq.ParquetWriter(self._part, self._arrow, compression="zstd", compression_level=3)
        except OSError as error:
            raise output_error(self.path, error) from error
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
        try:
            if kind is None:
                self._flush(everything=True)
            self._writer.close()
            if kind is None:
                _flush_to_disk(self._part)
                os.replace(self._part, self.path)
        except OSError as problem:
            raise output_error(self.path, problem) from problem
        finally:
            self._part.unlink(missing_ok=True)

    def _flush(self, *, everything: bool) -> None:
        frame = pl.concat(self._waiting) if self._waiting else pl.DataFrame(schema=self._schema)
        whole = frame.height if everything else frame.height - frame.height % ROW_GROUP_ROWS
        try:
            for start in range(0, whole, ROW_GROUP_ROWS):
                rows = frame.slice(start, min(ROW_GROUP_ROWS, whole - start)).rechunk()
                table = rows.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(self._arrow)
                self._writer.write_table(table, row_group_size=ROW_GROUP_ROWS)
        except OSError as error:
            raise output_error(self.path, error) from error
        rest = frame.slice(whole)
        self._waiting, self._n_waiting = ([rest], rest.height) if rest.height else ([], 0)


def _flush_to_disk(path: Path) -> None:
    """The ledger is written through: what it calls done must survive a power cut, too."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def write_table(path: Path, frame: pl.DataFrame, metadata: Mapping[str, str]) -> None:
    """Writes a whole frame as one file, atomically."""
    with TableWriter(path, frame.schema, metadata) as writer:
        writer.write(frame)


def write_text(path: Path, text: str) -> None:
    """Writes a text file, atomically. Raises OutputError."""
    part = path.with_name(f"{path.name}.{os.getpid()}{TEMPORARY}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise output_error(path, error) from error


@contextmanager
def open_whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write bytes to, which appears under its name on a clean exit only. Raises OutputError."""
    part = path.with_name(f"{path.name}.{os.getpid()}{TEMPORARY}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            yield file
        _flush_to_disk(part)
        os.replace(part, path)
    except OSError as error:
        raise output_error(path, error) from error
    finally:
        with suppress(OSError):
            part.unlink()


def read_table(path: Path, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """One table file as a frame, rows in file order."""
    return pl.read_parquet(path, columns=list(columns) if columns else None, hive_partitioning=False, glob=False)


def read_aligned(root: Path, tables: Sequence[str], crawl: str, shard: str) -> Iterator[tuple[pl.DataFrame, ...]]:
    """Row group by row group, the same rows of several tables of a shard; no more than one group in memory.

    Raises ShardError when the tables do not match row for row.
    """
    files = [pq.ParquetFile(table_path(root, table, crawl, shard)) for table in tables]
    with ExitStack() as stack:
        for file in files:
            stack.callback(file.close)
        for group in range(files[0].num_row_groups):
            frames = tuple(_as_frame(file.read_row_group(group)) for file in files)
            if any(not frame["doc_id"].equals(frames[0]["doc_id"]) for frame in frames[1:]):
                raise ShardError(shard, f"rows of {', '.join(tables)} do not match; run again with --fresh")
            yield frames


def _as_frame(table: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame


def scan_table(root: Path, table: str) -> pl.LazyFrame:
    """All files of a table, lazily, in order of path."""
    paths = sorted((root / table).rglob("*.parquet"))
    return pl.scan_parquet(paths, hive_partitioning=False, glob=False)


def read_metadata(path: Path) -> dict[str, str]:
    """What the writer said of the file: version, digests, source."""
    found = pq.read_schema(path).metadata or {}
    return {key.decode(): value.decode() for key, value in found.items() if not key.startswith(b"ARROW:")}


def count_rows(path: Path) -> int:
    """Rows of a table file, from its footer."""
    return int(pq.read_metadata(path).num_rows)


def find_misaligned(root: Path, crawl: str, shard: str) -> list[str]:
    """What is wrong between a shard's tables, in words; empty when they match row for row by `doc_id`."""
    expected = read_table(table_path(root, "documents", crawl, shard), ["doc_id"])
    problems = []
    for table in SHARD_TABLES[1:]:
        path = table_path(root, table, crawl, shard)
        if not path.exists():
            problems.append(f"{path}: missing")
        elif not read_table(path, ["doc_id"]).equals(expected):
            problems.append(f"{path}: its rows do not match those of documents")
    return problems


def remove_parts(root: Path) -> None:
    """Deletes what an interrupted run left under temporary names, and no other file that ends in .part."""
    for part in root.rglob(f"*{TEMPORARY}"):
        if _OURS.search(part.name):
            part.unlink(missing_ok=True)


def output_error(path: Path, error: OSError) -> OutputError:
    """The error with what to do about it."""
    advice = {
        errno.ENOSPC: "free some space and run the same command again; finished shards are kept",
        errno.EDQUOT: "the quota is used up; free some space and run the same command again",
        errno.EACCES: "choose a folder you may write to",
        errno.EROFS: "choose a folder you may write to",
    }.get(error.errno or 0, "check the output folder and run the same command again")
    return OutputError(f"{path}: cannot write: {error.strerror or error}; {advice}")


def _arrow_schema(schema: pl.Schema, metadata: Mapping[str, str]) -> pa.Schema:
    empty = pl.DataFrame(schema=schema).to_arrow(compat_level=pl.CompatLevel.oldest())
    return empty.schema.with_metadata({key: metadata[key] for key in sorted(metadata)})
