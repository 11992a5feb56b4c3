"""Measures every document by text models that saw neither it nor its group: what a calibration has to be fitted on.

A model finds the texts it learned from more likely than their like, and texts of one source more likely than others; a
calibration fitted on such figures promises what does not hold. So groups are dealt out to folds, and the documents of a
fold are measured by models fitted without it (cross-fitting: Chernozhukov et al. 2018, The Econometrics Journal 21(1),
section 3).
"""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from provenance.errors import ConfigError
from provenance.models import Model
from provenance.models.registry import describe_model
from provenance.signals import load_signals, measure_signals
from provenance.text.words import count_visible_words
from provenance.train.lm import LABELS, TrainedFile
from provenance.train.text_models import TextModelOptions, train_text_models

BATCH_ROWS = 1000
Tell = Callable[[str], None]


def assign_folds(groups: pl.Series, labels: pl.Series, n_folds: int) -> pl.Series:
    """The fold of each row, 0 to n_folds - 1: a group lies in one fold, and every label is spread over all folds.

    Largest groups first, each to the fold with least of its labels; equal ones by name, so that the order of rows does
    not matter. Raises ConfigError with fewer groups than folds, or where all documents of a label that models are
    fitted on lie in one.
    """
    counts = pl.DataFrame({"group": groups, "label": labels}).group_by("group", "label").len()
    wide = counts.sort("label", "group").pivot("label", index="group", values="len").fill_null(0)
    ordered = wide.with_columns(total=pl.sum_horizontal(pl.exclude("group"))).sort(
        "total", "group", descending=[True, False]
    )
    if ordered.height < n_folds:
        raise ConfigError(
            f"{ordered.height} groups are too few for {n_folds} folds: models have to be fitted without each of them; "
            "give more groups, a finer --group column, or fewer --folds"
        )
    names = [name for name in wide.columns if name != "group"]
    held = np.zeros((n_folds, len(names)))
    fold_of = {}
    for group, *row in ordered.select("group", *names).iter_rows():
        sizes = np.array(row, dtype=np.float64)
        fold = int(np.argmin(held @ (sizes / held.sum(axis=0).clip(1.0)) + held.sum(axis=1) * 1e-9))
        held[fold] += sizes
        fold_of[group] = fold
    _check_labels(held, names)
    return groups.replace_strict(fold_of, return_dtype=pl.Int64).alias("fold")


def measure_unseen(
    texts: pl.DataFrame,
    training: pl.DataFrame,
    options: TextModelOptions,
    *,
    tools: Path | None,
    language: str,
    tell: Tell = lambda _: None,
) -> pl.DataFrame:
    """`texts` without the texts, all signals beside, in order of their folds; each fold by models fitted without it.

    Both tables have text, lang and fold; `training` also what `train_text_models` reads. A text of a fold that stands
    in another one, too, is left out of that fold's models.
    """
    parts = []
    folds = texts["fold"].unique().sort().to_list()
    for number, fold in enumerate(folds, start=1):
        mine = texts.filter(pl.col("fold") == fold)
        held = pl.concat([mine.select("text"), training.filter(pl.col("fold") == fold).select("text")]).unique()
        kept = training.join(held, on="text", how="anti", maintain_order="left")
        tell(f"fold {number} of {len(folds)}: models of {kept.height:,} documents measure {mine.height:,}")
        with tempfile.TemporaryDirectory() as folder:
            made = train_text_models(kept, options, out=Path(folder), tools=tools, language=language)
            parts.append(measure_with(mine, describe_files(made, Path(folder), licence="", card="")))
    return pl.concat(parts)


def measure_with(texts: pl.DataFrame, models: Sequence[Model]) -> pl.DataFrame:
    """`texts` without the texts, beside n_words and the signals that these models measure; the language is `lang`."""
    signals = load_signals(models)
    documents = texts.with_columns(
        pl.col("text").str.len_chars().cast(pl.Int64).alias("n_chars"),
        count_visible_words(pl.col("text")).alias("n_words"),
        language=pl.col("lang"),
    )
    parts = []
    for part in documents.iter_slices(BATCH_ROWS):
        measured = measure_signals(part, signals)
        parts.append(part.drop("text", "language").with_columns(measured.get_columns()))
    return pl.concat(parts)


def describe_files(made: Sequence[TrainedFile], out: Path, *, licence: str, card: str) -> tuple[Model, ...]:
    """Trained files as models of a manifest."""
    return tuple(
        describe_model(
            out / file.file, name=file.name, kind=file.kind, language=file.language, licence=licence, card=card
        )
        for file in made
    )


def _check_labels(held: np.ndarray[tuple[int, int], np.dtype[np.float64]], labels: Sequence[str]) -> None:
    """Without any one fold every label must still be there."""
    for number, label in enumerate(labels):
        n = int(held[:, number].sum())
        if label in LABELS and held[:, number].max() == n:
            raise ConfigError(
                f"all {n:,} documents with the label {label!r} are of one group or too few: nothing can be fitted "
                "without it; give them several groups, or a finer --group column"
            )
