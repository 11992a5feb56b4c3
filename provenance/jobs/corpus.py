"""The main job: phases of tasks over the shards of a corpus, resumed from the ledger of its output folder.

read       per shard   documents, signals, signatures, rejects, markup
cluster    once        clusters of near and exact duplicates
judge      per shard   verdicts, decisions, curated subset
summarise  once        ratio, data card, report, run.json
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from provenance.errors import OutputError
from provenance.jobs.companions import find_companions
from provenance.jobs.folder import RunFolder
from provenance.jobs.gather import add_counts
from provenance.jobs.judge import ClusterShards, JudgeShard
from provenance.jobs.places import STDIN, is_hidden, show_place
from provenance.jobs.plan import Shard
from provenance.jobs.read import ReadShard
from provenance.jobs.saved import read_saved
from provenance.jobs.settings import JobContext
from provenance.jobs.summarise import Summarise
from provenance.run import Crew, Progress, Receipt, Task, attempt

PHASES = ("read", "cluster", "judge", "summarise")


class Job(Protocol):
    """What a worker does with a task; picklable."""

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt of the task."""
        ...

    def outputs(self, task: Task) -> Iterable[Path]:
        """The files a finished task leaves: when one of them is gone, the task is done again."""
        ...


class Reporter(Protocol):
    """Told how the work goes on; the command line draws a bar from it."""

    def start(self, phase: str, n_tasks: int, open_tasks: Sequence[Task]) -> None:
        """A phase begins; `open_tasks` are those of its tasks that are not done yet."""
        ...

    def advance(self, task: Task, bytes_done: int) -> None:
        """A task has read so far into its input."""
        ...

    def finish(self, receipt: Receipt) -> None:
        """A task has ended."""
        ...


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run came to: totals by name, rejects and left-out documents by reason, what was lost, where it lies."""

    totals: Mapping[str, int]
    rejects: Mapping[str, int]
    left_out: Mapping[str, int]
    lost: tuple[str, ...]
    report: Path
    receipts: tuple[Receipt, ...]

    @property
    def whole(self) -> bool:
        """True when no part of the input was lost."""
        return not self.lost


def run_corpus(folder: RunFolder, shards: Sequence[Shard], *, workers: int, reporter: Reporter) -> RunSummary:
    """Does what is open of the run in `folder`, and sums up. Raises OutputError when a table cannot be written."""
    context = folder.context
    known = folder.add_shards(shards)
    with Crew(workers) as crew:
        desk = _Desk(folder, crew, reporter, piped=frozenset((s.crawl, s.name) for s in shards if s.place == STDIN))
        companions = find_companions(known)
        tasks = [_read_task(shard, companions.get((shard.crawl, shard.name))) for shard in known]
        read = desk.do("read", ReadShard(context), tasks)
        kept = _kept(known, read)
        inputs = _digest(receipt.to_json() for receipt in map(_lasting, read) if receipt.done)
        desk.do("cluster", ClusterShards(context, kept), [_whole_task("cluster", context, kept, inputs)])
        tasks = [Task("judge", shard.crawl, shard.name, shard.place, shard.size, inputs) for shard in kept]
        desk.do("judge", JudgeShard(context), tasks)
        told = inputs + _digest(find_lost(read))
        desk.do("summarise", Summarise(context, kept), [_whole_task("summarise", context, kept, told)])
    return _sum_up(folder, kept)


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where tasks are handed out and receipts come in."""

    folder: RunFolder
    crew: Crew
    reporter: Reporter
    piped: frozenset[tuple[str, str]]  # crawl and name of the shard that is on standard input now

    def do(self, phase: str, job: Job, tasks: Sequence[Task]) -> list[Receipt]:
        """Works on the open tasks of a phase; every receipt goes to the ledger as it comes."""
        ledger = self.folder.ledger
        todo = self._find_open(phase, job, tasks)
        failed = {(r.task.key, r.task.inputs) for r in ledger.receipts(phase) if not r.done}
        if self.folder.finished and any((task.key, task.inputs) not in failed for task in todo):
            self.folder.reopen()
        self.reporter.start(phase, len(tasks), todo)
        for receipt in map(self.folder.append, self._work(phase, job, todo)):
            self.reporter.finish(receipt)
            if receipt.fatal or (not receipt.done and phase != "read"):
                raise OutputError(receipt.error or phase)
        wanted = {task.key for task in tasks}
        return [receipt for receipt in ledger.receipts(phase) if receipt.task.key in wanted]

    def _work(self, phase: str, job: Job, todo: Sequence[Task]) -> Iterator[Receipt]:
        """Standard input is read by this process, which alone has it; what cannot be read now stays lost."""
        others = []
        for task in todo:
            if phase != "read":
                others.append(task)
            elif why := self._why_absent(task):
                yield Receipt(task, complete=False, error=f"{show_place(task.source)}: {why}")
            elif task.source == STDIN:
                yield attempt(job, task, partial(self.reporter.advance, task))
            else:
                others.append(task)
        yield from self.crew.work(job, others, on_progress=self.reporter.advance)

    def _is_piped(self, task: Task) -> bool:
        return (task.crawl, task.shard) in self.piped

    def _why_absent(self, task: Task) -> str | None:
        """Why a shard of an earlier call cannot be read in this one."""
        if task.source == STDIN and not self._is_piped(task):
            return "standard input was not read to its end; pipe the archive to `provenance run -` again"
        if is_hidden(task.source):
            return "the password or query of this URL is not kept; name it again"
        return None

    def _find_open(self, phase: str, job: Job, tasks: Sequence[Task]) -> list[Task]:
        """Tasks not done, done on other inputs, or whose files are gone; a run not finished is summed up anew."""
        if phase == "summarise" and not self.folder.finished:
            return list(tasks)
        undone = {task.key for task in self.folder.ledger.find_open(tasks)}
        undone |= {r.task.key for r in self.folder.ledger.receipts(phase) if not r.complete and self._is_piped(r.task)}
        return [task for task in tasks if task.key in undone or not all(path.exists() for path in job.outputs(task))]


def find_lost(receipts: Iterable[Receipt]) -> list[str]:
    """A sentence for every shard that was lost, or in part."""
    return [text for receipt in receipts for text in ([receipt.error] if receipt.error else receipt.notes)]


def _read_task(shard: Shard, companion: Shard | None) -> Task:
    task = Task("read", shard.crawl, shard.name, shard.place, shard.size, shard.version)
    if companion is None:
        return task
    inputs = f"{shard.version}; page facts of {companion.name}: {companion.version}"
    return replace(task, inputs=inputs, companion=companion.place)


def _whole_task(phase: str, context: JobContext, shards: Sequence[Shard], inputs: str) -> Task:
    """A task over all shards at once."""
    return Task(phase, "all", "all", str(context.out), sum(shard.size for shard in shards), inputs)


def _kept(shards: Sequence[Shard], receipts: Sequence[Receipt]) -> tuple[Shard, ...]:
    done = {(receipt.task.crawl, receipt.task.shard) for receipt in receipts if receipt.done}
    return tuple(shard for shard in shards if (shard.crawl, shard.name) in done)


def _lasting(receipt: Receipt) -> Receipt:
    """The receipt without what differs from run to run, and without the places it was read from."""
    task = replace(receipt.task, source="", companion="")
    return Receipt(task, receipt.counts, receipt.rejects, receipt.notes, receipt.complete, error=receipt.error)


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _sum_up(folder: RunFolder, kept: Sequence[Shard]) -> RunSummary:
    saved = read_saved(folder.run_file)
    read = folder.ledger.receipts("read")
    names = {(shard.crawl, shard.name) for shard in kept}
    judged = [r for r in folder.ledger.receipts("judge") if (r.task.crawl, r.task.shard) in names]
    return RunSummary(
        totals=saved["totals"] or {},
        rejects=add_counts(receipt.rejects for receipt in read),
        left_out=add_counts(receipt.rejects for receipt in judged),
        lost=tuple(find_lost(read)),
        report=folder.context.out / "report.html",
        receipts=tuple(receipt for phase in PHASES for receipt in folder.ledger.receipts(phase)),
    )
