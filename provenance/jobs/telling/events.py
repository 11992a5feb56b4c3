"""What happens in a run, as records of Python's logging: the logger `provenance.run`, silent until somebody listens.

A record's `event` names what happened; its other fields are attributes of the record (`extra`), so that any formatter
finds them. No field holds a secret: places are shown without passwords and queries. See docs/observability.md.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from provenance.run import Receipt, Task

LOGGER = logging.getLogger("provenance.run")
logging.getLogger("provenance").addHandler(logging.NullHandler())

_TASK = ("phase", "crawl", "shard")
_CALL = ("out", "version", "config_digest", "models_digest", "engine", "workers", "host", "pid")
_COST = ("seconds", "cpu_seconds", "peak_memory_bytes", "worker")
FIELDS: Mapping[str, tuple[str, ...]] = {
    "run_started": _CALL,
    "run_resumed": (*_CALL, "n_before"),
    "phase_started": ("phase", "n_tasks", "n_open"),
    "task_started": (*_TASK, "attempt"),
    "task_finished": (*_TASK, "counts", "rejects", "complete", *_COST),
    "task_failed": (*_TASK, "error", "traceback", "fatal", *_COST),
    "task_retried": (*_TASK, "attempt"),
    "warning": _TASK,
    "phase_finished": ("phase", "n_done", "n_failed", "seconds"),
    "run_finished": ("totals", "n_lost", "n_incomplete", "seconds"),
    "run_stopped": ("reason", "error", "seconds"),
}
"""The fields of every event, besides `event` and `run`."""
LEVELS: Mapping[str, int] = {
    **dict.fromkeys(FIELDS, logging.INFO),
    "task_started": logging.DEBUG,
    "task_failed": logging.ERROR,
    "task_retried": logging.WARNING,
    "warning": logging.WARNING,
    "run_stopped": logging.ERROR,
}


@dataclass(slots=True)
class EventLog:
    """A reporter that logs. `run` names this call of the run in every record; `clock` counts seconds."""

    run: str
    clock: Callable[[], float] = time.monotonic
    _phase: str = ""
    _phase_begun: float = 0.0
    _n_done: int = 0
    _n_failed: int = 0
    _attempts: dict[tuple[str, str, str], tuple[int, int]] = field(default_factory=dict)  # and bytes done
    _begun: float = field(init=False)

    def __post_init__(self) -> None:
        self._begun = self.clock()

    def begin(self, facts: Mapping[str, object], *, n_before: int) -> None:
        """A process begins to work on a run; `n_before` shards have been read before."""
        if n_before:
            self._tell("run_resumed", "goes on with a run", **facts, n_before=n_before)
        else:
            self._tell("run_started", "begins a run", **facts)

    def start(self, phase: str, n_tasks: int, open_tasks: Sequence[Task]) -> None:
        """A phase begins."""
        self._end_phase()
        self._phase, self._phase_begun, self._n_done, self._n_failed = phase, self.clock(), 0, 0
        self._attempts.clear()
        message = f"{phase}: {len(open_tasks)} to do, {n_tasks - len(open_tasks)} done before"
        self._tell("phase_started", message, phase=phase, n_tasks=n_tasks, n_open=len(open_tasks))

    def advance(self, task: Task, bytes_done: int) -> None:
        """A task has moved, or a worker has begun it."""
        attempt, before = self._attempts.get(task.key, (0, 0))
        goes_on = attempt > 0 and bytes_done > 0 and bytes_done >= before
        self._attempts[task.key] = (attempt if goes_on else attempt + 1), bytes_done
        if goes_on:
            return
        attempt += 1
        event, verb = ("task_started", "begun") if attempt == 1 else ("task_retried", "begun again: its worker died")
        self._tell(event, f"{_name(task)}: {verb}", **_identify(task), attempt=attempt)

    def finish(self, receipt: Receipt) -> None:
        """A task has ended."""
        self._attempts.pop(receipt.task.key, None)
        told = {name: getattr(receipt, name) for name in _COST}
        if receipt.error is not None:
            self._n_failed += 1
            told |= {"error": receipt.error, "traceback": receipt.traceback, "fatal": receipt.fatal}
            self._tell("task_failed", f"{_name(receipt.task)}: {receipt.error}", **_identify(receipt.task), **told)
            return
        self._n_done += 1
        told |= {"counts": dict(receipt.counts), "rejects": dict(receipt.rejects), "complete": receipt.complete}
        self._tell("task_finished", f"{_name(receipt.task)}: done", **_identify(receipt.task), **told)
        for note in receipt.notes:
            self._tell("warning", note, **_identify(receipt.task))

    def warn(self, message: str) -> None:
        """Something is wrong that no task is to blame for."""
        self._tell("warning", message, phase=self._phase, crawl="", shard="")

    def end(self, totals: Mapping[str, int], *, n_lost: int, n_incomplete: int) -> None:
        """The run is finished."""
        self._end_phase()
        seconds = round(self.clock() - self._begun, 3)
        message = f"finished; {n_lost} shards lost, {n_incomplete} in part"
        told = {"totals": dict(totals), "n_lost": n_lost, "n_incomplete": n_incomplete}
        self._tell("run_finished", message, **told, seconds=seconds)

    def stop(self, reason: str, error: str) -> None:
        """The process ends before the run is finished: `reason` is interrupted, error or unforeseen."""
        seconds = round(self.clock() - self._begun, 3)
        self._tell("run_stopped", f"stopped ({reason}): {error}", reason=reason, error=error, seconds=seconds)

    def _end_phase(self) -> None:
        if self._phase:
            seconds = round(self.clock() - self._phase_begun, 3)
            told = {"phase": self._phase, "n_done": self._n_done, "n_failed": self._n_failed}
            self._tell("phase_finished", f"{self._phase}: {self._n_done} done", **told, seconds=seconds)

    def _tell(self, event: str, message: str, **told: object) -> None:
        if LOGGER.isEnabledFor(LEVELS[event]):
            LOGGER.log(LEVELS[event], "%s", message, extra={"event": event, "run": self.run, **told})


def _identify(task: Task) -> dict[str, object]:
    return {"phase": task.phase, "crawl": task.crawl, "shard": task.shard}


def _name(task: Task) -> str:
    return f"{task.phase} {task.crawl}/{task.shard}"
