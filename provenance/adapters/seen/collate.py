"""A collate function that keeps what is known of the samples beside what the model needs of them.

Loaders prefetch, and a collate function runs in a worker: what is counted there is not what was given out. So it only
puts the scores into the batch, as one tensor, and the main process counts them where the batch is used.
"""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from provenance.adapters.loaders.declared import Declared
from provenance.adapters.loaders.packed import FIELD, PACKED, pack
from provenance.adapters.loaders.policy import SCORE_COLUMNS
from provenance.adapters.seen.rows import TOKENS_FIELD, find_packed, read_columns, to_floats
from provenance.adapters.seen.tokens import Tokens, count_tokens, find_values, to_counts
from provenance.errors import ConfigError

WEIGHT = "weight"
_NUMBERED = PACKED.index("offset")


@dataclass(frozen=True)
class Collator:
    """Takes score fields off samples, calls `collator` with the rest, and puts `provenance` (n, 12) into the batch.

    Without score fields (those of an evaluation, say) the batch is `collator`'s own. With `tokens` there is
    `provenance_tokens` (n,) beside. `bits`: the numbers travel as int64 of the same bits, for what casts floats on the
    way to the model (DeepSpeed) or has no float64 (Apple's GPUs).
    """

    collator: Callable[[list[Any]], Any]
    tokens: Tokens | None = None
    declared: Declared | None = None
    bits: bool = False

    def __call__(self, samples: Sequence[Any]) -> Any:
        """A batch of samples, which are mappings."""
        batch = self.collator([self._strip(sample) for sample in samples])
        packed = self._pack(samples)
        if packed is None:
            return batch
        if not isinstance(batch, MutableMapping):
            raise ConfigError(
                f"a mapping is expected of the collate function, to put what is known of the samples beside, not "
                f"{type(batch).__name__}"
            )
        batch[FIELD] = _like(batch, packed.view(np.int64) if self.bits else packed)
        if self.tokens is not None:
            batch[TOKENS_FIELD] = _like(batch, to_counts(self._count_tokens(samples, batch, self.tokens)))
        return batch

    def _count_tokens(self, samples: Sequence[Any], batch: Any, tokens: Tokens) -> Any:
        """By the samples; where these have no such field, by the batch, if it has a row for each."""
        if isinstance(tokens, str) and find_values(samples, tokens) is None:
            made = find_values(batch, tokens)
            if made is not None and len(made) == len(samples):
                return count_tokens(batch, tokens, len(samples))
        return count_tokens(samples, tokens, len(samples))

    def _pack(self, samples: Sequence[Any]) -> Any:
        found = find_packed(samples)
        if found is not None:
            return to_floats(found)
        if not any(isinstance(sample, Mapping) and "origin" in sample for sample in samples):
            return None
        rows = read_columns(samples, None, self.declared)
        nowhere = np.full(len(rows), -1)
        weights = np.where(rows.chosen, 0.0, 1.0)
        return pack(rows.scored, weights, stream=-1, block=-1, offsets=nowhere)

    def _strip(self, sample: Any) -> Any:
        if not isinstance(sample, Mapping):
            return sample
        taken = {FIELD, WEIGHT, *SCORE_COLUMNS, *([self.declared.column] if self.declared else [])}
        return {name: value for name, value in sample.items() if name not in taken}


def _like(batch: Mapping[str, Any], values: Any) -> Any:
    """The values as the kind of tensor that the batch holds, told by what it can do; as numpy if it holds none."""
    for tensor in batch.values():
        if hasattr(tensor, "new_tensor"):
            empty = tensor.new_empty(0)
            return tensor.new_tensor(values, dtype=(empty.long() if values.dtype == np.int64 else empty.double()).dtype)
    return values
