"""What works on tasks, whatever it is made of: processes of this machine, or a cluster."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

from provenance.run.task import Receipt, Task

Progress = Callable[[int], None]
"""Called by a job with the bytes of its input done so far."""
Job = Callable[[Task, Progress], Receipt]

ONE_THREAD = dict.fromkeys(("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ARROW_NUM_THREADS"), "1")
"""The environment of every worker: its tables do not depend on the machine, and a core has one worker."""


class Crew(Protocol):
    """Workers that are there until their context is left; then none of them writes any more."""

    @property
    def size(self) -> int:
        """Tasks worked on at a time."""
        ...

    @property
    def largest(self) -> int | None:
        """Bytes of memory that one task may have; null where nobody counts them."""
        ...

    def worker_of(self, task: Task) -> str:
        """The process that works on a task, as host:pid; empty while it is not known."""
        ...

    def check_sees(self, path: Path) -> None:
        """Raises ConfigError where workers do not see a file or folder of this machine."""
        ...

    def work(self, job: Job, tasks: Iterable[Task], *, on_progress: Callable[[Task, int], None]) -> Iterator[Receipt]:
        """A receipt for every task as it ends, in order of ending, one each.

        An exception in a job becomes a receipt with `error`; so does a task whose workers die time and again.
        `on_progress` is called in between, with the bytes of a task's input done so far; 0 when a worker begins it.
        """
        ...
