"""Human-to-synthetic ratio: plain shares and corrected prevalence, with intervals that hold every known doubt."""

from provenance.stats.options import Method, StatsOptions
from provenance.stats.rates import AxisErrors, ErrorCounts, ErrorRates
from provenance.stats.ratio import estimate_ratio
from provenance.stats.rows import describe_estimand, ratio_to_json
from provenance.stats.wordings import WordingTally, counted_documents

__all__ = [
    "AxisErrors",
    "ErrorCounts",
    "ErrorRates",
    "Method",
    "StatsOptions",
    "WordingTally",
    "counted_documents",
    "describe_estimand",
    "estimate_ratio",
    "ratio_to_json",
]
