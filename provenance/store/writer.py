"""How a table is written: one Parquet file that appears under its own name when it is whole.

Row groups have a fixed number of rows: bytes do not depend on the batch size.
"""

from collections.abc import Mapping
from types import TracebackType

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from provenance.objects.place import Place
from provenance.store.publication import begin_file, drop_part, publish, writing

ROW_GROUP_ROWS = 1000


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


def _arrow_schema(schema: pl.Schema, metadata: Mapping[str, str]) -> pa.Schema:
    empty = pl.DataFrame(schema=schema).to_arrow(compat_level=pl.CompatLevel.oldest())
    return empty.schema.with_metadata({key: metadata[key] for key in sorted(metadata)})
