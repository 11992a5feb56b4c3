"""The columns of lines of JSON, as a Parquet file needs them: one type each, found by looking at every row.

Numbers and nested values widen to what holds all of them; a column of values that no type holds is kept as JSON text.
"""

import json
from collections.abc import Sequence

import pyarrow as pa

from provenance.jobs.dedup.rows import Object

_MISFIT = (pa.ArrowException, OverflowError, UnicodeError)


class ColumnTypes:
    """Gathers the types of columns, in the order in which they are first seen."""

    def __init__(self) -> None:
        self._types: dict[str, pa.DataType] = {}

    def add(self, rows: Sequence[Object]) -> None:
        """Looks at some rows more."""
        for name in dict.fromkeys(name for row in rows for name in row):
            found = _find_type([row.get(name) for row in rows])
            self._types[name] = _widen(self._types.get(name, pa.null()), found)

    def schema(self) -> pa.Schema:
        """A column for each name; of text where nothing but null was seen."""
        return pa.schema([(name, _fill(dtype)) for name, dtype in self._types.items()])


def make_table(rows: Sequence[Object], schema: pa.Schema) -> pa.Table:
    """Rows as a table of columns gathered before."""
    arrays = []
    for field in schema:
        values = [row.get(field.name) for row in rows]
        if pa.types.is_string(field.type):
            values = [None if value is None else _write(value) for value in values]
        arrays.append(pa.array(values, field.type))
    return pa.table(arrays, schema=schema)


def _write(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _find_type(values: Sequence[object]) -> pa.DataType:
    try:
        return pa.array(values).type
    except _MISFIT:
        return pa.string()


def _widen(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    if one == other:
        return one
    try:
        both = [pa.schema([("column", dtype)]) for dtype in (one, other)]
        return pa.unify_schemas(both, promote_options="permissive").field(0).type
    except _MISFIT:
        return pa.string()


def _fill(dtype: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_null(dtype) else dtype
