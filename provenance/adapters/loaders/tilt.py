"""How far to lean towards human text: the power of (1 - p)^power that brings a corpus to a target share.

p is the probability that a document is synthetic, 1 - (1 - p_ai)(1 - p_mt), at the corpus's own prevalence where that
is known. After Drayson et al. 2025, who resample with (1 - p_ai)^10; the power is solved for here.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.adapters.loaders.draw import draw
from provenance.adapters.loaders.scored import ORIGINS, Scored
from provenance.errors import ConfigError
from provenance.models import find_model, load_models
from provenance.stats import ReferenceScores, StatsOptions, estimate_ratio
from provenance.store import read_table
from provenance.verdict import VerdictOptions

USUAL_POWER = 10.0  # that of Drayson et al.; beyond it few documents do most of the work
MOST_ROWS = 200_000  # a prevalence is estimated on a sample of this size
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tilt:
    """A power and what it does to the documents it was found on.

    `prior_ai`, `prior_mt`: prevalence of either origin, which scores are brought to and which documents without a
    score are given; `human_share`: share of human documents as they lie that the detector's scores let expect,
    `weighted_human_share`: after weighting, both shares of weight. Generated documents that score as people's count as
    human in both, so the true shares are often less: `weighted_human_share_low` is a lower figure, from the lower end
    of the prevalence interval and the kind of human text that loses most (see `_find_low`), which holds as far as that
    interval does; null where the prevalence is presumed. `mean_weight`: the share of documents that resampling keeps;
    `effective_share`: (sum of weights)^2 / (n times the sum of their squares), against the same without tilt (Kish
    1965). `reached` tells whether the expected share is the target; `note` says on what all this rests. `most_human`:
    the greatest probability of human origin.
    """

    power: float
    prior_ai: float
    prior_mt: float
    human_share: float
    weighted_human_share: float
    mean_weight: float
    effective_share: float
    n_documents: int
    reached: bool
    note: str
    most_human: float = 1.0
    weighted_human_share_low: float | None = None

    def weigh(self, human: Values) -> Values:
        """Weights from 0 to 1 of documents that are human with these probabilities; the most human one met weighs 1."""
        return np.asarray(np.minimum(human / self.most_human, 1.0) ** self.power)


def find_human(scored: Scored, prior_ai: float, prior_mt: float) -> Values:
    """The probability that each document is human, at these prevalences; of one without a score what they say."""
    defaults = VerdictOptions()
    ai = _move(scored.ai_score, defaults.prior_ai, prior_ai)
    mt = _move(scored.mt_score, defaults.prior_mt, prior_mt)
    return (1.0 - ai) * (1.0 - mt)


def fit_tilt(
    scored: Scored, factors: Values, target: float, ceiling: float, references: ReferenceScores | None, seed: int
) -> Tilt:
    """The tilt that brings documents to a target share of human text, by the prevalence estimated from them.

    `factors` are weights they have besides (of clusters); `references` tell what either origin scores. Raises
    ConfigError without documents.
    """
    if not len(scored):
        raise ConfigError("a target share needs documents with scores to be found on; there are none")
    row = _estimate(scored, references, seed)
    prior_ai, prior_mt, note = _read_priors(row)
    tilt = _solve(find_human(scored, prior_ai, prior_mt), factors, target, ceiling, (prior_ai, prior_mt), note)
    return replace(tilt, weighted_human_share_low=_find_low(tilt, row["human_low"], _find_measured(scored), references))


def assume_tilt(target: float, ceiling: float, references: ReferenceScores | None) -> Tilt:
    """The same for a corpus nothing is known of: documents as the scores presume them, 10 % of either synthetic kind.

    What such documents score is told by the reference scores of the models. Raises ConfigError where they bring none.
    """
    if references is None:
        raise ConfigError("these models bring no reference scores; find the target on scores of your own: .fit(scores)")
    priors = VerdictOptions()
    shares = {"ai_generated": priors.prior_ai, "machine_translated": priors.prior_mt}
    shares["human"] = 1.0 - sum(shares.values())
    known = references.frame.filter(pl.col("ai_score").is_not_null() & pl.col("mt_score").is_not_null())
    sized = known.with_columns(pl.len().over("label").alias("n"), pl.col("label").replace_strict(shares).alias("share"))
    ai, mt = (sized[name].to_numpy() for name in ("ai_score", "mt_score"))
    note = (
        "not fitted: presumes a corpus of 10 % AI-generated and 10 % machine-translated documents like the reference's"
    )
    human = (1.0 - ai) * (1.0 - mt)
    factors = (sized["share"] / sized["n"]).to_numpy()
    return _solve(human, factors, target, ceiling, (priors.prior_ai, priors.prior_mt), note)


def _solve(
    human: Values, factors: Values, target: float, ceiling: float, priors: tuple[float, float], note: str
) -> Tilt:
    """The least power that reaches the target, by halving; the share of human text grows with it."""
    low, high, most = 0.0, ceiling, float(human.max())
    leaned = human / most
    before = _share(human, factors)
    if before >= target:
        high = 0.0
        note += "; the target is met as they lie"
    elif _share(human, factors * leaned**ceiling) < target:
        low = ceiling
        note += f"; a power of {ceiling:g} does not reach the target"
    while high - low > 1e-9 * max(high, 1.0):
        middle = (low + high) / 2
        low, high = (low, middle) if _share(human, factors * leaned**middle) >= target else (middle, high)
    weights = factors * leaned**high
    after = _share(human, weights)
    kish = float(weights.sum() ** 2 / (weights**2).sum() * factors.sum() ** -2 * (factors**2).sum())
    mean = float(weights.sum() / factors.sum())
    return Tilt(high, *priors, before, after, mean, kish, len(human), after >= target - 1e-6, note, most)


def _find_measured(scored: Scored) -> float:
    """The share of documents with both scores."""
    return float((~np.isnan(scored.ai_score) & ~np.isnan(scored.mt_score)).mean())


def _find_low(
    tilt: Tilt, human_low: float | None, measured_share: float, references: ReferenceScores | None
) -> float | None:
    """The least share of weight that human documents have: their least prevalence x mean weight of theirs / of all.

    The mean weight of all is counted. That of human ones is told by the reference's sources, any of which may be what a
    corpus is made of: the lower end (2.5 %) of them. Nothing is presumed of what generators score after weighting, and
    of documents without scores, of which the prevalence says nothing, none is presumed human.
    """
    if human_low is None or references is None:
        return None
    measured = pl.col("ai_score").is_not_null() & pl.col("mt_score").is_not_null()
    known = references.frame.filter(measured, pl.col("label") == "human")
    if known.is_empty():
        return None
    ai, mt = (
        _move(known[name].to_numpy(), getattr(VerdictOptions(), f"prior_{name[:2]}"), prior)
        for name, prior in (("ai_score", tilt.prior_ai), ("mt_score", tilt.prior_mt))
    )
    _, source = np.unique(known["source"].to_numpy(), return_inverse=True)
    means = np.bincount(source, tilt.weigh((1.0 - ai) * (1.0 - mt))) / np.bincount(source)
    least = human_low * measured_share * float(np.quantile(means, 0.025)) / tilt.mean_weight
    return min(least, tilt.weighted_human_share)


def _share(human: Values, weights: Values) -> float:
    total = float(weights.sum())
    return float((weights * human).sum()) / total if total > 0.0 else float("nan")


def _move(scores: Values, prior: float, prevalence: float) -> Values:
    """Probabilities brought from one prior to another (Saerens et al. 2002); a null one is the new prior."""
    odds = prevalence / (1.0 - prevalence) * (1.0 - prior) / prior
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = scores * odds / (scores * odds + 1.0 - scores)
    return np.where(np.isnan(scores), prevalence, moved)


def _read_priors(row: dict[str, Any]) -> tuple[float, float, str]:
    """The prevalence of either origin in an estimate, alone or with the other; what it rests on, in words."""
    defaults, said = VerdictOptions(), "prevalence estimated from the scores"
    presumed = {"ai_generated": defaults.prior_ai, "machine_translated": defaults.prior_mt}
    unknown = [origin for origin in presumed if row[f"{origin}_prevalence"] is None]
    if unknown:
        said = f"prevalence of {' and '.join(unknown)} not estimable ({row['why']}): presumed as the scores presume it"
    found = (presumed[origin] if origin in unknown else row[f"{origin}_prevalence"] for origin in presumed)
    ai, mt = (min(max(float(prior), 1e-3), 1.0 - 1e-3) for prior in found)
    return ai, mt, said


def _estimate(scored: Scored, references: ReferenceScores | None, seed: int) -> dict[str, Any]:
    rows = np.arange(len(scored), dtype=np.uint64)
    if len(rows) > MOST_ROWS:
        rows = rows[np.argsort(draw(rows, seed=seed), kind="stable")[:MOST_ROWS]]
    some = scored.take(rows.astype(np.int64))
    frame = pl.DataFrame(
        {
            "language": some.column("language"),
            "n_words": np.maximum(some.n_words, 0),
            **{
                name: pl.Series(getattr(some, name), nan_to_null=True)
                for name in ("ai_score", "mt_score", "ai_llr", "mt_llr")
            },
            "origin": [ORIGINS[code] for code in some.origin.tolist()],
        },
        schema_overrides={"language": pl.String},
    )
    table = estimate_ratio(frame, scores=references, options=StatsOptions(seed=seed))
    return table.row(0, named=True)


def load_references(models: Path | None) -> ReferenceScores | None:
    """What documents of known origin score, by the models of a folder (null: the shipped); null where they tell not."""
    found = find_model(load_models(models), "reference_scores")
    return ReferenceScores(read_table(found.path)) if found else None
