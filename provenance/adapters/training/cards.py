"""The cards of models fitted by `provenance train`: data, licence, recipe, counts and limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from provenance import __version__
from provenance.adapters.training.folder import Card
from provenance.adapters.training.labelled import count_labels
from provenance.models.calibration import Axis, Calibration
from provenance.train.evaluation import EvaluateOptions, evaluate

_UNKNOWN = "made from these data alone: other generators, kinds of text and years may score otherwise"
_FIGURES = {
    "auroc": "AUROC",
    "tpr_at_1_fpr": "TPR at 1 % FPR",
    "ece": "calibration error at a prior of 10 %",
    "tpr": "share of positives the verdict calls so",
    "fpr": "share of negatives the verdict calls positive",
}


@dataclass(frozen=True, slots=True)
class Sources:
    """The files labelled texts and references were read from."""

    labelled: Sequence[Path]
    references: Sequence[Path] = ()


def tell_recipe(folds: int, group: str | None, *, cleaned: bool) -> list[str]:
    """The recipe in words."""
    column = group or "group, else pair_id, else the row itself"
    cleaning = "artefacts of collection taken out of the texts" if cleaned else "texts as they are"
    return [
        f"`provenance train all`, version {__version__}",
        cleaning,
        f"{folds} folds; never split: {column}",
    ]


def describe_models(training: pl.DataFrame, data: Sequence[Path], licence: str, recipe: Sequence[str]) -> Card:
    """The card of the models of texts."""
    labels = [f"{n:,} documents with the label {label}" for label, n in count_labels(training).items()]
    groups = training["group"].n_unique()
    counts = [*labels, f"{groups:,} groups, {training['source'].n_unique():,} sources"]
    limits = [_UNKNOWN, *_tell_ungrouped(training)]
    return Card("Models of texts", data, licence, recipe, counts, limits)


def describe_calibration(
    calibration: Calibration,
    judged: pl.DataFrame,
    sources: Sources,
    licence: str,
    recipe: Sequence[str],
    *,
    limits: Sequence[str] = (),
) -> Card:
    """The card of a calibration; with figures where the documents are `judged` by what had not seen them."""
    data = [*sources.labelled, *sources.references]
    references = judged.filter(pl.col("role") == "reference").height
    counts = [
        f"{judged.height - references:,} labelled documents and {references:,} human references of 80 words and more",
        *_tell_axis("ai", calibration.ai),
        *_tell_axis("mt", calibration.mt),
        *(_tell_figures(judged) if "origin" in judged.columns else []),
    ]
    limits = [_UNKNOWN, *limits, *_tell_ungrouped(judged)]
    if not references:
        limits.append("no human references: thresholds rest on the human side of the labelled texts")
    return Card("Calibration", data, licence, recipe, counts, limits)


def _tell_axis(name: str, axis: Axis) -> list[str]:
    if not axis.strata:
        return [f"{name}: not calibrated, too few documents of a label"]
    told = []
    for each in axis.references:
        above = (
            "too few for a threshold of its own" if each.positive_above is None else f"threshold {each.positive_above}"
        )
        told.append(
            f"{name}, {each.genre}: {each.n_documents:,} human references of {each.n_sources:,} sources, {above}"
        )
    if all(stratum.positive_above is None for stratum in axis.strata):
        told.append(f"{name}: no threshold, as no register has enough human references; nothing is called so")
    return told or [f"{name}: one threshold for all kinds of text"]


def _tell_figures(judged: pl.DataFrame) -> list[str]:
    """Figures over all unseen documents, with intervals from resampling groups."""
    figures = evaluate(judged, EvaluateOptions(by=(), cluster="group")).figures
    lines = []
    for row in figures.filter(pl.col("figure").is_in(list(_FIGURES)), pl.col("value").is_not_null()).iter_rows(
        named=True
    ):
        interval = f"{row['low']:.3f} to {row['high']:.3f}"
        n = f"{row['n_positive']:,} positive, {row['n_negative']:,} negative"
        lines.append(f"{row['axis']}, unseen groups: {_FIGURES[row['figure']]} {row['value']:.3f} ({interval}; {n})")
    return lines


def _tell_ungrouped(texts: pl.DataFrame) -> list[str]:
    alone = texts.filter(pl.len().over("group") == 1).height
    if alone < texts.height / 2:
        return []
    return [f"{alone:,} of {texts.height:,} documents are groups of their own: texts of new sources may score worse"]
