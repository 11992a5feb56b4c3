"""The main job: phases of tasks over the shards of a corpus, resumed from the ledger of its output folder.

read       per shard   documents, signals, signatures, rejects
cluster    once        clusters of near and exact duplicates
judge      per shard   verdicts, decisions, curated subset
summarise  once        ratio, data card, report, run.json
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from provenance.errors import OutputError
from provenance.jobs.folder import RunFolder
from provenance.jobs.gather import add_counts
from provenance.jobs.judge import ClusterShards, JudgeShard
from provenance.jobs.plan import Shard
from provenance.jobs.read import ReadShard
from provenance.jobs.settings import JobContext
from provenance.jobs.summarise import Summarise
from provenance.run import Progress, Receipt, Task, run_tasks

PHASES = ("read", "cluster", "judge", "summarise")


class Job(Protocol):
    """What a worker does with a task; picklable."""

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt of the task."""
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
    read = _do(folder, "read", ReadShard(context), [_read_task(shard) for shard in known], workers, reporter)
    kept = _kept(known, read)
    inputs = _digest(receipt.to_json() for receipt in map(_lasting, read) if receipt.done)
    cluster = [Task("cluster", "all", "all", str(context.out), _size(kept), inputs)]
    _do(folder, "cluster", ClusterShards(context, kept), cluster, 1, reporter)
    tasks = [Task("judge", shard.crawl, shard.name, str(shard.path), shard.size, inputs) for shard in kept]
    _do(folder, "judge", JudgeShard(context), tasks, workers, reporter)
    lost = find_lost(folder.ledger.receipts("read"))
    summary = [Task("summarise", "all", "all", str(context.out), _size(kept), inputs + _digest(lost))]
    _do(folder, "summarise", Summarise(context, kept), summary, 1, reporter)
    return _sum_up(folder, context)


def _do(
    folder: RunFolder, phase: str, job: Job, tasks: Sequence[Task], workers: int, reporter: Reporter
) -> list[Receipt]:
    """Works on the open tasks of a phase; every receipt goes to the ledger as it comes."""
    wanted = {task.key for task in tasks}
    todo = folder.ledger.find_open(tasks)
    reporter.start(phase, len(tasks), todo)
    for receipt in run_tasks(job, todo, workers=workers, on_progress=reporter.advance):
        folder.append(receipt)
        reporter.finish(receipt)
        if receipt.fatal or (not receipt.done and phase != "read"):
            raise OutputError(receipt.error or phase)
    return [receipt for receipt in folder.ledger.receipts(phase) if receipt.task.key in wanted]


def find_lost(receipts: Iterable[Receipt]) -> list[str]:
    """A sentence for every shard that was lost, or in part."""
    return [text for receipt in receipts for text in ([receipt.error] if receipt.error else receipt.notes)]


def _read_task(shard: Shard) -> Task:
    return Task("read", shard.crawl, shard.name, str(shard.path), shard.size, f"{shard.size} bytes")


def _kept(shards: Sequence[Shard], receipts: Sequence[Receipt]) -> tuple[Shard, ...]:
    done = {(receipt.task.crawl, receipt.task.shard) for receipt in receipts if receipt.done}
    return tuple(shard for shard in shards if (shard.crawl, shard.name) in done)


def _lasting(receipt: Receipt) -> Receipt:
    """The receipt without what differs from run to run."""
    return Receipt(receipt.task, receipt.counts, receipt.rejects, receipt.notes, receipt.complete, error=receipt.error)


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _size(shards: Sequence[Shard]) -> int:
    return sum(shard.size for shard in shards)


def _sum_up(folder: RunFolder, context: JobContext) -> RunSummary:
    saved = json.loads(folder.run_file.read_text(encoding="utf-8"))
    read = folder.ledger.receipts("read")
    receipts = tuple(receipt for phase in PHASES for receipt in folder.ledger.receipts(phase))
    return RunSummary(
        totals=saved["totals"],
        rejects=add_counts(receipt.rejects for receipt in read),
        left_out=add_counts(receipt.rejects for receipt in folder.ledger.receipts("judge")),
        lost=tuple(find_lost(read)),
        report=context.out / "report.html",
        receipts=receipts,
    )
