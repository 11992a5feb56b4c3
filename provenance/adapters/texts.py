"""Texts in files of the common formats, in chunks, row for row: .txt, .jsonl (.gz, .zst), .parquet."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from provenance.errors import ConfigError
from provenance.textfiles import DAMAGE, ENCODING, LINES, PARQUET, as_text, is_text, mend_text, open_lines

CHUNK_ROWS = 1000


@dataclass(frozen=True, slots=True)
class TextChunk:
    """Rows of an input: `frame` has id (String) and text (String, null where unreadable); problems in words."""

    frame: pl.DataFrame
    problems: tuple[str, ...] = ()


def read_texts(path: Path, *, text_column: str, id_column: str) -> Iterator[TextChunk]:
    """The rows of a file in order. A .txt file is one text; ids are row numbers where the input has none.

    Raises ConfigError when the file is missing, cannot be read at all, is of no known format, or lacks the text column.
    """
    name = path.name.lower()
    if not path.is_file():
        raise ConfigError(f"--input {path}: {'is a folder, not a file' if path.is_dir() else 'no such file'}")
    if name.endswith(".txt"):
        return iter([_read_text(path)])
    if name.endswith(LINES):
        return _read_lines(path, text_column, id_column)
    if name.endswith(PARQUET):
        return _read_parquet(path, text_column, id_column)
    raise ConfigError(f"--input {path}: unknown format; known are .txt, .jsonl, .jsonl.gz, .jsonl.zst and .parquet")


def _read_text(path: Path) -> TextChunk:
    try:
        text = path.read_bytes().decode(ENCODING, "replace")
    except OSError as error:
        raise ConfigError(f"--input {path}: cannot be read: {error.strerror}") from error
    return TextChunk(pl.DataFrame({"id": [path.name], "text": [text]}))


def _read_parquet(path: Path, text_column: str, id_column: str) -> Iterator[TextChunk]:
    try:
        file = pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        raise ConfigError(f"--input {path}: not a Parquet file: {error}") from error
    fields = {field.name: field.type for field in file.schema_arrow}
    if text_column not in fields:
        raise ConfigError(f"--input {path}: no column {text_column!r}; columns are {', '.join(fields)} (--text-column)")
    if not is_text(fields[text_column]):
        raise ConfigError(
            f"--input {path}: column {text_column!r} holds {fields[text_column]}, no text (--text-column)"
        )
    if pa.types.is_nested(fields.get(id_column, pa.null())):
        raise ConfigError(f"--input {path}: column {id_column!r} holds {fields[id_column]}, no ids (--id-column)")
    return _parquet_chunks(path, file, [text_column] + ([id_column] if id_column in fields else []))


def _parquet_chunks(path: Path, file: pq.ParquetFile, columns: list[str]) -> Iterator[TextChunk]:
    n_rows = 0
    try:
        for batch in file.iter_batches(batch_size=CHUNK_ROWS, columns=list(dict.fromkeys(columns))):
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)
            numbers = pl.Series("id", range(n_rows, n_rows + frame.height), dtype=pl.Int64).cast(pl.String)
            ids = as_text(frame.get_column(columns[1])) if len(columns) > 1 else numbers
            text = as_text(frame.get_column(columns[0]))
            n_rows += frame.height
            yield TextChunk(pl.DataFrame([ids.alias("id"), text.alias("text")]))
    except (OSError, pa.ArrowException) as error:
        empty = pl.DataFrame(schema={"id": pl.String, "text": pl.String})
        yield TextChunk(empty, (f"{path}: damaged after row {n_rows:,}, the rest is lost: {error}",))


class _Row(NamedTuple):
    identity: str | None
    text: str | None
    problem: str = ""


def _read_lines(path: Path, text_column: str, id_column: str) -> Iterator[TextChunk]:
    rows: list[tuple[str, str | None]] = []
    problems: list[str] = []
    n_rows = number = 0
    try:
        with open_lines(path) as lines:
            for number, line in enumerate(lines, start=1):
                if line.isspace():
                    continue
                row = _read_line(line, text_column, id_column)
                rows.append((str(n_rows) if row.identity is None else row.identity, row.text))
                n_rows += 1
                if row.problem:
                    problems.append(f"{path}, line {number}: {row.problem}")
                if len(rows) == CHUNK_ROWS:
                    yield _chunk(rows, problems)
                    rows, problems = [], []
    except DAMAGE as error:
        if number == 0:
            raise ConfigError(f"--input {path}: cannot be read: {error}") from error
        problems.append(f"{path}: damaged after line {number}, the rest is lost: {error}")
    if rows or problems:
        yield _chunk(rows, problems)


def _chunk(rows: list[tuple[str, str | None]], problems: list[str]) -> TextChunk:
    frame = pl.DataFrame(rows, schema={"id": pl.String, "text": pl.String}, orient="row")
    return TextChunk(frame, tuple(problems))


def _read_line(line: str, text_column: str, id_column: str) -> _Row:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return _Row(None, None, f"not JSON: {error}")
    if not isinstance(row, dict):
        return _Row(None, None, "not a JSON object")
    identity = mend_text(str(row[id_column])) if row.get(id_column) is not None else None
    text = row.get(text_column)
    if isinstance(text, str):
        return _Row(identity, mend_text(text))
    return _Row(identity, None, f"no text in {text_column!r}")
