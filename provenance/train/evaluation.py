"""Figures of a scored, labelled table, by group, with intervals from resampling whole clusters of documents."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from provenance.train.metrics import Flags, Floats, bin_scores, measure_auroc, measure_ece, measure_tpr

POSITIVE: Mapping[str, tuple[str, ...]] = {"ai": ("ai", "ai_generated"), "mt": ("mt", "machine_translated")}
NEGATIVE: Mapping[str, tuple[str, ...]] = {"ai": ("human",), "mt": ("original", "human")}
AXES: tuple[Literal["ai", "mt"], ...] = ("ai", "mt")
EVALUATION_SCHEMA = pl.Schema(
    {
        "axis": pl.String, "by": pl.String, "group": pl.String, "n_positive": pl.Int64, "n_negative": pl.Int64,
        "n_unscored": pl.Int64, "figure": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    }
)  # fmt: skip
RELIABILITY_SCHEMA = pl.Schema(
    {"axis": pl.String, "bin": pl.Float64, "n": pl.Int64, "mean_score": pl.Float64, "share": pl.Float64}
)
_Figure = Callable[[Floats, Floats, Flags], float]
_FIGURES: Mapping[str, _Figure] = {
    "auroc": lambda llr, score, positive: measure_auroc(llr, positive),
    "tpr_at_1_fpr": lambda llr, score, positive: measure_tpr(llr, positive, 0.01),
    "tpr_at_5_fpr": lambda llr, score, positive: measure_tpr(llr, positive, 0.05),
    "ece": lambda llr, score, positive: measure_ece(score, positive),
}


@dataclass(frozen=True, slots=True)
class EvaluateOptions:
    """`by` are columns to group by besides all documents; `cluster` holds what is resampled as one (rows if absent)."""

    by: tuple[str, ...] = ("lang", "domain", "generator")
    cluster: str = "pair_id"
    replicates: int = 200
    seed: int = 1
    n_bins: int = 10


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`figures`: one row per axis, group and figure, with a 95 % interval; `reliability`: score bins per axis."""

    figures: pl.DataFrame
    reliability: pl.DataFrame


_DEFAULTS = EvaluateOptions()


def evaluate(scored: pl.DataFrame, options: EvaluateOptions = _DEFAULTS) -> Evaluation:
    """Figures for each axis whose labels the table holds.

    `scored` needs `label` (ai, human, mt, original), ai_score, ai_llr, mt_score and mt_llr as verdicts have them.
    Rows with a null score are counted and left out. The negatives of a group without its own are all negatives,
    as a generator has none.
    """
    figures: list[dict[str, object]] = []
    bins: list[pl.DataFrame] = []
    for axis in AXES:
        labelled = _label(scored, axis)
        if labelled["positive"].n_unique() < 2:
            continue
        for by, group, part in _split(labelled, options.by):
            figures += [{"axis": axis, "by": by, "group": group, **row} for row in measure_group(part, options)]
        bins.append(_reliability(labelled.drop_nulls("score"), axis, options.n_bins))
    return Evaluation(
        pl.DataFrame(figures, schema=EVALUATION_SCHEMA), pl.concat([RELIABILITY_SCHEMA.to_frame(), *bins])
    )


def measure_group(part: pl.DataFrame, options: EvaluateOptions = _DEFAULTS) -> list[dict[str, object]]:
    """Each figure with its interval, from columns positive, score, llr and, where present, the cluster."""
    known = part.drop_nulls(["score", "llr"])
    llr, score = known["llr"].to_numpy(), known["score"].to_numpy()
    positive = known["positive"].to_numpy()
    counts = {
        "n_positive": int(positive.sum()),
        "n_negative": int((~positive).sum()),
        "n_unscored": part.height - known.height,
    }
    samples = _resample(known, options)
    rows: list[dict[str, object]] = []
    for name, measure in _FIGURES.items():
        value = measure(llr, score, positive)
        replicates = [measure(llr[rows], score[rows], positive[rows]) for rows in samples]
        low, high = _interval(replicates)
        rows.append({**counts, "figure": name, "value": _known(value), "low": low, "high": high})
    return rows


def _label(scored: pl.DataFrame, axis: str) -> pl.DataFrame:
    positive = pl.col("label").is_in(POSITIVE[axis])
    kept = positive | pl.col("label").is_in(NEGATIVE[axis])
    return scored.filter(kept).with_columns(
        positive.alias("positive"), pl.col(f"{axis}_score").alias("score"), pl.col(f"{axis}_llr").alias("llr")
    )


def _split(labelled: pl.DataFrame, by: Sequence[str]) -> list[tuple[str, str, pl.DataFrame]]:
    parts = [("", "", labelled)]
    for column in by:
        if column not in labelled.columns:
            continue
        for group in labelled[column].drop_nulls().unique().sort():
            part = labelled.filter(pl.col(column) == group)
            if not part["positive"].any():
                continue
            if part["positive"].all():
                part = pl.concat([part, labelled.filter(~pl.col("positive"))])
            parts.append((column, str(group), part))
    return parts


def _resample(known: pl.DataFrame, options: EvaluateOptions) -> list[npt.NDArray[np.int64]]:
    """Row numbers of each replicate: clusters drawn with replacement, as many as there are."""
    random = np.random.default_rng(options.seed)
    if options.cluster in known.columns:
        row_id = pl.format("row {}", pl.int_range(pl.len()))
        cluster = known.select(pl.coalesce(pl.col(options.cluster).cast(pl.String), row_id)).to_series()
        codes = cluster.rank("dense").to_numpy() - 1
    else:
        codes = np.arange(known.height, dtype=np.int64)
    if not known.height:
        return []
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(codes.max() + 2))
    lengths = np.diff(bounds)
    return [_rows_of(random.integers(0, lengths.size, lengths.size), order, bounds) for _ in range(options.replicates)]


def _rows_of(
    drawn: npt.NDArray[np.int64], order: npt.NDArray[np.int64], bounds: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    lengths = bounds[drawn + 1] - bounds[drawn]
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    rows: npt.NDArray[np.int64] = order[np.repeat(bounds[drawn], lengths) + within]
    return rows


def _interval(replicates: Sequence[float]) -> tuple[float | None, float | None]:
    known = [value for value in replicates if not np.isnan(value)]
    if not known:
        return None, None
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)


def _reliability(known: pl.DataFrame, axis: str, n_bins: int) -> pl.DataFrame:
    bins = bin_scores(known["score"].to_numpy(), known["positive"].to_numpy(), n_bins)
    frame = pl.DataFrame(
        {
            "axis": [axis] * n_bins,
            "bin": np.arange(n_bins) / n_bins,
            "n": bins.n.astype(np.int64),
            "mean_score": bins.mean_score,
            "share": bins.share,
        }
    )
    return frame.with_columns(pl.col("mean_score", "share").fill_nan(None)).cast(RELIABILITY_SCHEMA)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value
