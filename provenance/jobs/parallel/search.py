"""The whole search for versions, as phases of tasks that somebody works on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from provenance.jobs.dedup.plan import BASE
from provenance.jobs.dedup.search import Desk
from provenance.jobs.dedup.spread import number_names, number_parts
from provenance.jobs.parallel.pieces import Pieces
from provenance.jobs.parallel.tasks import MatchVersions, ScatterPages, WriteParallels
from provenance.run import Task
from provenance.store import Place, remove_folder

PHASES = ("scatter", "match", "parallel")
SCRATCH = "scratch_parallels"
RANGE_ROWS = 40_000  # documents of a range, on average
READ_ROWS = 16  # about so many of these a range has of a shard on average, or more: each costs two requests
SCATTER_MEMORY = 6_000  # bytes a document needs while its shard's pages are put in order
MATCH_MEMORY = 320 * 1024 * 1024  # bytes that matching takes for the pages it looks at, whatever the range
FOUND_MEMORY = 1_000  # bytes that what was found of a document takes until it is written


@dataclass(frozen=True, slots=True)
class VersionSearch:
    """The search through all shards of `names` (crawl and shard) with so many documents each.

    `inputs` changes with the documents.
    """

    out: Place
    names: tuple[tuple[str, str], ...]
    n_documents: tuple[int, ...]
    inputs: str
    metadata: Callable[[Task], dict[str, str]]

    def run(self, desk: Desk) -> None:
        """Leaves a table `parallels` for every shard. Raises OutputError."""
        n_ranges = count_ranges(sum(self.n_documents), len(self.names))
        pieces, parts = Pieces(self.out / SCRATCH, n_ranges), number_parts(self.names, self.n_documents)
        write = WriteParallels(self.out, pieces, parts, self.metadata)
        a_shard = BASE + SCATTER_MEMORY * max(self.n_documents, default=0)
        shards = self._tasks("parallel", self.names, self.inputs, a_shard)
        if desk.find_open("parallel", write, shards):
            told = f"{self.inputs} in {n_ranges}"
            scatter = ScatterPages(self.out, pieces, parts)
            desk.do("scatter", scatter, self._tasks("scatter", self.names, told, a_shard))
            ranges = [("all", name) for name in number_names(n_ranges)]
            a_range = BASE + MATCH_MEMORY + FOUND_MEMORY * (sum(self.n_documents) // n_ranges)
            desk.do("match", MatchVersions(pieces, parts), self._tasks("match", ranges, told, a_range))
        desk.do("parallel", write, shards)
        remove_folder(pieces.folder)

    def _tasks(self, phase: str, names: Sequence[tuple[str, str]], inputs: str, memory: int) -> list[Task]:
        return [Task(phase, crawl, shard, str(self.out), 1, inputs, memory=memory) for crawl, shard in names]


def count_ranges(n_documents: int, n_shards: int) -> int:
    """Into how many ranges of keys the sites are cut: a power of two, so that halves of them are always the same."""
    most = max(RANGE_ROWS, READ_ROWS * n_shards)
    return 1 << max(0, -(-n_documents // most) - 1).bit_length()
