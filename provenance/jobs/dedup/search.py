"""The whole search for copies, as phases of tasks that somebody works on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from provenance.dedup import DedupOptions
from provenance.dedup.options import Verify
from provenance.jobs.dedup.describe import DescribeMembers
from provenance.jobs.dedup.documents import Documents
from provenance.jobs.dedup.fill import FillClusters
from provenance.jobs.dedup.join import JoinPairs
from provenance.jobs.dedup.link import LinkRange
from provenance.jobs.dedup.measure import MeasureSearch
from provenance.jobs.dedup.paragraphs import PARAGRAPH_MEMORY, RepeatRange, SpreadParagraphs
from provenance.jobs.dedup.plan import (
    BASE,
    FETCH_MEMORY,
    ITEM_MEMORY,
    MEASURE_MEMORY,
    SHARD_ROW_MEMORY,
    SPREAD_MEMORY,
    TEXT_MEMORY,
    WORKER_MEMORY,
    check_machine,
    count_key_ranges,
    count_ranges,
)
from provenance.jobs.dedup.scratch import Part, Scratch
from provenance.jobs.dedup.shingles import SpreadShingles
from provenance.jobs.dedup.spread import SpreadKeys, number_names, number_parts
from provenance.jobs.job import Job
from provenance.jobs.pieces.cuts import count_cuts
from provenance.run import Receipt, Task
from provenance.store import Place, remove_folder

SCRATCH = "scratch"
MEASURES = Path("stats") / "dedup.json"
PHASES = ("shingle", "spread", "link", "paragraph", "repeat", "join", "describe", "cluster", "measure")
_PARAGRAPHS = 32  # of a document, supposed where paragraphs are cut before they are counted
_FINER = 8  # cuts of paragraphs for each range there would then be: so many more of them find room


class Desk(Protocol):
    """Where tasks are worked on, and what is known of those done before."""

    def find_open(self, phase: str, job: Job, tasks: Sequence[Task]) -> list[Task]:
        """Those of the tasks that are not done."""
        ...

    def do(self, phase: str, job: Job, tasks: Sequence[Task]) -> list[Receipt]:
        """Does what is open; the receipts of all tasks. Raises OutputError when a task fails."""
        ...


@dataclass(frozen=True, slots=True)
class CopySearch:
    """The search through all shards of `names` (crawl and shard) with so many documents each.

    `memory` (bytes) is the ceiling for all of `workers` processes together, by default a gigabyte for each; `largest`
    is what one of them may have, where they are not all on one machine. `inputs` changes with the documents. Where it
    `measures` itself, what it finds goes to stats/dedup.json.
    """

    documents: Documents
    options: DedupOptions
    out: Place
    names: tuple[tuple[str, str], ...]
    n_documents: tuple[int, ...]
    inputs: str
    metadata: Callable[[Task], dict[str, str]]
    memory: int | None
    workers: int
    measures: bool = True
    largest: int | None = None

    def run(self, desk: Desk) -> list[Receipt]:
        """Leaves a clusters table for every shard, and gives their receipts.

        Raises ConfigError when the memory is too little, OutputError.
        """
        ranges = self._name_ranges()
        fill = FillClusters(self.documents, self._scratch, self.names, self._parts, 0, None, self.metadata)
        shards = [
            self._task("cluster", crawl, shard, self.inputs, BASE + SHARD_ROW_MEMORY * n)
            for (crawl, shard), n in zip(self.names, self.n_documents, strict=True)
        ]
        measure = self._plan_measure(ranges)
        whole = (
            [self._task("measure", "all", "all", self.inputs, MEASURE_MEMORY + self._fetching)] if self.measures else []
        )
        if desk.find_open("cluster", fill, shards) or (whole and desk.find_open("measure", measure, whole)):
            self._link(desk, ranges)
            repeated = self._find_repeated(desk) if self.documents.has_hosts else None
            n_portions = self._describe(desk, ranges)
            fill = replace(fill, n_portions=n_portions, repeated=repeated)
            measure = replace(measure, n_portions=n_portions)
        found = desk.do("cluster", fill, shards)
        if whole:
            counts = {name: sum(one.counts[name] for one in found) for name in measure.counts}
            desk.do("measure", replace(measure, counts=counts), whole)
        remove_folder(self._scratch.folder)
        return found

    def _link(self, desk: Desk, ranges: tuple[str, ...]) -> None:
        """Leaves the pairs of copies of each range of keys."""
        told = f"{self.inputs} in {len(ranges)}"
        spread = SpreadKeys(self.documents, self.options, self._scratch, len(ranges))
        desk.do("spread", spread, self._tasks("spread", told, SPREAD_MEMORY))
        if self.options.verify is Verify.SHINGLES:
            shingle = SpreadShingles(self.documents, self.options, self._scratch)
            desk.do("shingle", shingle, self._tasks("shingle", self.inputs, TEXT_MEMORY))
        link = LinkRange(self.options, self._scratch, self._parts, len(ranges))
        desk.do("link", link, self._tasks("link", told, self._share + self._fetching, ranges))

    def _find_repeated(self, desk: Desk) -> tuple[str, ...]:
        """The ranges of paragraphs that many documents of a host have."""
        n_cuts = _FINER * self._count_ranges(sum(self.n_documents) * _PARAGRAPHS * PARAGRAPH_MEMORY)
        spread = SpreadParagraphs(self.documents, self.options, self._scratch, n_cuts)
        tasks = self._tasks("paragraph", f"{self.inputs} in {n_cuts}", max(SPREAD_MEMORY, TEXT_MEMORY))
        found = desk.do("paragraph", spread, tasks)
        n_bytes = sum(receipt.counts["paragraphs"] for receipt in found) * PARAGRAPH_MEMORY
        names = tuple(number_names(min(n_cuts, self._count_ranges(n_bytes))))
        repeat = RepeatRange(self.options, self._scratch, self._parts, len(names), n_cuts)
        desk.do("repeat", repeat, self._tasks("repeat", f"{self.inputs} in {len(names)}", self._share, names))
        return names

    def _describe(self, desk: Desk, ranges: tuple[str, ...]) -> int:
        """Leaves what is said of the members of clusters, in as many portions as it gives."""
        join = JoinPairs(self._scratch, self._parts, ranges, self._room)
        memory = BASE + ITEM_MEMORY * sum(self.n_documents)  # whatever the number of workers
        desk.do("join", join, [self._task("join", "all", "all", f"{self.inputs} for {self._room}", memory)])
        n_portions = count_cuts(self._members)
        told, names = f"{self.inputs} in {n_portions}", number_names(n_portions)
        describe = DescribeMembers(
            self.documents, self.options, self._scratch, self.names, self._parts, self._members, n_portions
        )
        desk.do("describe", describe, self._tasks("describe", told, self._share + self._fetching, names))
        return n_portions

    def _plan_measure(self, ranges: tuple[str, ...]) -> MeasureSearch:
        return MeasureSearch(
            documents=self.documents,
            options=self.options,
            scratch=self._scratch,
            names=self.names,
            parts=self._parts,
            ranges=ranges,
            members=self._members,
            n_portions=0,
            counts=dict.fromkeys(("removed", "words", "words_removed"), 0),
            measures=self.out / MEASURES,
        )

    def _name_ranges(self) -> tuple[str, ...]:
        n, n_in_largest = sum(self.n_documents), max(self.n_documents, default=0)
        if self.largest is not None:
            check_machine(n, n_in_largest, self.largest)
        n_ranges = count_key_ranges(
            n, self.options, memory=self._ceiling, workers=self.workers, n_in_largest=n_in_largest
        )
        return tuple(number_names(n_ranges))

    def _count_ranges(self, n_bytes: int) -> int:
        return count_ranges(n_bytes, memory=self._ceiling, workers=self.workers)

    @property
    def _scratch(self) -> Scratch:
        return Scratch(self.out / SCRATCH, self.options.num_perm)

    @property
    def _parts(self) -> tuple[Part, ...]:
        return number_parts(self.names, self.n_documents)

    @property
    def _members(self) -> Place:
        return self._scratch.members_path(self._room)

    @property
    def _ceiling(self) -> int:
        """Bytes for all workers: as given, or a gigabyte for each and what grows with the documents."""
        growing = ITEM_MEMORY * sum(self.n_documents) + SHARD_ROW_MEMORY * max(self.n_documents, default=0)
        wanted = self.memory or WORKER_MEMORY * self.workers + growing
        return wanted if self.largest is None else min(wanted, self.largest * self.workers)

    @property
    def _share(self) -> int:
        """Bytes for one worker."""
        return self._ceiling // self.workers

    @property
    def _fetching(self) -> int:
        """Bytes that a task takes besides where what it compares has to be fetched."""
        return 0 if isinstance(self.out, Path) else FETCH_MEMORY

    @property
    def _room(self) -> int:
        """Bytes a worker has for what it reads."""
        return self._share - BASE

    def _tasks(self, phase: str, inputs: str, memory: int, ranges: Sequence[str] | None = None) -> list[Task]:
        """A task a range, or one a shard."""
        names = self.names if ranges is None else [("all", name) for name in ranges]
        return [self._task(phase, crawl, shard, inputs, memory) for crawl, shard in names]

    def _task(self, phase: str, crawl: str, shard: str, inputs: str, memory: int) -> Task:
        return Task(phase, crawl, shard, str(self.out), 1, inputs, memory=memory)
