"""The sign job of `provenance dedup`: the rows of an input become signatures with what is needed to choose a copy."""

import base64
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa

from provenance.dedup import DedupOptions, sign_batch
from provenance.jobs.dedup.columns import ColumnTypes
from provenance.jobs.dedup.rows import (
    BATCH_ROWS,
    READ_SCHEMA,
    Fields,
    Lost,
    Object,
    is_parquet,
    read_objects,
    read_rows,
)
from provenance.run import Progress, Receipt, Stopwatch, Task
from provenance.schema import SIGNATURES
from provenance.store import TableWriter, write_text
from provenance.text.words import count_words

SIGNED: Final = pl.Schema(
    {
        **SIGNATURES.schema,
        **{name: READ_SCHEMA[name] for name in ("row", "fetch_time", "score", "host")},
        "n_chars": pl.Int64(),
        "n_words": pl.Int64(),
    }
)
REJECTS: Final = pl.Schema({"row": pl.Int64(), "n_rows": pl.Int64(), "reason": pl.String(), "detail": pl.String()})


@dataclass(frozen=True, slots=True)
class SignInput:
    """Signs the rows of the input that a task's source names; a null text has neither signature nor hash."""

    out: Path
    options: DedupOptions
    fields: Fields
    metadata: tuple[tuple[str, str], ...]

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt counts rows, documents, words and undated, and rejects by reason. Raises OutputError."""
        watch, told = Stopwatch(), _Told()
        with ExitStack() as stack:
            paths = signed_path(self.out, task.shard), rejects_path(self.out, task.shard)
            writers = [
                stack.enter_context(TableWriter(path, schema, dict(self.metadata)))
                for path, schema in zip(paths, (SIGNED, REJECTS), strict=True)
            ]
            for piece in read_rows(task.source, task.shard, self.fields):
                if isinstance(piece, Lost):
                    told.lose(piece)
                    writers[1].write(_reject(piece))
                else:
                    told.add(piece, dated=self.fields.date is not None)
                    writers[0].write(self._sign(piece))
        if not is_parquet(task.source):
            write_text(columns_path(self.out, task.shard), _dump(_find_columns(task.source)))
        notes = tuple(f"{task.source}: {note}" for note in told.notes)
        rejects = dict(sorted(told.rejects.items()))
        return watch.receipt(task, dict(told.counts), rejects, notes, complete=not rejects)

    def outputs(self, task: Task) -> Iterator[Path]:
        """The files a finished task leaves."""
        yield signed_path(self.out, task.shard)
        yield rejects_path(self.out, task.shard)
        if not is_parquet(task.source):
            yield columns_path(self.out, task.shard)

    def _sign(self, rows: pl.DataFrame) -> pl.DataFrame:
        text = pl.col("text")
        facts = rows.with_columns(n_chars=text.str.len_chars().cast(pl.Int64), n_words=count_words(text))
        signed = sign_batch(rows, self.options).drop("doc_id")
        beside = facts.hstack(signed.get_columns())
        present = pl.when(text.is_not_null())
        return beside.with_columns(exact_hash=present.then("exact_hash")).select(SIGNED.names())


def signed_path(out: Path, name: str) -> Path:
    """Where the signatures of an input lie."""
    return out / "signatures" / f"{name}.parquet"


def rejects_path(out: Path, name: str) -> Path:
    """Where the rows of an input lie that could not be read."""
    return out / "rejects" / f"{name}.parquet"


def columns_path(out: Path, name: str) -> Path:
    """Where the columns of an input of lines are written down."""
    return out / "signatures" / f"{name}.columns.json"


def load_columns(out: Path, name: str) -> pa.Schema:
    """The columns that were found in an input of lines."""
    stored = json.loads(columns_path(out, name).read_text(encoding="utf-8"))
    return pa.ipc.read_schema(pa.py_buffer(base64.b64decode(stored["arrow_schema"])))


@dataclass(slots=True)
class _Told:
    """What is counted while an input is read."""

    counts: Counter[str] = field(default_factory=lambda: Counter(rows=0, documents=0, words=0))
    rejects: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def add(self, rows: pl.DataFrame, *, dated: bool) -> None:
        n_words = rows.select(count_words(pl.col("text")).sum()).item() or 0
        self.counts.update(rows=rows.height, documents=rows.height, words=n_words)
        if dated:
            self.counts["undated"] += rows["fetch_time"].null_count()

    def lose(self, lost: Lost) -> None:
        n_rows = lost.n_rows or 0
        self.counts["rows"] += n_rows
        self.rejects[lost.reason.value] += n_rows
        if lost.n_rows != 1:
            self.notes.append(f"{'an unknown number of' if lost.n_rows is None else f'{n_rows:,}'} rows: {lost.detail}")


def _reject(lost: Lost) -> pl.DataFrame:
    return pl.DataFrame([(lost.row, lost.n_rows, lost.reason.value, lost.detail)], REJECTS, orient="row")


def _find_columns(path: str) -> pa.Schema:
    types, waiting = ColumnTypes(), list[Object]()
    for piece in read_objects(path):
        if not isinstance(piece, Lost):
            waiting.append(piece[1])
        if len(waiting) == BATCH_ROWS:
            types.add(waiting)
            waiting = []
    types.add(waiting)
    return types.schema()


def _dump(schema: pa.Schema) -> str:
    stored = base64.b64encode(schema.serialize().to_pybytes()).decode()
    return json.dumps({"columns": schema.names, "arrow_schema": stored}, ensure_ascii=False) + "\n"
