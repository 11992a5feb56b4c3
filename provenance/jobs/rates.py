"""The detector's error counts, from the calibration to the statistics."""

from provenance.models.calibration import AXES, Calibration
from provenance.stats import AxisErrors, ErrorCounts, ErrorRates
from provenance.verdict import VerdictOptions


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
