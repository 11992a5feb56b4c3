"""Fits the linear models of translated text: two axes, what translating does to a text and what a machine adds to it.

`translated`: translations, whoever made them, against original texts. Originals and translations differ in topic,
place and outlet, too, so a good part of this is not about translation. `crude`: machine translations against what
people wrote with the same content: the originals of round trips, and human translations of the same source. Each such
group weighs alike, half for either side, so that nothing of the topic is left to learn.

Source: Rabinovich and Wintner 2015, "Unsupervised identification of translationese", on what falls out of domain.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.errors import ConfigError
from provenance.models.linear import LinearModel
from provenance.train.linear import LinearOptions, Rows, balance_cells, fit_weighted

MACHINE = "machine"
OPTIONS = LinearOptions(strength=10.0, steps=100, rarity=0.5)

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Contrast:
    """A class of the model: which texts are its positives, and the weight of every text, 0 for those it leaves out."""

    name: str
    positive: Flags
    weights: Floats


def fit_translation(labelled: pl.DataFrame, options: LinearOptions = OPTIONS) -> LinearModel:
    """Log odds of `translated`, and of `crude` where texts of the same content allow it.

    `labelled` has text, label (translated, original) and cell; optionally `translator` (machine, human; null for
    originals and where it is not known) and `pair_id`, shared by texts of one content. ConfigError with one label only.
    """
    target = (labelled["label"] == "translated").to_numpy()
    if target.all() or not target.any():
        raise ConfigError("a model of translated text needs texts with the labels 'translated' and 'original'")
    rows = Rows.read(labelled["text"], options.bits)
    contrasts = [_Contrast("translated", target, _balance_labels(labelled, target)), _pair(labelled)]
    found = [(each.name, *fit_weighted(rows, each.positive, each.weights, options)) for each in contrasts if each]
    names, coefficients, intercepts = zip(*found, strict=True)
    return LinearModel.quantise(names, np.column_stack(coefficients), np.concatenate(intercepts))


def _balance_labels(labelled: pl.DataFrame, target: Flags) -> Floats:
    weights = np.zeros(labelled.height)
    for side in (target, ~target):
        weights[side] = balance_cells(labelled.filter(pl.Series(side))["cell"]) / 2
    return weights


def _pair(labelled: pl.DataFrame) -> _Contrast | None:
    """Machine translations against texts by people, of contents that have both; None where there are none."""
    if not {"translator", "pair_id"} <= set(labelled.columns):
        return None
    machine = (pl.col("translator") == MACHINE).fill_null(False)
    person = ((pl.col("translator") == "human") | (pl.col("label") == "original")).fill_null(False)
    sides = labelled.select(pl.col("pair_id").cast(pl.String), machine=machine, person=person)
    n_machine, n_person = (pl.col(side).sum().over("pair_id") for side in ("machine", "person"))
    whole = pl.col("pair_id").is_not_null() & (n_machine > 0) & (n_person > 0)
    share = pl.when(pl.col("machine")).then(1 / n_machine).when(pl.col("person")).then(1 / n_person).otherwise(0.0)
    weights = sides.select(pl.when(whole).then(share).otherwise(0.0)).to_series().to_numpy()
    total = weights.sum()
    return _Contrast("crude", sides["machine"].to_numpy(), weights / total) if total else None
