"""The whole search for versions, as phases of tasks that somebody works on."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from provenance.jobs.dedup.link import partition_names
from provenance.jobs.dedup.search import Desk
from provenance.jobs.dedup.spread import number_parts
from provenance.jobs.parallel.pieces import Pieces
from provenance.jobs.parallel.tasks import MatchVersions, ScatterPages, WriteParallels
from provenance.run import Task

PHASES = ("scatter", "match", "parallel")
SCRATCH = "scratch_parallels"
PARTITION_ROWS = 40_000  # documents of a range, on average


@dataclass(frozen=True, slots=True)
class VersionSearch:
    """The search through all shards of `names` (crawl and shard) with so many documents each.

    `inputs` changes with the documents.
    """

    out: Path
    names: tuple[tuple[str, str], ...]
    n_documents: tuple[int, ...]
    inputs: str
    metadata: Callable[[Task], dict[str, str]]

    def run(self, desk: Desk) -> None:
        """Leaves a table `parallels` for every shard. Raises OutputError."""
        pieces, parts = Pieces(self.out / SCRATCH), number_parts(self.names, self.n_documents)
        partitions = tuple(partition_names(count_ranges(sum(self.n_documents))))
        write = WriteParallels(self.out, pieces, parts, partitions, self.metadata)
        shards = self._tasks("parallel", self.names)
        if desk.find_open("parallel", write, shards):
            desk.do("scatter", ScatterPages(self.out, pieces, parts), self._tasks("scatter", self.names))
            ranges = [("all", name) for name in partitions]
            told = f"{self.inputs} in {len(partitions)}"
            desk.do("match", MatchVersions(pieces, parts, len(partitions)), self._tasks("match", ranges, told))
        desk.do("parallel", write, shards)
        shutil.rmtree(pieces.folder, ignore_errors=True)

    def _tasks(self, phase: str, names: Sequence[tuple[str, str]], inputs: str | None = None) -> list[Task]:
        return [Task(phase, crawl, shard, str(self.out), 1, inputs or self.inputs) for crawl, shard in names]


def count_ranges(n_documents: int) -> int:
    """Into how many ranges of keys the sites are cut: a power of two, so that halves of them are always the same."""
    return 1 << max(0, -(-n_documents // PARTITION_ROWS) - 1).bit_length()
