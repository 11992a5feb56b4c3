"""The keep job of `provenance dedup`: the rows of an input that stay, with the input's own columns."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from provenance.jobs.dedup.columns import make_table
from provenance.jobs.dedup.documents import InputDocuments
from provenance.jobs.dedup.rows import BATCH_ROWS, Lost, Object, is_parquet, read_batches, read_objects
from provenance.jobs.dedup.sign import load_columns, signed_path
from provenance.run import Progress, Receipt, Stopwatch, Task
from provenance.store import open_whole, read_table

_GROUP_ROWS = 10_000
_GROUP_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class KeepCopies:
    """Writes what stays of the input that a task's source names, as Parquet."""

    documents: InputDocuments
    metadata: tuple[tuple[str, str], ...]

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt counts rows kept, removed, and lost (read before, but not in all columns). Raises OutputError."""
        watch = Stopwatch()
        stays, removed = self._choose(task.shard)
        kept = 0
        with open_whole(kept_path(self.documents.out, task.shard)) as file:
            schema = self._schema(task)
            with pq.ParquetWriter(file, schema, compression="zstd", compression_level=3) as writer:
                for table in _gather(self._read(task, stays), schema):
                    writer.write_table(table)
                    kept += table.num_rows
        lost = int(stays.sum()) - kept
        notes = (f"{task.source}: {lost:,} rows that stay are damaged and left out",) if lost else ()
        return watch.receipt(task, {"kept": kept, "removed": removed, "lost": lost}, notes=notes, complete=not lost)

    def outputs(self, task: Task) -> Iterator[Path]:
        """The files a finished task leaves."""
        yield kept_path(self.documents.out, task.shard)

    def _choose(self, name: str) -> tuple[NDArray[np.bool_], int]:
        """For every row of the input whether it stays, and how many documents do not."""
        rows = read_table(signed_path(self.documents.out, name), ["row"])["row"].to_numpy()
        kept = read_table(self.documents.clusters_path("", name), ["representative"])["representative"].to_numpy()
        stays = np.zeros(int(rows[-1]) + 1 if len(rows) else 0, bool)
        stays[rows[kept]] = True
        return stays, int((~kept).sum())

    def _schema(self, task: Task) -> pa.Schema:
        own = pq.read_schema(task.source) if is_parquet(task.source) else load_columns(self.documents.out, task.shard)
        return own.with_metadata({**(own.metadata or {}), **dict(self.metadata)})

    def _read(self, task: Task, stays: NDArray[np.bool_]) -> Iterator[pa.Table]:
        if not is_parquet(task.source):
            yield from _read_lines(task.source, stays, load_columns(self.documents.out, task.shard))
            return
        for piece in read_batches(task.source, None):
            if not isinstance(piece, Lost):
                start, batch = piece
                mask = np.zeros(batch.num_rows, bool)
                known = stays[start : start + batch.num_rows]
                mask[: len(known)] = known
                if mask.any():
                    yield pa.Table.from_batches([batch.filter(pa.array(mask))])


def kept_path(out: Path, name: str) -> Path:
    """Where the rows that stay of an input lie."""
    return out / "kept" / f"{name}.parquet"


def _read_lines(path: str, stays: NDArray[np.bool_], schema: pa.Schema) -> Iterator[pa.Table]:
    waiting: list[Object] = []
    for piece in read_objects(path):
        if isinstance(piece, Lost) or piece[0] >= len(stays) or not stays[piece[0]]:
            continue
        waiting.append(piece[1])
        if len(waiting) == BATCH_ROWS:
            yield make_table(waiting, schema)
            waiting = []
    if waiting:
        yield make_table(waiting, schema)


def _gather(tables: Iterator[pa.Table], schema: pa.Schema) -> Iterator[pa.Table]:
    """Tables put together to row groups of a size that readers like; those are the same for the same rows."""
    waiting: list[pa.Table] = []
    for table in tables:
        waiting.append(table.replace_schema_metadata(schema.metadata))
        n_bytes, n_rows = sum(some.nbytes for some in waiting), sum(some.num_rows for some in waiting)
        if n_rows >= _GROUP_ROWS or n_bytes >= _GROUP_BYTES:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)
