"""What an index knows of the documents of one batch or shard, row for row."""

import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
import pyarrow.parquet as pq
from numpy.typing import NDArray

from provenance.dedup import DedupOptions
from provenance.dedup.seen import keep_earliest
from provenance.jobs.seen.entries import PLACES, EntryList, read_places
from provenance.jobs.seen.manifest import Manifest, check_options, open_index, read_manifest
from provenance.jobs.seen.plan import LEAST
from provenance.jobs.seen.search import Search
from provenance.schema import SEEN

_GROUPS = 32  # row groups of 1,000 documents looked up together
_ASKED: Final = ("doc_id", "url", "fetch_time")
FOUND: Final = pl.Schema({name: dtype for name, dtype in SEEN.schema.items() if name not in _ASKED})
"""What is said of the capture found."""


def first_seen(
    index: Path,
    exact_hashes: pl.Series,
    signatures: pl.Series | None,
    *,
    least_similarity: float | None = None,
    room: int = LEAST,
) -> pl.DataFrame:
    """The earliest capture of each document's text or of a near copy of it, row for row; null where there is none.

    `seen_kind` is exact or near, `seen_similarity` the estimated Jaccard similarity of a near copy, 1 for an equal
    text. A near copy is given where it is earlier than the equal text and at least `least_similarity` alike (null: the
    index's own threshold); null signatures are those of texts shorter than a shingle. `room` (bytes) bounds what is
    held beside the rows themselves. Raises ConfigError when there is no index, or signatures have another length.
    """
    with open_index(index) as manifest:
        return _look_up(index, manifest, exact_hashes, signatures, least_similarity, room)


def look_up_table(index: Path, table: Path, *, least_similarity: float | None = None) -> Iterator[pl.DataFrame]:
    """What the index knows of the documents of a signatures table, a frame as of `first_seen` for each row group."""
    with open_index(index) as manifest, pq.ParquetFile(table) as file:
        columns = ["exact_hash", "signature"]
        for start in range(0, file.num_row_groups, _GROUPS):
            groups = range(start, min(start + _GROUPS, file.num_row_groups))
            signed = pl.from_arrow(file.read_row_groups(list(groups), columns=columns, use_threads=False))
            assert isinstance(signed, pl.DataFrame)
            found = _look_up(index, manifest, signed["exact_hash"], signed["signature"], least_similarity, LEAST)
            for group in groups:
                n_rows = file.metadata.row_group(group).num_rows
                yield found.head(n_rows)
                found = found.tail(-n_rows)


def check_index(index: Path, options: DedupOptions) -> None:
    """Raises ConfigError when there is no index, or documents signed with these options cannot be compared with it."""
    check_options(index, read_manifest(index), options, "this run")


def identify_index(index: Path) -> str:
    """What changes with the contents of an index, and with nothing else. Raises ConfigError when there is none."""
    manifest = read_manifest(index)
    digests = [file.digest for file in manifest.list_files()]
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()[:16]


def _look_up(
    index: Path,
    manifest: Manifest,
    exact_hashes: pl.Series,
    signatures: pl.Series | None,
    least_similarity: float | None,
    room: int,
) -> pl.DataFrame:
    with tempfile.TemporaryDirectory(prefix="provenance-") as scratch:
        search = Search(index, manifest, room=room, scratch=Path(scratch), least_similarity=least_similarity)
        search.ask(exact_hashes, signatures)
        hits = keep_earliest(search.find().read(0, len(exact_hashes)))
    told = describe_hits(index, manifest, hits)
    rows = pl.DataFrame({"item": pl.int_range(len(exact_hashes), dtype=pl.UInt64, eager=True)})
    return rows.join(told, on="item", how="left", maintain_order="left").select(FOUND.names())


def describe_hits(index: Path, manifest: Manifest, hits: NDArray[np.void]) -> pl.DataFrame:
    """Hits as rows, in order: item (the document asked for) and the columns of `FOUND`."""
    entries, inverse = np.unique(hits["entry"], return_inverse=True)
    places = read_places(EntryList(index, PLACES, manifest.places), entries)[inverse]
    exact = pl.Series(hits["exact"])
    told = places.select(
        item=pl.Series(hits["key"], dtype=pl.UInt64),
        first_seen="fetch_time",
        seen_kind=pl.when(exact).then(pl.lit("exact")).otherwise(pl.lit("near")),
        seen_similarity=pl.Series(hits["similarity"]).cast(pl.Float64),
        seen_crawl="crawl",
        seen_url="url",
        seen_warc_filename="warc_filename",
        seen_warc_record_offset="warc_record_offset",
    )
    return told.select("item", *(pl.col(name).cast(dtype) for name, dtype in FOUND.items()))
