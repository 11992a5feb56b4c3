"""The estimate of one group of documents: prevalences, their draws, their intervals and the ratio.

Inside, a population is split into classes that exclude each other: human, AI-generated only, machine-translated only
and both; rows sum to 1. A figure of an origin counts both classes that have it.
"""

from dataclasses import dataclass, replace

import numpy as np

from provenance.stats.bootstrap import assign_clusters, count_effective, draw_counts, find_interval, smooth_few
from provenance.stats.cells import AXES, Documents, Floats, Integers
from provenance.stats.counted import compare_adjusted, estimate_counted
from provenance.stats.knowledge import Knowledge
from provenance.stats.mixed import estimate_mixed
from provenance.stats.options import StatsOptions
from provenance.stats.parts import Part, Sample
from provenance.stats.weighting import count_worth_of_clusters

SYNTHETIC = ("ai_generated", "machine_translated")  # in the order of the axes
BOTH = "both"
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
    methods: tuple[str, ...] = ()  # of StatsOptions.method, by which its parts were estimated
    anchored: bool = False  # the human side of a part is a reference


def estimate_group(
    documents: Documents,
    unit: Floats,
    axes: tuple[int, ...],
    knowledge: Knowledge,
    options: StatsOptions,
    *,
    by_document: bool,
    seed: tuple[int, ...],
    apart: float = 0.0,
) -> GroupEstimate | str:
    """The estimate on the given axes, or the reason why there is none; `unit` is 1 or words per document.

    Each counts as often as its sample weight says. `apart` is the weight of further documents of the group that are
    known not to be AI-generated.
    """
    rng = np.random.default_rng(seed)
    cluster = assign_clusters(documents, options.max_clusters, rng, by_document=by_document)
    n_clusters = int(cluster.max()) + 1
    host = documents.row if by_document else documents.host
    worth = count_effective(unit, host, options.host_correlation)
    drawn = draw_counts(n_clusters, options.draws, rng)
    sample = Sample(documents, unit, host, cluster, drawn, worth, options.host_correlation)
    found = _estimate_parts(sample, axes, knowledge, options, rng)
    if isinstance(found, str):
        return found
    point, draws = _join([part.point for part in found], found), _join([part.draws for part in found], found)
    weight, n_effective = sample.weight.sum(), sample.n_effective
    estimated = float(weight / (weight + apart))
    point, draws = (_add_known(figures, axes, estimated) for figures in (point, draws))
    note = ""
    n_hosts = count_worth_of_clusters(unit, documents.weight, cluster)
    if n_hosts < options.min_hosts and not by_document:
        draws = smooth_few(draws, n_hosts, rng)
        note = f"{_name_few(n_clusters, n_hosts)}: the interval is wide, because hosts and not documents are the sample"
    methods = tuple(dict.fromkeys(part.method for part in found))
    prevalence = _summarise(point, draws, axes, options.level, n_effective, with_both=methods == ("mixture",))
    ratio = _find_ratio(point, draws, options.level, n_effective) if len(axes) == len(AXES) else None
    adjusted = _add_known_count(compare_adjusted(sample, axes, knowledge.strata), estimated)
    return GroupEstimate(prevalence, adjusted, ratio, note, methods, any(part.anchored for part in found))


def _name_few(n_clusters: int, n_hosts: float) -> str:
    if n_clusters == 1:
        return "all of one host"
    if n_hosts == n_clusters:
        return f"of {n_clusters} hosts only"
    return f"of {n_clusters} hosts, worth {n_hosts:.1f} for their unequal weights"


def _estimate_parts(
    sample: Sample, axes: tuple[int, ...], knowledge: Knowledge, options: StatsOptions, rng: np.random.Generator
) -> list[Part] | str:
    """Each language by what is known of it; a reason where one cannot be estimated."""
    languages = sample.documents.language if options.method == "mixture" else np.full(len(sample.unit), -1)
    parts = []
    for language in np.unique(languages):
        chosen = sample.take(np.flatnonzero(languages == language))
        if knowledge.knows(axes, int(language)):
            known = knowledge.find_tables(axes, int(language))
            if known is None:
                return "the scores of known origins do not tell them apart here"
            anchored = any((k, int(language)) in knowledge.anchored for k in axes)
            parts.append(replace(estimate_mixed(chosen, axes, known, rng), anchored=anchored))
            continue
        counted = estimate_counted(chosen, axes, knowledge.strata, options)
        if isinstance(counted, str):
            return counted
        parts.append(counted)
    return parts


def _join(figures: list[Floats], parts: list[Part]) -> Floats:
    """Classes of the whole from those of the parts, each by its weight in that draw; (draws, classes)."""
    weights = [
        part.total if len(figure) == 1 else part.drawn_total for figure, part in zip(figures, parts, strict=True)
    ]
    whole = np.maximum(sum(weights), 1e-12)
    synthetic = sum(weight[:, None] * figure for weight, figure in zip(weights, figures, strict=True)) / whole[:, None]
    human = np.clip(1.0 - synthetic.sum(axis=1, keepdims=True), 0.0, 1.0)
    return np.concatenate([human, synthetic], axis=1)


def _add_known(figures: Floats, axes: tuple[int, ...], estimated: float) -> Floats:
    """Classes of the estimated part of a group and of the rest, which has no AI-generated text, together."""
    if 0 not in axes or estimated == 1.0:
        return figures
    made = figures.copy()
    made[:, 1] *= estimated
    if len(axes) == len(AXES):
        made[:, 2] += (1 - estimated) * figures[:, 3]
        made[:, 3] *= estimated
    made[:, 0] = np.clip(1.0 - made[:, 1:].sum(axis=1), 0.0, 1.0)
    return made


def _add_known_count(adjusted: dict[str, float], estimated: float) -> dict[str, float]:
    if SYNTHETIC[0] not in adjusted:
        return adjusted
    moved = (1 - estimated) * adjusted[SYNTHETIC[0]]
    return adjusted | {"human": adjusted["human"] + moved, SYNTHETIC[0]: adjusted[SYNTHETIC[0]] - moved}


def _summarise(
    point: Floats, draws: Floats, axes: tuple[int, ...], level: float, n_effective: float, *, with_both: bool
) -> dict[str, Interval]:
    """Intervals by origin; human and both only where both synthetic origins are measured."""
    classes: dict[str, Integers] = {SYNTHETIC[k]: np.array([1 + column]) for column, k in enumerate(axes)}
    if len(axes) == len(AXES):
        classes = {"human": np.array([0])} | {name: np.append(own, 3) for name, own in classes.items()}
        classes |= {BOTH: np.array([3])} if with_both else {}
    figures = {}
    for name, columns in classes.items():
        value = float(point[0, columns].sum())
        figures[name] = Interval(value, *find_interval(draws[:, columns].sum(axis=1), value, level, n_effective))
    return figures


def _find_ratio(point: Floats, draws: Floats, level: float, n_effective: float) -> Interval:
    """Human over synthetic; without value and upper bound where the denominator may be zero."""
    tail = (1 - level) / 2
    synthetic = draws[:, 1:].sum(axis=1)
    with np.errstate(divide="ignore"):
        ratios = np.sort(np.where(synthetic > 0, draws[:, 0] / synthetic, np.inf))
    last = len(ratios) - 1
    low, high = float(ratios[int(tail * last)]), float(ratios[int(np.ceil((1 - tail) * last))])
    if np.quantile(synthetic, tail) < INCLUDES_ZERO or point[0, 1:].sum() < INCLUDES_ZERO:
        human_low = find_interval(draws[:, 0], float(point[0, 0]), level, n_effective)[0]
        return Interval(None, min(low, human_low / max(1 - human_low, 1e-9)), None)
    value = float(point[0, 0] / point[0, 1:].sum())
    return Interval(value, min(low, value), max(high, value))
