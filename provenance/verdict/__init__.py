"""Signals become evidence in nats, evidence a calibrated score, the score an origin or `undetermined`."""

from provenance.models.calibration import Axis, Calibration, DateWorth, Level, Mark, Stratum, Term
from provenance.verdict.family import name_families
from provenance.verdict.judge import Judged, judge_batch, score_values
from provenance.verdict.options import VerdictOptions
from provenance.verdict.values import Values, read_floats

__all__ = [
    "Axis",
    "Calibration",
    "DateWorth",
    "Judged",
    "Level",
    "Mark",
    "Stratum",
    "Term",
    "Values",
    "VerdictOptions",
    "judge_batch",
    "name_families",
    "read_floats",
    "score_values",
]
