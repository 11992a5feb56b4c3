"""What human and synthetic documents may score: candidate densities, none of which is held to be the true one.

The text that is measured comes from sources and generators that nobody has scores of. Every known source is a
candidate, also moved by some nats to either side: known sources lie up to three nats apart. Where documents known to be
human are given, they alone are the human candidates, in resamples that stand for their sampling error.
"""

import functools
from dataclasses import dataclass

import numpy as np

from provenance.stats.bootstrap import draw_counts
from provenance.stats.estimators import Floats
from provenance.stats.mixture.grid import N_BINS, Integers, spread_scores
from provenance.stats.references import ReferenceScores
from provenance.stats.weighting import find_quantiles, scale_to_worth

COLUMNS = ("ai_llr", "mt_llr")  # by axis
SYNTHETIC_LABELS = ("ai_generated", "machine_translated")
MIN_SCORES = 30  # fewer make no density
# By axis, in nats: how far candidates are moved, and the standard deviation of the prior of it. Sources differ by less
# in scores of translation, where origins lie closer, too.
SYNTHETIC_SHIFTS = ((-3.0, -1.5, 0.0, 1.5), (-1.0, -0.5, 0.0, 0.5))
SYNTHETIC_SPREAD = (2.0, 0.8)
HUMAN_SHIFTS = ((-1.0, 0.0, 1.0), (-0.5, 0.0, 0.5))
HUMAN_SPREAD = (0.8, 0.4)
POOLED = 0.02  # part of every human candidate that is all sources together: no source shows all of its tail
RESAMPLES = 16  # of a human reference
POOLED_DOCUMENTS = 20.0  # all known sources, moved to the median of the reference, count in it as so many documents


@dataclass(frozen=True, slots=True)
class Densities:
    """Candidate densities: `mass` (n, bins), rows sum to 1; prior and number of the source of each."""

    mass: Floats
    log_prior: Floats
    source: Integers

    @property
    def n_sources(self) -> int:
        """How many sources there are."""
        return int(self.source.max()) + 1 if len(self.source) else 0


@functools.lru_cache(maxsize=32)
def list_synthetic(references: ReferenceScores, axis: int, language: str) -> Densities:
    """The synthetic candidates of an axis (0: AI-generated, 1: machine-translated); none where nothing is known."""
    samples = _pick(references, SYNTHETIC_LABELS[axis], axis, language)
    return _shift(samples, SYNTHETIC_SHIFTS[axis], SYNTHETIC_SPREAD[axis])


@functools.lru_cache(maxsize=32)
def list_human(references: ReferenceScores, axis: int, language: str) -> Densities:
    """The human candidates where no document is known to be human."""
    samples = _pick(references, "human", axis, language)
    made = _shift(samples, HUMAN_SHIFTS[axis], HUMAN_SPREAD[axis])
    if not samples:
        return made
    return Densities((1 - POOLED) * made.mass + POOLED * _pool(samples), made.log_prior, made.source)


def list_reference(
    scores: Floats,
    cluster: Integers,
    references: ReferenceScores,
    axis: int,
    language: str,
    rng: np.random.Generator,
    *,
    few: bool = False,
    weights: Floats | None = None,
) -> Densities:
    """The human candidates made of documents known to be human: they as they are, and resampled by host.

    Those of `few` hosts do not show how others write: they are moved, as any known source is. `weights` are sampling
    weights; null: all are equal.
    """
    drawn = draw_counts(int(cluster.max()) + 1, RESAMPLES - 1, rng)[:, cluster]
    each = scale_to_worth(np.ones(len(scores)) if weights is None else weights)
    drawn = np.concatenate([np.ones((1, len(scores))), drawn])
    shifts = np.array(HUMAN_SHIFTS[axis] if few else (0.0,))
    mass = np.concatenate([_resample(scores + shift, each, drawn, references, axis, language) for shift in shifts])
    log_prior = np.repeat(-0.5 * (shifts / HUMAN_SPREAD[axis]) ** 2, RESAMPLES)
    return Densities(mass, log_prior, np.tile(np.arange(RESAMPLES), len(shifts)))


def _resample(
    scores: Floats, each: Floats, drawn: Floats, references: ReferenceScores, axis: int, language: str
) -> Floats:
    """Density of a reference in each draw (draws, n), with the tail of all that is known; `each` sums to its worth."""
    mass = spread_scores(scores, weights=drawn, each=each)
    known = _pick(references, "human", axis, language)
    if not known:
        return mass
    median = float(np.median(np.concatenate(known)))
    own = float(np.median(scores) if np.ptp(each) == 0 else find_quantiles(scores, each, [0.5])[0])
    tail = _pool([sample + own - median for sample in known])
    worth = each.sum()
    pooled: Floats = (worth * mass + POOLED_DOCUMENTS * tail) / (worth + POOLED_DOCUMENTS)
    return pooled


def _pick(references: ReferenceScores, label: str, axis: int, language: str) -> list[Floats]:
    """Samples large enough to make a density, one per source."""
    found = references.pick(label, language, COLUMNS[axis]).values()
    return [sample.to_numpy().astype(np.float64) for sample in found if len(sample) >= MIN_SCORES]


def _pool(samples: list[Floats]) -> Floats:
    """Every source alike, however many documents it has."""
    return np.mean([spread_scores(sample) for sample in samples], axis=0)  # type: ignore[no-any-return]


def _shift(samples: list[Floats], shifts: tuple[float, ...], spread: float) -> Densities:
    mass = [spread_scores(sample, shift=shift) for sample in samples for shift in shifts]
    log_prior = np.tile(-0.5 * (np.array(shifts) / spread) ** 2, len(samples))
    source = np.repeat(np.arange(len(samples)), len(shifts))
    return Densities(np.array(mass).reshape(-1, N_BINS), log_prior, source)
