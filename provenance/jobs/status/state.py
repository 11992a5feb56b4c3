"""How a run stands, of its receipts, its run.json and what the process that works on it has said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from provenance.jobs.saved import Saved, list_shards
from provenance.jobs.sources.plan import Shard
from provenance.jobs.status.counted import WEIGHED, Counted, count_tasks, find_counted, list_phases
from provenance.jobs.status.estimates import Range
from provenance.jobs.status.phases import PhasePlan, PhaseStatus, describe_phase, find_working
from provenance.jobs.status.rows import LedgerRows
from provenance.jobs.status.trouble import (
    Failure,
    ShardFigures,
    find_failures,
    find_incomplete,
    find_most_rejects,
    find_slowest,
    find_warnings,
)
from provenance.jobs.telling.running import Begun, Running, Worked
from provenance.store import Place


class State(StrEnum):
    """How a run stands."""

    RUNNING = "running"
    INTERRUPTED = "interrupted"  # killed, or stopped by a signal
    FAILED = "failed"  # stopped by an error
    FINISHED = "finished"
    FINISHED_WITH_LOSSES = "finished_with_losses"  # part of the input was lost


@dataclass(frozen=True, slots=True)
class Status:
    """How a run stands at a time. Times are seconds since 1970 (UTC).

    `running` is what the process said that works on it, or worked last (`lives` says which); null where it left no
    word. `progress` is when a task last moved or ended. Totals and reasons are of the tasks done so far. `left` is the
    time until the run is finished, null where nothing can be said; its `high` is null while phases are to come that
    have not been measured.
    """

    out: str
    now: float
    state: State
    version: str
    config_digest: str
    lives: bool
    running: Running | None
    progress: float | None
    phases: tuple[PhaseStatus, ...]
    current: PhaseStatus | None
    n_shards: int
    totals: Mapping[str, int]
    rejects: Mapping[str, int]
    left_out: Mapping[str, int]
    slowest: tuple[ShardFigures, ...]
    most_rejects: tuple[ShardFigures, ...]
    failures: tuple[Failure, ...]
    incomplete: tuple[Failure, ...]
    warnings: tuple[str, ...]
    left: Range | None

    @property
    def troubled(self) -> bool:
        """True when somebody should look: input was lost, or the run neither works nor is finished."""
        settled = self.state in (State.RUNNING, State.FINISHED)
        return not settled or bool(self.failures or self.incomplete)

    @property
    def working(self) -> tuple[Worked, ...]:
        """The tasks that are being worked on, those begun first first."""
        return self.current.working if self.current else ()

    @property
    def advice(self) -> str:
        """What to do now; empty when there is nothing to do."""
        if self.state is State.INTERRUPTED:
            return "run the same command again: it does the rest, finished tasks are kept"
        if self.state is State.FAILED:
            return "mend what the error names, then run the same command again: finished tasks are kept"
        if self.state is State.FINISHED_WITH_LOSSES and self.failures:
            return "run the same command again to try lost shards once more; what is damaged stays lost"
        return ""

    @property
    def peak_memory_bytes(self) -> int:
        """The most that a process took for a task."""
        return max((phase.peak_memory_bytes for phase in self.phases), default=0)


def describe_status(out: Place, saved: Saved, rows: LedgerRows, running: Running | None, now: float) -> Status:
    """How the run stands, of all that its folder says."""
    shards, lives = list_shards(saved), running is not None and running.lives(now)
    counted = find_counted(rows, shards, finished=saved["totals"] is not None)
    begun = {one.phase: one for one in running.phases} if running else {}
    known = _Known(saved, shards, counted, begun, running if lives else None, now)
    phases = {phase: _describe_phase(phase, known) for phase in _list_phases(known)}
    current = phases[running.phases[-1].phase] if running and lives and running.phases else None
    rejects, left_out = _add_reasons(counted, "read"), _add_reasons(counted, "judge")
    failures, incomplete = find_failures(counted, begun), find_incomplete(counted["read"])
    return Status(
        out=str(out),
        now=now,
        state=_tell_state(saved, rows, running, lost=bool(failures or incomplete), lives=lives),
        version=saved["version"],
        config_digest=str(saved["identity"].get("config_digest", "")),
        lives=lives,
        running=running,
        progress=_find_progress(phases, running),
        phases=tuple(phases.values()),
        current=current,
        n_shards=len(shards),
        totals={**_add_counts(counted), "rejects": sum(rejects.values()), "left_out": sum(left_out.values())},
        rejects=rejects,
        left_out=left_out,
        slowest=find_slowest(counted["read"]),
        most_rejects=find_most_rejects(counted["read"]),
        failures=failures,
        incomplete=incomplete,
        warnings=tuple(find_warnings(rows, running, current, now, lives=lives)),
        left=_add_left(list(phases.values()), current),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What the folder says; `running` is null when nobody works on the run."""

    saved: Saved
    shards: Sequence[Shard]
    counted: Counted
    begun: Mapping[str, Begun]
    running: Running | None
    now: float

    @property
    def finished(self) -> bool:
        return self.saved["totals"] is not None and self.running is None


def _list_phases(known: _Known) -> list[str]:
    return list_phases(known.saved, known.counted, known.begun, finished=known.finished)


def _describe_phase(phase: str, known: _Known) -> PhaseStatus:
    rows, running = known.counted.get(phase, {}), known.running
    current = running is not None and bool(running.phases) and running.phases[-1].phase == phase
    sizes = {(shard.crawl, shard.name): shard.size for shard in known.shards} if phase in WEIGHED else {}
    n_tasks = count_tasks(phase, known.counted, known.begun, n_shards=len(known.shards), finished=known.finished)
    plan = PhasePlan(
        n_tasks=n_tasks,
        begun=known.begun.get(phase),
        working=find_working(running, rows) if running and current else (),
        sizes=sizes if sizes and all(sizes.values()) else None,
        workers=running.driver.workers if running else 1,
        now=known.now if current else None,
    )
    return describe_phase(phase, rows, plan)


def _tell_state(saved: Saved, rows: LedgerRows, running: Running | None, *, lost: bool, lives: bool) -> State:
    if lives:
        return State.RUNNING
    if saved["totals"] is not None:
        return State.FINISHED_WITH_LOSSES if lost else State.FINISHED
    if running is not None and running.stopped is not None:
        return State.INTERRUPTED if running.reason == "interrupted" else State.FAILED
    last = rows.phases[rows.last[0]][rows.last[1]] if rows.last else None
    given_up = last is not None and rows.last is not None and not last.done and (last.fatal or rows.last[0] != "read")
    return State.FAILED if given_up else State.INTERRUPTED


def _find_progress(phases: Mapping[str, PhaseStatus], running: Running | None) -> float | None:
    times = [phase.ended for phase in phases.values() if phase.ended is not None]
    return max([*times, running.progress] if running else times, default=None)


def _add_counts(counted: Counted) -> dict[str, int]:
    """What the tasks done so far came to; the bytes also of the shards that were lost."""
    read = counted["read"].values()
    done, judged = [row for row in read if row.done], [row for row in counted.get("judge", {}).values() if row.done]
    return {
        "records": sum(row.records for row in done),
        "documents": sum(row.documents for row in done),
        "words": sum(row.words for row in done),
        "bytes_read": sum(row.bytes_read for row in read),
        "bytes_skipped": sum(row.bytes_skipped for row in read),
        "curated": sum(row.curated for row in judged),
    }


def _add_reasons(counted: Counted, phase: str) -> dict[str, int]:
    """Most frequent first."""
    found: dict[str, int] = {}
    for row in counted.get(phase, {}).values():
        if row.done:
            for reason, n in row.reasons.items():
                found[reason] = found.get(reason, 0) + n
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _add_left(phases: Sequence[PhaseStatus], current: PhaseStatus | None) -> Range | None:
    """Until the run is finished: bounded above only in its last phase, for those to come have not been measured."""
    if current is None or current.left is None:
        return None
    later = phases[phases.index(current) + 1 :]
    if later and current.left.low < 1:  # nothing worth saying of the run as a whole
        return None
    return Range(current.left.low, None if later else current.left.high)
