"""The report's small tables from the run's large ones: lazy frames in, lazy frames out, so that shards can stream."""

import polars as pl

from provenance.report.schemas import EVIDENCE_COUNTS, HISTOGRAM, ORIGIN_COUNTS

BIN = 0.05


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
    spoken = verdicts.select("evidence").explode("evidence").unnest("evidence").filter(pl.col("nats") != 0.0)
    strongest = pl.col("nats").arg_max()
    counted = spoken.group_by("signal").agg(
        n_documents=pl.len(),
        n_for=(pl.col("nats") > 0).sum(),
        mean_nats=pl.col("nats").mean(),
        strongest_nats=pl.col("nats").max(),
        detail=pl.col("detail").get(strongest),
        weight=pl.col("nats").clip(0).sum(),
    )
    return counted.sort("weight", "signal", descending=[True, False]).select(_typed(EVIDENCE_COUNTS))


def pick_strongest(scored: pl.LazyFrame, per_origin: int = 3) -> pl.LazyFrame:
    """doc_id and origin of the documents whose origin is clearest, at most one of a host.

    Needs doc_id, origin, url_host_name, ai_llr, mt_llr. Documents without measured scores come last.
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
    ranked = scored.select("doc_id", "origin", host=host, clearness=clearness).drop_nulls("clearness")
    ranked = ranked.sort("clearness", "doc_id", descending=[True, False])
    ranked = ranked.unique(["origin", "host"], keep="first", maintain_order=True)
    best = ranked.group_by("origin", maintain_order=True).head(per_origin)
    return best.sort("origin", "clearness", descending=[False, True]).select("doc_id", "origin")


def _typed(schema: pl.Schema) -> list[pl.Expr]:
    return [pl.col(name).cast(dtype) for name, dtype in schema.items()]
