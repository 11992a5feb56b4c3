"""Policies in Ray Data: a class that `Dataset.map_batches` makes once in each actor.

Ray starts its workers as programs of their own, no forks: an actor loads the models on the first batch that needs them
and keeps them. Nothing here imports Ray.
"""

from typing import Any

from provenance.adapters.loaders.policy import Policy

ACTOR_MEMORY = 640 * 2**20  # bytes; batches of up to 1,024 documents of 300 words, without precomputed scores


class RayPolicy:
    """A policy for batches of numpy or pyarrow: `map_batches(RayPolicy, fn_constructor_kwargs={"policy": keep})`.

    Without `epoch` a batch gets what `policy.apply` gives: a `Filter` leaves the samples that stay, with score columns;
    `Weights` add the column `weight` and a `Scorer` the scores, dropping nothing. With an `epoch` samples are drawn by
    their weights, by the policy's seed, the sample and the epoch: a block that Ray computes again comes out the same.
    """

    def __init__(self, policy: Policy, epoch: int | None = None) -> None:
        self.policy = policy
        self.epoch = epoch

    def __call__(self, batch: Any) -> Any:
        """The batch in kind. Raises ConfigError for a batch without the policy's text column, or of pandas."""
        if self.epoch is not None:
            return self.policy.resample(batch, self.epoch)
        return self.policy.apply(batch)
