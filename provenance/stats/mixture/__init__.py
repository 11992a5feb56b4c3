"""Prevalence as a mixture of candidate densities: the default estimator."""

from provenance.stats.mixture.candidates import list_human, list_reference, list_synthetic
from provenance.stats.mixture.grid import N_BINS, find_bins
from provenance.stats.mixture.overlap import find_overlap
from provenance.stats.mixture.table import Fit, MixtureTable, draw_prevalences, fit_mixture, make_table

__all__ = [
    "N_BINS",
    "Fit",
    "MixtureTable",
    "draw_prevalences",
    "find_bins",
    "find_overlap",
    "fit_mixture",
    "list_human",
    "list_reference",
    "list_synthetic",
    "make_table",
]
