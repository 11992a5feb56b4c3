"""Measured numbers beside the documents, one file per family; `base.py` says what a signal is."""

from provenance.signals.base import Signal, measure_signals
from provenance.signals.catalogue import load_signals, signal_columns

__all__ = ["Signal", "load_signals", "measure_signals", "signal_columns"]
