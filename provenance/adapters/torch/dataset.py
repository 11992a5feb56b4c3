"""A torch dataset whose samples stay or go by their scores, and that goes on exactly where it stopped.

Known faults of others that this one is tested against: huggingface/datasets issues 7447 (epochs shortened after
resuming with persistent workers) and 8308 (a second resume restarts), meta-pytorch/data issue 1267 (`iter` twice).
"""

import copy
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from provenance.adapters.torch.blocks import (
    Chosen,
    Duplicates,
    Weighing,
    check_policy,
    choose,
    drop_known,
    give_out,
    shuffle_chosen,
)
from provenance.adapters.torch.positions import Loaded, Position, Reading, check_natural
from provenance.adapters.torch.ranks import find_rank
from provenance.adapters.torch.resuming import ResumableDataset
from provenance.adapters.torch.sources import Stream, open_source
from provenance.errors import ConfigError


class ProvenanceDataset(ResumableDataset):
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
        check_policy(policy)
        self.policy = policy
        self.seed = policy.seed if seed is None else seed
        rank, world_size = find_rank(rank, world_size)
        check_natural(seed=self.seed, block=block, shuffle_buffer=shuffle_buffer)
        self._size = max(shuffle_buffer, block)
        if self._size < 1:
            raise ConfigError(f"block={block}: a block has at least one item")
        self._shuffles_blocks = shuffle_buffer > 0
        self._duplicates = duplicates
        self._source = open_source(
            source, shuffle=shuffle, splits_itself=splits_itself, rank=rank, world_size=world_size
        )
        super().__init__(
            {
                "seed": self.seed,
                "rank": rank,
                "world_size": world_size,
                "block": self._size,
                "shuffle": shuffle,
                "shuffle_buffer": shuffle_buffer,
                "duplicates": duplicates is not None,
                "policy": _describe(policy),
            },
            rank,
            world_size,
        )

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

    def _read(self, resume: Loaded | None) -> Iterator[Any]:
        start = self._start(resume)
        stream = self._find_stream(start.turn)
        block, offset = start.streams.get(stream.number, (0, 0))
        place = self._place = Reading(replace(start, streams={}), stream, block, offset, start.finished)
        self._note_begun()
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


def _describe(policy: object) -> str:
    """A policy in words that are the same in every process: without addresses, and without where its files lie."""
    if not is_dataclass(policy):
        return type(policy).__qualname__
    options = ((item.name, getattr(policy, item.name)) for item in fields(policy) if item.name not in _FILES)
    return f"{type(policy).__qualname__}({', '.join(f'{name}={value!r}' for name, value in options)})"


_FILES = ("scores", "models")
