"""Prevalences of a sample from error rates: expectation-maximisation, adjusted count, and the plain share."""

import numpy as np
import numpy.typing as npt

from provenance.stats.cells import AXES, Cells, Floats, Integers, make_cells
from provenance.stats.estimators import adjust_count, find_share, maximise_likelihood
from provenance.stats.options import StatsOptions
from provenance.stats.parts import Part, Sample
from provenance.stats.strata import Strata, blend_rates, draw_ratios

ORIGINS = ("ai_generated", "machine_translated")


def estimate_counted(sample: Sample, axes: tuple[int, ...], strata: Strata, options: StatsOptions) -> Part | str:
    """The classes of a sample, or the reason why there are none. An overlap of the axes is not told: it is 0."""
    cells = make_cells(sample.documents, sample.cluster, sample.weight, axes, sample.drawn.shape[1])
    refusal = _check_separation(cells, strata, axes, options)
    if refusal:
        return refusal
    method = "em" if options.method == "mixture" else options.method
    drawn = sample.drawn @ cells.weights
    kept = drawn.sum(axis=1) > 0
    point, draws = np.zeros((1, len(axes))), np.zeros((len(drawn), len(axes)))
    point, draws[kept] = _estimate(cells, strata, axes, method, drawn[kept], kept)
    if np.isnan(point).any() or np.isnan(draws).any():
        return "the detector's error rates are not known here, so a count cannot be corrected"
    if len(axes) == len(AXES):
        point, draws = (np.pad(figures, ((0, 0), (0, 1))) for figures in (point, draws))
    known = [strata[k, int(number)] for column, k in enumerate(axes) for number in np.unique(cells.stratum[:, column])]
    anchored = method != "share" and any(stratum.anchored for stratum in known)
    return Part(method, point, draws, cells.weights.sum(keepdims=True)[0], drawn.sum(axis=1), anchored)


def compare_adjusted(sample: Sample, axes: tuple[int, ...], strata: Strata) -> dict[str, float]:
    """The adjusted count beside any other method, where error rates are known: two estimators, not one."""
    cells = make_cells(sample.documents, sample.cluster, sample.weight, axes, sample.drawn.shape[1])
    share = _count_flagged(cells, cells.weights.sum(axis=0, keepdims=True))
    adjusted = _adjust(share, blend_rates(cells, strata, axes), np.array([0]))[0]
    if np.isnan(adjusted).any():
        return {}
    found = {ORIGINS[k]: float(value) for k, value in zip(axes, adjusted, strict=True)}
    return {"human": float(np.clip(1 - adjusted.sum(), 0.0, 1.0))} | found


def _check_separation(cells: Cells, strata: Strata, axes: tuple[int, ...], options: StatsOptions) -> str | None:
    for k, (false_positive, true_positive) in zip(axes, blend_rates(cells, strata, axes), strict=True):
        separation = true_positive[0] - false_positive[0]
        if separation < options.min_separation:
            return f"the {AXES[k]} score does not tell the origins apart here (TPR - FPR = {separation:.2f})"
    return None


def _estimate(
    cells: Cells, strata: Strata, axes: tuple[int, ...], method: str, drawn: Floats, kept: npt.NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Points (1, axes) and draws (kept draws, axes)."""
    total = cells.weights.sum(axis=0, keepdims=True)
    if method == "em":
        point = maximise_likelihood(total, draw_ratios(cells, strata, axes, 0))
        start = np.repeat(np.clip(point, 0.01, 0.98 / len(axes)), len(drawn), axis=0)
        ratios = draw_ratios(cells, strata, axes, len(kept))[:, kept]
        return point, maximise_likelihood(drawn, ratios, start=start, tolerance=1e-5)
    point, draws = _count_flagged(cells, total), _count_flagged(cells, drawn)
    if method == "share":
        return _scale_back(point), _scale_back(draws)
    rates = blend_rates(cells, strata, axes)
    return _adjust(point, rates, np.array([0])), _adjust(draws, rates, 1 + np.flatnonzero(kept))


def _count_flagged(cells: Cells, weights: Floats) -> Floats:
    return find_share(weights @ cells.flagged, np.repeat(weights.sum(axis=1, keepdims=True), cells.flagged.shape[1], 1))


def _adjust(share: Floats, rates: list[tuple[Floats, Floats]], rows: Integers) -> Floats:
    columns = [
        adjust_count(share[:, k], false_positive[rows], true_positive[rows])
        for k, (false_positive, true_positive) in enumerate(rates)
    ]
    return _scale_back(np.stack(columns, axis=1))


def _scale_back(synthetic: Floats) -> Floats:
    """Two axes judged apart can exceed the whole: then no human is left and they share it."""
    whole: Floats = np.maximum(1.0, synthetic.sum(axis=1, keepdims=True))
    return synthetic / whole
