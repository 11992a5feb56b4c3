"""Where the documents of a search for copies come from, and where what is found of them goes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from provenance.dedup.keys import Rows
from provenance.jobs.dedup.rows import Fields, Lost, read_rows
from provenance.jobs.dedup.sign import signed_path
from provenance.store import Place, bring_columns, bring_footer, forget_copies, read_table, table_path

_FROM_SIGNATURES = ("doc_id", "exact_hash")
_NAMES = {"host": "url_host_name"}
_BATCH = 10_000  # signatures in memory at a time: 5 MB at 128 values
TEXTS: Final = pl.Schema({"item": pl.Int64(), "text": pl.String(), "host": pl.String(), "language": pl.String()})


class Documents(Protocol):
    """Documents by crawl and shard, always in the same order; picklable."""

    @property
    def has_hosts(self) -> bool:
        """Whether it is known on which host documents stand."""
        ...

    def read_signatures(self, crawl: str, shard: str) -> Iterator[pl.DataFrame]:
        """exact_hash and signature of all documents, in batches."""
        ...

    def read_facts(self, crawl: str, shard: str, columns: Sequence[str]) -> pl.DataFrame:
        """doc_id, exact_hash, fetch_time and `columns` of all documents."""
        ...

    def read_texts(self, crawl: str, shard: str, items: Rows | None = None) -> Iterator[pl.DataFrame]:
        """item, text (null where there is none), host and language (or null) of those documents, or of all, in batches.

        `items` count from 0 in the shard, in ascending order.
        """
        ...

    def clusters_path(self, crawl: str, shard: str) -> Place:
        """Where the clusters table of a shard lies."""
        ...


@dataclass(frozen=True, slots=True)
class RunDocuments:
    """The documents of a run's output folder."""

    out: Place

    @property
    def has_hosts(self) -> bool:
        """A page has a host."""
        return True

    def read_signatures(self, crawl: str, shard: str) -> Iterator[pl.DataFrame]:
        """exact_hash and signature of all documents, in batches."""
        columns, place = ["exact_hash", "signature"], table_path(self.out, "signatures", crawl, shard)
        yield from _read_batches(bring_columns(place, columns), columns)
        forget_copies([place])

    def read_facts(self, crawl: str, shard: str, columns: Sequence[str]) -> pl.DataFrame:
        """doc_id, exact_hash, fetch_time and `columns` (of documents; host) of all documents."""
        signed, told = (table_path(self.out, table, crawl, shard) for table in ("signatures", "documents"))
        named = {"fetch_time": "fetch_time", **{name: _NAMES.get(name, name) for name in columns}}
        facts, more = read_table(signed, _FROM_SIGNATURES), read_table(told, list(named.values()))
        forget_copies([signed, told])
        return facts.hstack([more.get_column(theirs).alias(ours) for ours, theirs in named.items()])

    def read_texts(self, crawl: str, shard: str, items: Rows | None = None) -> Iterator[pl.DataFrame]:
        """item, text, host and language of those documents, or of all; only row groups with one of them are read."""
        columns = ["text", "url_host_name", "language"]
        place = table_path(self.out, "documents", crawl, shard)
        starts = _find_starts(pq.read_metadata(bring_footer(place)))
        groups = [n for n, (start, end) in enumerate(pairwise(starts)) if items is None or _reach(items, start, end)]
        with pq.ParquetFile(bring_columns(place, columns, groups)) as file:
            for group in groups:
                frame = pl.from_arrow(file.read_row_group(group, columns=columns))
                assert isinstance(frame, pl.DataFrame)
                yield _pick(frame.rename({"url_host_name": "host"}), starts[group], items)
        forget_copies([place])

    def clusters_path(self, crawl: str, shard: str) -> Place:
        """Where the clusters table of a shard lies."""
        return table_path(self.out, "clusters", crawl, shard)


@dataclass(frozen=True, slots=True)
class InputDocuments:
    """The documents of files of texts, signed before into the folder `out`; `paths` are the files by their names."""

    out: Path
    paths: tuple[tuple[str, str], ...]
    fields: Fields

    @property
    def has_hosts(self) -> bool:
        """Whether a column was named."""
        return self.fields.host is not None

    def read_signatures(self, crawl: str, shard: str) -> Iterator[pl.DataFrame]:
        """exact_hash and signature of all documents, in batches."""
        yield from _read_batches(signed_path(self.out, shard), ["exact_hash", "signature"])

    def read_facts(self, crawl: str, shard: str, columns: Sequence[str]) -> pl.DataFrame:
        """doc_id, exact_hash, fetch_time and `columns` (as signed) of all documents."""
        return read_table(signed_path(self.out, shard), [*_FROM_SIGNATURES, "fetch_time", *columns])

    def read_texts(self, crawl: str, shard: str, items: Rows | None = None) -> Iterator[pl.DataFrame]:
        """item, text and host of those documents, or of all; the file is read as far as the last of them."""
        left, start = None if items is None else len(items), 0
        for piece in read_rows(dict(self.paths)[shard], shard, self.fields):
            if left == 0:
                return
            if isinstance(piece, Lost):
                continue
            picked = _pick(piece, start, items)
            start += piece.height
            left = None if left is None else left - picked.height
            if picked.height:
                yield picked

    def clusters_path(self, crawl: str, shard: str) -> Path:
        """Where the clusters table of an input lies."""
        return self.out / "clusters" / f"{shard}.parquet"


def _read_batches(path: Path, columns: list[str]) -> Iterator[pl.DataFrame]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_BATCH, columns=columns):
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)
            yield frame


def _find_starts(metadata: pq.FileMetaData) -> list[int]:
    """The first row of each row group, and the number of all."""
    return [0, *accumulate(metadata.row_group(group).num_rows for group in range(metadata.num_row_groups))]


def _reach(items: Rows, start: int, end: int) -> bool:
    first, last = np.searchsorted(items, [start, end])
    return bool(first < last)


def _pick(frame: pl.DataFrame, start: int, items: Rows | None) -> pl.DataFrame:
    """The rows of a stretch that are asked for, with their items; its first row is item `start`."""
    numbered = frame.with_columns(item=pl.int_range(start, start + frame.height, dtype=pl.Int64))
    if "language" not in frame.columns:
        numbered = numbered.with_columns(language=pl.lit(None, pl.String))
    if items is not None:
        first, last = np.searchsorted(items, [start, start + frame.height])
        numbered = numbered[items[first:last] - start]
    return numbered.select(TEXTS.names())
