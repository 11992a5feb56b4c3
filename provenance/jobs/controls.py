"""Estimates with the control that says whether they may be shown."""

from collections.abc import Sequence

import polars as pl

from provenance.jobs.rates import Detector
from provenance.stats.checks.negative import apply_controls, check_negative
from provenance.stats.checks.rows import CONTROL_SCHEMA, ControlOptions
from provenance.stats.group import SYNTHETIC


def estimate_controlled(
    scored: pl.DataFrame, by: Sequence[str], detector: Detector, reference: pl.DataFrame | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The ratio table, and the negative control by the same groups (CONTROL_SCHEMA) that was applied to it.

    Prevalences that the control forbids are null in the ratio table, and `why` says so. Where there is no prevalence
    there is nothing to control.
    """
    table = detector.estimate(scored, by, reference=reference)
    if not any(table[f"{origin}_prevalence"].is_not_null().any() for origin in SYNTHETIC):
        return table, pl.DataFrame(schema=CONTROL_SCHEMA)
    controls = check_negative(
        scored,
        by,
        estimate=detector.estimate,
        reference=reference,
        scores=detector.scores,
        options=control_options(detector),
    )
    return apply_controls(table, controls), controls


def control_options(detector: Detector) -> ControlOptions:
    """The controls' own options, by what the detector's scores presume."""
    return ControlOptions(prior=detector.prior, originals=detector.options.originals, seed=detector.options.seed)
