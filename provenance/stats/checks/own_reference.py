"""A human reference out of the documents themselves: those captured too early to be AI-generated, of half of the hosts.

The other half stays in the estimate and is its negative control. Documents of the reference are counted, not estimated.
"""

from dataclasses import dataclass

import polars as pl

from provenance.stats.cells import SET_APART
from provenance.stats.checks.rows import halve, take_early
from provenance.stats.options import StatsOptions

MIN_DOCUMENTS = 200  # measured early documents below which none is set apart
MIN_HOSTS = 20


@dataclass(frozen=True, slots=True)
class OwnReference:
    """The scored documents with those of the reference marked in `set_apart`; no reference where too few are early."""

    scored: pl.DataFrame
    reference: pl.DataFrame | None
    note: str


def choose_reference(scored: pl.DataFrame, given: pl.DataFrame | None, options: StatsOptions) -> OwnReference:
    """The reference that was given, else one out of the documents themselves, unless the options say not to."""
    if given is not None or not options.own_reference or not {"doc_id", "url_host_name"} <= set(scored.columns):
        return OwnReference(scored, given, "")
    return set_reference_apart(scored, options.min_words)


def set_reference_apart(scored: pl.DataFrame, min_words: int) -> OwnReference:
    """Early documents of half of the hosts as reference, where there are 200 of 20 hosts; needs `doc_id` and hosts.

    Which hosts is settled by their names and sizes, not by chance.
    """
    early = take_early(scored).filter(
        pl.col("doc_id", "ai_score").is_not_null(), pl.col("ai_score").is_not_nan(), pl.col("n_words") >= min_words
    )
    n_hosts = early["url_host_name"].n_unique()
    if early.height < MIN_DOCUMENTS or n_hosts < MIN_HOSTS:
        return OwnReference(scored, None, "")
    reference, _ = halve(early, "url_host_name")
    marked = scored.with_columns(
        pl.col("doc_id").is_in(reference["doc_id"].implode()).fill_null(False).alias(SET_APART)
    )
    note = (
        f"{reference.height:,} documents captured before November 2022, of half of the {n_hosts:,} hosts that have "
        "such, are the human reference of AI-generated text; they count as free of it, and the other half is the "
        "negative control"
    )
    return OwnReference(marked, reference, note)
