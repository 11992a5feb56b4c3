"""A numbered dataset whose samples carry their scores, for loaders with a sampler."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from torch.utils.data import Dataset

from provenance.adapters.loaders.packed import pack
from provenance.adapters.torch.blocks import Weighing, add_fields, check_policy
from provenance.adapters.torch.sources import Items, get_items, has_numbers
from provenance.errors import ConfigError


class ScoredMap(Dataset[Any]):
    """`dataset` with the policy's columns and the field `provenance` in each sample; none is left out.

    A sample that is no mapping becomes one with its text; None becomes one with the text "". The position in
    `provenance` is stream -1, block -1, and the sample's number. A loader asks for a batch at a time (`__getitems__`).
    """

    def __init__(self, dataset: Any, policy: Weighing) -> None:
        if not has_numbers(dataset):
            raise ConfigError(
                f"{type(dataset).__name__} has no length or no numbered items; use ProvenanceDataset for it"
            )
        check_policy(policy)
        self.dataset = dataset
        self.policy = policy

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, number: int) -> Any:
        return self.__getitems__([number])[0]

    def __getitems__(self, numbers: list[int]) -> Items:
        """The samples of these numbers, in their order."""
        items = get_items(self.dataset, list(numbers))
        samples = [item if isinstance(item, Mapping) else {self.policy.text: item} for item in items]
        scored = self.policy.find_scores(samples)
        weights = np.asarray(self.policy.weigh(scored), np.float64)
        packed = pack(scored, weights, stream=-1, block=-1, offsets=np.asarray(numbers, np.int64))
        return add_fields(samples, scored, packed, self.policy)
