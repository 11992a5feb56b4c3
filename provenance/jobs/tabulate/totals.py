"""What a run came to, in numbers: the totals of its run.json."""

import polars as pl

from provenance.jobs.gather import RunTables, add_counts, scan_scored
from provenance.jobs.tabulate.counts import Counts
from provenance.stats.weighting import WEIGHT

ORIGINS = ("human", "ai_generated", "machine_translated", "undetermined")
_BYTES = ("bytes_read", "bytes_skipped")
_DIGESTS = ("digests_checked", "digest_mismatches")


def count_totals(run: RunTables, counts: Counts) -> dict[str, int]:
    """What a run came to: shards, records, documents, rejects, words, curated, left out, origins,
    documents in several languages; digests if checked; of a sample its documents without a weight.

    Bytes are those of all shards, also of the lost ones.
    """
    receipts = run.receipts
    added = add_counts(receipt.counts for receipt in receipts if receipt.done)
    added |= add_counts({name: receipt.counts.get(name, 0) for name in _BYTES} for receipt in receipts)
    names = ("records", "documents", "rejects", "words", *_BYTES, *(name for name in _DIGESTS if name in added))
    kept, origins = counts.by_value("kept"), counts.by_value("origin")
    return {
        "shards": len(run.shards),
        **{name: added.get(name, 0) for name in names},
        "curated": kept.get("true", 0),
        "left_out": kept.get("false", 0),
        **{origin: origins.get(origin, 0) for origin in ORIGINS},
        **{name: counts.total(name) for name in ("parallel_2", "parallel_3")},
        **({"unweighted": _count_unweighted(run)} if run.weighted else {}),
    }


def _count_unweighted(run: RunTables) -> int:
    """Documents of a sample that were not drawn."""
    return int(scan_scored([run]).select(pl.col(WEIGHT).null_count()).collect().item())
