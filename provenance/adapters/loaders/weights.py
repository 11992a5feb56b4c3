"""Sampling weights: how often a sample is drawn, instead of whether it stays."""

import logging
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from provenance.adapters.loaders.batches import in_kind
from provenance.adapters.loaders.declared import Weights01
from provenance.adapters.loaders.options import check_number
from provenance.adapters.loaders.policy import Policy
from provenance.adapters.loaders.precomputed import Scores
from provenance.adapters.loaders.scored import Scored
from provenance.adapters.loaders.tilt import USUAL_POWER, Tilt, assume_tilt, find_human, fit_tilt, load_references
from provenance.errors import ConfigError
from provenance.verdict import VerdictOptions

_LOG = logging.getLogger(__name__)
_BETWEEN = (float(np.nextafter(0.0, 1.0)), float(np.nextafter(1.0, 0.0)))  # the ends are left out


@dataclass(frozen=True, kw_only=True)
class Weights(Policy):
    """Weights (1 - p)^power, p the probability of synthetic origin: `weigh(sample) -> float`, `weigh(batch)` each.

    `power` alone is the power (1 without either; Drayson et al. 2025 took 10). With `target_human_share` the least
    power is found that brings the share of human documents expected by the detector's scores to it (generators that
    score as people do are missed: `.tilt.weighted_human_share_low`); `power` is then the greatest allowed, 10
    if not given. It is found on `scores` when the weights are made, at the prevalence estimated from them, or by
    `.fit(scores)`; without either for a corpus as the scores presume it (10 % of either synthetic kind), and `.tilt`
    says so. A document without scores weighs as an average one. A near-duplicate cluster of n documents weighs as
    much as n^(1 - cluster_power) (known from scores of a run): 1, the default, counts it once, 0 not at all as one.
    Declared sources weigh 1, up to their cap; both documents of a contrast pair weigh as the heavier.
    """

    target_human_share: float | None = None
    power: float | None = None
    cluster_power: float = 1.0
    tilt: Tilt | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.target_human_share is not None:
            check_number("target_human_share", self.target_human_share, "lie between 0 and 1", *_BETWEEN)
        if self.power is not None:
            check_number("power", self.power, "be a number and not be negative", 0.0, sys.float_info.max)
        check_number("cluster_power", self.cluster_power, "lie between 0 and 1", 0.0, 1.0)
        if self.tilt is not None and not isinstance(self.tilt, Tilt):
            raise ConfigError(f"tilt must be that of other weights (weigh.tilt), not {self.tilt!r}")
        if self.target_human_share is not None and self.tilt is None:
            object.__setattr__(self, "tilt", self._find_tilt(self.known))

    def fit(self, scores: Scores | Path | str) -> "Weights":
        """The same weights with the power that the target needs on these scores; ConfigError without a target."""
        if self.target_human_share is None:
            raise ConfigError("there is nothing to find without a target: Weights(target_human_share=...).fit(scores)")
        return replace(self, tilt=self._find_tilt(scores if isinstance(scores, Scores) else Scores(scores)))

    def __call__(self, given: Any) -> Any:
        """The weight of a sample, from 0 to 1; of a batch a list, for a polars frame a Series, for pyarrow an array."""
        if not self.is_batch(given):
            weight = self._look_up_weight(given)
            return float(self([given])[0]) if weight is None else weight
        return in_kind(given, self.weigh(self.find_scores(given)).tolist())

    def apply(self, batch: Any) -> Any:
        """The same batch with score columns and a column `weight`."""
        scored = self.find_scores(batch)
        return self._carry(batch, scored, weight=self.weigh(scored).tolist())

    def _weigh_one_by_one(self, scored: Scored) -> Weights01:
        priors = VerdictOptions()
        if self.tilt is not None:
            human = find_human(scored, self.tilt.prior_ai, self.tilt.prior_mt)
            return np.asarray(self.tilt.weigh(human) * self._weigh_clusters(scored))
        human = find_human(scored, priors.prior_ai, priors.prior_mt)
        return np.asarray(human ** (1.0 if self.power is None else self.power) * self._weigh_clusters(scored))

    def _weigh_clusters(self, scored: Scored) -> Weights01:
        return np.asarray(scored.cluster_size.astype(np.float64) ** -self.cluster_power)

    def _find_tilt(self, scores: Scores | None) -> Tilt:
        target = self.target_human_share or 0.0
        ceiling = USUAL_POWER if self.power is None else self.power
        references = load_references(None if self.models is None else Path(self.models))
        if scores is None:
            tilt = assume_tilt(target, ceiling, references)
        else:
            tilt = fit_tilt(scores.all, self._weigh_clusters(scores.all), target, ceiling, references, self.seed)
        if scores is None or not tilt.reached:
            low = "" if tilt.weighted_human_share_low is None else f", as little as {tilt.weighted_human_share_low:.3f}"
            share = f"share of human documents expected by the detector's scores {tilt.weighted_human_share:.3f}{low}"
            _LOG.warning("target_human_share %g: %s; %s", target, share, tilt.note)
        return tilt
