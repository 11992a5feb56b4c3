"""All figures of one or more runs, as tables: what `stats/` of a run, a report's folder and its page are made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import polars as pl

from provenance.jobs.controls import control_options, estimate_controlled
from provenance.jobs.gather import RunTables, scan_choices, scan_scored
from provenance.jobs.rates import Detector
from provenance.jobs.weights import describe_sample, take_drawn
from provenance.jobs.wordings import Period, scan_wordings
from provenance.stats.checks.detector import RELIABILITY_SCHEMA, list_errors, measure_reliability
from provenance.stats.checks.negative import apply_controls
from provenance.stats.checks.own_reference import choose_reference
from provenance.stats.checks.sensitivity import estimate_sensitivity
from provenance.stats.checks.shift import measure_shift
from provenance.stats.checks.spikes import check_spikes
from provenance.stats.trend.periods import add_period, order_periods
from provenance.stats.trend.table import estimate_trend
from provenance.stats.words.excess import estimate_excess


@dataclass(frozen=True, slots=True)
class Figures:
    """A table each, empty where there is nothing to tell; columns as the schema of its name in `stats`."""

    ratio: pl.DataFrame
    trend: pl.DataFrame
    controls: pl.DataFrame
    sensitivity: pl.DataFrame
    excess: pl.DataFrame
    drift: pl.DataFrame
    shift: pl.DataFrame
    errors: pl.DataFrame
    reliability: pl.DataFrame
    notes: tuple[str, ...] = ()  # what a reader must know of how they were made

    @property
    def tables(self) -> Mapping[str, pl.DataFrame]:
        """The tables by name."""
        return {name: getattr(self, name) for name in FIGURES}


FIGURES = tuple(item.name for item in fields(Figures) if item.name != "notes")


@dataclass(frozen=True, slots=True)
class FigureOptions:
    """What the ratio and the trend are grouped by, over which periods; `period` null: over crawls, else over months."""

    by: tuple[str, ...]
    trend_by: tuple[str, ...]
    period: Period | None = None
    spikes: bool = False  # whether known mixtures are made and estimated, which takes longest


def estimate_figures(
    runs: Sequence[RunTables], asked: FigureOptions, detector: Detector, reference: pl.DataFrame | None = None
) -> Figures:
    """All figures of the documents of some runs; what a failed control forbids is withheld and says so.

    `reference` holds scored documents known to be human; without one early documents of half of the hosts are it, where
    there are enough. Where the runs have weights, shares, prevalences and ratios are estimates of what their documents
    were drawn from, and documents that were not drawn are left out. Raises ConfigError for a column that is not there.
    """
    everything = scan_scored(runs).collect()
    sampled = describe_sample(everything, [run.out for run in runs if run.weighted])
    known = None if reference is None else take_drawn(reference)
    own = choose_reference(take_drawn(everything), known, detector.options)
    scored, reference = own.scored, own.reference
    period = asked.period or choose_period(scored)
    options = detector.options
    ratio, controls = estimate_controlled(scored, asked.by, detector, reference)
    trend = estimate_trend(
        scored,
        period=period,
        by=asked.trend_by,
        errors=detector.errors,
        reference=reference,
        scores=detector.scores,
        options=options,
    )
    times = order_periods(add_period(scored, period), period)
    excess, drift = estimate_excess(scan_wordings(runs, period).collect(), periods=times)
    return Figures(
        ratio=ratio,
        trend=apply_controls(trend, controls),
        controls=pl.concat([controls, *_check_spikes(scored, detector, reference, spikes=asked.spikes)]),
        sensitivity=estimate_sensitivity(scored, detector.errors, options=options),
        excess=excess,
        drift=drift,
        shift=measure_shift(take_drawn(scan_choices(runs).collect())),
        errors=list_errors(detector.errors, draws=options.draws, seed=options.seed),
        reliability=_measure_reliability(detector),
        notes=(*sampled, *([own.note] if own.note else [])),
    )


def _check_spikes(
    scored: pl.DataFrame, detector: Detector, reference: pl.DataFrame | None, *, spikes: bool
) -> list[pl.DataFrame]:
    if not spikes or detector.scores is None:
        return []
    told = control_options(detector)
    return [check_spikes(scored, estimate=detector.estimate, scores=detector.scores, reference=reference, options=told)]


def _measure_reliability(detector: Detector) -> pl.DataFrame:
    if detector.scores is None:
        return pl.DataFrame(schema=RELIABILITY_SCHEMA)
    options = detector.options
    return measure_reliability(detector.scores.frame, prior=detector.prior, draws=options.draws, seed=options.seed)


def choose_period(scored: pl.DataFrame) -> Period:
    """Crawls where there are several, else months."""
    return "crawl" if scored.get_column("crawl").n_unique() > 1 else "month"
