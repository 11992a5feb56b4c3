"""What users' loops hand over, and get back in kind: a sample, or a batch in any of five shapes.

One sample: a text, or a mapping with one. A batch: a list of either, a mapping of columns (lists or numpy arrays), a
pyarrow table or record batch, a polars frame.
"""

import reprlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from provenance.adapters.loaders.scored import Cells
from provenance.errors import ConfigError

_COLUMNS = (list, tuple, np.ndarray, pa.Array, pa.ChunkedArray, pl.Series)


def is_batch(given: object, text: str, key: str | None = None) -> bool:
    """Whether many samples are given; ConfigError for what is neither a sample nor a batch.

    A mapping is a batch where its `text`, or without one its `key`, is a column.
    """
    if isinstance(given, str | bytes | bytearray | memoryview) or given is None:
        return False
    if isinstance(given, Mapping):
        return _holds_columns(given, text, key)
    _refuse_others(given)
    return True


def count_rows(batch: Any, column: str | None = None) -> int:
    """Samples of a batch; `column` is one to count by, where another may be costly to decode (datasets)."""
    if isinstance(batch, pl.DataFrame):
        return batch.height
    if isinstance(batch, pa.Table | pa.RecordBatch):
        return int(batch.num_rows)
    if isinstance(batch, Mapping):
        return len(batch[column] if column in batch else next(iter(batch.values()), ()))
    _refuse_others(batch)
    return len(batch)


def read_column(batch: Any, name: str, *, is_text: bool = False) -> Cells | None:
    """A column as Python values; null for a table without it, and a null in it for a sample without it.

    A sample that is no mapping is its text: it has a text column only.
    """
    if isinstance(batch, pl.DataFrame):
        return batch.get_column(name).to_list() if name in batch.columns else None
    if isinstance(batch, pa.Table | pa.RecordBatch):
        return list(batch.column(name).to_pylist()) if name in batch.schema.names else None
    if isinstance(batch, Mapping):
        return _to_list(batch[name]) if name in batch else None
    return [sample.get(name) if isinstance(sample, Mapping) else sample if is_text else None for sample in batch]


def add_columns(given: Any, columns: Mapping[str, Cells], text: str = "text") -> Any:
    """A batch of the same kind with columns beside; of the same name replaced. What is no mapping becomes one."""
    if isinstance(given, pl.DataFrame):
        return given.with_columns(pl.Series(name, values, dtype=_POLARS.get(name)) for name, values in columns.items())
    if isinstance(given, pa.Table | pa.RecordBatch):
        return _add_to_arrow(given, columns)
    if isinstance(given, Mapping):
        as_arrays = isinstance(given, dict) and any(isinstance(values, np.ndarray) for values in given.values())
        return _join(given, {name: _to_array(name, cells) if as_arrays else cells for name, cells in columns.items()})
    if not columns:
        return [_as_mapping(sample, text) for sample in given]
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    return [_join(_as_mapping(sample, text), row) for sample, row in zip(given, rows, strict=True)]


def take_rows(batch: Any, kept: Sequence[bool]) -> Any:
    """The rows of a batch for which `kept` is true, in kind and order."""
    if isinstance(batch, pl.DataFrame):
        return batch.filter(pl.Series(kept, dtype=pl.Boolean))
    if isinstance(batch, pa.Table | pa.RecordBatch):
        return batch.filter(pa.array(kept, pa.bool_()))
    if isinstance(batch, Mapping):
        return {name: _take(values, kept) for name, values in batch.items()}
    return _take(batch, kept)


def show_row(batch: Any, row: int) -> str:
    """The sample of a row in short, for messages."""
    if isinstance(batch, pa.Table | pa.RecordBatch):
        return reprlib.repr(batch.slice(row, 1).to_pylist()[0])
    if isinstance(batch, pl.DataFrame):
        return reprlib.repr(batch.row(row, named=True))
    if isinstance(batch, Mapping):
        return reprlib.repr({name: _to_list(values[row : row + 1])[0] for name, values in batch.items()})
    return reprlib.repr(batch[row])


def _holds_columns(given: Mapping[str, Any], text: str, key: str | None) -> bool:
    for name in (text, key):
        if name is not None and name in given:
            return _is_column(given[name])
    if given and all(isinstance(values, _COLUMNS) for values in given.values()):
        raise ConfigError(
            f"no column {text!r} among {', '.join(map(str, given))}; say which one holds the text (text=)"
        )
    for value in given.values():
        if hasattr(value, "map") and hasattr(value, "filter"):  # a DatasetDict
            _refuse_others(value)
    return False


def _is_column(values: object) -> bool:
    """Whether these are values of many samples, tensors among them; one sample's text is none."""
    return isinstance(values, _COLUMNS) or getattr(values, "ndim", 0) > 0


def _refuse_others(given: object) -> None:
    if isinstance(given, pl.DataFrame | pa.Table | pa.RecordBatch | Sequence | pl.Series):
        return
    if isinstance(given, np.ndarray) and given.ndim:
        return
    kind = f"{type(given).__module__.partition('.')[0]}.{type(given).__name__}".removeprefix("builtins.")
    if hasattr(given, "map") and hasattr(given, "filter") and not hasattr(given, "iloc"):  # pandas has all three
        raise ConfigError(f"a batch is expected, not a whole {kind}; give the policy to its map or filter")
    raise ConfigError(
        f"a text, a mapping, a list of them, a mapping of columns, or a pyarrow or polars table is expected, not {kind}"
    )


def _take(values: Any, kept: Sequence[bool]) -> Any:
    if isinstance(values, np.ndarray):
        return values[np.asarray(kept, bool)]
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values.filter(pa.array(kept, pa.bool_()))
    if isinstance(values, pl.Series):
        return values.filter(pl.Series(kept, dtype=pl.Boolean))
    return [value for value, keep in zip(values, kept, strict=True) if keep]


def _to_list(values: Any) -> Cells:
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return list(values.to_pylist())
    return list(values.tolist()) if hasattr(values, "tolist") else list(values)


def _to_array(name: str, values: Cells) -> Any:
    """Numbers as an array of them, null as NaN (numpy has no null); all else as objects."""
    numeric = name in _FLOATS or (name == "n_words" and None in values)
    return np.array(values, np.float64 if numeric else np.int64 if name == "n_words" else object)


def _add_to_arrow(table: Any, columns: Mapping[str, Cells]) -> Any:
    for name, values in columns.items():
        array = pa.array(values, _ARROW.get(name))
        if name in table.schema.names:
            table = table.set_column(table.schema.names.index(name), name, array)
        else:
            table = table.append_column(name, array)
    return table


def _join(given: Any, columns: dict[str, Any]) -> Any:
    """Both; a lazy mapping (datasets) stays one, and what nobody reads of it is not decoded."""
    if isinstance(given, dict) or not hasattr(given, "__or__"):
        return {**given, **columns}
    return given | columns


def _as_mapping(sample: object, text: str) -> Mapping[str, object]:
    return sample if isinstance(sample, Mapping) else {text: sample}


def in_kind(batch: Any, values: Sequence[Any] | NDArray[Any]) -> Any:
    """A value for each sample: a Series for a frame, an array for a pyarrow table or numpy columns, else a list."""
    if isinstance(batch, pl.DataFrame):
        return pl.Series(np.asarray(values))
    if isinstance(batch, pa.Table | pa.RecordBatch):
        return pa.array(np.asarray(values))
    return _to_list(values)


_FLOATS = ("ai_score", "mt_score", "ai_llr", "mt_llr", "weight")
_POLARS: dict[str, Any] = {
    **dict.fromkeys(_FLOATS, pl.Float64()),
    **dict.fromkeys(("origin", "language", "problem"), pl.String()),
    "n_words": pl.Int64(),
}
_ARROW: dict[str, Any] = {
    **dict.fromkeys(_FLOATS, pa.float64()),
    **dict.fromkeys(("origin", "language", "problem"), pa.string()),
    "n_words": pa.int64(),
}
