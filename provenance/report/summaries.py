"""The report's small tables from the run's large ones: lazy frames in, lazy frames out, so that shards can stream."""

from collections.abc import Sequence

import polars as pl

from provenance.report.schemas import EVIDENCE_COUNTS, EVIDENCE_TALLY, HISTOGRAM, ORIGIN_COUNTS

BIN = 0.05
_UNIT = 2.0**-24  # nats; whole numbers of it add up to the same in any order


def count_scores(scored: pl.LazyFrame) -> pl.LazyFrame:
    """Histogram of both scores by crawl and language (HISTOGRAM); needs crawl, language, ai_score, mt_score."""
    axes = [
        scored.select(
            "crawl",
            "language",
            axis=pl.lit(axis),
            bin=((pl.col(f"{axis}_score") / BIN).floor().clip(0, round(1 / BIN) - 1) * BIN).round(2),
        )
        for axis in ("ai", "mt")
    ]
    names = ["crawl", "language", "axis", "bin"]
    counted = pl.concat(axes).filter(pl.col("bin").is_not_null()).group_by(names).agg(n_documents=pl.len())
    return counted.sort(names, nulls_last=True).select(_typed(HISTOGRAM))


def count_origins(scored: pl.LazyFrame) -> pl.LazyFrame:
    """Documents and words by origin within each crawl, language and month (ORIGIN_COUNTS); needs fetch_time besides."""
    month = scored.with_columns(month=pl.col("fetch_time").dt.strftime("%Y-%m"))
    parts = [
        month.group_by(pl.lit(column).alias("column"), pl.col(column).alias("value"), "origin").agg(
            n_documents=pl.len(), n_words=pl.col("n_words").sum()
        )
        for column in ("crawl", "language", "month")
    ]
    return pl.concat(parts).sort("column", "value", "origin", nulls_last=True).select(_typed(ORIGIN_COUNTS))


def count_evidence(verdicts: pl.LazyFrame) -> pl.LazyFrame:
    """How often and how strongly each signal spoke (EVIDENCE_COUNTS), the most positive nats first."""
    return describe_evidence(tally_evidence(verdicts))


def tally_evidence(verdicts: pl.LazyFrame) -> pl.LazyFrame:
    """What each signal said of these documents (EVIDENCE_TALLY); needs the column evidence."""
    spoken = verdicts.select("evidence").explode("evidence").unnest("evidence").filter(pl.col("nats") != 0.0)
    nats = pl.col("nats")
    units, for_synthetic = ((value / _UNIT).round().cast(pl.Int64) for value in (nats, nats.clip(0)))
    one = {"n_documents": pl.lit(1, pl.Int64), "n_for": (nats > 0).cast(pl.Int64), "strongest_nats": nats}
    return add_evidence(spoken.select("signal", "detail", units=units, units_for=for_synthetic, **one))


def add_evidence(tallies: pl.LazyFrame) -> pl.LazyFrame:
    """Tallies of several parts as one (EVIDENCE_TALLY); of equally strong cases that of the first part is told."""
    strongest = pl.col("strongest_nats").arg_max()
    summed = pl.col("n_documents", "n_for", "units", "units_for").sum()
    counted = tallies.group_by("signal", maintain_order=True).agg(
        summed, pl.col("strongest_nats").max(), detail=pl.col("detail").get(strongest)
    )
    return counted.select(_typed(EVIDENCE_TALLY))


def describe_evidence(tally: pl.LazyFrame) -> pl.LazyFrame:
    """The tally of all parts as the page shows it (EVIDENCE_COUNTS)."""
    ranked = tally.with_columns(mean_nats=pl.col("units") * _UNIT / pl.col("n_documents"))
    return ranked.sort("units_for", "signal", descending=[True, False]).select(_typed(EVIDENCE_COUNTS))


def add_rows(parts: pl.LazyFrame, schema: pl.Schema) -> pl.LazyFrame:
    """Counts of several parts (ORIGIN_COUNTS or HISTOGRAM) as one: equal rows but for their counts are added up."""
    names = [name for name in schema if not name.startswith("n_")]
    return parts.group_by(names).agg(pl.exclude(names).sum()).sort(names, nulls_last=True).select(_typed(schema))


def pick_strongest(scored: pl.LazyFrame, per_origin: int = 3, also: Sequence[str] = ()) -> pl.LazyFrame:
    """doc_id and origin, and the columns `also`, of the documents whose origin is clearest, at most one of a host.

    Needs doc_id, origin, url_host_name, ai_llr, mt_llr. Documents without measured scores come last. The strongest of
    several parts are among the strongest of each.
    """
    ai, mt = pl.col("ai_llr").fill_null(0.0), pl.col("mt_llr").fill_null(0.0)
    clearness = (
        pl.when(pl.col("origin") == "ai_generated")
        .then(ai)
        .when(pl.col("origin") == "machine_translated")
        .then(mt)
        .when(pl.col("origin") == "human")
        .then(-pl.max_horizontal(ai, mt))
    )
    host = pl.coalesce("url_host_name", "doc_id")
    ranked = scored.select("doc_id", "origin", *also, host=host, clearness=clearness).drop_nulls("clearness")
    ranked = ranked.sort("clearness", "doc_id", descending=[True, False])
    ranked = ranked.unique(["origin", "host"], keep="first", maintain_order=True)
    best = ranked.group_by("origin", maintain_order=True).head(per_origin)
    return best.sort("origin", "clearness", descending=[False, True]).select("doc_id", "origin", *also)


def _typed(schema: pl.Schema) -> list[pl.Expr]:
    return [pl.col(name).cast(dtype) for name, dtype in schema.items()]
