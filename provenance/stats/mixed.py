"""Prevalences of a sample as mixtures of candidate densities, one axis at a time, and the overlap of both."""

from collections.abc import Sequence

import numpy as np

from provenance.stats.cells import Floats
from provenance.stats.mixture import (
    N_BINS,
    Fit,
    MixtureTable,
    draw_prevalences,
    find_bins,
    find_overlap,
    fit_mixture,
)
from provenance.stats.parts import Part, Sample


def estimate_mixed(
    sample: Sample, axes: tuple[int, ...], tables: Sequence[MixtureTable], rng: np.random.Generator
) -> Part:
    """The classes of a sample of one language; `tables` holds one table per axis."""
    fits, draws = [], []
    for k, table in zip(axes, tables, strict=True):
        counts = sample.count(find_bins(sample.documents.nats[:, k]), N_BINS)
        fit = fit_mixture(table, counts.sum(axis=0), sample.n_effective)
        fits.append(fit)
        draws.append(draw_prevalences(table, fit, sample.drawn @ counts, rng))
    point = np.array([[fit.prevalence for fit in fits]])
    drawn = np.stack(draws, axis=1)
    totals = sample.count(np.zeros(len(sample.unit), dtype=np.int64), 1)
    if len(axes) == 2:
        point, drawn = _separate(sample, fits, point, drawn)
    return Part("mixture", point, drawn, totals.sum(axis=0), (sample.drawn @ totals)[:, 0])


def _separate(sample: Sample, fits: Sequence[Fit], point: Floats, drawn: Floats) -> tuple[Floats, Floats]:
    """Prevalences of both axes as classes that exclude each other."""
    bins = find_bins(sample.documents.nats)
    used, place = np.unique(bins[:, 0] * N_BINS + bins[:, 1], return_inverse=True)
    counts = sample.count(place, len(used))
    ratios = np.stack([fit.synthetic_mass / np.maximum(fit.human_mass, 1e-12) for fit in fits])
    cells = np.stack([ratios[0][used // N_BINS], ratios[1][used % N_BINS]], axis=1)
    made = []
    for weights, prevalence in ((counts.sum(axis=0, keepdims=True), point), (sample.drawn @ counts, drawn)):
        both = find_overlap(weights, cells, prevalence)[:, None]
        made.append(np.concatenate([prevalence - both, both], axis=1))
    return made[0], made[1]
