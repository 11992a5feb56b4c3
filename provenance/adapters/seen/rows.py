"""The samples of a batch as rows to count: what a loader said of each, how many tokens it has, and its weight.

Two forms: one array or tensor `provenance`, as ProvenanceDataset and `Seen.collate` give it (see `packed.py`); or
columns origin, ai_score, mt_score, ai_llr, mt_llr, language, n_words, problem and weight in any shape of batch, of
which only origin must be there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenance.adapters.loaders.declared import Declared
from provenance.adapters.loaders.packed import FIELD, PACKED, unpack
from provenance.adapters.loaders.scored import ORIGINS, PROBLEMS, UNDETERMINED, Scored, join_scored, make_scored
from provenance.adapters.seen.tokens import (
    UNKNOWN,
    Integers,
    Tokens,
    count_tokens,
    find_values,
    is_sample_list,
    to_array,
    to_counts,
)
from provenance.errors import ConfigError

TOKENS_FIELD = "provenance_tokens"  # of what `Seen.collate` made: tokens of each sample, counted before padding
WIDTH = len(PACKED)
_FLOATS = ("ai_score", "mt_score", "ai_llr", "mt_llr")


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Samples that were given out: scores, tokens (-1 where not known), and whether a policy seems to have chosen."""

    scored: Scored
    tokens: Integers
    chosen: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.tokens)


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """A batch not yet read: a copy if it lay in the main memory, left on its device otherwise."""

    values: Any  # (n, 12)
    tokens: Any  # (n,), null where nothing tells them


def take_batch(batch: Any, tokens: Tokens | None, declared: Declared | None) -> tuple[int, Packed | Rows]:
    """The number of samples of a batch, and what is to be counted. ConfigError where nothing tells their origin."""
    batch = [batch] if _is_sample(batch) else batch
    found = find_packed(batch)
    if found is None:
        rows = read_columns(batch, tokens, declared)
        return len(rows), rows
    counts = batch.get(TOKENS_FIELD) if isinstance(batch, Mapping) else None
    if counts is None and tokens is not None:
        counts = count_tokens(batch, tokens, len(found))
    return len(found), Packed(_keep(found), None if counts is None else _keep(counts))


def read_rows(taken: Sequence[Packed | Rows]) -> Rows:
    """The rows of several batches, one after the other; packed neighbours are read at once."""
    parts: list[Rows] = []
    for _, run in groupby(taken, type):
        alike = list(run)
        packed = [one for one in alike if isinstance(one, Packed)]
        parts += [_unpack(packed)] if packed else [one for one in alike if isinstance(one, Rows)]
    return Rows(
        join_scored([part.scored for part in parts]),
        np.concatenate([part.tokens for part in parts]),
        np.concatenate([part.chosen for part in parts]),
    )


def find_packed(batch: Any) -> Any | None:
    """The array or tensor (n, 12) of a batch, null without one. A field of that name that is none is ignored."""
    found = batch.get(FIELD) if isinstance(batch, Mapping) else batch
    if is_sample_list(batch):
        found = [sample.get(FIELD) if isinstance(sample, Mapping) else None for sample in batch]
    if isinstance(found, list) and found and all(_shape(cell) == (WIDTH,) for cell in found):
        found = np.stack([to_array(cell) for cell in found])
    shape = _shape(found)
    return found if shape is not None and len(shape) == 2 and shape[1] == WIDTH else None


def to_floats(values: Any) -> NDArray[np.float64]:
    """Any numbers as float64; bits that travelled as int64 (see `Collator`) are read as what they are."""
    read = to_array(values)
    return read.view(np.float64) if read.dtype == np.int64 else np.asarray(read, np.float64)


def read_columns(batch: Any, tokens: Tokens | None, declared: Declared | None) -> Rows:
    """The rows of a batch with score columns. Raises ConfigError without a column `origin`."""
    origins = find_values(batch, "origin")
    if origins is None:
        raise ConfigError(
            "the batch has neither `provenance` nor a column `origin`: score its samples first (ProvenanceDataset, "
            "Scorer, Filter.apply, Weights.apply), and let what stands between keep the columns"
        )
    n_rows = len(origins)
    counts = np.full(n_rows, UNKNOWN) if tokens is None else to_counts(count_tokens(batch, tokens, n_rows))
    weights = find_values(batch, "weight")
    known = {"origin": [_number(ORIGINS, origin, UNDETERMINED) for origin in _list(origins)]}
    scored = make_scored(n_rows, **known, **_read_known(batch), **_read_declared(batch, declared, n_rows))
    return Rows(scored, counts, np.zeros(n_rows, bool) if weights is None else _read_floats(weights) < 1.0)


def _unpack(run: Sequence[Packed]) -> Rows:
    scored, weights, positions = unpack(np.concatenate([to_floats(one.values) for one in run]))
    counts = [np.full(len(one.values), UNKNOWN) if one.tokens is None else to_counts(one.tokens) for one in run]
    return Rows(scored, np.concatenate(counts), (weights < 1.0) | (positions[:, 0] >= 0))


def _shape(values: Any) -> Any:
    return values.shape if hasattr(values, "dtype") and hasattr(values, "shape") else None


def _is_sample(batch: Any) -> bool:
    """Whether a mapping is one sample rather than columns."""
    if not isinstance(batch, Mapping):
        return False
    return isinstance(batch.get("origin"), str) or _shape(batch.get(FIELD)) == (WIDTH,)


def _keep(values: Any) -> Any:
    """A copy of what lies in the main memory, as a loader may use it again; what lies elsewhere is fetched later."""
    if hasattr(values, "detach") and values.device.type != "cpu":
        return values.detach()
    return np.array(to_array(values))


def _read_known(batch: Any) -> dict[str, Any]:
    """What else than the origin the columns tell."""
    found = {name: find_values(batch, name) for name in (*_FLOATS, "n_words", "language", "problem")}
    read: dict[str, Any] = {name: _read_floats(found[name]) for name in _FLOATS if found[name] is not None}
    if found["n_words"] is not None:
        read["n_words"] = to_counts(found["n_words"])
    if found["language"] is not None:
        read["language"] = np.array([value or "" for value in _list(found["language"])], np.str_)
    if found["problem"] is not None:
        read["problem"] = [_number(PROBLEMS, value, 0) for value in _list(found["problem"])]
    return read


def _read_declared(batch: Any, declared: Declared | None, n_rows: int) -> dict[str, Any]:
    sources = None if declared is None else find_values(batch, declared.column)
    return {} if declared is None or sources is None else {"declared": declared.find(_list(sources))}


def _read_floats(values: Any) -> NDArray[np.float64]:
    return np.asarray(to_array(values), np.float64)


def _list(values: Any) -> list[Any]:
    return list(values.tolist()) if hasattr(values, "tolist") else list(values)


def _number(names: Sequence[str], name: object, null: int) -> int:
    if name is None or name == "":
        return null
    if name not in names:
        raise ConfigError(f"{name!r} is none of {', '.join(filter(None, names))}")
    return names.index(str(name))
