"""What a phase does with a task."""

from collections.abc import Iterable
from typing import Protocol

from provenance.run import Progress, Receipt, Task
from provenance.store import Place


class Job(Protocol):
    """What a worker does with a task; picklable."""

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt of the task."""
        ...

    def outputs(self, task: Task) -> Iterable[Place]:
        """The files a finished task leaves: when one of them is gone, the task is done again."""
        ...
