"""The realised human-to-synthetic ratio: what shares of human and synthetic text a model was given, with intervals.

The prevalence among documents that are not declared is estimated as everywhere (`provenance.stats`), on the sample of
what was seen. Documents that a policy chose by their scores are no longer like a corpus: after a filter, those whose
scores lie just below the limit stand for all that is left of their kind. So the reference scores pass the same policy
first, which makes them what documents of known origin score *that were let through*.

That can be done while the reference still stands for its kind. A strong policy leaves of generated text what scores
like people's, and of most sources nothing; what a generator that nobody has met leaves, no score tells then, and there
is no estimate. The rule: half of the sources of each origin must still have enough documents for a density.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.adapters.loaders.draw import draw
from provenance.adapters.loaders.scored import ORIGINS, Scored, make_scored
from provenance.adapters.seen.counts import DECLARED, MEASURES, Counts, sum_measures
from provenance.adapters.seen.sample import Sample, to_scored
from provenance.adapters.seen.tokens import Integers
from provenance.models import find_model, load_models
from provenance.stats import ReferenceScores, StatsOptions, estimate_ratio
from provenance.stats.checks.detector import find_wilson
from provenance.stats.mixture.candidates import MIN_SCORES
from provenance.store import read_table

UNITS = ("documents", "words", "tokens")
_WITHOUT_TOKENS = MEASURES.index("n_without_tokens")
_FIGURES = ("", "_low", "_high")
_RATIO = "human_to_synthetic_ratio"
RATIO = pl.Schema(
    {
        "epoch": pl.Int64(),  # null: all
        "unit": pl.String(),
        "n_documents": pl.Int64(),  # seen, whatever the unit
        "n_sampled": pl.Int64(),  # of those not declared
        "n_measured": pl.Int64(),  # of the sample: with both scores, and long enough
        "n_distinct": pl.Int64(),  # of the measured
        **{f"{name}_share{figure}": pl.Float64() for name in ORIGINS for figure in _FIGURES},
        f"{DECLARED}_share": pl.Float64(),
        **{
            f"{name}_{figure}": pl.Float64()
            for name in ORIGINS[:3]
            for figure in ("prevalence", "prevalence_low", "prevalence_high")
        },
        **{f"{_RATIO}{figure}": pl.Float64() for figure in _FIGURES},
        **{f"realised_human_share{figure}": pl.Float64() for figure in _FIGURES},
        **{f"realised_ratio{figure}": pl.Float64() for figure in _FIGURES},
        "method": pl.String(),
        "estimable": pl.Boolean(),
        "why": pl.String(),
    }
)


class Weighing(Protocol):
    """What is asked of a policy here: `provenance.Filter`, `provenance.Weights`."""

    def weigh(self, scored: Scored) -> NDArray[np.float64]:
        """A number from 0 to 1 per row: the chance that a sample with these scores stays."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What is known of what scores mean after a policy.

    `scores`: reference scores that passed it, null without any. `chooses`: it weighs documents by their scores, not
    all alike. `languages`: those in which the reference that passed still stands for its kind.
    """

    scores: ReferenceScores | None
    chooses: bool
    languages: frozenset[str]


def load_known(
    models: Path | None, policy: Weighing | None, seed: int, *, references: ReferenceScores | None = None
) -> Known:
    """The reference scores (null: those of the models) that pass the policy, each with its weight as the chance."""
    references = references or _read_references(models)
    if references is None:
        return Known(None, policy is not None and _chooses(policy.weigh(_spread_scored())), frozenset())
    frame = references.frame
    if policy is None:
        return Known(references, chooses=False, languages=_find_standing(frame, frame))
    weights = np.asarray(policy.weigh(_read_scored(frame)), np.float64)
    most = float(weights.max(initial=0.0))
    stays = draw(np.arange(frame.height, dtype=np.uint64), seed=seed) * most < weights
    passed = frame.filter(pl.Series(stays))
    return Known(ReferenceScores(passed), _chooses(weights), _find_standing(frame, passed))


def _read_references(models: Path | None) -> ReferenceScores | None:
    found = find_model(load_models(models), "reference_scores")
    return None if found is None else ReferenceScores(read_table(found.path))


def _chooses(weights: NDArray[np.float64]) -> bool:
    """Whether documents of other scores weigh otherwise, or none is left to tell."""
    return bool((weights < weights.max(initial=0.0)).any() or not weights.any())


def _find_standing(frame: pl.DataFrame, passed: pl.DataFrame) -> frozenset[str]:
    """The languages in which half of the sources of each origin that made a density still make one."""
    before, after = (_count_sources(part) for part in (frame, passed))
    both = before.join(after, on=("language", "label"), how="left", suffix="_left").fill_null(0)
    stands = both.group_by("language").agg((2 * pl.col("len_left") >= pl.col("len")).all().alias("stands"))
    return frozenset(stands.filter("stands")["language"].to_list())


def _count_sources(frame: pl.DataFrame) -> pl.DataFrame:
    """Sources with enough documents for a density, by language and origin."""
    axis = pl.when(pl.col("label") == "machine_translated").then("mt_llr").otherwise("ai_llr")
    sized = frame.filter(axis.is_not_null()).group_by("language", "label", "source").len()
    return sized.filter(pl.col("len") >= MIN_SCORES).group_by("language", "label").len()


def estimate_seen(
    counts: Counts,
    sample: Sample,
    epoch: int | None,
    known: Known,
    options: StatsOptions,
    *,
    has_policy: bool,
) -> pl.DataFrame:
    """RATIO: a row by documents and by words, and by tokens where those of every document are known.

    The sample is of the epoch (null: of all). Where nothing can be estimated the rows hold the shares and say why.
    """
    whole = counts.total("origin", epoch=epoch)
    rows = []
    for place, unit in enumerate(UNITS):
        if unit == "tokens" and (_sum(whole, _WITHOUT_TOKENS) or not _sum(whole)):
            continue
        row: dict[str, Any] = dict.fromkeys(RATIO, None)
        row |= {"epoch": epoch, "unit": unit, "n_documents": _sum(whole), "n_sampled": len(sample), "estimable": False}
        row |= _find_shares(whole, place)
        why = _refuse(counts, whole, epoch, has_policy)
        row |= {"why": why} if why else _estimate(sample, unit, known, options)
        rows.append(row | _add_declared(row))
    return pl.DataFrame(rows, schema=RATIO, orient="row")


def _sum(whole: Mapping[str, Integers], place: int = 0) -> int:
    return sum_measures(whole)[place]


def _find_shares(whole: Mapping[str, Integers], place: int) -> dict[str, float | None]:
    """Plain shares of all that was seen, by the detector's calls; of documents with Wilson's 95 % interval."""
    total = _sum(whole, place)
    if not total:
        return {}
    shares: dict[str, float | None] = {f"{name}_share": measures[place] / total for name, measures in whole.items()}
    for name in ORIGINS if place == 0 else ():
        low, high = find_wilson(int(whole[name][0]), total)
        shares |= {f"{name}_share_low": low, f"{name}_share_high": high}
    return shares


def _refuse(counts: Counts, whole: Mapping[str, Integers], epoch: int | None, has_policy: bool) -> str | None:
    """Why nothing can be estimated, whatever the scores are."""
    if _sum(whole) == 0:
        return "nothing was seen"
    if whole[DECLARED][0] == _sum(whole):
        return "all that was seen is of declared sources"
    if not has_policy and counts.total("chosen", epoch=epoch):
        return (
            "a policy weighed what was seen, and the estimate must know which: Seen(policy=...), or "
            "Seen(policy=provenance.Scorer()) if nothing was drawn by its weights"
        )
    return None


def _estimate(sample: Sample, unit: str, known: Known, options: StatsOptions) -> dict[str, object]:
    frame = to_scored(sample)
    lost = _find_lost(frame, known)
    if lost:
        return {"why": lost}
    if unit == "tokens":  # of documents long enough for a score, tokens weigh instead of words
        frame = frame.filter(pl.col("n_words") >= options.min_words).with_columns(n_words="n_tokens")
        options = replace(options, min_words=1)
    table = estimate_ratio(frame, scores=known.scores, options=options)
    found = table.row(by_predicate=pl.col("unit") == ("documents" if unit == "documents" else "words"), named=True)
    scored = pl.all_horizontal(pl.col("ai_score", "mt_score").is_not_null())
    measured = frame.filter(scored, pl.col("n_words") >= options.min_words)
    row = {name: found[name] for name in ("n_measured", "method", "estimable", "why")}
    row["n_distinct"] = measured["id"].n_unique()
    for name in ORIGINS[:3]:
        for figure, source in (("prevalence", "prevalence"), ("prevalence_low", "low"), ("prevalence_high", "high")):
            row[f"{name}_{figure}"] = found[f"{name}_{source}"]
    return row | {f"{_RATIO}{figure}": found[f"{_RATIO}{figure}"] for figure in _FIGURES}


def _find_lost(frame: pl.DataFrame, known: Known) -> str:
    """Why scores no longer tell origins apart, empty where they may; what has no score needs no reference."""
    scored = frame.filter(pl.col("ai_score").is_not_null() | pl.col("mt_score").is_not_null())
    languages = scored["language"].unique().to_list()
    if not known.chooses or known.languages.issuperset(languages):
        return ""
    if None in languages:
        return "a policy chose, and samples do not say their language: carry it, columns=(..., 'language')"
    if known.scores is None or known.scores.frame.is_empty():
        return "a policy chose, and no reference scores tell what it leaves"
    return (
        "the policy chose by the same scores: what is left of generated text is what scores like people's, and how "
        "much that is no score tells"
    )


def _add_declared(row: Mapping[str, Any]) -> dict[str, float | None]:
    """Shares of all that was seen, documents of declared sources counted as the synthetic ones they are."""
    declared, added = row[f"{DECLARED}_share"] or 0.0, {}
    for figure in _FIGURES:
        human, ratio = row[f"human_prevalence{figure}"], row[f"{_RATIO}{figure}"]
        share = None if human is None else human * (1.0 - declared)
        added[f"realised_human_share{figure}"] = share
        added[f"realised_ratio{figure}"] = share / (1.0 - share) if share is not None and declared else ratio
    return added


def _spread_scored() -> Scored:
    """Rows of all scores, where no reference has any."""
    scores = np.tile(np.linspace(0.0, 1.0, 101), 2)
    other = np.where(np.arange(len(scores)) < 101, 0.0, 1.0)
    mixed = [np.concatenate(pair) for pair in ((scores, other), (other, scores))]
    return make_scored(2 * len(scores), ai_score=mixed[0], mt_score=mixed[1], n_words=np.full(2 * len(scores), 200))


def _read_scored(frame: pl.DataFrame) -> Scored:
    """Reference scores as rows that a policy can weigh."""
    names = ("ai_score", "mt_score", "ai_llr", "mt_llr")
    return make_scored(
        frame.height,
        **{name: frame[name].fill_null(np.nan).to_numpy() for name in names},
        language=np.array(frame["language"].fill_null("").to_list(), np.str_),
        n_words=frame["n_words"].fill_null(-1).to_numpy(),
    )
