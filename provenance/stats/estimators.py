"""Prevalence from scores: pure functions on arrays, each with its source.

Shapes: `weights` is (draws, cells), documents or words per cell, one row per bootstrap draw; `ratios` is (axes,
draws or 1, cells), the likelihood of a cell's score under each synthetic origin over that under human. Results are
(draws, axes): the prevalence of each synthetic origin; what is left to 1 is human.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

NEGLIGIBLE = 1e-4  # a prevalence below it is set to 0: no calibration known to us resolves it


def find_share(flagged: Floats, total: Floats) -> Floats:
    """Plain share: count over count, null (NaN) of nothing."""
    share: Floats = np.divide(flagged, total, out=np.full(np.shape(flagged), np.nan), where=total > 0)
    return share


def adjust_count(share: Floats, false_positive_rate: Floats, true_positive_rate: Floats) -> Floats:
    """Prevalence from the share flagged: (share - FPR) / (TPR - FPR), clipped to 0..1.

    Rogan and Gladen (1978), American Journal of Epidemiology 107(1), equation 3; in quantification "adjusted count",
    Forman (2008), Data Mining and Knowledge Discovery 17. Where TPR does not exceed FPR nothing is known: NaN.
    """
    separation = true_positive_rate - false_positive_rate
    known = separation > 0
    corrected = (share - false_positive_rate) / np.where(known, separation, 1.0)
    return np.where(known, np.clip(corrected, 0.0, 1.0), np.nan)


def maximise_likelihood(
    weights: Floats, ratios: Floats, *, start: Floats | None = None, tolerance: float = 1e-6, rounds: int = 200
) -> Floats:
    """Prevalences of highest mixture likelihood, by expectation-maximisation on density ratios.

    Saerens, Latinne and Decaestecker (2002), Neural Computation 14(1), equation 2.9: re-estimate the priors until the
    mean posterior equals them. A calibrated posterior over its prior is a density ratio, so this is the maximum of the
    mixture likelihood; more than one origin is more than one class. Steps are stretched by SQUAREM, scheme S3 (Varadhan
    and Roland 2008, Scandinavian Journal of Statistics 35, section 4), which changes the speed, not the fixed point.
    """
    share = weights / weights.sum(axis=1, keepdims=True)
    prior = np.full((len(share), len(ratios)), 0.1 / len(ratios)) if start is None else start.copy()
    excess_ratios = ratios - 1.0
    falling = (_weigh(share, excess_ratios) <= 0.0).all(axis=1)  # the likelihood is concave: its maximum is at 0
    prior[falling] = 0.0
    open_rows = np.flatnonzero(~falling)
    for _ in range(rounds if len(open_rows) else 0):
        part, excess = share[open_rows], _take_draws(excess_ratios, open_rows)
        before = prior[open_rows]
        prior[open_rows] = after = _stretched_step(before, part, excess)
        open_rows = open_rows[np.abs(after - before).max(axis=1) > tolerance]
        if not len(open_rows):
            break
    return np.where(prior < NEGLIGIBLE, 0.0, prior)


def _take_draws(excess: Floats, rows: npt.NDArray[np.intp]) -> Floats:
    """The ratios of some draws; those that all draws share, and all draws, are not copied."""
    return excess if excess.shape[1] in (1, len(rows)) else excess[:, rows]


def _stretched_step(prior: Floats, share: Floats, excess: Floats) -> Floats:
    first = _step(prior, share, excess)
    second = _step(first, share, excess)
    move, turn = first - prior, second - 2 * first + prior
    length = np.sqrt((move**2).sum(axis=1) / np.maximum((turn**2).sum(axis=1), 1e-30))[:, None]
    length = np.clip(length, 1.0, 100.0)
    reached = prior + 2 * length * move + length**2 * turn
    reached = np.where(reached <= 0.0, 0.2 * second, reached)
    outside = reached.sum(axis=1) >= 1.0
    reached[outside] = second[outside]
    return _step(reached, share, excess)


def _step(prior: Floats, share: Floats, excess: Floats) -> Floats:
    """Mean posterior of each origin, given its prevalence before."""
    density = 1.0 + prior[:, :1] * excess[0]
    for k in range(1, len(excess)):
        density += prior[:, k : k + 1] * excess[k]
    responsibility = share / density
    after: Floats = np.clip(
        prior * (responsibility.sum(axis=1, keepdims=True) + _weigh(responsibility, excess)), 1e-6, 1.0
    )
    return after


def _weigh(weights: Floats, excess: Floats) -> Floats:
    """Sum of each axis' excess ratios over the cells, (draws, axes)."""
    sums = [np.einsum("dc,dc->d", weights, np.broadcast_to(axis, weights.shape)) for axis in excess]
    return np.stack(sums, axis=1)
