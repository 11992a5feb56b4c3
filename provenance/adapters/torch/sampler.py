"""A sampler that draws in proportion to weight: importance resampling, for numbered datasets and ordinary loaders."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Sampler

from provenance.adapters.loaders.scored import join_scored
from provenance.adapters.torch.blocks import Weighing
from provenance.adapters.torch.drawing import (
    Numbers,
    count_effective,
    draw_with_replacement,
    draw_without_replacement,
    group_units,
    keep_whole,
)
from provenance.adapters.torch.loader import find_batch_size, is_stateful
from provenance.adapters.torch.positions import check_natural, check_settings
from provenance.adapters.torch.ranks import find_rank
from provenance.adapters.torch.sources import get_items, has_numbers
from provenance.errors import ConfigError

Weights01 = NDArray[np.float64]


class ProvenanceSampler(Sampler[int]):
    """Numbers of samples of one epoch, drawn in proportion to weight; the same for the same seed and epoch.

    `policy` is one, or an array with a weight (0 or more) for each sample. With a policy the whole dataset is read and
    weighed once, here, `batch` samples at a time, by each rank.

    With replacement (systematic): `n_samples` (null: as many as the dataset has) over all ranks, rounded up to a
    multiple of `world_size`; a sample comes `n_samples x weight / all weights` times, up to one more or less. Without:
    null is the sum of the weights (what is expected to stay; of a filter all it keeps), at most all of positive weight,
    rounded down to a multiple of `world_size`: up to `world_size - 1` samples are left out, other ones each epoch.

    Samples with the same `pair` are one unit: they are drawn together, weigh their mean, and come next to each other.
    Where a number of samples ends within a unit, single samples take the place; without any, the unit is cut.
    `shuffle=False` keeps the order of the dataset. Each rank has its own part, as long as every other's.

    `state_dict` counts the samples handed to the loader. With workers a loader takes more than it has given out: use
    `sampler.track(loader)`, or StatefulDataLoader, which keeps count itself.
    """

    def __init__(
        self,
        dataset: Any,
        policy: Weighing | Weights01,
        *,
        n_samples: int | None = None,
        replacement: bool = True,
        shuffle: bool = True,
        seed: int | None = None,
        rank: int | None = None,
        world_size: int | None = None,
        batch: int = 1024,
    ) -> None:
        if not has_numbers(dataset):
            raise ConfigError(
                f"{type(dataset).__name__} has no length or no numbered items; use ProvenanceDataset for it"
            )
        self.rank, self.world_size = find_rank(rank, world_size)
        self.weights, pairs = _weigh_all(dataset, policy, batch)
        _check_weights(self.weights, len(dataset))
        self._units = group_units(self.weights, pairs)
        self._replacement, self._shuffle = replacement, shuffle
        self._n_samples = self._count_samples(n_samples)
        self._seed = int(getattr(policy, "seed", 0)) if seed is None else seed
        check_natural(seed=self._seed)
        self._settings = {
            "seed": self._seed,
            "rank": self.rank,
            "world_size": self.world_size,
            "n_samples": self._n_samples,
            "replacement": replacement,
            "shuffle": shuffle,
            "policy": f"weights that sum to {self.weights.sum():.6g}",
        }
        self.epoch = 0
        self._given = 0
        self._resume: int | None = None
        self._tracked: int | None = None

    @property
    def n_eff(self) -> float:
        """How many equally weighted samples the weighted dataset is worth (Kish)."""
        return count_effective(self.weights)

    def __len__(self) -> int:
        return self._n_samples // self.world_size

    def set_epoch(self, epoch: int) -> None:
        """Makes the next iteration one of this epoch, with draws of its own. A state of another epoch is given up."""
        check_natural(epoch=epoch)
        if epoch != self.epoch:
            self.epoch, self._given, self._resume, self._tracked = epoch, 0, None, None

    def __iter__(self) -> Iterator[int]:
        """The numbers of this rank. A loader may call this more often than it iterates: drawing starts later."""
        start = None
        if self._resume is None:
            self._given = 0
        elif self._resume >= len(self):
            start, self._resume = self._resume, None
        return self._go_on(start)

    def draw(self) -> Numbers:
        """All numbers of this rank in the epoch, in order."""
        rng = np.random.default_rng([self._seed, self.epoch])
        draw = draw_with_replacement if self._replacement else draw_without_replacement
        units = draw(self._units, self._n_samples, rng)
        if self._shuffle:
            units = rng.permutation(units)
        size = len(self)
        if len(self._units.sizes) < len(self._units.rows):
            units = keep_whole(units, self._units.sizes, [size * rank for rank in range(1, self.world_size + 1)])
        return self._units.expand(units)[size * self.rank : size * (self.rank + 1)]

    def track(self, loader: Iterable[Any]) -> Iterator[Any]:
        """The batches of a torch DataLoader over this sampler; `state_dict` then counts what was given out.

        The loader's batch size (null: one sample at a time) tells how many samples a batch has.
        """
        if is_stateful(loader):
            raise ConfigError("a StatefulDataLoader keeps count itself: save and load its state_dict")
        size = find_batch_size(loader)
        self._tracked = self._resume or 0
        if self._resume is not None and self._resume >= len(self):
            self._resume = None  # here, not in `__iter__`, which some loaders call twice
            return
        for batch in loader:
            self._tracked = min(self._tracked + size, len(self))
            yield batch
        self._tracked = len(self)

    def state_dict(self) -> dict[str, Any]:
        """How many samples of the epoch this rank has had, and the settings. Plain values."""
        given = self._given if self._tracked is None else self._tracked
        return {**self._settings, "epoch": self.epoch, "given": given if self._resume is None else self._resume}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Lets the next iteration go on from a state; it sets the epoch, too. ConfigError names what differs."""
        check_settings(state, self._settings, (*self._settings, "epoch", "given"))
        self._tracked = self._resume = None
        if state["given"] >= len(self) and self.epoch > state["epoch"]:
            return
        self.epoch, self._resume = state["epoch"], state["given"]

    def _go_on(self, start: int | None) -> Iterator[int]:
        if start is None:
            start, self._resume = self._resume or 0, None
        self._given = start
        for number in self.draw()[start:].tolist():
            self._given += 1
            yield number

    def _count_samples(self, n_samples: int | None) -> int:
        """Samples over all ranks, a multiple of their number."""
        if n_samples is not None:
            check_natural(n_samples=n_samples)
        if n_samples == 0:
            raise ConfigError(f"n_samples={n_samples}: an epoch has at least one sample")
        if self._replacement:
            return -(-(len(self.weights) if n_samples is None else n_samples) // self.world_size) * self.world_size
        most = len(self._units.rows)
        if n_samples is not None and n_samples > most:
            raise ConfigError(
                f"n_samples={n_samples}: only {most} samples have a positive weight; see replacement=True"
            )
        wanted = min(most, round(float(self.weights.sum()))) if n_samples is None else n_samples
        return wanted // self.world_size * self.world_size


def _weigh_all(dataset: Any, policy: Any, batch: int) -> tuple[Weights01, NDArray[np.uint64]]:
    """The weight and the pair of each sample of a dataset."""
    n_rows = len(dataset)
    if not hasattr(policy, "find_scores"):
        return np.array(policy, np.float64), np.zeros(n_rows, np.uint64)
    numbers = (list(range(start, min(start + batch, n_rows))) for start in range(0, n_rows, batch))
    scored = join_scored([policy.find_scores(get_items(dataset, part)) for part in numbers])
    weigh = getattr(policy, "weigh_all", policy.weigh)  # a cap is met exactly where the whole is known
    return np.asarray(weigh(scored), np.float64), scored.pair


def _check_weights(weights: Weights01, n_rows: int) -> None:
    if weights.shape != (n_rows,):
        raise ConfigError(f"{n_rows} samples need as many weights, not an array of shape {weights.shape}")
    if not (np.isfinite(weights).all() and (weights >= 0).all()):
        raise ConfigError("weights are finite numbers of 0 or more")
    if not weights.any():
        raise ConfigError(f"nothing to draw: none of {n_rows} samples has a weight above 0; loosen the policy")
