"""Rules to decisions: for every document whether it is kept, the first rule that left it out, and its weight."""

import polars as pl

from provenance.curate.rules import CurateRules, LeftOut
from provenance.schema import DECISIONS


def select_documents(
    documents: pl.DataFrame, verdicts: pl.DataFrame, clusters: pl.DataFrame, rules: CurateRules
) -> pl.DataFrame:
    """`schema.DECISIONS`, a row for each document in order.

    The three tables hold the same documents row for row; ValueError when they do not.
    """
    if not (documents["doc_id"].equals(verdicts["doc_id"]) and documents["doc_id"].equals(clusters["doc_id"])):
        raise ValueError("documents, verdicts and clusters do not hold the same rows")
    table = pl.concat(
        [
            documents.select("doc_id", "language", "language_score", "n_words", "content_truncated"),
            verdicts.select("ai_score", "mt_score", "origin"),
            clusters.select("representative", "kind"),
        ],
        how="horizontal",
    )
    decided = table.select("doc_id", "ai_score", "mt_score", reason=_first_failure(rules))
    kept = pl.col("reason").is_null()
    return DECISIONS.conform(decided.with_columns(kept=kept, weight=pl.when(kept).then(weigh(rules)).otherwise(None)))


def weigh(rules: CurateRules) -> pl.Expr:
    """Sampling weight from columns `ai_score` and `mt_score`."""
    unknown = rules.undetermined_weight**0.5
    ai, mt = ((1.0 - pl.col(name)).pow(rules.weight_power).fill_null(unknown) for name in ("ai_score", "mt_score"))
    neither = pl.col("ai_score").is_null() & pl.col("mt_score").is_null()
    return pl.when(neither).then(rules.undetermined_weight).otherwise(ai * mt)


def _first_failure(rules: CurateRules) -> pl.Expr:
    failures = {reason: failure.fill_null(False) for reason, failure in _failures(rules).items()}
    return pl.coalesce(pl.when(failures[reason]).then(pl.lit(reason.value)) for reason in LeftOut if reason in failures)


def _failures(rules: CurateRules) -> dict[LeftOut, pl.Expr]:
    copy = ~pl.col("representative")
    never = pl.lit(False)
    return {
        LeftOut.TRUNCATED: pl.col("content_truncated").is_not_null() if rules.truncated == "drop" else never,
        LeftOut.LANGUAGE: _is_other_language(rules),
        LeftOut.LANGUAGE_SCORE: pl.col("language_score").fill_null(0.0) < rules.min_language_score,
        LeftOut.TOO_SHORT: pl.col("n_words") < rules.min_words,
        LeftOut.TOO_LONG: pl.col("n_words") > rules.max_words,
        LeftOut.EXACT_DUPLICATE: copy & (pl.col("kind") == "exact") if rules.exact_duplicates == "drop" else never,
        LeftOut.NEAR_DUPLICATE: copy & (pl.col("kind") == "near") if rules.near_duplicates == "drop" else never,
        LeftOut.AI_SCORE: pl.col("ai_score") > rules.max_ai_score,
        LeftOut.MT_SCORE: pl.col("mt_score") > rules.max_mt_score,
        LeftOut.UNDETERMINED: pl.col("origin") == "undetermined" if rules.undetermined == "drop" else never,
    }


def _is_other_language(rules: CurateRules) -> pl.Expr:
    if not rules.languages:
        return pl.lit(False)
    return ~pl.col("language").is_in(list(rules.languages)).fill_null(False)
