"""A reporter that tells several others."""

from collections.abc import Sequence
from dataclasses import dataclass

from provenance.jobs.desk import Reporter
from provenance.run import Receipt, Task


@dataclass(frozen=True, slots=True)
class Reporters:
    """Tells each of them, in order."""

    all: tuple[Reporter, ...]

    def start(self, phase: str, n_tasks: int, open_tasks: Sequence[Task]) -> None:
        """A phase begins."""
        for reporter in self.all:
            reporter.start(phase, n_tasks, open_tasks)

    def advance(self, task: Task, bytes_done: int) -> None:
        """A task has read so far."""
        for reporter in self.all:
            reporter.advance(task, bytes_done)

    def finish(self, receipt: Receipt) -> None:
        """A task has ended."""
        for reporter in self.all:
            reporter.finish(receipt)
