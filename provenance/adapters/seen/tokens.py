"""Columns of a batch as they lie, tensors among them, and how many tokens its samples have.

Tensors are told by what they can do: torch is not imported here.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from provenance.adapters.loaders.batches import count_rows, read_column
from provenance.errors import ConfigError

UNKNOWN = -1  # of tokens and words
Tokens = str | Callable[[Any], Sequence[int | None]]
Integers = NDArray[np.int64]
_MASK = "attention_mask"
_LABELS = "labels"
_IGNORED_LABEL = -100  # what losses leave out, by torch's convention


def count_tokens(batch: Any, tokens: Tokens, n_rows: int) -> Any:
    """Tokens of each sample (n,), -1 where not known: what a function of the batch says, or what its field holds.

    A field holds counts, or the tokens themselves: then their number, without padding where the field tells it
    (`attention_mask`: what is not 0; `labels`: what is not -100) or the batch has an `attention_mask` beside. Raises
    ConfigError where there are not as many as samples.
    """
    counts = to_counts(tokens(batch)) if callable(tokens) else _count_field(batch, tokens, n_rows)
    if len(counts) != n_rows:
        raise ConfigError(
            f"tokens of {len(counts)} rows for {n_rows} samples: where a row holds several samples they are counted "
            "before they are joined (Seen.collate) or by a function (tokens=)"
        )
    return counts


def find_values(batch: Any, name: str) -> Any:
    """A column as a tensor, an array or a list; null where no sample has it."""
    if isinstance(batch, Mapping):
        values = batch.get(name)
        return values if hasattr(values, "detach") else read_column(batch, name)
    if hasattr(batch, "dtype") or isinstance(batch, str | bytes):
        return None
    if is_sample_list(batch) and batch and not any(isinstance(row, Mapping) and name in row for row in batch):
        return None
    return read_column(batch, name) if count_rows(batch) else []


def is_sample_list(batch: object) -> TypeGuard[Sequence[object]]:
    """Whether a batch is a list of samples rather than a table."""
    return isinstance(batch, Sequence) and not isinstance(batch, str | bytes)


def to_array(values: Any) -> NDArray[Any]:
    """Any array or tensor as numpy, from whatever device."""
    if hasattr(values, "detach"):
        values = values.detach().cpu().numpy()
    return np.asarray(values)


def to_counts(values: Any) -> Integers:
    """Counts as integers; what is null, NaN or negative is -1."""
    numbers = np.asarray(to_array(values), np.float64)
    return np.where(np.isnan(numbers) | (numbers < 0), UNKNOWN, numbers).astype(np.int64)


def _count_field(batch: Any, name: str, n_rows: int) -> Any:
    values = find_values(batch, name)
    if values is None:
        return np.full(n_rows, UNKNOWN)
    if _holds_counts(values):
        return values if hasattr(values, "detach") else to_counts(values)
    if name not in (_MASK, _LABELS) and (mask := find_values(batch, _MASK)) is not None:
        name, values = _MASK, mask
    if hasattr(values, "shape"):
        return _count_true(values, name)
    return to_counts([None if row is None else int(_count_true(to_array(row)[None], name)[0]) for row in values])


def _holds_counts(values: Any) -> bool:
    """Whether a column has one number a row, or none."""
    if hasattr(values, "shape"):
        return len(values.shape) == 1
    return all(
        value is None or isinstance(value, int | float) or getattr(value, "shape", None) == () for value in values
    )


def _count_true(rows: Any, name: str) -> Any:
    """Entries of each row (n, length) that are tokens; of a tensor, on the device where it lies."""
    if name == _MASK:
        return (rows != 0).sum(-1)
    if name == _LABELS:
        return (rows != _IGNORED_LABEL).sum(-1)
    return np.full(rows.shape[0], rows.shape[1])
