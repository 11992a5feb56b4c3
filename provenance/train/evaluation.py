"""Figures of a scored, labelled table, by group, with intervals.

Ranking (AUROC, TPR at a FPR) does not depend on how labels are mixed; the calibration error does, and is measured with
the positives weighed to the prior that the scores presume. What the verdicts call is counted as it ships.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from provenance.train.metrics import (
    Flags,
    Floats,
    bin_scores,
    find_wilson,
    measure_auroc,
    measure_ece,
    measure_tpr,
    simulate_ece,
)
from provenance.train.resampling import draw_clusters, find_interval

POSITIVE: Mapping[str, tuple[str, ...]] = {
    "ai": ("ai", "ai_generated"),
    "mt": ("mt", "machine_translated", "translated"),
}
NEGATIVE: Mapping[str, tuple[str, ...]] = {"ai": ("human",), "mt": ("original", "human")}
CALLED: Mapping[str, str] = {"ai": "ai_generated", "mt": "machine_translated"}
AXES: tuple[Literal["ai", "mt"], ...] = ("ai", "mt")
EVALUATION_SCHEMA = pl.Schema(
    {
        "axis": pl.String, "by": pl.String, "group": pl.String, "borrowed": pl.String, "n_positive": pl.Int64,
        "n_negative": pl.Int64, "n_unscored": pl.Int64, "figure": pl.String, "value": pl.Float64, "low": pl.Float64,
        "high": pl.Float64,
    }
)  # fmt: skip
RELIABILITY_SCHEMA = pl.Schema(
    {
        "axis": pl.String, "by": pl.String, "group": pl.String, "bin": pl.Float64, "n": pl.Int64, "weight": pl.Float64,
        "mean_score": pl.Float64, "share": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    }
)  # fmt: skip
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class EvaluateOptions:
    """`by` are columns to group by besides all documents; `cluster` holds what is resampled as one (rows if absent).

    `prior` is the share of positives that the scores presume, and that the calibration error is measured at.
    """

    by: tuple[str, ...] = ("lang", "domain", "generator")
    cluster: str = "pair_id"
    prior: float = 0.1
    replicates: int = 200
    seed: int = 1
    n_bins: int = 10


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`figures`: one row per axis, group and figure, with a 95 % interval; `reliability`: score bins of each group.

    Figures are auroc, tpr_at_1_fpr, tpr_at_5_fpr and ece, with intervals from resampling clusters; ece_by_chance, what
    true scores would have in a group of this size, so that an ece is held against it; and, as the verdict stands, tpr
    and fpr: the shares of positives and negatives it calls positive, unscored ones among those it does not, with
    Wilson's interval. A group without negatives (a generator) or positives (a kind of human text) of its own has
    `borrowed` those of all documents for the former figures; the latter count its own documents only.
    """

    figures: pl.DataFrame
    reliability: pl.DataFrame


@dataclass(frozen=True, slots=True)
class _Group:
    """A group's own documents, and the same with the label it has `borrowed`."""

    by: str
    name: str
    own: pl.DataFrame
    whole: pl.DataFrame
    borrowed: str | None = None


_DEFAULTS = EvaluateOptions()


def evaluate(scored: pl.DataFrame, options: EvaluateOptions = _DEFAULTS) -> Evaluation:
    """Figures for each axis whose labels the table holds.

    `scored` needs `label` (ai, human, mt, original), ai_score, ai_llr, mt_score and mt_llr as verdicts have them, and
    `origin` for tpr and fpr. Rows with a null score are counted, and left out of the rest.
    """
    figures: list[dict[str, object]] = []
    bins = [RELIABILITY_SCHEMA.to_frame()]
    for axis in AXES:
        labelled = label_axis(scored, axis)
        if labelled["positive"].n_unique() < 2:
            continue
        for group in _split(labelled, options.by):
            named = {"axis": axis, "by": group.by, "group": group.name, "borrowed": group.borrowed}
            rows = measure_group(group.whole, options)
            rows += [_expect_ece(group.whole, rows[-1], options), *count_called(group.own, CALLED[axis])]
            figures += [{**named, **row} for row in rows]
            bins.append(_bin_group(group, axis, options))
    return Evaluation(pl.DataFrame(figures, schema=EVALUATION_SCHEMA), pl.concat(bins))


def measure_group(part: pl.DataFrame, options: EvaluateOptions = _DEFAULTS) -> list[dict[str, object]]:
    """Ranking and calibration with intervals, from columns positive, score, llr and, where present, the cluster."""
    known = part.drop_nulls(["score", "llr"])
    llr, score = known["llr"].to_numpy(), known["score"].to_numpy()
    positive = known["positive"].to_numpy()
    counts = {
        "n_positive": int(positive.sum()),
        "n_negative": int((~positive).sum()),
        "n_unscored": part.height - known.height,
    }
    samples = draw_clusters(known, options.cluster, options.replicates, options.seed)
    rows: list[dict[str, object]] = []
    for name, measure in _figures(options).items():
        low, high = find_interval([measure(llr[rows], score[rows], positive[rows]) for rows in samples])
        value = measure(llr, score, positive)
        rows.append({**counts, "figure": name, "value": None if np.isnan(value) else value, "low": low, "high": high})
    return rows


def _expect_ece(part: pl.DataFrame, like: Mapping[str, object], options: EvaluateOptions) -> dict[str, object]:
    """The row of ece_by_chance: mean and middle 95 % of what true scores would have in a group like this."""
    known = part.drop_nulls(["score", "llr"])
    errors = simulate_ece(
        known["score"].to_numpy(),
        known["positive"].to_numpy(),
        options.n_bins,
        prior=options.prior,
        replicates=options.replicates,
        seed=options.seed,
    )
    low, high = find_interval(errors.tolist())
    return {
        **like,
        "figure": "ece_by_chance",
        "value": float(errors.mean()) if errors.size else None,
        "low": low,
        "high": high,
    }


def count_called(own: pl.DataFrame, called: str) -> list[dict[str, object]]:
    """The rows of tpr and fpr, for the labels a group has; none without the column `origin`."""
    rows: list[dict[str, object]] = []
    if "origin" not in own.columns:
        return rows
    unscored = own["score"].null_count()
    n_positive = int(own["positive"].sum())
    counts = {"n_positive": n_positive, "n_negative": own.height - n_positive, "n_unscored": unscored}
    for name, side in (("tpr", True), ("fpr", False)):
        part = own.filter(pl.col("positive") == side)["origin"]
        if part.len():
            hits = int((part == called).sum())
            low, high = find_wilson(hits, part.len())
            rows.append({**counts, "figure": name, "value": hits / part.len(), "low": low, "high": high})
    return rows


def label_axis(scored: pl.DataFrame, axis: str) -> pl.DataFrame:
    """The rows an axis is about, with positive, score and llr."""
    positive = pl.col("label").is_in(POSITIVE[axis])
    kept = positive | pl.col("label").is_in(NEGATIVE[axis])
    return scored.filter(kept).with_columns(
        positive.alias("positive"), pl.col(f"{axis}_score").alias("score"), pl.col(f"{axis}_llr").alias("llr")
    )


def count_unknown(labels: pl.Series) -> str:
    """Labels that no axis knows, with their rows, as "AI (12), none (3)"; empty where there is none."""
    known = [label for axis in AXES for label in (*POSITIVE[axis], *NEGATIVE[axis])]
    named = labels.fill_null("none").alias("label")
    counts = named.filter(~named.is_in(known)).value_counts().sort("label")
    return ", ".join(f"{label} ({n:,})" for label, n in counts.iter_rows())


def _figures(options: EvaluateOptions) -> Mapping[str, Callable[[Floats, Floats, Flags], float]]:
    return {
        "auroc": lambda llr, score, positive: measure_auroc(llr, positive),
        "tpr_at_1_fpr": lambda llr, score, positive: measure_tpr(llr, positive, 0.01),
        "tpr_at_5_fpr": lambda llr, score, positive: measure_tpr(llr, positive, 0.05),
        "ece": lambda llr, score, positive: _measure_ece(score, positive, options),
    }


def _measure_ece(score: Floats, positive: Flags, options: EvaluateOptions) -> float:
    """NaN with one label: no prior can be given to what is not there."""
    both = positive.any() and not positive.all()
    return measure_ece(score, positive, options.n_bins, prior=options.prior) if both else float("nan")


def _split(labelled: pl.DataFrame, by: Sequence[str]) -> Iterator[_Group]:
    yield _Group("", "", labelled, labelled)
    for column in by:
        if column not in labelled.columns:
            continue
        for name in sorted(labelled[column].drop_nulls().unique(), key=_order):
            own = labelled.filter(pl.col(column) == name)
            lacking = None
            if own["positive"].all():
                lacking = "negatives"
            elif not own["positive"].any():
                lacking = "positives"
            lent = labelled.filter(pl.col("positive") == (lacking == "positives")) if lacking else labelled.clear()
            yield _Group(column, str(name), own, pl.concat([own, lent]), lacking)


def _order(name: object) -> tuple[float, str]:
    """By the number a name begins with, as 80-150 does, then by the name."""
    number = _NUMBER.match(str(name))
    return float(number[0]) if number else float("inf"), str(name)


def _bin_group(group: _Group, axis: str, options: EvaluateOptions) -> pl.DataFrame:
    known = group.whole.drop_nulls("score")
    score, positive = known["score"].to_numpy(), known["positive"].to_numpy()
    bins = bin_scores(score, positive, options.n_bins, prior=options.prior)
    frame = pl.DataFrame(
        {
            "axis": [axis] * options.n_bins,
            "by": [group.by] * options.n_bins,
            "group": [group.name] * options.n_bins,
            "bin": np.arange(options.n_bins) / options.n_bins,
            "n": bins.n.astype(np.int64),
            "weight": bins.weight,
            "mean_score": bins.mean_score,
            "share": bins.share,
            "low": bins.low,
            "high": bins.high,
        }
    )
    filled = pl.when(pl.col("n") > 0).then(pl.col("mean_score", "share", "low", "high")).name.keep()
    return frame.with_columns(filled).cast(RELIABILITY_SCHEMA)
