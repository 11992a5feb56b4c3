"""Where the documents of a search for copies come from: the tables of a run, as any other place would give them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import polars as pl
import pyarrow.parquet as pq

from provenance.store import read_table, table_path

_FROM_SIGNATURES = ("doc_id", "exact_hash")
_BATCH = 10_000  # signatures in memory at a time: 5 MB at 128 values


class Documents(Protocol):
    """Documents by crawl and shard, always in the same order; picklable."""

    def read_signatures(self, crawl: str, shard: str) -> Iterator[pl.DataFrame]:
        """exact_hash and signature of all documents, in batches."""
        ...

    def read_facts(self, crawl: str, shard: str, columns: Sequence[str]) -> pl.DataFrame:
        """doc_id, exact_hash, fetch_time and `columns` of all documents."""
        ...


@dataclass(frozen=True, slots=True)
class RunDocuments:
    """The documents of a run's output folder."""

    out: Path

    def read_signatures(self, crawl: str, shard: str) -> Iterator[pl.DataFrame]:
        """exact_hash and signature of all documents, in batches."""
        with pq.ParquetFile(table_path(self.out, "signatures", crawl, shard)) as file:
            for batch in file.iter_batches(_BATCH, columns=["exact_hash", "signature"]):
                frame = pl.from_arrow(batch)
                assert isinstance(frame, pl.DataFrame)
                yield frame

    def read_facts(self, crawl: str, shard: str, columns: Sequence[str]) -> pl.DataFrame:
        """doc_id, exact_hash, fetch_time and `columns` (of documents or verdicts) of all documents."""
        signed = read_table(table_path(self.out, "signatures", crawl, shard), _FROM_SIGNATURES)
        told = read_table(table_path(self.out, "documents", crawl, shard), ["fetch_time", *columns])
        return signed.hstack(told.get_columns())
