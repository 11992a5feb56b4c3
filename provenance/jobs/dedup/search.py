"""The whole search for copies, as phases of tasks that somebody works on."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from provenance.dedup import DedupOptions
from provenance.dedup.options import Verify
from provenance.jobs.dedup.documents import Documents
from provenance.jobs.dedup.join import JoinClusters
from provenance.jobs.dedup.link import LinkPartition, partition_names
from provenance.jobs.dedup.paragraphs import PARAGRAPH_MEMORY, RepeatPartition, SpreadParagraphs
from provenance.jobs.dedup.plan import (
    BASE,
    ITEM_MEMORY,
    SHARD_ROW_MEMORY,
    WORKER_MEMORY,
    count_partitions,
    count_ranges,
)
from provenance.jobs.dedup.scratch import Scratch
from provenance.jobs.dedup.shingles import SpreadShingles
from provenance.jobs.dedup.spread import SpreadKeys, number_parts
from provenance.jobs.job import Job
from provenance.run import Receipt, Task

SCRATCH = "scratch"
MEASURES = Path("stats") / "dedup.json"
PHASES = ("shingle", "spread", "link", "paragraph", "repeat", "cluster")


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

    `memory` (bytes) is the ceiling for all of `workers` processes together, by default a gigabyte for each;
    `inputs` changes with the documents. Where it `measures` itself, what it finds goes to stats/dedup.json.
    """

    documents: Documents
    options: DedupOptions
    out: Path
    names: tuple[tuple[str, str], ...]
    n_documents: tuple[int, ...]
    inputs: str
    metadata: Callable[[Task], dict[str, str]]
    memory: int | None
    workers: int
    measures: bool = True

    def run(self, desk: Desk) -> None:
        """Leaves a clusters table for every shard. Raises ConfigError when the memory is too little, OutputError."""
        n, memory = sum(self.n_documents), self._memory()
        n_partitions = count_partitions(
            n, self.options, memory=memory, workers=self.workers, n_in_largest=max(self.n_documents, default=0)
        )
        scratch = Scratch(self.out / SCRATCH, self.options.num_perm)
        partitions = partition_names(n_partitions)
        join = self._join(scratch, tuple(partitions))
        whole = [self._task("cluster", "all", "all", self.inputs)]
        if desk.find_open("cluster", join, whole):
            spread = [self._task("spread", crawl, shard, self.inputs) for crawl, shard in self.names]
            desk.do("spread", SpreadKeys(self.documents, self.options, scratch), spread)
            if self.options.verify is Verify.SHINGLES:
                shingle = [self._task("shingle", crawl, shard, self.inputs) for crawl, shard in self.names]
                desk.do("shingle", SpreadShingles(self.documents, self.options, scratch), shingle)
            link = LinkPartition(self.options, scratch, join.parts, n_partitions)
            told = f"{self.inputs} in {n_partitions}"
            desk.do("link", link, [self._task("link", "all", name, told) for name in partitions])
            join = replace(join, repeated=self._find_repeated(desk, scratch) if self.documents.has_hosts else None)
        desk.do("cluster", join, whole)
        shutil.rmtree(scratch.folder, ignore_errors=True)

    def _find_repeated(self, desk: Desk, scratch: Scratch) -> tuple[str, ...]:
        """The partitions of paragraphs that many documents of a host have."""
        tasks = [self._task("paragraph", crawl, shard, self.inputs) for crawl, shard in self.names]
        found = desk.do("paragraph", SpreadParagraphs(self.documents, self.options, scratch), tasks)
        n_bytes = sum(receipt.counts["paragraphs"] for receipt in found) * PARAGRAPH_MEMORY
        names = partition_names(count_ranges(n_bytes, memory=self._memory(), workers=self.workers))
        repeat = RepeatPartition(self.options, scratch, number_parts(self.names, self.n_documents), len(names))
        told = f"{self.inputs} in {len(names)}"
        desk.do("repeat", repeat, [self._task("repeat", "all", name, told) for name in names])
        return tuple(names)

    def _join(self, scratch: Scratch, partitions: tuple[str, ...]) -> JoinClusters:
        room = max(self._memory() - BASE - ITEM_MEMORY * sum(self.n_documents), BASE // 4)
        return JoinClusters(
            documents=self.documents,
            options=self.options,
            scratch=scratch,
            names=self.names,
            parts=number_parts(self.names, self.n_documents),
            partitions=partitions,
            repeated=None,
            memory=room,
            metadata=self.metadata,
            measures=self.out / MEASURES if self.measures else None,
        )

    def _memory(self) -> int:
        """As given, or a gigabyte for each worker and what grows with the documents."""
        growing = ITEM_MEMORY * sum(self.n_documents) + SHARD_ROW_MEMORY * max(self.n_documents, default=0)
        return self.memory or WORKER_MEMORY * self.workers + growing

    def _task(self, phase: str, crawl: str, shard: str, inputs: str) -> Task:
        return Task(phase, crawl, shard, str(self.out), 1, inputs)
