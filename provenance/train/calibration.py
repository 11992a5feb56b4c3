"""Fits the calibration: measured signals with labels in, nats and thresholds out.

For honest figures the signals of `measured` must come from language models that did not see the document, as those of
another fold; a model finds the texts it was trained on more likely than their like.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import polars as pl

from provenance.models.calibration import AXES, FORMAT, Axis, Calibration, Mark, Stratum, Term
from provenance.train.evaluation import NEGATIVE, POSITIVE
from provenance.train.logistic import Additive, Flags, Floats, balance, fit_additive, temper
from provenance.train.marks import MarkOptions, fit_marks
from provenance.train.reference import ReferenceOptions, Thresholds, choose_thresholds, guiding_registers

SELF_DECLARED = "the page says so itself; there are no labelled pages to count on"
# What else is measured added nothing on sets left out: docs/detection.md.
AI_SIGNALS = ("lm_ai_llr", "lm_human_bits_per_char", "length_word_chars")
MT_SIGNALS = ("lm_mt_llr",)
AI_MARKS = (
    MarkOptions("phrase_decisive", "phrase_decisive_count"),
    MarkOptions("phrase_strong", "phrase_strong_count", bound=3.0),
    MarkOptions("disclosure", "disclosure_ai", (0.5, 1.0), declares_from=1.0, assumed=(1.5, 6.0), why=SELF_DECLARED),
)
MT_MARKS = (
    MarkOptions("calque", "calque_count", (1.0, 2.0), bound=3.0),
    MarkOptions("markup", "markup_translated", (0.5, 1.0), declares_from=1.0, assumed=(1.5, 5.0), why=SELF_DECLARED),
)


@dataclass(frozen=True, slots=True)
class AxisOptions:
    """The numeric signals of an axis, the first one being that without which nothing is measured, and its marks.

    `negatives` are the labels the weights are fitted against; marks are counted on every label of the other side.
    """

    signals: tuple[str, ...] = ()
    marks: tuple[MarkOptions, ...] = ()
    reference: ReferenceOptions = field(default_factory=ReferenceOptions)
    negatives: tuple[str, ...] = ("human", "original")


@dataclass(frozen=True, slots=True)
class FitOptions:
    """`edges` are the lower bounds of the length strata in words; `strength` is scikit-learn's C."""

    ai: AxisOptions = field(default_factory=lambda: AxisOptions(AI_SIGNALS, AI_MARKS))
    mt: AxisOptions = field(default_factory=lambda: AxisOptions(MT_SIGNALS, MT_MARKS))
    edges: tuple[int, ...] = (80, 150, 300)
    strength: float = 1.0
    clip: float = 6.0
    min_documents: int = 100
    version: str = "custom"


@dataclass(frozen=True, slots=True)
class _Part:
    """The labelled rows of one stratum as arrays."""

    values: Floats
    positive: Flags
    frame: pl.DataFrame


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
    """A calibration for every language and length that has at least `min_documents` of both labels.

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
    measured: pl.DataFrame,
    humans: pl.DataFrame,
    counted: pl.DataFrame,
    options: FitOptions,
) -> Axis:
    chosen = options.ai if axis == "ai" else options.mt
    marks = fit_marks(_label(counted, axis, NEGATIVE[axis]), chosen.marks)
    kept = _label(measured, axis, chosen.negatives)
    if "label" in humans.columns:
        humans = humans.filter(pl.col("label").is_in(NEGATIVE[axis]))
    strata = [
        _fit_stratum(_cut(kept, language, low, high), _cut(humans, language, low, high), marks, chosen, options,
                     Stratum(language, low, high, chosen.signals[0]))
        for language in sorted(kept["lang"].drop_nulls().unique())
        for low, high in zip(options.edges, [*options.edges[1:], None], strict=True)
    ]  # fmt: skip
    return Axis(tuple(stratum for stratum in strata if stratum is not None), marks)


def _label(frame: pl.DataFrame, axis: str, negatives: tuple[str, ...]) -> pl.DataFrame:
    positive = pl.col("label").is_in(POSITIVE[axis])
    return frame.filter(positive | pl.col("label").is_in(negatives)).with_columns(positive.alias("positive"))


def _cut(frame: pl.DataFrame, language: str, low: int, high: int | None) -> pl.DataFrame:
    words = pl.col("n_words") >= low
    return frame.filter(pl.col("lang") == language, words if high is None else words & (pl.col("n_words") < high))


def _fit_stratum(
    labelled: pl.DataFrame,
    humans: pl.DataFrame,
    marks: tuple[Mark, ...],
    chosen: AxisOptions,
    options: FitOptions,
    bare: Stratum,
) -> Stratum | None:
    part = _arrays(labelled, chosen.signals)
    n_positive = int(part.positive.sum())
    if min(n_positive, part.positive.size - n_positive) < options.min_documents:
        return None
    weights = balance(part.positive, part.frame["domain"].to_list())
    groups = part.frame["group"].to_numpy().astype(str)
    reference = _arrays(humans, chosen.signals)
    fitted = fit_additive(part.values, part.positive, weights, groups, strength=options.strength)
    fitted = _temper(fitted, part, weights, reference, chosen.reference)
    terms = _terms(chosen.signals, fitted, options.clip)
    thresholds = _thresholds(part, fitted, reference.frame, marks, terms, chosen)
    measured = {"slope_on_unseen": round(fitted.slope, 4), **thresholds.measured}
    return Stratum(
        bare.language, bare.low_words, bare.high_words, bare.needs, terms,
        thresholds.human_below, thresholds.positive_above, measured,
    )  # fmt: skip


def _temper(fitted: Additive, part: _Part, weights: Floats, reference: _Part, options: ReferenceOptions) -> Additive:
    """Evidence tempered on unseen positives and the registers that guide: what a score says is said of such texts."""
    guides = guiding_registers(reference.frame["register"], options)
    rows = reference.frame["register"].is_in(guides).to_numpy()
    if not guides:
        return temper(fitted, fitted.unseen, part.positive, weights)
    llrs = np.concatenate([fitted.unseen[part.positive], fitted.apply(reference.values)[rows]])
    positive = np.arange(llrs.size) < part.positive.sum()
    cells = [
        *part.frame.filter(pl.Series(part.positive))["domain"],
        *reference.frame["register"].filter(pl.Series(rows)),
    ]
    return temper(fitted, llrs, positive, balance(positive, cells))


def _thresholds(
    part: _Part, fitted: Additive, humans: pl.DataFrame, marks: tuple[Mark, ...], terms: tuple[Term, ...],
    chosen: AxisOptions,
) -> Thresholds:  # fmt: skip
    reference = humans.select("register", pl.Series("llr", _sum_nats(humans, terms) + _sum_marks(humans, marks)))
    unseen = fitted.unseen + _sum_marks(part.frame, marks)
    return choose_thresholds(reference, unseen[part.positive], chosen.reference)


def _arrays(frame: pl.DataFrame, signals: tuple[str, ...]) -> _Part:
    known = frame.filter(pl.Series(~np.isnan(_column(frame, signals[0]))))
    values = np.column_stack([_column(known, signal) for signal in signals])
    positive = known["positive"].to_numpy() if "positive" in known.columns else np.zeros(known.height, dtype=bool)
    return _Part(values, positive, known)


def _terms(signals: tuple[str, ...], fitted: Additive, clip: float) -> tuple[Term, ...]:
    rows = zip(signals, fitted.weights, fitted.centres, strict=True)
    return tuple(Term(signal, round(float(w), 5), round(float(c), 6), clip) for signal, w, c in rows)


def _sum_nats(frame: pl.DataFrame, terms: tuple[Term, ...]) -> Floats:
    total = np.zeros(frame.height)
    for term in terms:
        nats = np.clip(term.weight * (_column(frame, term.signal) - term.centre), -term.clip, term.clip)
        total = total + np.nan_to_num(nats)
    return total


def _sum_marks(frame: pl.DataFrame, marks: tuple[Mark, ...]) -> Floats:
    total = np.zeros(frame.height)
    for mark in marks:
        values, nats = _column(frame, mark.signal), np.zeros(frame.height)
        for level in mark.levels:
            nats[values >= level.at_least] = level.nats
        total = total + nats
    return total


def _column(frame: pl.DataFrame, name: str) -> Floats:
    if name not in frame.columns:
        return np.full(frame.height, np.nan)
    return frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy().astype(np.float64, copy=False)
