"""Human-to-synthetic ratio: plain shares and corrected prevalence, with intervals that hold every known doubt."""

from provenance.stats.options import Method, StatsOptions
from provenance.stats.rates import AxisErrors, ErrorCounts, ErrorRates
from provenance.stats.ratio import estimate_ratio
from provenance.stats.references import REFERENCE_SCORES, ReferenceScores
from provenance.stats.rows import describe_estimand, ratio_to_json
from provenance.stats.words.counts import WordingTally, counted_documents
from provenance.stats.words.excess import DRIFT_SCHEMA, EXCESS_SCHEMA, ExcessOptions, estimate_excess

__all__ = [
    "DRIFT_SCHEMA",
    "EXCESS_SCHEMA",
    "REFERENCE_SCORES",
    "AxisErrors",
    "ErrorCounts",
    "ErrorRates",
    "ExcessOptions",
    "Method",
    "ReferenceScores",
    "StatsOptions",
    "WordingTally",
    "counted_documents",
    "describe_estimand",
    "estimate_excess",
    "estimate_ratio",
    "ratio_to_json",
]
