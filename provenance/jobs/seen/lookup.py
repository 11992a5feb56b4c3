"""What an index knows of the documents of one batch or shard, row for row."""

import tempfile
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.dedup.seen import keep_earliest
from provenance.jobs.seen.entries import PLACES, EntryList, read_places
from provenance.jobs.seen.manifest import Manifest, open_index
from provenance.jobs.seen.plan import LEAST
from provenance.jobs.seen.search import Search
from provenance.schema import SEEN

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
    with open_index(index) as manifest, tempfile.TemporaryDirectory(prefix="provenance-") as scratch:
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
