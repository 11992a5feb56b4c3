"""How one stream reads its own items of a source: each item of the source belongs to exactly one stream.

A stream is one worker of one rank. A Hugging Face IterableDataset gives each torch worker shards of its own
(datasets 5.2, `IterableDataset._iter_pytorch`), so its items are not divided a second time.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

import numpy as np
import torch.utils.data
from numpy.typing import NDArray
from torch.utils.data._utils import worker

from provenance.errors import ConfigError

Items = list[Any]
Places = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Stream:
    """One of `n_streams` parts of a source: what worker `worker` of rank `rank` reads."""

    rank: int
    world_size: int
    worker: int
    n_workers: int

    @property
    def number(self) -> int:
        """From 0 to n_streams - 1; a rank's streams are those with `number % world_size == rank`."""
        return self.worker * self.world_size + self.rank

    @property
    def n_streams(self) -> int:
        """Streams of all ranks."""
        return self.world_size * self.n_workers


class Source(Protocol):
    """Where items come from."""

    def read_blocks(
        self, stream: Stream, *, size: int, first: int, seed: int, epoch: int
    ) -> Iterator[tuple[Places, Items]]:
        """A stream's own items, `size` at a time, from block `first` on, each with its place in the source."""


@dataclass(frozen=True)
class NumberedSource:
    """A dataset with a length whose items are asked for by number: a stream asks for its own only.

    Shuffled, each stream makes the permutation of all numbers by seed and epoch (8 bytes an item) and keeps its share.
    """

    dataset: Any
    shuffle: bool

    def read_blocks(
        self, stream: Stream, *, size: int, first: int, seed: int, epoch: int
    ) -> Iterator[tuple[Places, Items]]:
        """See `Source`."""
        numbers = np.arange(stream.number, len(self.dataset), stream.n_streams)
        if self.shuffle:
            numbers = np.random.default_rng([seed, epoch]).permutation(len(self.dataset))[numbers]
        for start in range(first * size, len(numbers), size):
            own = numbers[start : start + size]
            yield own.astype(np.uint64), get_items(self.dataset, own.tolist())


@dataclass(frozen=True)
class IteratedSource:
    """An iterable that starts anew each time: a stream reads all of it and keeps its own items.

    `splits_itself`: it gives each worker and rank items of their own; then all it gives is kept.
    """

    dataset: Iterable[Any]
    splits_itself: bool

    def read_blocks(
        self, stream: Stream, *, size: int, first: int, seed: int, epoch: int
    ) -> Iterator[tuple[Places, Items]]:
        """See `Source`. The place of an item that the source itself divided is counted over the streams in turn."""
        start, step = (0, 1) if self.splits_itself else (stream.number, stream.n_streams)
        own = islice(iter(_set_epoch(self.dataset, epoch)), start + first * size * step, None, step)
        place = stream.number + first * size * stream.n_streams
        while items := _take(own, size, stream):
            yield (place + np.arange(len(items)) * stream.n_streams).astype(np.uint64), items
            place += len(items) * stream.n_streams


def _set_epoch(dataset: Any, epoch: int) -> Any:
    """The dataset in an epoch, where it knows epochs.

    A Hugging Face IterableDataset has its epoch in memory shared by all workers, and setting it adds to what is there
    (datasets 5.2, `set_epoch`): two workers at once end in an epoch of neither, in which shards lie otherwise. So each
    reads one with an epoch of its own, as which its part 0 of 1 serves.
    """
    if _is_hugging_face(dataset):
        from datasets.distributed import split_dataset_by_node

        dataset = split_dataset_by_node(dataset, rank=0, world_size=1)
    if hasattr(dataset, "set_epoch"):
        dataset.set_epoch(epoch)
    return dataset


def _take(items: Iterator[Any], size: int, stream: Stream) -> Items:
    """The next items, read as if by the worker of the stream.

    After resuming, streams are dealt to workers in another turn (`Position.turn`), and a source that splits itself asks
    torch which worker it is in. torch has no public way to answer.
    """
    told = torch.utils.data.get_worker_info()
    if told is None or told.id == stream.worker:
        return list(islice(items, size))
    info = worker.WorkerInfo(id=stream.worker, num_workers=told.num_workers, seed=told.seed, dataset=told.dataset)
    worker._worker_info = info
    try:
        return list(islice(items, size))
    finally:
        worker._worker_info = told


def open_source(
    dataset: Any, *, shuffle: bool, splits_itself: bool | None, rank: int, world_size: int
) -> NumberedSource | IteratedSource:
    """How a dataset is read; ConfigError for what cannot be read twice in the same order."""
    if has_numbers(dataset):
        return NumberedSource(dataset, shuffle)
    if shuffle:
        raise ConfigError(
            "shuffle=True needs a source with a length and numbered items; use shuffle_buffer= for this one"
        )
    _refuse_one_way(dataset)
    if splits_itself is None and _is_hugging_face(dataset):
        return IteratedSource(_split_by_rank(dataset, rank, world_size), True)
    if splits_itself is None and isinstance(dataset, torch.utils.data.IterableDataset):
        raise ConfigError(
            f"{type(dataset).__name__} is a torch IterableDataset: say splits_itself=True if it gives each worker and "
            "rank items of their own (get_worker_info), False if it gives all of them all its items"
        )
    return IteratedSource(dataset, bool(splits_itself))


def has_numbers(dataset: object) -> bool:
    """Whether a dataset is one with a length and numbered items; ConfigError for a table, whose rows are no items."""
    if isinstance(dataset, Mapping | str | bytes) or type(dataset).__module__.split(".")[0] in _TABLES:
        raise ConfigError(f"a {type(dataset).__name__} is no source of samples: give a list of its rows, or a Dataset")
    told = getattr(dataset, "format", None)
    if isinstance(told, Mapping) and told.get("type") in ("arrow", *_TABLES):
        raise ConfigError(
            f"in the format {told['type']!r} items of a {type(dataset).__name__} are tables, not samples: "
            "give dataset.with_format(None)"
        )
    iterated = isinstance(dataset, torch.utils.data.IterableDataset)
    return not iterated and hasattr(dataset, "__len__") and hasattr(dataset, "__getitem__")


def get_items(dataset: Any, numbers: list[int]) -> Items:
    """The items of these numbers, in one call where the dataset has torch's `__getitems__`."""
    if getattr(dataset, "__getitems__", None):
        return list(dataset.__getitems__(numbers))
    return [dataset[number] for number in numbers]


_TABLES = ("pandas", "polars", "pyarrow")


def _refuse_one_way(dataset: Any) -> None:
    if not hasattr(dataset, "__iter__"):
        raise ConfigError(
            f"a source is an iterable, or has a length and numbered items; {type(dataset).__name__} is neither"
        )
    if isinstance(dataset, Iterator):
        raise ConfigError(
            f"a {type(dataset).__name__} can be read once only, so an epoch could be neither repeated nor resumed, and "
            "each worker would need its own; give an object whose __iter__ starts anew"
        )


def _is_hugging_face(dataset: object) -> bool:
    return any(base.__module__ == "datasets.iterable_dataset" for base in type(dataset).__mro__)


def _split_by_rank(dataset: Any, rank: int, world_size: int) -> Any:
    """A Hugging Face IterableDataset for one rank, unless its user has split it by ranks already."""
    if world_size == 1 or getattr(dataset, "_distributed", None) is not None:
        return dataset
    from datasets.distributed import split_dataset_by_node

    return split_dataset_by_node(dataset, rank=rank, world_size=world_size)
