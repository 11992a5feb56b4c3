"""Columns of the small tables that the page is made from; of a table of `stats` those that the page reads.

A frame may have more columns, in any order; one that lacks a column of these raises polars' own errors.
"""

import polars as pl

from provenance.report.names import ORIGINS

HISTOGRAM = pl.Schema(
    {
        "crawl": pl.String(),
        "language": pl.String(),
        "axis": pl.String(),  # ai or mt
        "bin": pl.Float64(),  # lower edge of a bin of width 0.05
        "n_documents": pl.Int64(),
    }
)
ORIGIN_COUNTS = pl.Schema(
    {
        "column": pl.String(),  # crawl, language or month
        "value": pl.String(),
        "origin": pl.String(),
        "n_documents": pl.Int64(),
        "n_words": pl.Int64(),
    }
)
EVIDENCE_COUNTS = pl.Schema(
    {
        "signal": pl.String(),
        "n_documents": pl.Int64(),  # in which it spoke, for or against
        "n_for": pl.Int64(),  # in which it spoke for a synthetic origin
        "mean_nats": pl.Float64(),
        "strongest_nats": pl.Float64(),
        "detail": pl.String(),  # of its strongest case
    }
)
EVIDENCE_TALLY = pl.Schema(
    {
        "signal": pl.String(),
        "n_documents": pl.Int64(),
        "n_for": pl.Int64(),
        "units": pl.Int64(),  # of 2^-24 nats, all together
        "units_for": pl.Int64(),  # those that spoke for a synthetic origin
        "strongest_nats": pl.Float64(),
        "detail": pl.String(),
    }
)
REASON_COUNTS = pl.Schema({"reason": pl.String(), "n": pl.Int64()})
KIND_COUNTS = pl.Schema({"kind": pl.String(), "n_documents": pl.Int64()})
MODELS = pl.Schema(
    {"name": pl.String(), "kind": pl.String(), "language": pl.String(), "licence": pl.String(), "sha256": pl.String()}
)
SHARDS = pl.Schema(
    {
        "crawl": pl.String(),
        "shard": pl.String(),
        "n_records": pl.Int64(),
        "n_documents": pl.Int64(),
        "n_rejects": pl.Int64(),
        "n_bytes": pl.Int64(),
        "n_bytes_skipped": pl.Int64(),
        "complete": pl.Boolean(),
        "note": pl.String(),
    }
)
TREND = pl.Schema(
    {
        "series": pl.String(),  # all_hosts, same_hosts or first_seen
        "period": pl.String(),  # a crawl, a month or a year
        "group_columns": pl.List(pl.String()),
        "group_values": pl.List(pl.String()),
        "unit": pl.String(),
        "n_documents": pl.Int64(),
        "n_measured": pl.Int64(),
        "n_hosts": pl.Int64(),
        **{
            f"{origin}_{figure}": pl.Float64()
            for origin in ORIGINS
            for figure in ("share", "prevalence", "low", "high")
        },
        "human_to_synthetic_ratio": pl.Float64(),
        "human_to_synthetic_ratio_low": pl.Float64(),
        "human_to_synthetic_ratio_high": pl.Float64(),
        "estimable": pl.Boolean(),
        "why": pl.String(),
    }
)
CONTROLS = pl.Schema(
    {
        "control": pl.String(),  # negative or spike
        "origin": pl.String(),
        "group_columns": pl.List(pl.String()),
        "group_values": pl.List(pl.String()),
        "source": pl.String(),  # same_run, reference or shipped
        "n_documents": pl.Int64(),
        "n_hosts": pl.Int64(),
        "true_share": pl.Float64(),
        "share": pl.Float64(),  # of documents called so
        "prevalence": pl.Float64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
        "passed": pl.Boolean(),  # null: too few to tell
        "why": pl.String(),
    }
)
SENSITIVITY = pl.Schema(
    {
        "origin": pl.String(),
        "miss_rate": pl.Float64(),
        "false_positive_rate": pl.Float64(),
        "prevalence": pl.Float64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
        "measured": pl.Boolean(),  # whether this is the miss rate that was measured
    }
)
EXCESS = pl.Schema(
    {
        "language": pl.String(),
        "period": pl.String(),
        "word": pl.String(),
        "n_documents": pl.Int64(),  # with the word
        "n_total": pl.Int64(),
        "frequency": pl.Float64(),
        "expected": pl.Float64(),
        "gap": pl.Float64(),
        "ratio": pl.Float64(),
        "low": pl.Float64(),  # of the gap
        "high": pl.Float64(),
    }
)
DRIFT = pl.Schema(
    {
        "language": pl.String(),
        "period": pl.String(),
        "n_total": pl.Int64(),
        "n_excess_words": pl.Int64(),
        "word": pl.String(),  # the one with the largest lower bound of its gap
        "gap": pl.Float64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
    }
)
SHIFT = pl.Schema(
    {
        "property": pl.String(),
        "value": pl.String(),
        "n_input": pl.Int64(),
        "n_curated": pl.Int64(),
        "share_input": pl.Float64(),
        "share_curated": pl.Float64(),
        "odds_ratio": pl.Float64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
    }
)
ERRORS = pl.Schema(
    {
        "axis": pl.String(),  # ai or mt
        "language": pl.String(),
        "group": pl.String(),
        "side": pl.String(),  # human or synthetic
        "n": pl.Int64(),
        "n_flagged": pl.Int64(),
        "rate": pl.Float64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
    }
)
RELIABILITY = pl.Schema(
    {
        "axis": pl.String(),  # ai or mt
        "score": pl.Float64(),  # mean in the bin
        "share": pl.Float64(),  # observed
        "low": pl.Float64(),
        "high": pl.Float64(),
        "n": pl.Int64(),
    }
)
