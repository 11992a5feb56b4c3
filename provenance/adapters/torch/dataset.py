"""A torch dataset whose samples stay or go by their scores, and that goes on exactly where it stopped.

Known faults of others that this one is tested against: huggingface/datasets issues 7447 (epochs shortened after
resuming with persistent workers) and 8308 (a second resume restarts), meta-pytorch/data issue 1267 (`iter` twice).
"""

import copy
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

import torch
from torch.utils.data import IterableDataset, get_worker_info

from provenance.adapters.torch.blocks import (
    Chosen,
    Duplicates,
    Weighing,
    choose,
    drop_known,
    give_out,
    shuffle_chosen,
)
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
from provenance.adapters.torch.ranks import find_rank
from provenance.adapters.torch.sources import Stream, open_source
from provenance.errors import ConfigError

_EPOCH, _N_LOADS, _BEGUN_BY_WORKERS = range(3)  # places of the memory shared with workers


class ProvenanceDataset(IterableDataset[Any]):
    """Samples of `source` that a policy keeps (a filter, or draws by weight), for any number of workers and ranks.

    `source` has a length and numbered items (then `shuffle=True` is a full permutation by seed and epoch), or is an
    iterable that starts anew each time and gives the same order for the same epoch. A stream (a worker of a rank) owns
    every n-th item; of an iterable each stream reads all and keeps its own, except of a Hugging Face IterableDataset,
    which gives each worker shards of its own (use at least as many shards as workers), and of one with
    `splits_itself=True`. `rank` and `world_size` are those of torch.distributed where it has been initialised. With
    accelerate (and the Trainer), which divide the batches of an iterable among ranks themselves, give rank=0 and
    world_size=1 in each; what `track` knows is then one rank's part only.

    **What comes out.** A mapping comes out as a dict with the policy's columns (null: NaN, or "" for a language), and
    with the field `provenance`: 12 numbers as a float64 tensor (`provenance.adapters.loaders.packed.PACKED`). What is
    neither text nor bytes in place of its text comes out as "". Other fields are not touched. Items that are no mapping
    come out unchanged and without columns; None, and what the policy finds no text in, is left out.

    **Blocks.** A stream reads `max(shuffle_buffer, block)` items at a time, finds their scores at once, keeps those
    whose draw is below their weight, and with `shuffle_buffer` shuffles what stays. Shuffling thus stays within a
    block: a sample moves by less than a block, where a reservoir lets some wait longer. In return a position is two
    numbers (block, samples of it given out), and it is exact. Draws depend on the seed, the epoch and the item's place
    in the source (its `pair` where it has one), so that they are the same for any number of workers, except where the
    source splits itself.

    **Resuming.** `state_dict` holds how far each stream has come. Loaded into a dataset with the same settings and as
    many workers, the next iteration (it alone) goes on from there, in the order of an uninterrupted one. Three ways:
    without workers nothing else is needed; with a torch DataLoader and workers iterate over `dataset.track(loader)`;
    torchdata's StatefulDataLoader saves and loads the state of its workers itself (use its `state_dict`, not this one).
    Items that are no mappings carry no position: not with `track`. The cost of resuming: one block is scored again;
    items with numbers are not read again, items of an iterable are read up to the position and not scored.

    `duplicates` (`provenance.NearDuplicates`) says of a list of texts which are new; what is not is left out before
    it is scored. Each stream starts each epoch with a copy, which knows what this stream has read, and no other. On
    resuming its memory is rebuilt: all that was skipped is read and signed again.
    """

    def __init__(
        self,
        source: Any,
        policy: Weighing,
        *,
        shuffle: bool = False,
        shuffle_buffer: int = 0,
        block: int = 512,
        seed: int | None = None,
        rank: int | None = None,
        world_size: int | None = None,
        duplicates: Duplicates | None = None,
        splits_itself: bool | None = None,
    ) -> None:
        super().__init__()
        self.policy = policy
        self.seed = policy.seed if seed is None else seed
        self.rank, self.world_size = find_rank(rank, world_size)
        self._size = max(shuffle_buffer, block)
        check_natural(seed=self.seed)
        if self._size < 1:
            raise ConfigError(f"block={block}: a block has at least one item")
        self._shuffles_blocks = shuffle_buffer > 0
        self._duplicates = duplicates
        self._source = open_source(
            source, shuffle=shuffle, splits_itself=splits_itself, rank=self.rank, world_size=self.world_size
        )
        self._settings: dict[str, Any] = {
            "seed": self.seed,
            "rank": self.rank,
            "world_size": self.world_size,
            "block": self._size,
            "shuffle": shuffle,
            "shuffle_buffer": shuffle_buffer,
            "duplicates": duplicates is not None,
            "policy": _describe(policy),
        }
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

    def __iter__(self) -> Iterator[Any]:
        """Samples of this process's stream; reading starts at the first one, for loaders call this more than once."""
        resume = self._resume
        if resume is None:
            self._place = Reading(Position(self.epoch), self._find_stream(0))
        elif resume.position.finished:  # StatefulDataLoader makes an iterator for the end of the epoch, then a new one
            self._resume = None
            self._place = Reading(resume.position, self._find_stream(0), finished=True)
            return self._read(resume)
        return self._read(None)

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

    def _read(self, resume: Loaded | None) -> Iterator[Any]:
        start = self._start(resume)
        stream = self._find_stream(start.turn)
        block, offset = start.streams.get(stream.number, (0, 0))
        place = self._place = Reading(replace(start, streams={}), stream, block, offset, start.finished)
        if get_worker_info() is not None:
            self._shared[_BEGUN_BY_WORKERS] = 1
        if start.finished:
            return
        for number, chosen in self._choose_blocks(stream, start.epoch, block):
            first = offset if number == block else 0
            for n, sample in enumerate(give_out(chosen.skip(first), self.policy, stream, number, first), first + 1):
                place.block, place.offset = number, n
                yield sample
        place.finished = True

    def _choose_blocks(self, stream: Stream, epoch: int, first: int) -> Iterator[tuple[int, Chosen]]:
        """What stays of each block from number `first` on."""
        duplicates = copy.deepcopy(self._duplicates)
        start = first if duplicates is None else 0
        blocks = self._source.read_blocks(stream, size=self._size, first=start, seed=self.seed, epoch=epoch)
        for number, (places, items) in enumerate(blocks, start):
            if duplicates is not None:
                places, items = drop_known(items, places, duplicates, self.policy)
            if number < first or not items:
                continue
            chosen = choose(items, places, self.policy, seed=self.seed, epoch=epoch)
            if self._shuffles_blocks:
                chosen = shuffle_chosen(chosen, seed=self.seed, epoch=epoch, stream=stream.number, block=number)
            yield number, chosen


def _share(memory: torch.Tensor) -> torch.Tensor:
    """The same in memory that worker processes see, forked or spawned."""
    share: Callable[[], torch.Tensor] = memory.share_memory_
    return share()


def _describe(policy: object) -> str:
    """A policy in words that are the same in every process: without addresses, and without where its files lie."""
    if not is_dataclass(policy):
        return type(policy).__qualname__
    options = ((item.name, getattr(policy, item.name)) for item in fields(policy) if item.name not in _FILES)
    return f"{type(policy).__qualname__}({', '.join(f'{name}={value!r}' for name, value in options)})"


_FILES = ("scores", "models")
