"""What a counted mark is worth: the log-likelihood ratio of having it, smoothed, bounded and rising with the count."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from provenance.models.calibration import Level, Mark

SMOOTHING = 0.5  # Jeffreys' prior for a share


@dataclass(frozen=True, slots=True)
class MarkOptions:
    """A mark to measure or to assume: its column, the values from which a level begins, and a bound in nats.

    With `assumed` (nats per level) nothing is measured, and `why` has to say what the figure rests on.
    """

    name: str
    signal: str
    at_least: tuple[float, ...] = (1.0,)
    bound: float = 4.0
    declares_from: float | None = None
    scores_from: float | None = None
    assumed: tuple[float, ...] = ()
    why: str = ""


def fit_marks(labelled: pl.DataFrame, options: Sequence[MarkOptions]) -> tuple[Mark, ...]:
    """One mark per option, from columns `positive` and the marks' own; a column that is absent counts as unseen."""
    return tuple(_fit_mark(labelled, option) for option in options)


def _fit_mark(labelled: pl.DataFrame, option: MarkOptions) -> Mark:
    basis: Literal["measured", "assumed"] = "assumed" if option.assumed else "measured"
    if option.assumed:
        levels = [Level(low, nats) for low, nats in zip(option.at_least, option.assumed, strict=True)]
    else:
        levels = _measure_levels(labelled, option)
    return Mark(option.name, option.signal, tuple(levels), option.declares_from, option.scores_from, basis, option.why)


def _measure_levels(labelled: pl.DataFrame, option: MarkOptions) -> list[Level]:
    levels: list[Level] = []
    floor = 0.0
    for low in option.at_least:
        level = _measure_level(labelled, option, low, floor)
        floor = level.nats
        levels.append(level)
    return levels


def _measure_level(labelled: pl.DataFrame, option: MarkOptions, low: float, floor: float) -> Level:
    column = pl.col(option.signal) if option.signal in labelled.columns else pl.lit(None)
    marked = labelled.select("positive", (column.cast(pl.Float64) >= low).fill_null(False).alias("marked"))
    counts = [
        (marked.filter(positive=side, marked=True).height, marked.filter(positive=side).height)
        for side in (True, False)
    ]
    (positives_with, positives), (humans_with, humans) = counts
    ratio = np.log((positives_with + SMOOTHING) / (positives + 1)) - np.log((humans_with + SMOOTHING) / (humans + 1))
    # A mark seen on no document teaches nothing, and more of a mark is never worth less.
    nats = float(np.clip(ratio, floor, option.bound)) if positives_with + humans_with else floor
    return Level(low, round(nats, 4), positives_with, positives, humans_with, humans)
