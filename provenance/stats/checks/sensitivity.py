"""How far a prevalence hangs on the detector's miss rate, the error that is known least.

The miss rate is measured on generators of yesterday; those of today are missed more often, by an amount nobody knows.
So the count is corrected under every miss rate: Rogan and Gladen (1978), with the share of false positives as measured.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from provenance.stats.bootstrap import count_effective
from provenance.stats.cells import Documents, Floats, gather_documents, normalise_scored
from provenance.stats.checks.rows import score_text
from provenance.stats.estimators import adjust_count
from provenance.stats.group import SYNTHETIC
from provenance.stats.options import StatsOptions
from provenance.stats.rates import AxisErrors, ErrorRates
from provenance.stats.weighting import count_worth, find_loss

MISS_RATES = tuple(step / 20 for step in range(1, 20))  # 0.05 to 0.95
SENSITIVITY_SCHEMA = pl.Schema(
    {
        "origin": pl.String(),
        "miss_rate": pl.Float64(),  # 1 - TPR that is assumed
        "false_positive_rate": pl.Float64(),  # as measured, over the languages of the documents
        "prevalence": pl.Float64(),  # null where the detector would not tell the origins apart
        "low": pl.Float64(),
        "high": pl.Float64(),
        "measured": pl.Boolean(),  # whether this is the miss rate that was measured
    }
)


def estimate_sensitivity(
    scored: pl.DataFrame,
    errors: ErrorRates,
    *,
    options: StatsOptions | None = None,
    miss_rates: Sequence[float] = MISS_RATES,
) -> pl.DataFrame:
    """Prevalence of each synthetic origin by adjusted count under assumed miss rates (SENSITIVITY_SCHEMA).

    Rows ascend in the miss rate, with one more, `measured`, at the rate that the error counts give. Documents count
    whose text has a score, in languages with counted errors; dates are left out, as they were when errors were counted.
    An origin with fewer than `min_documents` of them has no rows. The interval holds the sampling of documents and of
    the false positives, given the miss rate: the doubt about that is the table itself. The share flagged is drawn from
    Jeffreys' Beta with as many documents as the clustered sample is worth (Korn and Graubard 1998, Survey Methodology
    24(2), use the same number), so one host makes it wide and no document flagged leaves a width. Documents count as
    often as their sample weights say, and are worth fewer for it.
    """
    options = options or StatsOptions()
    prior = next((known.prior for known in errors.axes if known.axis == "ai"), 0.1)
    documents = gather_documents(normalise_scored(score_text(scored, prior), options), errors)
    rows = []
    for k, origin in enumerate(SYNTHETIC):
        known = documents.take(np.flatnonzero(documents.measured[:, k] & (documents.stratum[:, k] >= 0)))
        if count_worth(known.weight) >= options.min_documents:
            rows += [(origin, *values) for values in _vary(known, k, errors.axes, options, miss_rates)]
    return pl.DataFrame(rows, schema=SENSITIVITY_SCHEMA, orient="row")


def _vary(
    known: Documents, k: int, axes: Sequence[AxisErrors], options: StatsOptions, miss_rates: Sequence[float]
) -> Iterator[tuple[float | bool | None, ...]]:
    rng = np.random.default_rng((options.seed, k))
    numbers, place = np.unique(known.stratum[:, k], return_inverse=True)
    part = np.bincount(place, known.weight) / known.weight.sum()
    false_positive = part @ np.array([axes[i].false_positive_rate for i in numbers])
    drawn = part @ np.stack([axes[i].draw_false_positive_rate(options.draws, rng) for i in numbers])
    measured = 1 - part @ np.array([axes[i].true_positive_rate for i in numbers])
    share = float(known.weight[known.flagged[:, k]].sum() / known.weight.sum())
    shares = _draw_shares(share, known, options, rng)
    for miss_rate in sorted({*miss_rates, float(measured)}):
        true_positive = np.asarray(1 - miss_rate)
        figures: tuple[float | None, ...] = (None, None, None)
        if true_positive - false_positive >= options.min_separation:
            point = float(adjust_count(np.asarray(share), np.asarray(false_positive), true_positive))
            draws = adjust_count(shares, drawn, np.full(options.draws, true_positive))
            figures = (point, *_bound(draws, point, options.level))
        yield miss_rate, float(false_positive), *figures, miss_rate == measured


def _draw_shares(share: float, known: Documents, options: StatsOptions, rng: np.random.Generator) -> Floats:
    single = np.ones(len(known.host))
    n = count_effective(single, known.host, options.host_correlation)
    n *= find_loss(single, known.weight, known.host, options.host_correlation)
    return rng.beta(n * share + 0.5, n * (1 - share) + 0.5, options.draws)


def _bound(draws: Floats, point: float, level: float) -> tuple[float, float]:
    """Percentiles of the draws, the point included; draws in which nothing is known (NaN) are left out."""
    tail = (1 - level) / 2
    low, high = np.nanquantile(draws, [tail, 1 - tail])
    return min(float(low), point), max(float(high), point)
