"""Fits the calibration: measured signals with labels in, nats and thresholds out.

For honest figures the signals of `measured` must come from language models that did not see the document, as those of
another fold; a model finds the texts it was trained on more likely than their like.
"""

from collections.abc import Mapping
from typing import Literal

import polars as pl

from provenance.models.calibration import AXES, FORMAT, Axis, Calibration, Reference, Stratum
from provenance.train.evaluation import NEGATIVE, POSITIVE
from provenance.train.genre_reference import Scored, fit_references, sum_strata
from provenance.train.marks import fit_marks
from provenance.train.options import FitOptions
from provenance.train.strata import fit_strata, sum_marks

_DEFAULTS = FitOptions()


def fit_calibration(
    measured: pl.DataFrame,
    options: FitOptions = _DEFAULTS,
    *,
    references: pl.DataFrame | None = None,
    marked: pl.DataFrame | None = None,
    models: Mapping[str, str] | None = None,
    notes: Mapping[str, str] | None = None,
) -> Calibration:
    """A calibration for every language that has at least `min_documents` of both labels.

    `measured` holds the signal columns, `label` (ai, human, mt, original), `lang` and `n_words`; `group`, never split
    between fit and check, and `domain`, within which documents count alike, may be there. `references` are human
    documents with `register` besides; without them the negatives of `measured` by domain serve. `marked` are labelled
    documents as they were found, on which marks are counted, where those of `measured` were cleaned of them. `models`
    are the digests of the language models behind the signals.
    """
    measured = _complete(measured)
    humans = measured.with_columns(pl.col("domain").alias("register")) if references is None else references
    counted = measured if marked is None else marked
    axes = {axis: _fit_axis(axis, measured, humans, counted, options) for axis in AXES}
    return Calibration(
        format=FORMAT,
        version=options.version,
        models=dict(models or {}),
        ai=axes["ai"],
        mt=axes["mt"],
        notes=dict(notes or {}),
    )


def _complete(measured: pl.DataFrame) -> pl.DataFrame:
    """The table with group and domain: a pair is a group where no group is given, else the row is."""
    row = pl.format("row {}", pl.int_range(pl.len()))
    names = [pl.col(name).cast(pl.String) for name in ("group", "pair_id") if name in measured.columns]
    domain = [pl.col("domain").cast(pl.String)] if "domain" in measured.columns else []
    return measured.with_columns(
        pl.coalesce(*names, row).alias("group"), pl.coalesce(*domain, pl.lit("")).alias("domain")
    )


def _fit_axis(
    axis: Literal["ai", "mt"],
    labelled: pl.DataFrame,
    humans: pl.DataFrame,
    counted: pl.DataFrame,
    options: FitOptions,
) -> Axis:
    chosen = options.ai if axis == "ai" else options.mt
    marks = fit_marks(_label(counted, axis, NEGATIVE[axis]), chosen.marks)
    kept = _label(labelled, axis, chosen.negatives)
    if "label" in humans.columns:
        humans = humans.filter(pl.col("label").is_in(NEGATIVE[axis]))
    strata: list[Stratum] = []
    references: list[Reference] = []
    for language in sorted(kept["lang"].drop_nulls().unique()):
        spoken = pl.col("lang") == language
        found = fit_strata(str(language), kept.filter(spoken), humans.filter(spoken), marks, chosen, options)
        strata += found
        if chosen.genres is not None and found:
            measured = (pl.col("n_words") >= options.edges[0]) & pl.col(chosen.signals[0]).is_not_null()
            people, positives = _complete(humans.filter(spoken, measured)), kept.filter("positive", spoken, measured)
            scored = [Scored(part, sum_strata(part, found) + sum_marks(part, marks)) for part in (people, positives)]
            below = [stratum.human_below for stratum in found if stratum.human_below is not None]
            references += fit_references(str(language), scored[0], scored[1], min(below, default=0.0), chosen.genres)
    return Axis(tuple(strata), marks, tuple(references))


def _label(frame: pl.DataFrame, axis: str, negatives: tuple[str, ...]) -> pl.DataFrame:
    positive = pl.col("label").is_in(POSITIVE[axis])
    return frame.filter(positive | pl.col("label").is_in(negatives)).with_columns(positive.alias("positive"))
