"""Scored documents to weighted cells: what all estimates of a group are made from.

A cell holds the documents of one stratum whose scores fall in the same bin on every axis. Estimates need only the
weight of each cell in each cluster of hosts, so that a bootstrap draw costs a matrix product and not a pass over
documents.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from provenance.errors import ConfigError
from provenance.stats.options import StatsOptions
from provenance.stats.rates import Axis, ErrorRates
from provenance.stats.weighting import WEIGHT, read_weights

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

AXES: tuple[Axis, ...] = ("ai", "mt")
REQUIRED = ("n_words", "ai_score", "mt_score", "origin")
OPTIONAL = ("language", "url_host_name", "url_host_registered_domain", "crawl")
ROW = "\trow"  # no table brings a column of this name
SET_APART = "set_apart"  # where this column is true, a document is counted and not estimated
LOG_RATIO_LIMIT = 7.0  # nats; a reference of some thousand documents supports no larger likelihood ratio
LOG_RATIO_STEP = 0.5  # nats; the mean ratio of a cell stands for its documents


@dataclass(frozen=True, slots=True)
class Documents:
    """Measurable documents as arrays, one entry each; axes are (documents, 2) in the order AI, MT."""

    row: Integers  # position in the scored table
    host: Integers  # number of the host; a document without host is its own, with its copies of the same id
    words: Floats
    stratum: Integers  # (documents, 2): number of the error stratum on each axis, -1 without known errors
    ratio: Floats  # (documents, 2): likelihood ratio of synthetic over human; 1 where not measured
    flagged: npt.NDArray[np.bool_]  # (documents, 2)
    measured: npt.NDArray[np.bool_]  # (documents, 2)
    nats: Floats  # (documents, 2): evidence of text and page alone, dates left aside; NaN where not measured
    language: Integers  # its number among those with reference scores, -1 for all others
    weight: Floats  # sample weight: documents of the crawl that it stands for, in proportion; 1 where all are there

    def take(self, index: npt.NDArray[np.intp]) -> "Documents":
        """Some of the documents."""
        return Documents(*(getattr(self, name)[index] for name in self.__dataclass_fields__))


@dataclass(frozen=True, slots=True)
class Cells:
    """Weights of (cluster, cell) and what each cell's documents have in common."""

    weights: Floats  # (clusters, cells)
    ratio: Floats  # (cells, axes)
    flagged: npt.NDArray[np.bool_]  # (cells, axes)
    stratum: Integers  # (cells, axes)


def normalise_scored(scored: pl.DataFrame, options: StatsOptions) -> pl.DataFrame:
    """The scored table with every column the estimates read: absent ones null, month told, scores masked.

    A score counts only in documents of at least `min_words` words and in languages where most such documents have one:
    elsewhere a score comes from declared marks alone, which are no random sample. Sample weights are scaled to a
    largest of 1, and are 1 where there are none. Raises ConfigError for a missing column and for what is no weight.
    """
    missing = [name for name in REQUIRED if name not in scored.columns]
    if missing:
        raise ConfigError(f"scored documents lack {', '.join(missing)}; they have {', '.join(scored.columns)}")
    absent = [pl.lit(None, pl.String).alias(name) for name in OPTIONAL if name not in scored.columns]
    frame = scored.with_columns(absent).with_columns(_month(scored), pl.Series(WEIGHT, read_weights(scored)))
    long = pl.col("n_words") >= options.min_words
    estimated = ~pl.col(SET_APART) if SET_APART in scored.columns else pl.lit(True)
    for axis in AXES:
        score = pl.col(f"{axis}_score")
        known = score.is_not_null() & score.is_not_nan()
        covered = _weigh(known & long).over("language") >= options.min_coverage * _weigh(long).over("language")
        frame = frame.with_columns(pl.when(known & long & covered & estimated).then(score).alias(f"{axis}_score"))
    return frame


def _weigh(chosen: pl.Expr) -> pl.Expr:
    return pl.when(chosen).then(WEIGHT).otherwise(0.0).sum()


def gather_documents(frame: pl.DataFrame, errors: ErrorRates, languages: Sequence[str] = ()) -> Documents:
    """The rows of a normalised table that have a score on at least one axis, as arrays; `languages` are numbered."""
    rows = pl.Series(ROW, np.arange(frame.height), dtype=pl.Int64)
    kept = frame.with_columns(rows).filter(pl.any_horizontal(pl.col("ai_score", "mt_score").is_not_null()))
    scores = kept.select("ai_score", "mt_score").to_numpy().astype(np.float64).reshape(-1, 2)
    named = ["\t" + pl.col(name).cast(pl.String) for name in ("doc_id", "id") if name in kept.columns]
    own = "\t\t" + pl.col(ROW).cast(pl.String)
    hosts = kept.select(pl.coalesce("url_host_name", *named, own).rank("dense").cast(pl.Int64)).to_series().to_numpy()
    stratum, threshold, odds = _look_up_errors(kept.get_column("language"), errors)
    measured = ~np.isnan(scores)
    number = pl.col("language").replace_strict(
        {name: i for i, name in enumerate(languages)}, default=-1, return_dtype=pl.Int64
    )
    bounded = np.clip(np.where(measured, scores, 0.5), 1e-6, 1 - 1e-6)
    log_ratio = np.clip(np.log(bounded / (1 - bounded)) - np.log(odds), -LOG_RATIO_LIMIT, LOG_RATIO_LIMIT)
    return Documents(
        row=kept.get_column(ROW).to_numpy(),
        host=hosts,
        words=kept.get_column("n_words").to_numpy().astype(np.float64),
        stratum=stratum,
        ratio=np.where(measured, np.exp(log_ratio), 1.0),
        flagged=measured & (np.where(measured, scores, 0.0) >= threshold),
        measured=measured,
        nats=_find_nats(kept, np.log(bounded / (1 - bounded)) - np.log(odds), measured),
        language=kept.select(number).to_series().to_numpy(),
        weight=kept.get_column(WEIGHT).to_numpy(),
    )


def make_cells(
    documents: Documents, cluster: Integers, weight: Floats, axes: tuple[int, ...], n_clusters: int
) -> Cells:
    """Cells of documents on some axes; `cluster` numbers each document's cluster from 0."""
    columns = list(axes)
    ratio, flagged = documents.ratio[:, columns], documents.flagged[:, columns]
    stratum = documents.stratum[:, columns]
    _, first, cell = np.unique(_number_cells(ratio, flagged, stratum), return_index=True, return_inverse=True)
    n_cells = len(first)
    flat = np.bincount(cluster * n_cells + cell, weights=weight, minlength=n_clusters * n_cells).astype(np.float64)
    total = np.bincount(cell, weights=weight, minlength=n_cells).astype(np.float64)
    means = [np.bincount(cell, weights=weight * ratio[:, k], minlength=n_cells) / total for k in range(len(axes))]
    return Cells(flat.reshape(n_clusters, n_cells), np.stack(means, axis=1), flagged[first], stratum[first])


def _find_nats(kept: pl.DataFrame, from_score: Floats, measured: npt.NDArray[np.bool_]) -> Floats:
    """The sums of evidence as they were told; where a table has none, back from the score."""
    names = [f"{axis}_llr" for axis in AXES]
    columns = [pl.col(name) if name in kept.columns else pl.lit(None).alias(name) for name in names]
    told = kept.with_columns(columns).select(pl.col(names).cast(pl.Float64)).to_numpy().reshape(-1, 2)
    return np.where(measured, np.where(np.isnan(told), from_score, told), np.nan)


def _number_cells(ratio: Floats, flagged: npt.NDArray[np.bool_], stratum: Integers) -> Integers:
    """One number for the bin, flag and stratum of a document on all axes."""
    bins = np.rint((np.log(ratio) + LOG_RATIO_LIMIT) / LOG_RATIO_STEP).astype(np.int64)
    n_bins, n_strata = int(2 * LOG_RATIO_LIMIT / LOG_RATIO_STEP) + 1, int(stratum.max()) + 2
    number = np.zeros(len(ratio), dtype=np.int64)
    for k in range(ratio.shape[1]):
        axis = (bins[:, k] * 2 + flagged[:, k]) * n_strata + stratum[:, k] + 1
        number = number * (n_bins * 2 * n_strata) + axis
    return number


def _month(scored: pl.DataFrame) -> pl.Expr:
    if "month" in scored.columns:
        return pl.col("month")
    if "fetch_time" in scored.columns:
        return pl.col("fetch_time").dt.strftime("%Y-%m").alias("month")
    return pl.lit(None, pl.String).alias("month")


def _look_up_errors(languages: pl.Series, errors: ErrorRates) -> tuple[Integers, Floats, Floats]:
    """Stratum, threshold and prior odds of each document on each axis."""
    distinct, code = np.unique(languages.fill_null("").to_numpy().astype(str), return_inverse=True)
    table = np.empty((len(distinct), 2, 3))
    for i, language in enumerate(distinct):
        for k, axis in enumerate(AXES):
            found = errors.find(axis, str(language) or None)
            number = errors.axes.index(found) if found else -1
            prior = found.prior if found else 0.1
            table[i, k] = number, found.threshold if found else 0.5, prior / (1 - prior)
    looked = table[code]
    return looked[:, :, 0].astype(np.int64), looked[:, :, 1], looked[:, :, 2]
