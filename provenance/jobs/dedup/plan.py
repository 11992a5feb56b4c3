"""How a search for copies is cut so that it stays under a ceiling of memory."""

from provenance.dedup import DedupOptions
from provenance.errors import ConfigError
from provenance.jobs.dedup.link import ROW_MEMORY

BASE = 320 * 1024 * 1024  # bytes of a process with everything imported, before it has read anything
ITEM_MEMORY = 40  # bytes a document needs while clusters are joined: its parent, and copies of that
SHARD_ROW_MEMORY = 400  # bytes a document needs while the clusters table of its shard is made
WORKER_MEMORY = 1024**3  # bytes a process may take where nobody says


def count_partitions(
    n_documents: int, options: DedupOptions, *, memory: int, workers: int, n_in_largest: int = 0
) -> int:
    """Into how many ranges the keys are cut: as few as `workers` processes can hold in `memory` bytes together.

    Raises ConfigError when the ceiling is too low for so many documents, and for those of the largest shard, whatever
    the number of ranges.
    """
    lowest = BASE + n_documents * ITEM_MEMORY + n_in_largest * SHARD_ROW_MEMORY
    room = memory // workers - BASE
    if memory < lowest or room < BASE // 4:
        needed = max(lowest, workers * (BASE + BASE // 4))
        raise ConfigError(
            f"--memory {memory / 1e9:.1f} GB is too little for {n_documents:,} documents ({n_in_largest:,} in the "
            f"largest file) and {workers} workers; give at least {needed / 1e9:.1f} GB, smaller files or fewer workers"
        )
    return count_ranges(n_documents * (options.banding[0] + 1) * ROW_MEMORY, memory=memory, workers=workers)


def count_ranges(n_bytes: int, *, memory: int, workers: int) -> int:
    """Into how many ranges rows are cut that would need `n_bytes` at the height of their work, all at once."""
    return max(1, -(-n_bytes // (memory // workers - BASE)))
