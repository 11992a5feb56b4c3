"""Labelled texts in Parquet files, as `train` and `evaluate` read them."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from provenance.errors import ConfigError


def read_labelled(paths: Sequence[Path], *, needed: Sequence[str]) -> pl.DataFrame:
    """The rows of all files below one another. Raises ConfigError for a file that is none, or lacks a column."""
    frames = []
    for path in paths:
        try:
            frame = pl.read_parquet(path)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise ConfigError(f"{path}: cannot be read as Parquet: {error}") from error
        missing = [name for name in needed if name not in frame.columns]
        if missing:
            raise ConfigError(f"{path}: no column {', '.join(missing)}; columns are {', '.join(frame.columns)}")
        words = [name for name in ("text", "label", "lang") if name in frame.columns]
        for name in words:
            dtype = frame.schema[name]
            if dtype != pl.String and not isinstance(dtype, pl.Categorical | pl.Enum):
                raise ConfigError(f"{path}: column {name} holds {dtype}, no text")
        frames.append(frame.with_columns(pl.col(words).cast(pl.String)))
    try:
        return pl.concat(frames, how="diagonal_relaxed")
    except pl.exceptions.PolarsError as error:
        raise ConfigError(f"{', '.join(map(str, paths))}: the same column holds different things: {error}") from error
