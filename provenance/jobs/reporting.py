"""What the report shows, gathered from the tables of one or more runs."""

import json
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from provenance.jobs.dedup.search import MEASURES
from provenance.jobs.figures import Figures
from provenance.jobs.gather import RunTables, add_counts
from provenance.jobs.settings import RunConfig
from provenance.jobs.tabulate.counts import Counts, add_up
from provenance.jobs.tabulate.examples import load_examples
from provenance.models import load_models
from provenance.report import (
    KIND_COUNTS,
    MODELS,
    REASON_COUNTS,
    SHARDS,
    CopySearchFigures,
    Estimate,
    ReportData,
    Totals,
    describe_evidence,
)
from provenance.run import Receipt
from provenance.stats import describe_estimand
from provenance.store import exists, read_text

_COUNTS = ("records", "documents", "rejects")
_SPANS = 5  # stretches of skipped bytes that a shard's line tells of


def gather_report(
    runs: Sequence[RunTables],
    counts: Sequence[Counts],
    figures: Figures,
    totals: Mapping[str, int],
    config: RunConfig,
    identity: Mapping[str, str],
) -> ReportData:
    """Small tables of everything the page shows; `counts` are those of each run.

    `identity` has version, config_digest and models_digest.
    """
    counted = add_up(counts)
    receipts = [receipt for run in runs for receipt in run.receipts]
    return ReportData(
        crawls=tuple(sorted({shard.crawl for run in runs for shard in run.shards})),
        version=identity["version"],
        config_digest=identity["config_digest"],
        models_digest=identity["models_digest"],
        seed=config.stats.seed,
        estimand=describe_estimand(config.stats, figures.ratio),
        totals=_totals(totals),
        ratio=figures.ratio,
        trend=figures.trend.filter(pl.col("period").is_not_null()),
        controls=figures.controls,
        sensitivity=figures.sensitivity,
        excess=figures.excess,
        drift=figures.drift,
        shift=figures.shift,
        reliability=figures.reliability,
        errors=figures.errors,
        origins=counted.origins,
        scores=counted.scores,
        evidence=describe_evidence(counted.evidence.lazy()).collect(),
        rejects=_reasons(add_counts(receipt.rejects for receipt in receipts if receipt.done)),
        left_out=_reasons(counted.by_value("reason")),
        duplicates=_kinds(counted),
        copies=tuple(told for run in runs if (told := _copies(run)) is not None),
        examples=load_examples(runs, counts),
        models=_models(config),
        shards=_shards(receipts),
        notes=figures.notes,
    )


def _totals(totals: Mapping[str, int]) -> Totals:
    names = ("shards", "records", "documents", "rejects", "curated", "left_out", "words", "undetermined")
    same = {name: totals[name] for name in names}
    return Totals(
        **same, n_bytes=totals["bytes_read"] + totals["bytes_skipped"], n_bytes_skipped=totals["bytes_skipped"]
    )


def _kinds(counted: Counts) -> pl.DataFrame:
    rows = sorted(counted.by_value("kind").items())
    return pl.DataFrame(rows, KIND_COUNTS, orient="row")


def _copies(run: RunTables) -> CopySearchFigures | None:
    """What the run's search for copies says of itself; null where it says nothing."""
    path = run.out / MEASURES
    if not exists(path):
        return None
    told = json.loads(read_text(path))
    precision, recall = (
        Estimate(**{key: told[name][key] for key in ("share", "low", "high", "n_pairs")})
        for name in ("precision", "recall")
    )
    return CopySearchFigures(
        crawls=", ".join(sorted({shard.crawl for shard in run.shards})),
        n_removed=told["removed"]["documents"],
        share_of_documents=told["removed"]["share_of_documents"],
        share_of_words=told["removed"]["share_of_words"],
        precision=precision,
        recall=recall,
        largest=tuple((one["n_documents"], one["share"], one["excerpt"]) for one in told["largest_clusters"]),
        warnings=tuple(told["warnings"]),
    )


def _models(config: RunConfig) -> pl.DataFrame:
    rows = [(m.name, m.kind, m.language, m.licence, m.sha256) for m in load_models(config.models)]
    return pl.DataFrame(rows, schema=MODELS, orient="row")


def _shards(receipts: Sequence[Receipt]) -> pl.DataFrame:
    rows = [
        (
            *(receipt.task.crawl, receipt.task.shard),
            *(receipt.counts.get(name, 0) for name in _COUNTS),
            *(_size(receipt), receipt.counts.get("bytes_skipped", 0)),
            *(receipt.done and receipt.complete, "; ".join(_remarks(receipt))),
        )
        for receipt in receipts
    ]
    return pl.DataFrame(rows, schema=SHARDS, orient="row")


def _size(receipt: Receipt) -> int:
    return receipt.counts.get("bytes_read", 0) + receipt.counts.get("bytes_skipped", 0)


def _remarks(receipt: Receipt) -> Iterator[str]:
    """What is to be said of a shard: why it is lost or incomplete, and which bytes of it were skipped."""
    yield from [receipt.error] if receipt.error else receipt.notes
    if receipt.done and not _size(receipt):
        yield "the file is empty"
    shown, more = receipt.skipped[:_SPANS], len(receipt.skipped[_SPANS:]) + receipt.skipped_more
    if shown:
        spans = (f"{length:,} at {offset:,} ({reason.replace('_', ' ')})" for offset, length, reason in shown)
        yield f"bytes skipped: {', '.join(spans)}{f' and {more:,} stretches more' if more else ''}"


def _reasons(counts: Mapping[str, int]) -> pl.DataFrame:
    return pl.DataFrame(list(counts.items()), schema=REASON_COUNTS, orient="row")
