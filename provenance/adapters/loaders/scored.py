"""What is known of the samples of one batch, row for row: scores and where they belong, as plain numpy arrays.

Loaders fork, and polars must not be used in a forked process whose parent has used it; so nothing here is a frame.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

ORIGINS = ("human", "ai_generated", "machine_translated", "undetermined")
UNDETERMINED = ORIGINS.index("undetermined")
PROBLEMS = ("", "no text", "not text", "undecodable", "cut")  # "": none; "cut": only the beginning was scored
NOT_DECLARED = -1
Cells = list[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Rows; NaN is a null score.

    `ai_score`, `mt_score`: probabilities at the prior of the scores; `ai_llr`, `mt_llr`: nats. `origin`: index into
    ORIGINS. `language`: ISO 639 code, "" null. `n_words`: -1 null. `problem`: index into PROBLEMS. `declared`: number
    of the declared source in the manifest, -1 none. `cluster_size`: documents of the near-duplicate cluster, at least
    1. `pair`: a number shared by what must be kept or dropped together, 0 for none.
    """

    ai_score: NDArray[np.float64]
    mt_score: NDArray[np.float64]
    ai_llr: NDArray[np.float64]
    mt_llr: NDArray[np.float64]
    origin: NDArray[np.uint8]
    language: NDArray[np.str_]
    n_words: NDArray[np.int64]
    problem: NDArray[np.uint8]
    declared: NDArray[np.int32]
    cluster_size: NDArray[np.int64]
    pair: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.ai_score)

    def take(self, rows: NDArray[Any]) -> "Scored":
        """The rows of a mask or of indices, in their order."""
        return Scored(*(getattr(self, item.name)[rows] for item in fields(self)))

    def replace(self, rows: NDArray[Any], other: "Scored", **columns: NDArray[Any]) -> "Scored":
        """The same with some rows (a mask or indices) taken from another, which has as many, and whole `columns`."""
        copies = []
        for item in fields(self):
            values, given = getattr(self, item.name), getattr(other, item.name)
            values = values.astype(np.promote_types(values.dtype, given.dtype))
            values[rows] = given
            copies.append(columns.get(item.name, values))
        return Scored(*copies)

    def column(self, name: str) -> Cells:
        """A column as Python values, null as None: origin and problem in words."""
        values = getattr(self, name)
        if name in _FLOATS:
            return [None if value != value else value for value in values.tolist()]
        if name in _WORDS:
            return [_WORDS[name][value] or None for value in values.tolist()]
        if name == "n_words":
            return [None if value < 0 else value for value in values.tolist()]
        return [value or None for value in values.tolist()] if name == "language" else list(values.tolist())


def make_scored(n_rows: int, **columns: object) -> Scored:
    """Rows of which only `columns` are known; all else is null, and the origin undetermined."""
    known = {name: np.full(n_rows, value, dtype) for name, (value, dtype) in _NOTHING.items()}
    for name, values in columns.items():
        known[name] = np.asarray(values, None if name == "language" else _NOTHING[name][1])
    return Scored(**known)


def join_scored(parts: Sequence[Scored]) -> Scored:
    """Rows of several, one after the other."""
    if not parts:
        return make_scored(0)
    return Scored(*(np.concatenate([getattr(part, item.name) for part in parts]) for item in fields(Scored)))


_FLOATS = ("ai_score", "mt_score", "ai_llr", "mt_llr")
_WORDS = {"origin": ORIGINS, "problem": PROBLEMS}
_NOTHING: dict[str, tuple[Any, Any]] = {
    **dict.fromkeys(_FLOATS, (np.nan, np.float64)),
    "origin": (UNDETERMINED, np.uint8),
    "language": ("", "U3"),
    "n_words": (-1, np.int64),
    "problem": (0, np.uint8),
    "declared": (NOT_DECLARED, np.int32),
    "cluster_size": (1, np.int64),
    "pair": (0, np.uint64),
}
