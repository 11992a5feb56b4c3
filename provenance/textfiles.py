"""Files of many texts as others leave them: lines of JSON, plain or compressed, and Parquet; no more than how to open
them and what their values mean."""

import gzip
import io
import zlib
from pathlib import Path
from typing import IO, Final

import polars as pl
import pyarrow as pa
import zstandard

ENCODING: Final = "utf-8-sig"  # UTF-8; a byte-order mark at the beginning is no part of the text
LINES: Final = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz", ".jsonl.zst", ".ndjson.zst", ".json.gz")
PARQUET: Final = ".parquet"
DAMAGE: Final = (OSError, EOFError, zlib.error, zstandard.ZstdError)
"""What reading lines of a damaged file raises."""


def open_lines(path: Path) -> IO[str]:
    """A text file, decompressed by its name; bytes that are no UTF-8 are replaced."""
    name = path.name.lower()
    if name.endswith(".gz"):
        return gzip.open(path, "rt", encoding=ENCODING, errors="replace")
    if name.endswith(".zst"):
        stream = zstandard.ZstdDecompressor().stream_reader(path.open("rb"), read_across_frames=True, closefd=True)
        return io.TextIOWrapper(io.BufferedReader(stream), encoding=ENCODING, errors="replace")
    return path.open(encoding=ENCODING, errors="replace")


def is_text(dtype: pa.DataType) -> bool:
    """True for strings, strings by dictionary, and bytes, which some writers make of strings."""
    value = dtype.value_type if pa.types.is_dictionary(dtype) else dtype
    tests = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    return pa.types.is_null(value) or pa.types.is_string_view(value) or any(test(value) for test in tests)


def as_text(values: pl.Series) -> pl.Series:
    """Values of any kind as String; null stays null."""
    if values.dtype != pl.Binary:
        return values.cast(pl.String)
    decoded = [None if value is None else value.decode("utf-8", "replace") for value in values]
    return pl.Series(values.name, decoded, dtype=pl.String)


def mend_text(text: str) -> str:
    """The text with half characters (lone surrogates), which JSON can write, replaced."""
    return text.encode("utf-8", "replace").decode()
