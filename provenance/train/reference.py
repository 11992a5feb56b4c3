"""Thresholds from texts known to be human: beyond which a document is called something else, below which human.

Split conformal (Vovk et al. 2005, "Algorithmic learning in a random world"): a threshold that at most a share of the
reference exceeds keeps that error for new texts *of the same kind*. Kinds differ, so it is set for each register of
the reference apart, and the most careful one is taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from provenance.train.metrics import Floats

SCORE_OF_HALF = 2.2  # nats that make a prior of 0.1 a half: no smaller evidence is called an origin


@dataclass(frozen=True, slots=True)
class Thresholds:
    """`human_below` and `positive_above` in nats, null where the reference is too small; and what was measured."""

    human_below: float | None
    positive_above: float | None
    measured: dict[str, float]


@dataclass(frozen=True, slots=True)
class ReferenceOptions:
    """`rate`: share of human documents that may be called something else; `miss`: of the others, called human.

    A register sets a threshold only with `min_documents`; `guides` names those that may (all, if empty). A threshold
    is never below `floor` nats, and the lower one never above `ceiling`.
    """

    rate: float = 0.01
    miss: float = 0.5
    min_documents: int = 60
    guides: tuple[str, ...] = ()
    floor: float = SCORE_OF_HALF
    ceiling: float = 0.0


def guiding_registers(registers: pl.Series, options: ReferenceOptions) -> list[str]:
    """The registers that may set a threshold and have enough documents, in order of their names."""
    counts = registers.drop_nulls().value_counts().rows()
    return sorted(
        str(name) for name, n in counts if n >= options.min_documents and (not options.guides or name in options.guides)
    )


def choose_thresholds(humans: pl.DataFrame, positives: Floats, options: ReferenceOptions) -> Thresholds:
    """Thresholds on the LLR. `humans` holds `llr` and `register`, `positives` the LLRs of unseen positives."""
    cut = {str(name): part["llr"].to_numpy() for (name,), part in humans.sort("register").group_by("register")}
    guides = guiding_registers(humans["register"], options)
    if not guides:
        return Thresholds(None, None, _count(humans, positives))
    above = max([options.floor, *(_upper(cut[name], options.rate) for name in guides)])
    below = min(options.ceiling, above, float(np.quantile(positives, options.miss)) if positives.size else -np.inf)
    known_below = None if np.isinf(below) else round(below, 4)
    above = round(above, 4)
    measured = _count(humans, positives)
    if positives.size:
        measured["positives_above"] = _share(positives >= above)
        measured["positives_below"] = _share(positives < below)
    for name, llrs in sorted(cut.items()):
        measured[f"{name}: documents"] = float(llrs.size)
        measured[f"{name}: above"] = _share(llrs >= above)
        measured[f"{name}: below"] = _share(llrs < below)
    return Thresholds(known_below, above, measured)


def _upper(llrs: Floats, rate: float) -> float:
    """The conformal quantile: rank ceil((n + 1)(1 - rate)), just beyond it; past the largest value for small n."""
    rank = min(int(np.ceil((llrs.size + 1) * (1 - rate))), llrs.size)
    return float(np.sort(llrs)[rank - 1]) + 1e-4


def _share(flags: Sequence[bool] | np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> float:
    return round(float(np.mean(flags)), 4)


def _count(humans: pl.DataFrame, positives: Floats) -> dict[str, float]:
    return {"humans": float(humans.height), "positives": float(positives.size)}
