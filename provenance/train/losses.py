"""What a change costs: the same documents scored before and after it, so that an interval is of the difference.

The change is an attack on the texts, or a piece of evidence left out of the sum.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import polars as pl

from provenance.models.calibration import Axis, Calibration, Stratum
from provenance.train.evaluation import CALLED, EvaluateOptions, label_axis
from provenance.train.metrics import find_wilson, measure_auroc, measure_tpr
from provenance.train.resampling import draw_clusters, find_interval

GENRE = "genre"
LOSS_SCHEMA = pl.Schema(
    {
        "axis": pl.String, "change": pl.String, "n_positive": pl.Int64, "n_negative": pl.Int64,
        "n_lost": pl.Int64, "auroc": pl.Float64, "auroc_after": pl.Float64, "loss": pl.Float64, "low": pl.Float64,
        "high": pl.Float64, "tpr_at_1_fpr": pl.Float64, "tpr_at_1_fpr_after": pl.Float64, "tpr": pl.Float64,
        "tpr_after": pl.Float64, "tpr_after_low": pl.Float64, "tpr_after_high": pl.Float64, "fpr": pl.Float64,
        "fpr_after": pl.Float64,
    }
)  # fmt: skip
"""A row per axis and change. AUROC before and after over the documents that have a score both times, the loss and its
95 % interval from resampling clusters; `n_lost` had a score before only. `tpr` and `fpr` are the shares of positives
and negatives the verdict calls positive, scored or not; the bounds of `tpr_after` are Wilson's."""


def measure_losses(
    before: pl.DataFrame, after: Mapping[str, pl.DataFrame], axis: Literal["ai", "mt"], options: EvaluateOptions
) -> pl.DataFrame:
    """What each change costs on an axis; `after` are the rows of `before`, one for one. Empty with one label only."""
    old = label_axis(before, axis)
    if old["positive"].n_unique() < 2:
        return LOSS_SCHEMA.to_frame()
    rows = [{"axis": axis, "change": name, **_compare(old, label_axis(new, axis), CALLED[axis], options)}
            for name, new in after.items()]  # fmt: skip
    return pl.DataFrame(rows, schema=LOSS_SCHEMA)


def _compare(old: pl.DataFrame, new: pl.DataFrame, called: str, options: EvaluateOptions) -> dict[str, object]:
    both = (old["llr"].is_not_null() & new["llr"].is_not_null()).to_numpy()
    kept = old.filter(pl.Series(both))
    first, second = kept["llr"].to_numpy(), new.filter(pl.Series(both))["llr"].to_numpy()
    positive = kept["positive"].to_numpy()
    samples = draw_clusters(kept, options.cluster, options.replicates, options.seed)
    losses = [measure_auroc(first[r], positive[r]) - measure_auroc(second[r], positive[r]) for r in samples]
    low, high = find_interval(losses)
    figures = {
        "auroc": measure_auroc(first, positive),
        "auroc_after": measure_auroc(second, positive),
        "tpr_at_1_fpr": measure_tpr(first, positive, 0.01),
        "tpr_at_1_fpr_after": measure_tpr(second, positive, 0.01),
        "tpr": _share_called(old, called, side=True)[0],
        "fpr": _share_called(old, called, side=False)[0],
        "fpr_after": _share_called(new, called, side=False)[0],
    }
    tpr, tpr_low, tpr_high = _share_called(new, called, side=True)
    return {
        "n_positive": int(positive.sum()),
        "n_negative": int((~positive).sum()),
        "n_lost": int((old["llr"].is_not_null() & new["llr"].is_null()).sum()),
        **{name: None if np.isnan(value) else value for name, value in figures.items()},
        "loss": None if low is None else figures["auroc"] - figures["auroc_after"],
        "low": low,
        "high": high,
        "tpr_after": tpr,
        "tpr_after_low": tpr_low,
        "tpr_after_high": tpr_high,
    }


def _share_called(labelled: pl.DataFrame, called: str, *, side: bool) -> tuple[float, float, float]:
    part = labelled.filter(pl.col("positive") == side)["origin"]
    hits = int((part == called).sum())
    return (hits / part.len(), *find_wilson(hits, part.len()))


def list_pieces(axis: Axis) -> tuple[str, ...]:
    """Everything that can be left out of the sum of an axis: signals, marks, and the genre where it has a worth."""
    signals = [term.signal for stratum in axis.strata for term in stratum.terms]
    genre = [GENRE] if any(reference.offset for reference in axis.references) else []
    return tuple(dict.fromkeys([*signals, *(mark.name for mark in axis.marks), *genre]))


def leave_out(calibration: Calibration, axis: Literal["ai", "mt"], piece: str) -> Calibration:
    """The calibration with that piece worth nothing on the axis; nothing is fitted again, thresholds stay."""
    whole = calibration.axis(axis)
    without = replace(
        whole,
        strata=tuple(_without_term(stratum, piece) for stratum in whole.strata),
        marks=tuple(mark for mark in whole.marks if mark.name != piece),
        references=tuple(replace(each, offset=0.0) if piece == GENRE else each for each in whole.references),
    )
    return replace(calibration, ai=without) if axis == "ai" else replace(calibration, mt=without)


def _without_term(stratum: Stratum, signal: str) -> Stratum:
    return replace(stratum, terms=tuple(term for term in stratum.terms if term.signal != signal))


def stack_losses(tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The tables below one another, the largest loss of an axis first."""
    return pl.concat([LOSS_SCHEMA.to_frame(), *tables]).sort("axis", "loss", descending=[False, True], nulls_last=True)
