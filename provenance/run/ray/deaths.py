"""Why a task came back without a receipt, how often it may, and what is said when it may no more.

Nobody can tell from outside whether a worker was killed or killed itself: Ray knows only that it is gone. So a task may
lose `attempts` workers, many more than a task that brings down its worker needs to show it. Machines that went away
are counted apart from these, and those that ran out of memory, too: a machine that is drained takes ten tasks with it,
and none of them is to blame.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from provenance.run.task import Receipt, Task

ATTEMPTS = 12  # more than the ten kills that a run must stand, were they all of one task's workers


class Cause(Enum):
    """What became of the worker, and what is said of it."""

    WORKER = "the worker process died (killed, or crashed: the logs of Ray on its machine may tell)"
    MEMORY = "the worker process was ended because its machine ran out of memory"
    NODE = "the machine it was on went away"


@dataclass(frozen=True, slots=True)
class Flight:
    """A task that is being worked on, and the bytes of memory it declares."""

    task: Task
    memory: int


@dataclass(slots=True)
class Deaths:
    """What the workers of each task have died of; every cause may come `attempts` times."""

    attempts: int
    _counts: dict[tuple[str, str, str], Counter[Cause]] = field(default_factory=dict)

    def count(self, flight: Flight, cause: Cause, *, worker: str) -> Receipt | None:
        """Notes one; a receipt when the task is given up, `worker` being the last that had it (host:pid)."""
        counts = self._counts.setdefault(flight.task.key, Counter())
        counts[cause] += 1
        if counts[cause] < self.attempts:
            return None
        told = _tell(counts)
        if cause is Cause.MEMORY:
            told += f", at last with {flight.memory / 1e9:.1f} GB declared; give more with --task-memory"
        error = f"{flight.task.source}: {told}; shard lost"
        return Receipt(flight.task, complete=False, error=error, worker=worker)

    def grow(self, flight: Flight, largest: int) -> int:
        """The memory that its next attempt declares: twice as much when there was too little, if a machine has it."""
        if not self._counts[flight.task.key][Cause.MEMORY]:
            return flight.memory
        return max(flight.memory, min(2 * flight.memory, largest))


def find_cause(error: Exception) -> Cause | None:
    """What an error of Ray says of the worker; null when it says nothing of one."""
    from ray import exceptions

    kinds: Mapping[Cause, tuple[type[Exception], ...]] = {
        Cause.MEMORY: (exceptions.OutOfMemoryError,),
        Cause.NODE: (
            *(exceptions.NodeDiedError, exceptions.LocalRayletDiedError),
            *(exceptions.ObjectLostError, exceptions.RuntimeEnvSetupError),
        ),
        Cause.WORKER: (exceptions.WorkerCrashedError, exceptions.TaskCancelledError),
    }
    return next((cause for cause, types in kinds.items() if isinstance(error, types)), None)


def _tell(counts: Counter[Cause]) -> str:
    return ", and ".join(f"{cause.value} {n} times" for cause, n in counts.most_common())
