"""What the detector is worth on documents of known origin: its error rates, and whether its scores mean what they say.

Intervals of one group are Wilson's (1927, Journal of the American Statistical Association 22): a share of n documents.
Those of all groups together, and of the calibration, resample whole groups or sources, since a detector errs by genre
and by generator and not by document.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl

from provenance.stats.cells import AXES
from provenance.stats.rates import Axis, AxisErrors, ErrorRates, Floats

Z = 1.959963984540054  # of a 95 % interval
SIDES = ("human", "synthetic")
LABELS: dict[Axis, str] = {"ai": "ai_generated", "mt": "machine_translated"}
ERRORS_SCHEMA = pl.Schema(
    {
        "axis": pl.String(),  # ai or mt
        "language": pl.String(),  # null: all without an entry of their own
        "group": pl.String(),  # a data set, generator or host; null: all together
        "side": pl.String(),  # human (the rate is that of false positives) or synthetic (of true positives)
        "n": pl.Int64(),
        "n_flagged": pl.Int64(),
        "rate": pl.Float64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
    }
)
RELIABILITY_SCHEMA = pl.Schema(
    {
        "axis": pl.String(),
        "score": pl.Float64(),  # mean in the bin, synthetic documents weighed to the prior
        "share": pl.Float64(),  # of synthetic documents in the bin, weighed likewise
        "low": pl.Float64(),
        "high": pl.Float64(),
        "n": pl.Int64(),  # documents in the bin, not weighed
    }
)


def list_errors(errors: ErrorRates, *, draws: int = 2000, seed: int = 1) -> pl.DataFrame:
    """Share of documents flagged by axis, language, group and side, with a 95 % interval (ERRORS_SCHEMA).

    The first rows of each axis and language are all groups together; groups without documents of a side have no row.
    """
    rows = [row for known in errors.axes for row in _list_axis(known, draws, np.random.default_rng(seed))]
    return pl.DataFrame(rows, schema=ERRORS_SCHEMA, orient="row")


def measure_reliability(
    reference: pl.DataFrame, *, prior: float = 0.1, n_bins: int = 10, draws: int = 500, seed: int = 1
) -> pl.DataFrame:
    """Calibration curve of each axis: what a score says beside what is true, were a share `prior` synthetic.

    `reference` holds scored documents of known origin: label, source, ai_score, mt_score. Bins are of equal width over
    0 to 1; empty ones, and an axis that lacks either label, have no row. Intervals (95 %) draw whole sources with
    replacement, then each label's share of the bin from a Beta (Jeffreys' prior), so that a bin of one label only has
    a width. Returns RELIABILITY_SCHEMA.
    """
    rows = []
    for axis in AXES:
        pair = reference.filter(
            pl.col("label").is_in(["human", LABELS[axis]]), pl.col(f"{axis}_score").is_not_null()
        ).select("source", (pl.col("label") != "human").alias("positive"), pl.col(f"{axis}_score").alias("score"))
        if pair["positive"].n_unique() == len(SIDES):
            rows += list(_curve(axis, pair, prior, n_bins, draws, np.random.default_rng(seed)))
    return pl.DataFrame(rows, schema=RELIABILITY_SCHEMA, orient="row")


def find_wilson(flagged: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share of `n` > 0 documents."""
    share, square = flagged / n, Z * Z / n
    centre = (share + square / 2) / (1 + square)
    half = np.sqrt(share * (1 - share) * square + square * square / 4) / (1 + square)
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


def _list_axis(known: AxisErrors, draws: int, rng: np.random.Generator) -> Iterator[tuple[object, ...]]:
    named = [
        (c.group, ((c.n_reference_human, c.n_false_positive), (c.n_reference_positive, c.n_true_positive)))
        for c in known.counts
    ]
    drawn = (known.draw_false_positive_rate(draws, rng), known.draw_true_positive_rate(draws, rng))
    for k, side in enumerate(SIDES):
        n, flagged = (sum(counts[k][i] for _, counts in named) for i in (0, 1))
        if n:
            low, high = np.quantile(drawn[k], [0.025, 0.975])
            rate = flagged / n
            bounds = min(rate, float(low)), max(rate, float(high))
            yield known.axis, known.language, None, side, n, flagged, rate, *bounds
    for group, counts in named:
        for side, (n, flagged) in zip(SIDES, counts, strict=True):
            if n:
                yield known.axis, known.language, group, side, n, flagged, flagged / n, *find_wilson(flagged, n)


def _curve(
    axis: Axis, pair: pl.DataFrame, prior: float, n_bins: int, draws: int, rng: np.random.Generator
) -> Iterator[tuple[object, ...]]:
    score = pair["score"].to_numpy()
    positive = pair["positive"].to_numpy().astype(np.int64)
    source = pair["source"].rank("dense").to_numpy().astype(np.int64) - 1
    n_sources = int(source.max()) + 1
    place = np.minimum((score * n_bins).astype(np.int64), n_bins - 1)
    counts = np.zeros((n_sources, 2, n_bins))
    np.add.at(counts, (source, positive, place), 1.0)
    total = counts.sum(axis=0)
    sums = np.stack([np.bincount(place[positive == k], score[positive == k], n_bins) for k in (0, 1)])
    weight = np.array([1 - prior, prior]) / total.sum(axis=1)
    drawn = rng.multinomial(n_sources, np.full(n_sources, 1 / n_sources), size=draws)
    shares = _draw_shares(np.tensordot(drawn.astype(float), counts, axes=1), prior, rng)
    for i in np.flatnonzero(total.sum(axis=0)):
        mass = weight * total[:, i]
        share = mass[1] / mass.sum()
        low, high = np.quantile(shares[:, i], [0.025, 0.975])
        mean = (weight * sums[:, i]).sum() / mass.sum()
        yield axis, float(mean), float(share), min(share, low), max(share, high), int(total[:, i].sum())


def _draw_shares(counts: Floats, prior: float, rng: np.random.Generator) -> Floats:
    """Share of synthetic documents in each bin of each draw, (draws, bins); `counts` is (draws, sides, bins)."""
    rates = rng.beta(counts + 0.5, counts.sum(axis=2, keepdims=True) - counts + 0.5)
    synthetic = prior * rates[:, 1]
    shares: Floats = synthetic / (synthetic + (1 - prior) * rates[:, 0])
    return shares
