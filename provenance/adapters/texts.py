"""Texts in files of the common formats, in chunks, row for row: .txt, .jsonl (.gz, .zst), .parquet."""

import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from provenance.errors import ConfigError

CHUNK_ROWS = 1000


@dataclass(frozen=True, slots=True)
class TextChunk:
    """Rows of an input: `frame` has id (String) and text (String, null where unreadable); problems in words."""

    frame: pl.DataFrame
    problems: tuple[str, ...] = ()


def read_texts(path: Path, *, text_column: str, id_column: str) -> Iterator[TextChunk]:
    """The rows of a file in order. A .txt file is one text; ids are row numbers where the input has none.

    Raises ConfigError when the file is missing, of no known format, or lacks the text column.
    """
    name = path.name.lower()
    if not path.is_file():
        raise ConfigError(f"--input {path}: no such file")
    if name.endswith(".txt"):
        return iter([_read_text(path)])
    if name.endswith((".jsonl", ".ndjson", ".jsonl.gz", ".jsonl.zst", ".json.gz")):
        return _read_lines(path, text_column, id_column)
    if name.endswith(".parquet"):
        return _read_parquet(path, text_column, id_column)
    raise ConfigError(f"--input {path}: unknown format; known are .txt, .jsonl, .jsonl.gz, .jsonl.zst and .parquet")


def _read_text(path: Path) -> TextChunk:
    text = path.read_bytes().decode("utf-8", "replace")
    return TextChunk(pl.DataFrame({"id": [path.name], "text": [text]}))


def _read_parquet(path: Path, text_column: str, id_column: str) -> Iterator[TextChunk]:
    try:
        file = pq.ParquetFile(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise ConfigError(f"--input {path}: not a Parquet file: {error}") from error
    names = file.schema_arrow.names
    if text_column not in names:
        raise ConfigError(f"--input {path}: no column {text_column!r}; columns are {', '.join(names)} (--text-column)")
    columns = [text_column] + ([id_column] if id_column in names else [])
    return _parquet_chunks(file, columns)


def _parquet_chunks(file: pq.ParquetFile, columns: list[str]) -> Iterator[TextChunk]:
    n_rows = 0
    for batch in file.iter_batches(batch_size=CHUNK_ROWS, columns=list(dict.fromkeys(columns))):
        frame = pl.from_arrow(batch)
        assert isinstance(frame, pl.DataFrame)
        numbers = pl.Series("id", range(n_rows, n_rows + frame.height), dtype=pl.Int64)
        ids = frame.get_column(columns[1]) if len(columns) > 1 else numbers
        text = frame.get_column(columns[0]).cast(pl.String)
        yield TextChunk(pl.DataFrame([ids.cast(pl.String).alias("id"), text.alias("text")]))
        n_rows += frame.height


def _read_lines(path: Path, text_column: str, id_column: str) -> Iterator[TextChunk]:
    rows: list[tuple[str, str | None]] = []
    problems: list[str] = []
    with _open_lines(path) as lines:
        try:
            for number, line in enumerate(lines):
                text, identity, problem = _read_line(line, text_column, id_column)
                rows.append((identity if identity is not None else str(number), text))
                if problem:
                    problems.append(f"{path}, line {number + 1}: {problem}")
                if len(rows) == CHUNK_ROWS:
                    yield _chunk(rows, problems)
                    rows, problems = [], []
        except (OSError, EOFError, zstandard.ZstdError) as error:
            problems.append(f"{path}: damaged after line {number + 1}, the rest is lost: {error}")
    if rows or problems:
        yield _chunk(rows, problems)


def _chunk(rows: list[tuple[str, str | None]], problems: list[str]) -> TextChunk:
    frame = pl.DataFrame(rows, schema={"id": pl.String, "text": pl.String}, orient="row")
    return TextChunk(frame, tuple(problems))


def _open_lines(path: Path) -> IO[str]:
    name = path.name.lower()
    if name.endswith(".gz"):
        return gzip.open(path, "rt", encoding="utf-8", errors="replace")
    if name.endswith(".zst"):
        stream = zstandard.ZstdDecompressor().stream_reader(path.open("rb"), closefd=True)
        return io.TextIOWrapper(io.BufferedReader(stream), encoding="utf-8", errors="replace")
    return path.open(encoding="utf-8", errors="replace")


def _read_line(line: str, text_column: str, id_column: str) -> tuple[str | None, str | None, str]:
    """Text, id and what is wrong with the line."""
    try:
        row = json.loads(line)
    except ValueError as error:
        return None, None, f"not JSON: {error}"
    if not isinstance(row, dict):
        return None, None, "not a JSON object"
    identity = str(row[id_column]) if row.get(id_column) is not None else None
    text = row.get(text_column)
    if isinstance(text, str):
        return text.encode("utf-8", "replace").decode(), identity, ""
    return None, identity, f"no text in {text_column!r}"
