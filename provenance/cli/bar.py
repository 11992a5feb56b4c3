"""The bar of a phase on a terminal: how far, how fast, how long still."""

import time
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from provenance.cli.durations import tell_range
from provenance.jobs.status.estimates import Ended, Stretch, estimate_left
from provenance.run import Receipt, Task

_EVERY_S = 2.0  # between two estimates
_PER_SHARD = frozenset({"read", "sign", "judge", "keep"})


class PhaseBar:
    """A bar that is weighed by the sizes of tasks; `clock` gives seconds."""

    def __init__(
        self,
        phase: str,
        n_tasks: int,
        open_tasks: Sequence[Task],
        console: Console,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock, self._began = clock, clock()
        self._n_tasks, self._n_ended, self._n_lost, self._records = n_tasks, n_tasks - len(open_tasks), 0, 0
        self._unit = "shards" if phase in _PER_SHARD else "tasks"
        self._weight, self._done = sum(map(_weigh, open_tasks)), 0
        self._working: dict[tuple[str, str, str], tuple[Task, float, int]] = {}
        self._ended: list[tuple[float, float, float]] = []
        self._left, self._estimated = "", self._began
        self._progress = Progress(
            TextColumn(f"{phase:<9}"),
            BarColumn(),
            TextColumn("{task.fields[state]}"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
            console=console,
        )
        self._task = self._progress.add_task(phase, total=self._weight, state="", left="")
        self._draw()
        self._progress.start()

    def advance(self, task: Task, bytes_done: int) -> None:
        """A task has moved."""
        begun = self._working.get(task.key, (task, self._clock(), 0))[1]
        self._working[task.key] = task, begun, min(bytes_done, _weigh(task))
        self._draw()

    def finish(self, receipt: Receipt) -> None:
        """A task has ended."""
        task, now = receipt.task, self._clock()
        self._working.pop(task.key, None)
        self._n_ended += 1
        self._n_lost += not receipt.done
        self._records += receipt.counts.get("records", 0) if task.phase == "read" else 0
        self._done += _weigh(task)
        self._ended.append((max(self._began, now - receipt.seconds), now, float(_weigh(task))))
        self._draw()

    def stop(self) -> None:
        """Leaves the bar as it is."""
        self._progress.stop()

    def describe(self) -> tuple[str, str]:
        """How far, and how long still, in words."""
        seconds = max(self._clock() - self._began, 1e-9)
        told = [f"{self._n_ended:,}/{self._n_tasks:,} {self._unit}"]
        told += [f"{self._n_lost:,} lost"] if self._n_lost else []
        told += [f"{len(self._working):,} at work"] if len(self._working) > 1 else []
        told += [f"{self._records / seconds:,.0f} records/s"] if self._records else []
        if self._clock() - self._estimated >= _EVERY_S:
            self._left, self._estimated = self._estimate(), self._clock()
        return ", ".join(told), self._left

    def _estimate(self) -> str:
        n_left = self._n_tasks - self._n_ended
        if not n_left or not self._ended:
            return ""
        tasks, now = Ended.of(self._ended), self._clock()
        whole = Stretch(self._began, now, 0, len(self._ended))
        mean = float((tasks.ended - tasks.begun).mean()) or 1.0
        moved = sum(
            done or _weigh(task) * min(0.9, (now - begun) / mean) for task, begun, done in self._working.values()
        )
        left = max(0.0, self._weight - self._done - moved)
        workers = max(1, len(self._working))
        found = estimate_left(tasks, whole, left=left, moved=moved, n_left=n_left, workers=workers)
        return "" if found is None else f"{tell_range(found)} left"

    def _draw(self) -> None:
        state, left = self.describe()
        moving = sum(done for _, _, done in self._working.values())
        self._progress.update(self._task, completed=self._done + moving, state=state, left=left)


def _weigh(task: Task) -> int:
    return max(task.size, 1)
