"""A filter: samples stay or go by their scores."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from provenance.adapters.loaders.batches import in_kind
from provenance.adapters.loaders.declared import Weights01
from provenance.adapters.loaders.options import check_number
from provenance.adapters.loaders.policy import Policy
from provenance.adapters.loaders.scored import UNDETERMINED, Scored
from provenance.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class Filter(Policy):
    """Keeps samples whose scores are at most the limits given: `keep(sample) -> bool`, `keep(batch) -> a bool each`.

    `max_ai_score`, `max_mt_score`: from 0 to 1, null: no limit; a sample without the score passes it. `undetermined`
    decides about samples that pass and whose origin is not told, those without scores among them: "keep" or "drop".
    Samples of a declared source stay, up to its cap. Of a contrast pair both stay if one would.
    """

    max_ai_score: float | None = None
    max_mt_score: float | None = None
    undetermined: Literal["keep", "drop"] = "keep"

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("max_ai_score", "max_mt_score"):
            value = getattr(self, name)
            if value is not None:
                check_number(name, value, "lie between 0 and 1", 0.0, 1.0)
        if self.undetermined not in ("keep", "drop"):
            raise ConfigError(f'undetermined must be "keep" or "drop", not {self.undetermined!r}')

    def __call__(self, given: Any) -> Any:
        """Whether a sample stays; of a batch a list of bool, for a polars frame a Series, for pyarrow an array."""
        if not self.is_batch(given):
            weight = self._look_up_weight(given)
            return bool(self([given])[0]) if weight is None else weight > 0.0
        return in_kind(given, self.choose(given, self.find_scores(given)))

    def apply(self, batch: Any) -> Any:
        """The samples of a batch that stay, in kind, with score columns."""
        return self.resample(batch)

    def _weigh_one_by_one(self, scored: Scored) -> Weights01:
        kept = np.ones(len(scored), bool)
        if self.max_ai_score is not None:
            kept &= ~(scored.ai_score > self.max_ai_score)
        if self.max_mt_score is not None:
            kept &= ~(scored.mt_score > self.max_mt_score)
        if self.undetermined == "drop":
            kept &= scored.origin != UNDETERMINED
        return kept.astype(np.float64)
