"""A run summed up: its shards counted group by group, then one task over what the groups left."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from provenance.jobs.dedup.search import Desk
from provenance.jobs.gather import RunTables, group_file
from provenance.jobs.settings import JobContext
from provenance.jobs.sources.plan import Shard
from provenance.jobs.summarise import Summarise
from provenance.jobs.tabulate.groups import FILES, gather_group, group_shards
from provenance.run import Progress, Receipt, Stopwatch, Task
from provenance.store import Place, remove_folder

PHASES = ("tabulate", "summarise")
SCRATCH = "scratch_stats"
BASE_MEMORY = 600_000_000  # bytes of a task beside what grows with its documents
GATHER_MEMORY = 3_000  # bytes for each document of a group; estimated from the widths of their columns
SUM_MEMORY = 1_500  # bytes for each document of a run; measured 1,230 between 250,000 and 1,000,000


@dataclass(frozen=True, slots=True)
class Tabulate:
    """Gathers what adds up of the group of shards that a task names; slim rows and counts."""

    context: JobContext

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """Raises ShardError for a table that cannot be read, OutputError when a file cannot be written."""
        watch = Stopwatch()
        shards = tuple(Shard(crawl, name, "", 0) for crawl, name in json.loads(task.companion))
        run = RunTables(self.context.out, shards, self.context.config.weights is not None)
        n_documents = gather_group(run, self._group(task), self.context.metadata(task))
        return watch.receipt(task, {"documents": n_documents})

    def outputs(self, task: Task) -> Iterator[Place]:
        """The files a finished task leaves."""
        for name in FILES:
            yield group_file(self._group(task), name)

    def _group(self, task: Task) -> Place:
        return locate_group(self.context.out, task.shard)


def locate_group(out: Place, name: str) -> Place:
    """The name of what is gathered of a group, as long as the run is not summed up."""
    return out / SCRATCH / name


@dataclass(frozen=True, slots=True)
class Sum:
    """What is left to do when all shards, with so many documents each, are judged; `inputs` changes with them."""

    context: JobContext
    shards: tuple[Shard, ...]
    n_documents: tuple[int, ...]
    inputs: str

    def run(self, desk: Desk) -> None:
        """Leaves figures, data card, report and totals. Raises OutputError."""
        tasks = self._list_groups()
        groups = tuple(locate_group(self.context.out, task.shard) for task in tasks)
        summarise = Summarise(self.context, self.shards, groups)
        size = sum(shard.size for shard in self.shards)
        memory = BASE_MEMORY + SUM_MEMORY * sum(self.n_documents)
        whole = [Task("summarise", "all", "all", str(self.context.out), size, self.inputs, memory=memory)]
        if desk.find_open("summarise", summarise, whole):
            desk.do("tabulate", Tabulate(self.context), tasks)
        desk.do("summarise", summarise, whole)
        remove_folder(self.context.out / SCRATCH)

    def _list_groups(self) -> list[Task]:
        known = {(shard.crawl, shard.name): n for shard, n in zip(self.shards, self.n_documents, strict=True)}
        groups = group_shards(self.shards, self.n_documents)
        return [
            self._name_group(number, [(s.crawl, s.name) for s in group], known) for number, group in enumerate(groups)
        ]

    def _name_group(self, number: int, names: Sequence[tuple[str, str]], known: Mapping[tuple[str, str], int]) -> Task:
        """The task of a group. It names the shards: the job goes to workers with every task, and must be small."""
        listed, n = json.dumps(names, ensure_ascii=False), sum(known[name] for name in names)
        told = f"{self.inputs} of {hashlib.sha256(listed.encode()).hexdigest()[:16]}"
        memory = BASE_MEMORY + GATHER_MEMORY * n
        return Task("tabulate", "all", f"{number:05d}", str(self.context.out), n, told, listed, memory=memory)
