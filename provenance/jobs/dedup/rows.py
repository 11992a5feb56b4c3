"""The rows of a file of texts: what a search for copies needs of each, and what could not be read.

Rows are counted from 0 as they stand in the file, unreadable ones too; blank lines are no rows.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from provenance.errors import ConfigError
from provenance.textfiles import DAMAGE, PARQUET, as_text, is_text, mend_text, open_lines

BATCH_ROWS = 1000
READ_SCHEMA: Final = pl.Schema(
    {
        "row": pl.Int64(),
        "doc_id": pl.String(),
        "text": pl.String(),
        "fetch_time": pl.Datetime("us", "UTC"),
        "score": pl.Float64(),
        "host": pl.String(),
    }
)
_PEEK = 100  # lines in which a column must be found
_BUFFER = 1 << 20  # bytes read at a time of a column, however large its row group
Object = dict[str, object]


class LostReason(StrEnum):
    """Why rows of an input became no documents."""

    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    NOT_A_TEXT = "not_a_text"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Lost:
    """Rows from `row` on that cannot be read; `n_rows` is null where the file does not say how many."""

    row: int
    n_rows: int | None
    reason: LostReason
    detail: str


@dataclass(frozen=True, slots=True)
class Fields:
    """The columns of an input by what they hold; an id that is not there is made of the input's name and the row."""

    text: str = "text"
    id: str = "id"
    date: str | None = None
    score: str | None = None
    host: str | None = None

    @property
    def required(self) -> dict[str, str]:
        """The columns that must be there, by the option that names them."""
        named = {"--text-column": self.text, "--date-column": self.date}
        named |= {"--score-column": self.score, "--host-column": self.host}
        return {option: column for option, column in named.items() if column is not None}


def is_parquet(path: str) -> bool:
    """Whether a file is read as Parquet; others are lines of JSON."""
    return path.lower().endswith(PARQUET)


def check_input(path: str, fields: Fields) -> None:
    """Raises ConfigError when the file cannot be opened, or lacks a column, or one holds what it cannot hold."""
    columns = _parquet_columns(path) if is_parquet(path) else _line_columns(path)
    for option, column in fields.required.items():
        if columns and column not in columns:
            raise ConfigError(f"{path}: no column {column!r}; columns are {', '.join(columns)} ({option})")
    for option, column in fields.required.items():
        dtype = columns.get(column)
        if dtype is not None and not _fits(option, dtype):
            raise ConfigError(f"{path}: column {column!r} holds {dtype} ({option})")
    if pa.types.is_nested(columns.get(fields.id) or pa.null()):
        raise ConfigError(f"{path}: column {fields.id!r} holds {columns[fields.id]}, no ids (--id-column)")


def read_rows(path: str, name: str, fields: Fields) -> Iterator[pl.DataFrame | Lost]:
    """Rows as `READ_SCHEMA` in order, and stretches that are lost; ids are `name` and the row where there is none."""
    for piece in _read_parquet(path, fields) if is_parquet(path) else _read_lines(path, fields):
        if isinstance(piece, Lost):
            yield piece
        else:
            own = pl.format("{}:{}", pl.lit(name), pl.col("row"))
            yield piece.with_columns(doc_id=pl.coalesce("doc_id", own)).select(READ_SCHEMA.names())


def read_batches(path: str, columns: list[str] | None) -> Iterator[tuple[int, pa.RecordBatch] | Lost]:
    """The batches of a Parquet file, each with its first row. A damaged row group is lost from there on, not the file.

    Raises OSError or pyarrow's own errors when the file has no readable footer.
    """
    with pq.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False) as file:
        start = 0
        for group in range(file.num_row_groups):
            row, end = start, start + file.metadata.row_group(group).num_rows
            try:
                for batch in file.iter_batches(BATCH_ROWS, row_groups=[group], columns=columns):
                    yield row, batch
                    row += batch.num_rows
            except (OSError, pa.ArrowException) as error:
                yield Lost(row, end - row, LostReason.DAMAGED, f"row group {group}: {error}")
            start = end


def read_objects(path: str) -> Iterator[tuple[int, Object] | Lost]:
    """The JSON objects of a file of lines, each with its row."""
    row = number = 0
    try:
        with open_lines(Path(path)) as lines:
            for number, line in enumerate(lines, start=1):
                if not line.isspace():
                    yield _read_object(line, row, number)
                    row += 1
    except DAMAGE as error:
        yield Lost(row, None, LostReason.DAMAGED, f"after line {number}, the rest is lost: {error}")


def _read_object(line: str, row: int, number: int) -> tuple[int, Object] | Lost:
    try:
        found = json.loads(line)
        if "\\ud" in line.lower():  # perhaps half a character, which no table can hold
            found = json.loads(mend_text(json.dumps(found, ensure_ascii=False)))
    except (ValueError, RecursionError) as error:
        return Lost(row, 1, LostReason.NOT_JSON, f"line {number}: {error}")
    if not isinstance(found, dict):
        return Lost(row, 1, LostReason.NOT_AN_OBJECT, f"line {number}: {type(found).__name__}")
    return row, found


def _read_lines(path: str, fields: Fields) -> Iterator[pl.DataFrame | Lost]:
    waiting: list[tuple[object, ...]] = []
    for piece in read_objects(path):
        if isinstance(piece, Lost):
            yield piece
            continue
        row, values = piece
        text = values.get(fields.text)
        if text is not None and not isinstance(text, str):
            yield Lost(row, 1, LostReason.NOT_A_TEXT, f"{fields.text!r} holds {type(text).__name__}")
            continue
        waiting.append((row, _show(values.get(fields.id)), text, *_read_facts(values, fields)))
        if len(waiting) == BATCH_ROWS:
            yield pl.DataFrame(waiting, schema=READ_SCHEMA, orient="row")
            waiting = []
    if waiting:
        yield pl.DataFrame(waiting, schema=READ_SCHEMA, orient="row")


def _read_facts(values: Object, fields: Fields) -> tuple[datetime | None, float | None, str | None]:
    date, score, host = (values.get(name) if name else None for name in (fields.date, fields.score, fields.host))
    number = float(score) if isinstance(score, int | float) and score == score else None
    return (parse_time(str(date)) if date is not None else None), number, _show(host)


def _show(value: object) -> str | None:
    return None if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def parse_time(text: str) -> datetime | None:
    """A time of ISO 8601, also year or month alone, in UTC where it does not say; null for anything else."""
    padded = text.strip() + {4: "-01-01", 7: "-01"}.get(len(text.strip()), "")
    try:
        found = datetime.fromisoformat(padded)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _read_parquet(path: str, fields: Fields) -> Iterator[pl.DataFrame | Lost]:
    present = _parquet_columns(path)
    asked = {"text": fields.text, "doc_id": fields.id, "fetch_time": fields.date}
    asked |= {"score": fields.score, "host": fields.host}
    named = {ours: theirs for ours, theirs in asked.items() if theirs is not None and theirs in present}
    for piece in read_batches(path, list(dict.fromkeys(named.values()))):
        if isinstance(piece, Lost):
            yield piece
            continue
        start, batch = piece
        read = pl.from_arrow(batch)
        assert isinstance(read, pl.DataFrame)
        columns = [_convert(ours, read.get_column(theirs)) for ours, theirs in named.items()]
        frame = pl.DataFrame(columns).with_columns(row=pl.int_range(start, start + batch.num_rows, dtype=pl.Int64))
        missing = {ours: pl.lit(None, dtype) for ours, dtype in READ_SCHEMA.items() if ours not in frame.columns}
        yield frame.with_columns(**missing).select(READ_SCHEMA.names())


def _convert(ours: str, values: pl.Series) -> pl.Series:
    values = values.alias(ours)
    if ours in ("text", "doc_id", "host"):
        return as_text(values)
    if ours == "score":
        return values.cast(pl.Float64, strict=False).fill_nan(None)
    if values.dtype.is_temporal():
        times = values.cast(pl.Datetime("us")) if values.dtype == pl.Date else values.dt.cast_time_unit("us")
        zone = getattr(values.dtype, "time_zone", None)
        return times.dt.convert_time_zone("UTC") if zone else times.dt.replace_time_zone("UTC")
    parsed = [None if value is None else parse_time(str(value)) for value in as_text(values)]
    return pl.Series(ours, parsed, dtype=READ_SCHEMA["fetch_time"])


def _parquet_columns(path: str) -> Mapping[str, pa.DataType | None]:
    try:
        return {field.name: field.type for field in pq.read_schema(path)}
    except (OSError, pa.ArrowException) as error:
        raise ConfigError(f"{path}: not a Parquet file: {error}") from error


def _line_columns(path: str) -> dict[str, None]:
    """The columns of the first lines; none where there are no rows that can be read."""
    columns: dict[str, None] = {}
    for number, piece in enumerate(islice(read_objects(path), _PEEK)):
        if isinstance(piece, Lost):
            if number == 0 and piece.reason is LostReason.DAMAGED:
                raise ConfigError(f"{path}: cannot be read: {piece.detail}")
            continue
        columns |= dict.fromkeys(piece[1])
    return columns


def _fits(option: str, dtype: pa.DataType) -> bool:
    if option == "--score-column":
        return bool(pa.types.is_integer(dtype) or pa.types.is_floating(dtype) or pa.types.is_decimal(dtype))
    if option == "--date-column":
        return bool(pa.types.is_timestamp(dtype) or pa.types.is_date(dtype) or is_text(dtype))
    return is_text(dtype)
