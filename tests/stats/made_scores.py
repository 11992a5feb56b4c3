"""Scored documents with a known truth: each axis is a normal score whose posterior is exact by construction."""

import numpy as np
import polars as pl
from scipy.stats import norm

from provenance.stats import AxisErrors, ErrorCounts, ErrorRates

SEPARATION = 2.0  # distance of the synthetic scores from the human ones, in standard deviations
PRIOR = 0.1


def posterior(value: np.ndarray) -> np.ndarray:
    log_odds = SEPARATION * value - SEPARATION**2 / 2 + np.log(PRIOR / (1 - PRIOR))
    return 1 / (1 + np.exp(-log_odds))


def true_rates() -> tuple[float, float]:
    """FPR and TPR of a score of 0.5."""
    at = (np.log((1 - PRIOR) / PRIOR) + SEPARATION**2 / 2) / SEPARATION
    return float(norm.sf(at)), float(norm.sf(at - SEPARATION))


def scored_documents(
    n: int, ai: float, mt: float, *, hosts: int = 200, alike: float = 0.2, seed: int = 0, n_words: int = 300
) -> pl.DataFrame:
    """`n` documents of a population with prevalences `ai` and `mt`; `alike` is the correlation within a host."""
    rng = np.random.default_rng(seed)
    host = rng.integers(0, hosts, n)
    shares = np.array([1 - ai - mt, ai, mt]) + 1e-9
    of_host = rng.dirichlet(shares * (1 / alike - 1), size=hosts) if alike else np.tile(shares, (hosts, 1))
    origin = (rng.random(n)[:, None] > np.cumsum(of_host[host], axis=1)).sum(axis=1).clip(0, 2)
    scores = [posterior(rng.normal(np.where(origin == k, SEPARATION, 0.0))) for k in (1, 2)]
    return pl.DataFrame(
        {
            "url_host_name": [f"h{number}.example" for number in host],
            "url_host_registered_domain": [f"d{number % 30}.example" for number in host],
            "language": "en",
            "month": np.where(rng.random(n) < 0.5, "2019-07", "2019-08"),
            "n_words": np.full(n, n_words),
            "ai_score": scores[0],
            "mt_score": scores[1],
            "origin": np.where(scores[0] > 0.5, "ai_generated", np.where(scores[1] > 0.5, "undetermined", "human")),
            "truth": origin,
        }
    )


def error_rates(n: int = 2000, seed: int = 0, groups: int = 1) -> ErrorRates:
    """What a calibration on `n` documents of each kind would have counted."""
    rng = np.random.default_rng(seed)
    false_positive, true_positive = true_rates()
    return ErrorRates(
        tuple(
            AxisErrors(
                axis,
                tuple(
                    ErrorCounts(n, rng.binomial(n, false_positive), n, rng.binomial(n, true_positive), f"set {g}")
                    for g in range(groups)
                ),
            )
            for axis in ("ai", "mt")
        )
    )
