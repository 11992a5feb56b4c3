"""The estimators that are compared, as functions of a mixture to a prevalence with its interval."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.prevalence_sets import HeldOut
from provenance.stats.bootstrap import count_effective, draw_counts, find_interval
from provenance.stats.density import choose_bandwidth, compare_densities, estimate_density
from provenance.stats.estimators import Floats, adjust_count, maximise_likelihood
from provenance.stats.mixture import (
    N_BINS,
    MixtureTable,
    draw_prevalences,
    find_bins,
    fit_mixture,
    list_human,
    list_reference,
    list_synthetic,
    make_table,
)

LANGUAGE = "en"
DRAWS = 200
HALF = float(np.log(9))  # nats that make a score of a half at a prior of a tenth
Figures = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Mixture:
    """Documents of known share, and documents of the same kind known to be human, if there are any."""

    documents: pl.DataFrame
    reference: pl.DataFrame | None


@dataclass(slots=True)
class Prepared:
    """What does not change between the mixtures of a set; the table of the last reference is kept."""

    held_out: HeldOut
    free: MixtureTable | None
    human: Floats
    synthetic: Floats
    reference: pl.DataFrame | None = None
    anchored: MixtureTable | None = None

    @classmethod
    def make(cls, held_out: HeldOut) -> "Prepared":
        """Tables and pooled samples, each source alike."""
        known = held_out.known
        free = make_table(list_human(known, 0, LANGUAGE), list_synthetic(known, 0, LANGUAGE), 0)
        human, synthetic = (_pool(known.pick(label, LANGUAGE, "ai_llr")) for label in ("human", "ai_generated"))
        return cls(held_out, free, human, synthetic)

    def find_table(self, reference: pl.DataFrame | None) -> MixtureTable | None:
        """The table for a reference, made once for each."""
        if reference is None:
            return self.free
        if reference is not self.reference:
            nats = reference["ai_llr"].to_numpy()
            known, rng = self.held_out.known, np.random.default_rng(1)
            human = list_reference(nats, np.arange(len(nats)), known, 0, LANGUAGE, rng)
            self.anchored = make_table(human, list_synthetic(known, 0, LANGUAGE), 0)
            self.reference = reference
        return self.anchored


def make_estimators(prepared: Prepared, mixture: Mixture) -> dict[str, Figures]:
    """Every estimator's prevalence of the mixture, with a bootstrap interval over its distinct documents."""
    nats = mixture.documents["ai_llr"].to_numpy()
    human = prepared.human if mixture.reference is None else mixture.reference["ai_llr"].to_numpy()
    drawn, n_effective = _resample(mixture)
    found = {"mixture": _mix(prepared.find_table(mixture.reference), nats, drawn, n_effective)}
    for name, estimate in _COUNTED.items():
        value, draws = estimate(nats, drawn, human, prepared.synthetic)
        low, high = np.quantile(draws, [0.025, 0.975])
        found[name] = (value, float(low), float(high))
    return found


def _resample(mixture: Mixture) -> tuple[Floats, float]:
    """Bins of each bootstrap draw, and what the mixture is worth: copies of a document are no further documents."""
    unit = mixture.documents["unit"].rank("dense").to_numpy().astype(np.int64) - 1
    n_units = int(unit.max()) + 1
    place = unit * N_BINS + find_bins(mixture.documents["ai_llr"].to_numpy())
    counts = np.bincount(place, minlength=n_units * N_BINS).reshape(n_units, N_BINS).astype(np.float64)
    effective = count_effective(np.ones(len(unit)), unit, 1.0)
    return draw_counts(n_units, DRAWS, np.random.default_rng(1)) @ counts, effective


def _mix(table: MixtureTable | None, nats: Floats, drawn: Floats, n_effective: float) -> Figures:
    """The default of the package, documents standing for hosts."""
    if table is None:
        return float("nan"), float("nan"), float("nan")
    fit = fit_mixture(table, len(nats) * _shares(nats), n_effective)
    draws = draw_prevalences(table, fit, drawn, np.random.default_rng(2))
    low, high = find_interval(draws, fit.prevalence, 0.95, n_effective)
    return fit.prevalence, low, high


def _shares(nats: Floats) -> Floats:
    counts: Floats = np.bincount(find_bins(nats), minlength=N_BINS) / len(nats)
    return counts


def _pool(samples: dict[str, pl.Series]) -> Floats:
    """As many scores of each source, drawn with a fixed seed."""
    rng = np.random.default_rng(1)
    return np.concatenate([rng.choice(sample.to_numpy(), 300) for sample in samples.values() if len(sample) >= 30])


def _share(nats: Floats, drawn: Floats, human: Floats, synthetic: Floats) -> tuple[float, Floats]:
    high = _CENTRES >= HALF
    return float((nats >= HALF).mean()), drawn[:, high].sum(axis=1) / drawn.sum(axis=1)


def _adjust(nats: Floats, drawn: Floats, human: Floats, synthetic: Floats) -> tuple[float, Floats]:
    """Rogan-Gladen at the threshold that 5 % of known human documents reach; only sampling in the interval."""
    threshold = float(np.quantile(human, 0.95))
    rates = np.array((human >= threshold).mean()), np.array((synthetic >= threshold).mean())
    flagged = drawn[:, threshold <= _CENTRES].sum(axis=1) / drawn.sum(axis=1)
    return float(adjust_count(np.array((nats >= threshold).mean()), *rates)), adjust_count(flagged, *rates)


def _saerens(nats: Floats, drawn: Floats, human: Floats, synthetic: Floats) -> tuple[float, Floats]:
    """Expectation-maximisation on calibrated scores; a reference corrects the mean likelihood ratio."""
    scale = max(1.0, float(np.exp(np.clip(human, -7, 7)).mean()))
    return _maximise(nats, drawn, np.exp(np.clip(_CENTRES, -7, 7)) / scale)


def _kernel(nats: Floats, drawn: Floats, human: Floats, synthetic: Floats) -> tuple[float, Floats]:
    """Mixture likelihood of two kernel densities: known human and all known synthetic scores."""
    densities = [estimate_density(s, _CENTRES, choose_bandwidth(s, narrowest=0.25)) for s in (synthetic, human)]
    return _maximise(nats, drawn, compare_densities(densities[0], densities[1], 0.25))


def _maximise(nats: Floats, drawn: Floats, ratio: Floats) -> tuple[float, Floats]:
    point = maximise_likelihood(_shares(nats)[None], ratio[None, None])
    return float(point[0, 0]), maximise_likelihood(drawn, ratio[None, None])[:, 0]


_CENTRES: Floats = np.arange(N_BINS, dtype=np.float64) * 0.5 - 9.75
_COUNTED: dict[str, Callable[[Floats, Floats, Floats, Floats], tuple[float, Floats]]] = {
    "share of p >= 0.5": _share,
    "adjusted count": _adjust,
    "expectation-maximisation": _saerens,
    "kernel densities": _kernel,
}
