"""How a search for copies is cut so that it stays under a ceiling of memory."""

from provenance.dedup import DedupOptions
from provenance.errors import ConfigError
from provenance.jobs.dedup.link import ROW_MEMORY
from provenance.jobs.dedup.spread import RUN_BYTES

BASE = 320 * 1024 * 1024  # bytes of a process with everything imported, before it has read anything
ITEM_MEMORY = 40  # bytes a document needs while clusters are joined: its parent, and copies of that
SHARD_ROW_MEMORY = 400  # bytes a document needs while the clusters table of its shard is made
WORKER_MEMORY = 1024**3  # bytes a process may take where nobody says
SPREAD_MEMORY = BASE + 4 * RUN_BYTES  # rows as they come, put together, sorted, and what sorts them
TEXT_MEMORY = BASE + 256 * 1024 * 1024  # of a task that reads texts, a thousand documents at a time
FETCH_MEMORY = 256 * 1024 * 1024  # besides, where signatures come from object storage: stretches ahead, pairs in order
MEASURE_MEMORY = BASE + 512 * 1024 * 1024  # a sample's texts with their shingles, and signatures they are held against


def count_key_ranges(
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


def check_machine(n_documents: int, n_in_largest: int, memory: int) -> None:
    """Raises ConfigError where the largest machine of several has too little memory for the task that joins pairs."""
    needed = BASE + max(n_documents * ITEM_MEMORY, n_in_largest * SHARD_ROW_MEMORY)
    if needed > memory:
        raise ConfigError(
            f"the largest machine has {memory / 1e9:.1f} GB for a task, too little for {n_documents:,} documents "
            f"({n_in_largest:,} in the largest file); one of them needs at least {needed / 1e9:.1f} GB"
        )


def count_ranges(n_bytes: int, *, memory: int, workers: int) -> int:
    """Into how many ranges rows are cut that would need `n_bytes` at the height of their work, all at once."""
    return max(1, -(-n_bytes // (memory // workers - BASE)))
