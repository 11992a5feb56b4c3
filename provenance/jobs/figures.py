"""All figures of one or more runs, as tables: what `stats/` of a run, a report's folder and its page are made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import polars as pl

from provenance.jobs.rates import Detector
from provenance.stats import StatsOptions, estimate_ratio
from provenance.stats.detector import list_errors
from provenance.stats.sensitivity import estimate_sensitivity


@dataclass(frozen=True, slots=True)
class Figures:
    """A table each, empty where there is nothing to tell; columns as the schema of its name in `stats`."""

    ratio: pl.DataFrame
    sensitivity: pl.DataFrame
    errors: pl.DataFrame

    @property
    def tables(self) -> Mapping[str, pl.DataFrame]:
        """The tables by name."""
        return {name: getattr(self, name) for name in FIGURES}


FIGURES = tuple(item.name for item in fields(Figures))


def estimate_figures(scored: pl.DataFrame, by: Sequence[str], detector: Detector, options: StatsOptions) -> Figures:
    """All figures of scored documents."""
    return Figures(
        ratio=estimate_ratio(scored, by, errors=detector.errors, options=options),
        sensitivity=estimate_sensitivity(scored, detector.errors, options=options),
        errors=list_errors(detector.errors, draws=options.draws, seed=options.seed),
    )
