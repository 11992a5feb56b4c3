"""Which process of a distributed training this is."""

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
