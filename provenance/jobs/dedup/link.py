"""The link job: all keys of one range, of all shards, become pairs of copies."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from provenance.dedup import DedupOptions
from provenance.dedup.keys import ROW
from provenance.dedup.linking import find_pairs
from provenance.jobs.dedup.scratch import Part, Scratch
from provenance.jobs.dedup.shingles import open_comparison
from provenance.run import Progress, Receipt, Stopwatch, Task

ROW_MEMORY = 4 * ROW.itemsize  # bytes a key needs at the height of the search: itself, sorted, and what sorts it
_ALL = 1 << 64


@dataclass(frozen=True, slots=True)
class LinkPartition:
    """Finds the copies among the keys of one of `n_partitions` ranges."""

    options: DedupOptions
    scratch: Scratch
    parts: tuple[Part, ...]
    n_partitions: int

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt counts keys and pairs. Raises OutputError when the folder cannot be written."""
        watch = Stopwatch()
        number = int(task.shard)
        low, high = range_of(number, self.n_partitions)
        found = [rows for part in self.parts for rows in self.scratch.read_runs(part, low, high)]
        rows = np.concatenate([np.empty(0, ROW), *found])
        del found
        similar, _ = open_comparison(self.options, self.scratch, self.parts)
        pairs = find_pairs(rows, similar)
        self.scratch.write_pairs(task.shard, pairs)
        return watch.receipt(task, {"keys": len(rows), "pairs": len(pairs)})

    def outputs(self, task: Task) -> Iterator[Path]:
        """The files a finished task leaves."""
        yield self.scratch.pairs_path(task.shard)


def partition_names(n_partitions: int) -> list[str]:
    """A name for each range of keys, which are the numbers from 0 on."""
    return [f"{number:05}" for number in range(n_partitions)]


def range_of(number: int, n_partitions: int) -> tuple[int, int]:
    """The keys of a range: from the first on, below the second."""
    return number * _ALL // n_partitions, (number + 1) * _ALL // n_partitions
