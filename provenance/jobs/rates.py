"""What is known of the detector, from its models to the statistics."""

from dataclasses import dataclass
from pathlib import Path

from provenance.models.calibration import AXES, Calibration, load_calibration
from provenance.stats import AxisErrors, ErrorCounts, ErrorRates
from provenance.verdict import VerdictOptions


@dataclass(frozen=True, slots=True)
class Detector:
    """How often the detector errs, as estimates take it."""

    errors: ErrorRates


def load_detector(models: Path | None, options: VerdictOptions) -> Detector:
    """What is known of the models of a folder, or of those shipped."""
    return Detector(error_rates(load_calibration(models), options))


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
