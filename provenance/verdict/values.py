"""What a verdict reads of documents and signals: columns as arrays, each made once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Values:
    """Rows of documents; `n_words` is 0 where null, `floats` are the signals by name, NaN where null."""

    language: npt.NDArray[np.object_]
    n_words: npt.NDArray[np.int64]
    floats: Mapping[str, Floats]

    @property
    def height(self) -> int:
        """Number of rows."""
        return len(self.n_words)

    def __getitem__(self, column: str) -> Floats:
        found = self.floats.get(column)
        return np.full(self.height, np.nan) if found is None else found

    def is_in(self, language: str) -> Flags:
        """The rows in that language."""
        return np.asarray(self.language == language, bool)


def read_values(table: pl.DataFrame | Values) -> Values:
    """The values of a table with language, n_words and signals; values are given back as they are."""
    if isinstance(table, Values):
        return table
    language = table["language"].cast(pl.String) if "language" in table.columns else [None] * table.height
    words = table["n_words"].fill_null(0).to_numpy() if "n_words" in table.columns else np.zeros(table.height, np.int64)
    return Values(np.array(list(language), dtype=object), words, read_floats([table]))


def read_floats(frames: Sequence[pl.DataFrame]) -> dict[str, Floats]:
    """The numbers of several frames by name, NaN for null."""
    return {
        series.name: (series.cast(pl.Float64) if series.dtype == pl.Boolean else series).to_numpy().astype(np.float64)
        for frame in frames
        for series in frame.get_columns()
        if series.dtype.is_numeric() or series.dtype == pl.Boolean
    }
