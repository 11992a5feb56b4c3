"""The link job: all keys of one range, of all shards, become pairs of copies."""

from collections.abc import Iterator
from dataclasses import dataclass

from provenance.dedup import DedupOptions
from provenance.dedup.keys import ROW
from provenance.dedup.linking import find_pairs
from provenance.jobs.dedup.compare import open_comparison
from provenance.jobs.dedup.scratch import Part, Scratch, read_parts
from provenance.run import Progress, Receipt, Stopwatch, Task
from provenance.store import Place

ROW_MEMORY = 4 * ROW.itemsize  # bytes a key needs at the height of the search: itself, sorted, and what sorts it


@dataclass(frozen=True, slots=True)
class LinkRange:
    """Finds the copies among the keys of one of `n_ranges` ranges."""

    options: DedupOptions
    scratch: Scratch
    parts: tuple[Part, ...]
    n_ranges: int

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt counts keys and pairs. Raises OutputError when the folder cannot be written."""
        watch = Stopwatch()
        number = int(task.shard)
        places = [self.scratch.keys_path(part.name, self.n_ranges) for part in self.parts]
        rows = read_parts(places, self.parts, number, number + 1)
        similar, _ = open_comparison(self.options, self.scratch, self.parts)
        pairs = find_pairs(rows, similar)
        self.scratch.write_pairs(self._path(task), pairs)
        return watch.receipt(task, {"keys": len(rows), "pairs": len(pairs)})

    def outputs(self, task: Task) -> Iterator[Place]:
        """The files a finished task leaves."""
        yield self._path(task)

    def _path(self, task: Task) -> Place:
        return self.scratch.pairs_path(task.shard, self.n_ranges)
