"""Where the tasks of a run are handed out and their receipts come in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from provenance.errors import OutputError
from provenance.jobs.folder import RunFolder
from provenance.jobs.job import Job
from provenance.jobs.published import PublishedJob
from provenance.jobs.sources.places import STDIN, is_hidden, show_place
from provenance.run import Crew, Receipt, Task, attempt
from provenance.store import ObjectPath, find_absent


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
class Desk:
    """Where tasks are handed out and receipts come in."""

    folder: RunFolder
    crew: Crew
    reporter: Reporter
    piped: frozenset[tuple[str, str]]  # crawl and name of the shard that is on standard input now

    def do(self, phase: str, job: Job, tasks: Sequence[Task]) -> list[Receipt]:
        """Works on the open tasks of a phase; every receipt goes to the ledger as it comes.

        Gives the receipts of all tasks. Raises OutputError where the run cannot go on.
        """
        ledger = self.folder.ledger
        job = PublishedJob(job) if isinstance(self.folder.context.out, ObjectPath) else job
        todo = self.find_open(phase, job, tasks)
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

    def find_open(self, phase: str, job: Job, tasks: Sequence[Task]) -> list[Task]:
        """Tasks not done, done on other inputs, or whose files are gone; a run not finished is summed up anew."""
        if phase == "summarise" and not self.folder.finished:
            return list(tasks)
        undone = {task.key for task in self.folder.ledger.find_open(tasks)}
        undone |= {r.task.key for r in self.folder.ledger.receipts(phase) if not r.complete and self._is_piped(r.task)}
        absent = find_absent(place for task in tasks if task.key not in undone for place in job.outputs(task))
        return [task for task in tasks if task.key in undone or not absent.isdisjoint(job.outputs(task))]
