"""Scored documents of simulated crawls, and what is estimated from them beside what is true."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from provenance.jobs.controls import estimate_controlled
from provenance.jobs.rates import load_detector
from provenance.models.calibration import load_calibration
from provenance.stats import StatsOptions
from provenance.stats.checks.own_reference import choose_reference
from provenance.stats.trend.table import SERIES, estimate_trend
from provenance.verdict import VerdictOptions

ORIGINS = ("human", "ai_generated", "machine_translated")
DOCUMENT = (
    "doc_id", "crawl", "language", "url_host_name", "url_host_registered_domain", "fetch_time", "n_words",
)  # fmt: skip
VERDICT = ("ai_score", "mt_score", "ai_llr", "mt_llr", "origin", "first_seen")


def read_scored(runs: Sequence[Path]) -> pl.DataFrame:
    """A row per document of finished runs, as the estimates read them."""
    parts = []
    for run in runs:
        for path in sorted((run / "documents").glob("*/*.parquet")):
            verdicts = pl.read_parquet(run / "verdicts" / path.parent.name / path.name, columns=list(VERDICT))
            parts.append(pl.read_parquet(path, columns=list(DOCUMENT)).hstack(verdicts))
    return pl.concat(parts)


def score_pages(pages: pl.DataFrame, texts: pl.DataFrame, stock: pl.DataFrame) -> pl.DataFrame:
    """The scored documents of drawn pages: scores of the run over all texts, evidence of dates as in the series."""
    key = pl.col("url_host_name").str.extract(r"^text(\d+)\.").cast(pl.Int64).alias("key")
    scores = stock.select(key, "language", "n_words", "ai_llr", "mt_llr", "mt_score")
    told = pages.drop("language").join(scores, on="key", maintain_order="left")
    told = told.join(texts.select("key", truth="origin"), on="key", maintain_order="left").with_columns(
        doc_id=pl.format("{} {}", "crawl", "url"),
        url_host_registered_domain="url_host_name",
        first_seen=pl.col("fetch_time").min().over("key"),
        origin=pl.lit(None, pl.String),
    )
    return told.with_columns(ai_score=_score_dated())


def _score_dated() -> pl.Expr:
    """The AI score of a text from the sum of its evidence and its first date (verdict/judge.py)."""
    worth, options, bound = load_calibration(None).first_seen, VerdictOptions(), load_calibration(None).llr_bound
    day = pl.col("first_seen").dt.date()
    nats = pl.when(day < options.grey_since).then(worth.nats).when(day < options.first_seen_cutoff)
    total = (pl.col("ai_llr") + nats.then(worth.grey_nats).otherwise(0.0)).clip(-bound, bound)
    odds = options.prior_ai / (1 - options.prior_ai)
    return 1 / (1 + (-total).exp() / odds)


def estimate_series(scored: pl.DataFrame, languages: Sequence[str], options: StatsOptions) -> pl.DataFrame:
    """Estimates by series, crawl, language, unit and origin: called, true_share, prevalence, low, high.

    `scored` has a column `truth`, the origin that is known. It stands in for the origin that was judged, so that the
    plain share in a row is the true one, of whatever documents the row is made from; `called` is the share judged so
    among all documents of the crawl, null where nothing was judged. As in a report early documents of half of the hosts
    are the human reference, unless the options say not to: then all hosts only, to be set beside it. Nothing is
    withheld for a failed control: see `check_early`.
    """
    detector = load_detector(None, VerdictOptions(), options)
    own = choose_reference(scored.with_columns(origin="truth"), None, options)
    tables = [
        estimate_trend(
            own.scored.filter(language=language),
            period="crawl",
            errors=detector.errors,
            scores=detector.scores,
            reference=own.reference,
            series=tuple(SERIES) if options.own_reference else ("all_hosts",),
            options=options,
        ).with_columns(language=pl.lit(language))
        for language in languages
    ]
    shares = pl.concat(_by_origin(pl.concat(tables), origin) for origin in ORIGINS)
    judged = [pl.col("origin").eq(origin).mean().alias(origin) for origin in ORIGINS]
    called = scored.group_by("language", "crawl").agg(judged)
    long = called.unpivot(ORIGINS, index=["language", "crawl"], variable_name="origin", value_name="called")
    return shares.join(long, on=["language", "crawl", "origin"], how="left", maintain_order="left")


def check_early(scored: pl.DataFrame, options: StatsOptions) -> pl.DataFrame:
    """The negative control of a series over all its documents (CONTROL_SCHEMA), as a report has it."""
    detector = load_detector(None, VerdictOptions(), options)
    own = choose_reference(scored, None, options)
    _, controls = estimate_controlled(own.scored, (), detector, own.reference)
    return controls


def _by_origin(table: pl.DataFrame, origin: str) -> pl.DataFrame:
    figures = {figure: pl.col(f"{origin}_{figure}") for figure in ("prevalence", "low", "high")}
    return table.select(
        *("series", "language", "unit", "n_documents", "n_measured", "n_hosts", "estimable", "why"),
        crawl="period",
        origin=pl.lit(origin),
        true_share=pl.col(f"{origin}_share"),
        **figures,
    )
