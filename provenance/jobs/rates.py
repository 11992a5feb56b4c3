"""What is known of the detector, from its models to the statistics."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from provenance.models.calibration import AXES, Calibration, load_calibration
from provenance.models.registry import find_model, load_models
from provenance.stats import AxisErrors, ErrorCounts, ErrorRates, ReferenceScores, StatsOptions, estimate_ratio
from provenance.store import read_table
from provenance.verdict import VerdictOptions


@dataclass(frozen=True, slots=True)
class Detector:
    """What the estimates of a collection stand on: the detector's errors, and how prevalence is estimated."""

    errors: ErrorRates
    options: StatsOptions
    prior: float  # share of AI-generated text that its scores presume
    scores: ReferenceScores | None = None  # of documents of known origin; null where the models bring none

    def estimate(
        self,
        scored: pl.DataFrame,
        by: Sequence[str] = (),
        *,
        reference: pl.DataFrame | None = None,
        scores: ReferenceScores | None = None,
    ) -> pl.DataFrame:
        """The ratio table of scored documents."""
        known = scores if scores is not None else self.scores
        return estimate_ratio(scored, by, errors=self.errors, reference=reference, scores=known, options=self.options)


def load_detector(models: Path | None, verdict: VerdictOptions, options: StatsOptions) -> Detector:
    """What is known of the models of a folder, or of those shipped."""
    rates = error_rates(load_calibration(models), verdict)
    return Detector(rates, options, verdict.prior_ai, load_scores(models))


def load_scores(models: Path | None) -> ReferenceScores | None:
    """The reference scores among the models of a folder, or of those shipped; null where there are none."""
    found = find_model(load_models(models), "reference_scores")
    return ReferenceScores(read_table(found.path)) if found else None


def error_rates(calibration: Calibration, options: VerdictOptions) -> ErrorRates:
    """Held-out error counts by axis and language, as the estimates need them."""
    priors = {"ai": options.prior_ai, "mt": options.prior_mt}
    found: list[AxisErrors] = []
    for name in AXES:
        axis = calibration.axis(name)
        for language in dict.fromkeys(count.language for count in axis.errors):
            counts = tuple(
                ErrorCounts(e.n_human, e.n_false_positive, e.n_positive, e.n_true_positive, e.group)
                for e in axis.errors
                if e.language == language
            )
            found.append(AxisErrors(name, counts, language or None, axis.flagged_at, priors[name]))
    return ErrorRates(tuple(found))
