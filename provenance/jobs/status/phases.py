"""How far a phase of a run is, how fast it goes, and how long the rest of it takes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from provenance.jobs.status.estimates import Ended, Range, Stretch, estimate_left, find_stretches, find_window
from provenance.jobs.status.rows import Key, Row
from provenance.jobs.telling.running import Begun, Running, Worked

_TRUNCATED_S = 0.002  # times of the ledger are cut to milliseconds


@dataclass(frozen=True, slots=True)
class Speed:
    """What was done per second, over so many seconds of work."""

    seconds: float
    tasks: float
    records: float
    documents: float
    bytes: float


@dataclass(frozen=True, slots=True)
class PhasePlan:
    """What is known of a phase besides its receipts.

    `n_tasks` is null where it cannot be told yet; `begun` is of the process that works on the run or worked last,
    null where that has not come to the phase; `sizes` (bytes) of all tasks, where they weigh them; `now` is null when
    nobody works on the phase.
    """

    n_tasks: int | None
    begun: Begun | None
    working: tuple[Worked, ...]
    sizes: Mapping[Key, int] | None
    workers: int
    now: float | None


@dataclass(frozen=True, slots=True)
class PhaseStatus:
    """A phase. Times are seconds since 1970, null where the ledger does not tell them.

    `task_seconds` and `cpu_seconds` are sums over the `n_timed` tasks that have ended, `worked_seconds` the time in
    which somebody worked.
    `quantiles` are seconds of a task: the median, the ninth decile, the longest. `recent` and `left` are null unless
    the phase is being worked on, and while too few of its tasks have ended.
    """

    phase: str
    n_tasks: int | None
    done: int
    failed: int
    working: tuple[Worked, ...]
    open: int | None
    begun: float | None
    ended: float | None
    n_timed: int
    task_seconds: float
    cpu_seconds: float
    worked_seconds: float
    quantiles: tuple[float, float, float] | None
    peak_memory_bytes: int
    overall: Speed | None
    recent: Speed | None
    left: Range | None

    @property
    def running(self) -> int:
        """Tasks that are being worked on."""
        return len(self.working)

    @property
    def whole(self) -> bool:
        """True when nothing of it is left to do."""
        return not self.running and self.open == 0


def describe_phase(phase: str, rows: Mapping[Key, Row], plan: PhasePlan) -> PhaseStatus:
    """The phase, of the receipts that count."""
    done, failed = count_ended(rows.values(), plan.begun)
    n_left = None if plan.n_tasks is None else max(0, plan.n_tasks - done - failed)
    timed = sorted((row for row in rows.values() if row.ended is not None), key=lambda row: row.ended or 0.0)
    clock = _Clock.of(timed, plan)
    seconds = [row.seconds for row in rows.values()]
    return PhaseStatus(
        phase=phase,
        n_tasks=plan.n_tasks,
        done=done,
        failed=failed,
        working=plan.working,
        open=None if n_left is None else max(0, n_left - len(plan.working)),
        begun=min((row.begun for row in timed if row.begun is not None), default=_since(plan)),
        ended=timed[-1].ended if timed else None,
        n_timed=len(seconds),
        task_seconds=sum(seconds),
        cpu_seconds=sum(row.cpu_seconds for row in rows.values()),
        worked_seconds=sum(stretch.seconds for stretch in clock.stretches),
        quantiles=_quantiles(seconds),
        peak_memory_bytes=max((row.peak_memory_bytes for row in rows.values()), default=0),
        overall=_measure_overall(timed, clock.stretches),
        recent=_measure_recent(timed, clock, plan),
        left=None if n_left is None else _estimate_left(rows, clock, plan, n_left),
    )


def _since(plan: PhasePlan) -> float | None:
    return None if plan.begun is None else plan.begun.begun


def find_working(running: Running, rows: Mapping[Key, Row]) -> tuple[Worked, ...]:
    """The tasks that are being worked on, without those that have ended since that was told."""
    return tuple(task for task in running.tasks if not _ended_since(rows.get((task.crawl, task.shard)), task.begun))


def count_ended(rows: Iterable[Row], begun: Begun | None) -> tuple[int, int]:
    """Tasks done and failed. Those that a process opened again count when they have ended since."""
    counted = [row for row in rows if begun is None or ended_since(row, begun)]
    done = sum(row.done for row in counted)
    return done + (begun.n_tasks - begun.n_open if begun else 0), len(counted) - done


def ended_since(row: Row, begun: Begun) -> bool:
    """Whether the task ended after the process came to its phase."""
    return _ended_since(row, begun.begun)


def _ended_since(row: Row | None, begun: float) -> bool:
    return row is not None and row.ended is not None and row.ended >= begun - _TRUNCATED_S


@dataclass(frozen=True, slots=True)
class _Clock:
    """When tasks ended, with the work of each, and the times that were worked through."""

    tasks: Ended
    stretches: list[Stretch]

    @classmethod
    def of(cls, timed: Sequence[Row], plan: PhasePlan) -> "_Clock":
        weighs = plan.sizes is not None
        tasks = Ended.of([(row.begun or 0.0, row.ended or 0.0, float(row.size) if weighs else 1.0) for row in timed])
        going = None if plan.now is None or plan.begun is None else (plan.begun.begun, max(plan.now, plan.begun.begun))
        return cls(tasks, find_stretches(tasks, going))


def _measure_overall(timed: Sequence[Row], stretches: Sequence[Stretch]) -> Speed | None:
    return _measure(timed, sum(stretch.seconds for stretch in stretches))


def _measure_recent(timed: Sequence[Row], clock: _Clock, plan: PhasePlan) -> Speed | None:
    if plan.now is None or not clock.stretches:
        return None
    window = find_window(clock.tasks, clock.stretches[-1], workers=plan.workers)
    return None if window is None else _measure(timed[window.first : window.last], window.seconds)


def _measure(rows: Sequence[Row], seconds: float) -> Speed | None:
    if not rows or seconds <= 0:
        return None
    return Speed(
        seconds=seconds,
        tasks=len(rows) / seconds,
        records=sum(row.records for row in rows) / seconds,
        documents=sum(row.documents for row in rows) / seconds,
        bytes=sum(row.bytes_read for row in rows) / seconds,
    )


def _estimate_left(rows: Mapping[Key, Row], clock: _Clock, plan: PhasePlan, n_left: int) -> Range | None:
    if plan.now is None or plan.begun is None or not clock.stretches:
        return None
    works = _weigh_open(rows, plan)
    left = float(n_left) if works is None else works
    moved = sum(_measure_moved(task, clock, plan) for task in plan.working)
    return estimate_left(
        clock.tasks,
        clock.stretches[-1],
        left=max(0.0, left - moved),
        moved=moved,
        n_left=n_left,
        workers=plan.workers,
    )


def _weigh_open(rows: Mapping[Key, Row], plan: PhasePlan) -> float | None:
    """Bytes of the tasks that have not ended; null where tasks are counted."""
    if plan.sizes is None or plan.begun is None:
        return None
    began = plan.begun
    return float(sum(size for key, size in plan.sizes.items() if not _has_ended(rows.get(key), began)))


def _has_ended(row: Row | None, begun: Begun) -> bool:
    return row is not None and (row.done or ended_since(row, begun))


def _measure_moved(task: Worked, clock: _Clock, plan: PhasePlan) -> float:
    """How much of the work of a task is done: as it told, else as long as it has taken, held against the others."""
    whole = float(task.size) if plan.sizes is not None else 1.0
    if task.bytes_done and task.size:
        return whole * min(1.0, task.bytes_done / task.size)
    mean = float((clock.tasks.ended - clock.tasks.begun).mean()) if len(clock.tasks.ended) else 0.0
    return whole * min(0.9, ((plan.now or task.begun) - task.begun) / mean) if mean > 0 else 0.0


def _quantiles(seconds: Sequence[float]) -> tuple[float, float, float] | None:
    if not seconds:
        return None
    median, decile, longest = np.quantile(np.array(seconds), [0.5, 0.9, 1.0])
    return float(median), float(decile), float(longest)
