"""The sign of life of a run: what its tasks are doing now, in running.json beside its tables."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from provenance.errors import OutputError
from provenance.jobs.telling.running import RUNNING_FILE, Begun, Driver, Running, Worked, write_running
from provenance.run import Receipt, Task
from provenance.store import Place, remove


@dataclass(slots=True)
class Heartbeat:
    """A reporter that remembers what is being worked on; `beat` writes it down.

    `worker_of` names the process that works on a task. `changed` is set when a phase begins, which is to be told at
    once. `clock` gives seconds since 1970.
    """

    root: Place
    driver: Driver
    worker_of: Callable[[Task], str]
    clock: Callable[[], float] = time.time
    changed: threading.Event = field(default_factory=threading.Event)
    _phases: list[Begun] = field(default_factory=list)
    _working: dict[tuple[str, str, str], Worked] = field(default_factory=dict)
    _progress: float = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._progress = self.driver.begun

    def start(self, phase: str, n_tasks: int, open_tasks: Sequence[Task]) -> None:
        """A phase begins."""
        with self._lock:
            self._progress = self.clock()
            self._working.clear()
            self._phases.append(Begun(phase, n_tasks, len(open_tasks), self._progress))
        self.changed.set()

    def advance(self, task: Task, bytes_done: int) -> None:
        """A task has moved, or a worker has begun it; with nothing done once more, it is tried again."""
        with self._lock:
            self._progress = now = self.clock()
            known = self._working.get(task.key)
            if known is None:
                known = Worked(task.phase, task.crawl, task.shard, task.size, now)
            elif bytes_done < known.bytes_done or not bytes_done:
                known = replace(known, begun=now, attempt=known.attempt + 1)
            self._working[task.key] = replace(known, bytes_done=bytes_done, worker=self.worker_of(task))

    def finish(self, receipt: Receipt) -> None:
        """A task has ended."""
        with self._lock:
            self._progress = self.clock()
            self._working.pop(receipt.task.key, None)

    def describe(self, stopped: str | None = None, reason: str = "") -> Running:
        """What there is to tell now."""
        with self._lock:
            return Running(
                driver=self.driver,
                updated=self.clock(),
                progress=self._progress,
                phases=tuple(self._phases),
                tasks=tuple(sorted(self._working.values(), key=lambda task: task.begun)),
                stopped=stopped,
                reason=reason,
            )

    def beat(self, stopped: str | None = None, reason: str = "") -> str | None:
        """Writes running.json; what went wrong, in words, or null. A run does not end for want of it."""
        try:
            write_running(self.root, self.describe(stopped, reason))
        except OutputError as error:
            return str(error)
        return None

    def end(self) -> str | None:
        """Removes running.json; what went wrong, in words, or null."""
        try:
            remove([self.root / RUNNING_FILE])
        except OSError as error:
            return f"{self.root / RUNNING_FILE}: cannot be removed: {error.strerror or error}"
        return None


@contextmanager
def repeat(action: Callable[[], object], seconds: float, *, at_once: threading.Event | None = None) -> Iterator[None]:
    """Does it now and again every so many seconds, in a thread of its own, for as long as the block lasts.

    Sooner when `at_once` is set.
    """
    wake, ending = at_once or threading.Event(), threading.Event()

    def go_on() -> None:
        while not ending.is_set():
            wake.wait(seconds)
            wake.clear()
            if not ending.is_set():
                action()

    action()
    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        wake.set()
        thread.join()
