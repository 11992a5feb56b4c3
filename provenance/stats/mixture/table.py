"""Mixtures of one human and one synthetic candidate, how well each explains the scores, and what prevalence it tells.

All candidates are wrong to some degree, so a large group must not make one of them certain: the likelihood of a pair
counts as that of `COARSENING` documents at most (the coarsened posterior of Miller and Dunson 2019, Journal of the
American Statistical Association 114, section 2). Within a pair all documents count.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from provenance.stats.estimators import Floats
from provenance.stats.mixture.candidates import Densities
from provenance.stats.mixture.grid import PREVALENCES, Integers

CLEAR = (0.9, 0.8)  # by axis: AUROC of the pairs that the estimate is made of, where there are any
LEAST = (0.85, 0.7)  # by axis: of the pairs that the interval allows for, too
COARSENING = 200.0  # documents
NONE = 0.5  # probability beforehand that there is none of an origin, or less than 0.05 %
SPARSITY = 0.05  # first parameter of the prior of any other prevalence: small ones are commoner than large ones
_SMALLEST = 0.0005


@dataclass(frozen=True, slots=True)
class MixtureTable:
    """Every pair worth trying; `log_mass` is (pairs, prevalences, bins), the others (pairs,)."""

    log_mass: npt.NDArray[np.float32]
    log_prior: Floats
    clear: npt.NDArray[np.bool_]
    human: Integers  # number of the human candidate
    synthetic: Integers
    humans: Densities
    synthetics: Densities


@dataclass(frozen=True, slots=True)
class Fit:
    """What a table makes of the scores of a group."""

    prevalence: float
    n_effective: float
    weight: Floats  # (pairs,) of each pair in the estimate, sum 1
    log_weight_of_draws: Floats  # (pairs,) not normalised
    human_mass: Floats  # (bins,) density of human documents, mean over pairs
    synthetic_mass: Floats


def make_table(humans: Densities, synthetics: Densities, axis: int) -> MixtureTable | None:
    """All pairs whose origins the score can tell apart; null where it cannot for half of the sources as they are."""
    below = np.cumsum(humans.mass, axis=1) - humans.mass / 2
    auroc = below @ synthetics.mass.T
    as_they_are = auroc[humans.log_prior == 0][:, synthetics.log_prior == 0]
    if np.median(as_they_are) < LEAST[axis]:
        return None
    human, synthetic = np.nonzero(auroc >= LEAST[axis])
    clear = auroc[human, synthetic] >= CLEAR[axis]
    prevalence = PREVALENCES.astype(np.float32)[:, None]
    mixed = (1 - prevalence) * humans.mass.astype(np.float32)[human][:, None]
    mixed += prevalence * synthetics.mass.astype(np.float32)[synthetic][:, None]
    np.log(np.maximum(mixed, 1e-12, out=mixed), out=mixed)
    log_prior = humans.log_prior[human] + synthetics.log_prior[synthetic]
    return MixtureTable(mixed, log_prior, clear if clear.any() else ~clear, human, synthetic, humans, synthetics)


def fit_mixture(table: MixtureTable, counts: Floats, n_effective: float) -> Fit:
    """Posterior mean of the prevalence over pairs and prevalences; `counts` (bins,) are weights of any unit."""
    share = (counts / counts.sum()).astype(np.float32)
    likelihood = n_effective * (table.log_mass @ share).astype(np.float64)  # (pairs, prevalences)
    best = likelihood.max(axis=1)
    coarse = 1 / (1 + n_effective / COARSENING)
    of_pair = np.where(table.clear, table.log_prior + coarse * best, -np.inf)
    log_weight = of_pair[:, None] + likelihood - best[:, None]
    posterior = _normalise(log_weight + _log_prior_of_prevalence())
    weight = posterior.sum(axis=1)
    return Fit(
        float(posterior.sum(axis=0) @ PREVALENCES),
        n_effective,
        weight,
        table.log_prior + np.logaddexp.reduce(coarse * likelihood + _log_prior_of_prevalence(), axis=1),
        np.bincount(table.human, weight, len(table.humans.mass)) @ table.humans.mass,
        np.bincount(table.synthetic, weight, len(table.synthetics.mass)) @ table.synthetics.mass,
    )


def draw_prevalences(table: MixtureTable, fit: Fit, counts: Floats, rng: np.random.Generator) -> Floats:
    """A prevalence in each draw: `counts` (draws, bins) resampled by host, a pair drawn among resampled sources.

    Sources of both sides get random weights (Bayesian bootstrap: Rubin 1981, Annals of Statistics 9), so generators
    are resampled as hosts are. A draw without documents gives 0.
    """
    pairs = _draw_pairs(table, fit.log_weight_of_draws, len(counts), rng)
    totals = counts.sum(axis=1, keepdims=True)
    share = np.divide(counts, totals, out=np.zeros_like(counts), where=totals > 0)
    likelihood = np.einsum("dpb,db->dp", table.log_mass[pairs], share.astype(np.float32)).astype(np.float64)
    chosen = _sample(fit.n_effective * likelihood + _log_prior_of_prevalence(), rng)
    return np.where(totals[:, 0] > 0, chosen, 0.0)


def _draw_pairs(table: MixtureTable, log_weight: Floats, draws: int, rng: np.random.Generator) -> Integers:
    """Number of a pair for each draw: first its two sources under random weights, then a pair of these."""
    n_human, n_synthetic = table.humans.n_sources, table.synthetics.n_sources
    place = table.humans.source[table.human] * n_synthetic + table.synthetics.source[table.synthetic]
    weight = np.exp(log_weight - log_weight.max())
    total = np.bincount(place, weight, n_human * n_synthetic).reshape(n_human, n_synthetic)
    of_human, of_synthetic = rng.exponential(size=(draws, n_human)), rng.exponential(size=(draws, n_synthetic))
    cumulated = np.cumsum((of_human[:, :, None] * of_synthetic[:, None, :] * total).reshape(draws, -1), axis=1)
    chosen = (cumulated < rng.random((draws, 1)) * cumulated[:, -1:]).sum(axis=1)
    order = np.argsort(place, kind="stable")
    running = np.cumsum(weight[order])
    ends = np.searchsorted(place[order], chosen, side="right")
    starts = np.searchsorted(place[order], chosen, side="left")
    before = np.where(starts > 0, running[starts - 1], 0.0)
    target = before + rng.random(draws) * (running[ends - 1] - before)
    chosen_pairs: Integers = order[np.minimum(np.searchsorted(running, target), ends - 1)]
    return chosen_pairs


def _sample(log_weight: Floats, rng: np.random.Generator) -> Floats:
    """A prevalence of each row's posterior, anywhere in its cell of the grid; 0 stays 0."""
    cumulated = np.cumsum(np.exp(log_weight - log_weight.max(axis=1, keepdims=True)), axis=1)
    place = (cumulated < rng.random((len(cumulated), 1)) * cumulated[:, -1:]).sum(axis=1)
    edges = np.concatenate([[0.0, _SMALLEST], (PREVALENCES[1:-1] + PREVALENCES[2:]) / 2, [1.0]])
    low = np.where(place > 0, edges[place], 0.0)
    high = np.where(place > 0, edges[place + 1], 0.0)
    sampled: Floats = low + (high - low) * rng.random(len(place))
    return sampled


def _log_prior_of_prevalence() -> Floats:
    """Log probability of each prevalence of the grid: NONE of the first, the rest as Beta(SPARSITY, 1) spreads it."""
    some = PREVALENCES[1:] ** (SPARSITY - 1) * np.gradient(PREVALENCES)[1:]
    prior: Floats = np.log(np.append(NONE, (1 - NONE) * some / some.sum()))
    return prior


def _normalise(log_weight: Floats) -> Floats:
    weight = np.exp(log_weight - log_weight.max())
    normalised: Floats = weight / weight.sum()
    return normalised
