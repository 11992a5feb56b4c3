"""How far a dataset has come: its epoch, its state saved and loaded, and what a loader with workers has given out.

Workers hold copies of the dataset. What they share with the process that made it is three numbers in shared memory.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch.utils.data import IterableDataset, get_worker_info

from provenance.adapters.torch.loader import count_workers, is_stateful
from provenance.adapters.torch.positions import (
    Loaded,
    Position,
    Reading,
    check_natural,
    check_streams,
    find_places,
    read_state,
    write_state,
)
from provenance.adapters.torch.sources import Stream
from provenance.errors import ConfigError

_EPOCH, _N_LOADS, _BEGUN_BY_WORKERS = range(3)  # places of the memory shared with workers


class ResumableDataset(IterableDataset[Any]):
    """A dataset of numbered streams that knows how far it has come.

    `settings` are what a state must have been saved with. Who reads the samples starts at `_start` and keeps `_place`.
    """

    def __init__(self, settings: Mapping[str, Any], rank: int, world_size: int) -> None:
        super().__init__()
        self.rank, self.world_size = rank, world_size
        self._settings = settings
        self._shared = _share(torch.zeros(3, dtype=torch.int64))
        self._n_loads = 0
        self._resume: Loaded | None = None
        self._place = Reading(Position(), self._find_stream(0))
        self._tracked: Position | None = None

    @property
    def epoch(self) -> int:
        """The epoch of the next iteration."""
        return int(self._shared[_EPOCH])

    def set_epoch(self, epoch: int) -> None:
        """Makes the next iteration one of this epoch, in running (persistent) workers too; other draws, another order.

        A loaded state of another epoch is given up.
        """
        check_natural(epoch=epoch)
        if epoch == self.epoch:
            return
        self._shared[_EPOCH], self._shared[_BEGUN_BY_WORKERS] = epoch, 0
        self._resume = self._tracked = None

    def track(self, loader: Iterable[Any], *, num_workers: int | None = None) -> Iterator[Any]:
        """The batches of a torch DataLoader over this dataset; `state_dict` then holds what was given out.

        The batches must keep the field `provenance` (ConfigError otherwise). `num_workers` is that of the loader.
        A StatefulDataLoader saves its own state; its batches pass.
        """
        if is_stateful(loader):
            yield from loader
            return
        n_workers = max(count_workers(loader, num_workers), 1)
        position = self._resume.position if self._resume else Position(self.epoch)
        check_streams(position, self.world_size * n_workers)
        self._resume = self._resume and replace(self._resume, tracked=True)
        self._tracked = position
        for batch in loader:
            self._resume = None  # the workers have it
            position = position.move(find_places(batch), self.world_size, n_workers)
            self._tracked = position
            yield batch
        self._resume = None
        self._tracked = replace(position, finished=True)

    def state_dict(self) -> dict[str, Any]:
        """How far the iteration has come: settings, epoch, and the place of each stream. Plain values.

        ConfigError where workers have read and nobody has tracked what was given out.
        """
        return write_state(self._find_position(), self._settings)

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Lets the next iteration go on from a state. It sets the epoch, too.

        ConfigError names what differs where the state was saved with other settings. A state at the end of an epoch
        gives nothing, and the iteration after it is whole; where a later epoch has been set, nothing is left of it.
        """
        position = read_state(state, self._settings)
        here = self.epoch
        in_worker = get_worker_info() is not None
        if not in_worker:  # running workers cannot learn of it: see _start
            self._shared[_N_LOADS] += 1
            self._shared[_BEGUN_BY_WORKERS] = 0
            self._n_loads = int(self._shared[_N_LOADS])
        self._tracked = self._resume = None
        if position.finished and here > position.epoch:
            return
        self._shared[_EPOCH] = position.epoch
        self._resume = Loaded(position, os.getpid())

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._shared = _share(self._shared)

    def _find_position(self) -> Position:
        in_worker = get_worker_info() is not None
        if self._resume is not None:
            return self._resume.position
        if in_worker:
            return self._place.find_position(in_worker)
        if self._tracked is not None:
            return self._tracked
        if self._shared[_BEGUN_BY_WORKERS]:
            raise ConfigError(
                "workers have read samples, and this process does not know which of them were given out: iterate over "
                "dataset.track(loader), or use the state_dict of torchdata's StatefulDataLoader"
            )
        if self._place.position.epoch != self.epoch:
            return Position(self.epoch)
        return self._place.find_position(in_worker)

    def _start(self, resume: Loaded | None) -> Position:
        """Where this iteration starts: from what was loaded, which is taken once, else from the beginning."""
        if self._n_loads != int(self._shared[_N_LOADS]):
            raise ConfigError(
                "a state was loaded after these persistent workers had started; make a new DataLoader for it"
            )
        if resume is None:
            resume, self._resume = self._resume, None
        if resume is None or resume.position.epoch != self.epoch:
            return Position(self.epoch)
        if resume.process != os.getpid() and not resume.tracked:
            raise ConfigError(
                "a state was loaded: go on with `for batch in dataset.track(loader)`, which hands it to the workers"
            )
        check_streams(resume.position, self._find_stream(0).n_streams)
        return resume.position

    def _find_stream(self, turn: int) -> Stream:
        worker = get_worker_info()
        n_workers = worker.num_workers if worker else 1
        return Stream(self.rank, self.world_size, ((worker.id if worker else 0) + turn) % n_workers, n_workers)

    def _note_begun(self) -> None:
        if get_worker_info() is not None:
            self._shared[_BEGUN_BY_WORKERS] = 1


def _share(memory: torch.Tensor) -> torch.Tensor:
    """The same in memory that worker processes see, forked or spawned."""
    share: Callable[[], torch.Tensor] = memory.share_memory_
    return share()
