"""Which process of a distributed training this is, and how all of them end an epoch at the same step."""

from collections.abc import Iterable, Iterator
from typing import Any

import torch.distributed

from provenance.errors import ConfigError


def find_rank(rank: int | None, world_size: int | None) -> tuple[int, int]:
    """Rank and number of ranks: as given, else of torch.distributed, else 0 of 1. ConfigError for impossible ones."""
    if (rank is None) != (world_size is None):
        raise ConfigError("rank and world_size are given together, or neither is")
    if rank is None or world_size is None:
        if not torch.distributed.is_available() or not torch.distributed.is_initialized():
            return 0, 1
        return torch.distributed.get_rank(), torch.distributed.get_world_size()
    if not 0 <= rank < world_size:
        raise ConfigError(f"rank={rank} is not one of 0 to {world_size - 1} (world_size={world_size})")
    return rank, world_size


def in_step(batches: Iterable[Any]) -> Iterator[Any]:
    """The batches as long as every rank has one more, so that all ranks take as many steps.

    Ranks of a ProvenanceDataset keep different numbers of samples; one that has no batch left would let the others wait
    for its gradients for ever. Each step the ranks tell each other whether they have one (`all_gather_object`). What
    is left on the longer ranks is not given out: at the first end the one batch read, and all behind it. Where
    torch.distributed has not been initialised all batches come.
    """
    if not torch.distributed.is_available() or not torch.distributed.is_initialized():
        yield from batches
        return
    own = iter(batches)
    told = [False] * torch.distributed.get_world_size()
    while True:
        batch = next(own, _NONE_LEFT)
        torch.distributed.all_gather_object(told, batch is not _NONE_LEFT)
        if not all(told):
            return
        yield batch


_NONE_LEFT = object()
