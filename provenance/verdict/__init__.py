"""Signals become evidence in nats, evidence a calibrated score, the score an origin or `undetermined`."""

from provenance.models.calibration import Axis, Calibration, DateWorth, Level, Mark, Stratum, Term
from provenance.verdict.family import name_families
from provenance.verdict.judge import judge_batch
from provenance.verdict.options import VerdictOptions

__all__ = [
    "Axis",
    "Calibration",
    "DateWorth",
    "Level",
    "Mark",
    "Stratum",
    "Term",
    "VerdictOptions",
    "judge_batch",
    "name_families",
]
