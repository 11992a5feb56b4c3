"""A job whose tables lie on object storage: what a task writes appears together, what it has read is let go."""

from collections.abc import Iterable
from dataclasses import dataclass

from provenance.jobs.job import Job
from provenance.run import Progress, Receipt, Task
from provenance.store import Place, forget_copies, publication


@dataclass(frozen=True, slots=True)
class PublishedJob:
    """Another job, in a folder on object storage."""

    job: Job

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt of the job; its tables are there. Raises OutputError when they cannot be written."""
        try:
            with publication():
                return self.job(task, progress)
        finally:
            forget_copies()

    def outputs(self, task: Task) -> Iterable[Place]:
        """The files a finished task leaves."""
        return self.job.outputs(task)
