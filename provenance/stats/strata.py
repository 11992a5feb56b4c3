"""What is known of the detector in each stratum, as points and as bootstrap draws.

The calibration's doubt enters as a doubt about densities: where a drawn rate says that flagged human documents are more
frequent than was counted, the human density of flagged scores is raised by that factor and every likelihood ratio there
falls. A human reference replaces the counted false positives; and since a density ratio has mean 1 over the human
density, ratios whose mean over the reference is larger are divided by it, so that the reference corrects to zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from provenance.stats.bootstrap import assign_clusters, draw_counts
from provenance.stats.cells import AXES, Cells, Documents, Floats
from provenance.stats.options import StatsOptions
from provenance.stats.rates import AxisErrors, ErrorRates
from provenance.stats.weighting import count_worth, scale_to_worth

Strata = Mapping[tuple[int, int], "Stratum"]
UNKNOWN = float("nan")


@dataclass(frozen=True, slots=True)
class Stratum:
    """Error rates and the scale of likelihood ratios in one stratum of one axis; NaN is unknown."""

    true_positive_rate: float
    false_positive_rate: float
    true_positive_draws: Floats
    false_positive_draws: Floats
    scale: float
    scale_draws: Floats
    anchored: bool  # the human side comes from a reference


def describe_strata(
    errors: ErrorRates, reference: Documents | None, options: StatsOptions, rng: np.random.Generator
) -> Strata:
    """Every (axis, stratum) that documents can fall in; stratum -1 has no counted errors."""
    keys = [(k, -1) for k in range(len(AXES))]
    keys += [(AXES.index(known.axis), number) for number, known in enumerate(errors.axes)]
    return {
        (k, number): _describe(k, number, errors.axes[number] if number >= 0 else None, reference, options, rng)
        for k, number in keys
    }


def draw_ratios(cells: Cells, strata: Strata, axes: tuple[int, ...], draws: int) -> Floats:
    """Likelihood ratios of the cells in each draw, (axes, draws, cells); with 0 draws the points, (axes, 1, cells)."""
    factors = np.ones((len(axes), max(draws, 1), len(cells.ratio)))
    for column, k in enumerate(axes):
        for number in np.unique(cells.stratum[:, column]):
            stratum = strata[k, int(number)]
            here = cells.stratum[:, column] == number
            for flagged in (False, True):
                place = here & (cells.flagged[:, column] == flagged)
                factor = _factor(stratum, flagged) if draws else np.array([1 / stratum.scale])
                factors[column][:, place] = factor[:, None]
    return factors * cells.ratio.T[:, None, :]


def blend_rates(cells: Cells, strata: Strata, axes: tuple[int, ...]) -> list[tuple[Floats, Floats]]:
    """FPR and TPR of each axis over the strata the cells lie in, by weight: the point first, then the draws."""
    weight = cells.weights.sum(axis=0) / cells.weights.sum()
    blended = []
    for column, k in enumerate(axes):
        false_positive = true_positive = np.zeros(1)
        for number in np.unique(cells.stratum[:, column]):
            stratum, part = strata[k, int(number)], weight[cells.stratum[:, column] == number].sum()
            false_positive = false_positive + part * np.append(
                stratum.false_positive_rate, stratum.false_positive_draws
            )
            true_positive = true_positive + part * np.append(stratum.true_positive_rate, stratum.true_positive_draws)
        blended.append((false_positive, true_positive))
    return blended


def _describe(
    k: int,
    number: int,
    known: AxisErrors | None,
    reference: Documents | None,
    options: StatsOptions,
    rng: np.random.Generator,
) -> Stratum:
    draws = options.draws
    unknown = np.full(draws, UNKNOWN)
    true_positive = known.draw_true_positive_rate(draws, rng) if known else unknown
    false_positive = known.draw_false_positive_rate(draws, rng) if known else unknown
    human = _pick_reference(reference, k, number, options)
    rate = known.false_positive_rate if known else UNKNOWN
    scale, scales = 1.0, np.ones(draws)
    if human is not None:
        rate, scale, false_positive, scales = _measure_reference(human, k, options, rng)
    return Stratum(
        known.true_positive_rate if known else UNKNOWN,
        rate,
        true_positive,
        false_positive,
        scale,
        scales,
        human is not None,
    )


def _pick_reference(reference: Documents | None, k: int, number: int, options: StatsOptions) -> Documents | None:
    """The reference documents of the stratum, all of them where it has too few."""
    if reference is None:
        return None
    measured = reference.measured[:, k]
    same = measured & (reference.stratum[:, k] == number)
    kept = same if count_worth(reference.weight[same]) >= options.min_documents else measured
    enough = count_worth(reference.weight[kept]) >= options.min_documents
    return reference.take(np.flatnonzero(kept)) if enough else None


def _measure_reference(
    human: Documents, k: int, options: StatsOptions, rng: np.random.Generator
) -> tuple[float, float, Floats, Floats]:
    """False positive rate and mean ratio of the reference, as points and resampled by host."""
    cluster = assign_clusters(human, options.max_clusters, rng)
    columns = (np.ones(len(cluster)), human.flagged[:, k].astype(np.float64), human.ratio[:, k])
    each = scale_to_worth(human.weight)
    table = np.stack([np.bincount(cluster, weights=each * column) for column in columns], axis=1)
    number, flagged, ratio = table.sum(axis=0)
    drawn = draw_counts(len(table), options.draws, rng) @ table
    rates = rng.beta(drawn[:, 1] + 0.5, drawn[:, 0] - drawn[:, 1] + 0.5)
    return (
        (flagged + 0.5) / (number + 1),
        max(1.0, ratio / number),
        rates,
        np.maximum(1.0, drawn[:, 2] / drawn[:, 0]),
    )


def _factor(stratum: Stratum, flagged: bool) -> Floats:
    """What the likelihood ratios are multiplied by in each draw."""
    factor = 1 / stratum.scale_draws
    if not np.isnan(stratum.true_positive_rate):
        factor = factor * _relative(stratum.true_positive_draws, stratum.true_positive_rate, flagged)
        if not stratum.anchored:
            factor = factor / _relative(stratum.false_positive_draws, stratum.false_positive_rate, flagged)
    return factor


def _relative(draws: Floats, rate: float, flagged: bool) -> Floats:
    """How much more frequent flagged (or unflagged) documents are in each draw than at the point."""
    drawn = np.clip(draws, 1e-6, 1 - 1e-6)
    return drawn / rate if flagged else (1 - drawn) / (1 - rate)
