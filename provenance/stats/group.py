"""The estimate of one group of documents: prevalences, their draws, their intervals and the ratio."""

from dataclasses import dataclass

import numpy as np

from provenance.stats.bootstrap import assign_clusters, count_effective, draw_counts, find_interval, smooth_few
from provenance.stats.cells import AXES, Cells, Documents, Floats, make_cells
from provenance.stats.estimators import adjust_count, find_share, maximise_likelihood
from provenance.stats.options import StatsOptions
from provenance.stats.strata import Strata, blend_rates, draw_ratios

SYNTHETIC = ("ai_generated", "machine_translated")  # in the order of the axes
INCLUDES_ZERO = 1e-3  # a denominator whose lower bound is below it bounds no ratio from above


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its interval; a null is a bound or value that the data do not give."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class GroupEstimate:
    """Prevalence by origin, the ratio, the same by adjusted count where errors are known, and what to say about it."""

    prevalence: dict[str, Interval]
    adjusted_count: dict[str, float]
    ratio: Interval | None
    note: str


def estimate_group(
    documents: Documents,
    weight: Floats,
    axes: tuple[int, ...],
    strata: Strata,
    options: StatsOptions,
    *,
    by_document: bool,
    seed: tuple[int, ...],
) -> GroupEstimate | str:
    """The estimate on the given axes, or the reason why there is none; `weight` is 1 or words per document."""
    rng = np.random.default_rng(seed)
    cluster = assign_clusters(documents, options.max_clusters, rng, by_document=by_document)
    cells = make_cells(documents, cluster, weight, axes)
    refusal = _check_separation(cells, strata, axes, options)
    if refusal:
        return refusal
    synthetic, drawn = _estimate(cells, strata, axes, options, rng)
    if np.isnan(synthetic).any():
        return "the detector's error rates are not known here, so a count cannot be corrected"
    point, draws = _complete(synthetic)[0], _complete(drawn)
    n_clusters, note = len(cells.weights), ""
    if n_clusters < options.min_hosts and not by_document:
        draws = smooth_few(draws, n_clusters, rng)
        hosts = "all of one host" if n_clusters == 1 else f"of {n_clusters} hosts only"
        note = f"{hosts}: the interval is wide, because hosts and not documents are the sample"
    host = documents.row if by_document else documents.host
    n_effective = count_effective(weight, host, options.host_correlation)
    prevalence, ratio = _summarise(point, draws, axes, options.level, n_effective)
    return GroupEstimate(prevalence, _compare(cells, strata, axes), ratio, note)


def _compare(cells: Cells, strata: Strata, axes: tuple[int, ...]) -> dict[str, float]:
    """The adjusted count beside any other method, where error rates are known: two estimators, not one."""
    share = _count_flagged(cells, cells.weights.sum(axis=0, keepdims=True))
    adjusted = _complete(_adjust(share, blend_rates(cells, strata, axes), slice(0, 1)))[0]
    if np.isnan(adjusted).any():
        return {}
    origins = ("human", *(SYNTHETIC[k] for k in axes))
    return {origin: float(value) for origin, value in zip(origins, adjusted, strict=True)}


def _check_separation(cells: Cells, strata: Strata, axes: tuple[int, ...], options: StatsOptions) -> str | None:
    for k, (false_positive, true_positive) in zip(axes, blend_rates(cells, strata, axes), strict=True):
        separation = true_positive[0] - false_positive[0]
        if separation < options.min_separation:
            return f"the {AXES[k]} score does not tell the origins apart here (TPR - FPR = {separation:.2f})"
    return None


def _estimate(
    cells: Cells, strata: Strata, axes: tuple[int, ...], options: StatsOptions, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Points (1, axes) and draws (draws, axes) of the chosen estimator."""
    total = cells.weights.sum(axis=0, keepdims=True)
    drawn = draw_counts(len(cells.weights), options.draws, rng) @ cells.weights
    if options.method == "em":
        point = maximise_likelihood(total, draw_ratios(cells, strata, axes, 0))
        start = np.repeat(np.clip(point, 0.01, 0.98 / len(axes)), options.draws, axis=0)
        ratios = draw_ratios(cells, strata, axes, options.draws)
        return point, maximise_likelihood(drawn, ratios, start=start, tolerance=1e-5)
    point, draws = _count_flagged(cells, total), _count_flagged(cells, drawn)
    if options.method == "share":
        return _scale_back(point), _scale_back(draws)
    rates = blend_rates(cells, strata, axes)
    return _adjust(point, rates, slice(0, 1)), _adjust(draws, rates, slice(1, None))


def _count_flagged(cells: Cells, weights: Floats) -> Floats:
    return find_share(weights @ cells.flagged, np.repeat(weights.sum(axis=1, keepdims=True), cells.flagged.shape[1], 1))


def _adjust(share: Floats, rates: list[tuple[Floats, Floats]], rows: slice) -> Floats:
    columns = [
        adjust_count(share[:, k], false_positive[rows], true_positive[rows])
        for k, (false_positive, true_positive) in enumerate(rates)
    ]
    return _scale_back(np.stack(columns, axis=1))


def _scale_back(synthetic: Floats) -> Floats:
    """Two axes judged apart can exceed the whole: then no human is left and they share it."""
    whole: Floats = np.maximum(1.0, synthetic.sum(axis=1, keepdims=True))
    return synthetic / whole


def _complete(synthetic: Floats) -> Floats:
    """Human beside the synthetic origins: rows sum to 1."""
    human = np.clip(1.0 - synthetic.sum(axis=1, keepdims=True), 0.0, 1.0)
    return np.concatenate([human, synthetic], axis=1)


def _summarise(
    point: Floats, draws: Floats, axes: tuple[int, ...], level: float, n_effective: float
) -> tuple[dict[str, Interval], Interval | None]:
    """Intervals by origin, and the ratio where both synthetic origins are measured."""
    columns = [(1 + column, SYNTHETIC[k]) for column, k in enumerate(axes)]
    both = len(axes) == len(AXES)
    if both:
        columns = [(0, "human"), *columns]
    prevalence = {
        origin: Interval(float(point[c]), *find_interval(draws[:, c], float(point[c]), level, n_effective))
        for c, origin in columns
    }
    return prevalence, _find_ratio(point, draws, level, n_effective) if both else None


def _find_ratio(point: Floats, draws: Floats, level: float, n_effective: float) -> Interval:
    """Human over synthetic; without value and upper bound where the denominator may be zero."""
    tail = (1 - level) / 2
    synthetic = draws[:, 1:].sum(axis=1)
    with np.errstate(divide="ignore"):
        ratios = np.sort(np.where(synthetic > 0, draws[:, 0] / synthetic, np.inf))
    last = len(ratios) - 1
    low, high = float(ratios[int(tail * last)]), float(ratios[int(np.ceil((1 - tail) * last))])
    if np.quantile(synthetic, tail) < INCLUDES_ZERO or point[1:].sum() < INCLUDES_ZERO:
        human_low = find_interval(draws[:, 0], float(point[0]), level, n_effective)[0]
        return Interval(None, min(low, human_low / (1 - human_low)), None)
    value = float(point[0] / point[1:].sum())
    return Interval(value, min(low, value), max(high, value))
