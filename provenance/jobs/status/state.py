"""What a run's folder tells of the run: read while it works, after it, or after it was killed; never written to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from provenance.errors import ConfigError
from provenance.jobs.gather import add_counts
from provenance.jobs.saved import RUN_FILE, Saved, list_shards, read_saved
from provenance.jobs.status.counted import WEIGHED, Counted, count_tasks, find_counted, list_phases
from provenance.jobs.status.estimates import Range
from provenance.jobs.status.phases import PhasePlan, PhaseStatus, describe_phase, find_working
from provenance.jobs.status.rows import LedgerRows
from provenance.jobs.status.running import Begun, Running, Worked, read_running
from provenance.jobs.status.trouble import (
    Failure,
    ShardFigures,
    find_failures,
    find_incomplete,
    find_warnings,
    rank_shards,
)
from provenance.run.lines import Lines, open_lines
from provenance.store import Place, exists

_OF_DONE = ("records", "documents", "rejects", "words")
_OF_ALL = ("bytes_read", "bytes_skipped")  # also of the shards that were lost


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


@dataclass(slots=True)
class Watcher:
    """Reads the folder again and again; of the ledger only what is new."""

    out: Place
    _rows: LedgerRows = field(default_factory=LedgerRows)
    _lines: Lines = field(init=False)

    def __post_init__(self) -> None:
        self._lines = open_lines(self.out / "ledger.jsonl")

    def read(self, now: float) -> Status:
        """How the run stands. Raises ConfigError when there is no run in the folder, or it cannot be read."""
        try:
            if not exists(self.out / RUN_FILE):
                raise ConfigError(f"{self.out}: no run in this folder ({RUN_FILE} is missing); name the --out of a run")
            running = read_running(self.out)
            self._follow()
            return _describe(self.out, read_saved(self.out / RUN_FILE), self._rows, running, now)
        except OSError as error:
            raise ConfigError(f"{self.out}: cannot be read: {error.strerror or error}") from error

    def _follow(self) -> None:
        new = self._lines.read_from(self._rows.n_bytes)
        if new is None:  # another ledger: the run was started anew
            self._rows = LedgerRows()
            new = self._lines.read_from(0)
        self._rows.add(new or b"")


def _describe(out: Place, saved: Saved, rows: LedgerRows, running: Running | None, now: float) -> Status:
    lives = running is not None and running.lives(now)
    counted = find_counted(rows, list_shards(saved), finished=saved["totals"] is not None)
    begun = {one.phase: one for one in running.phases} if running else {}
    phases = _describe_phases(saved, counted, begun, running if lives else None, now)
    current = phases[running.phases[-1].phase] if running and lives and running.phases else None
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
        n_shards=len(saved["shards"]),
        totals=_add_totals(counted),
        rejects=_add_reasons(counted, "read"),
        left_out=_add_reasons(counted, "judge"),
        slowest=rank_shards(counted["read"], lambda shard: shard.seconds),
        most_rejects=rank_shards(counted["read"], lambda shard: shard.lost_records),
        failures=failures,
        incomplete=incomplete,
        warnings=tuple(find_warnings(rows, running, current, now, lives=lives)),
        left=_add_left(list(phases.values()), current),
    )


def _describe_phases(
    saved: Saved, counted: Counted, begun: Mapping[str, Begun], running: Running | None, now: float
) -> dict[str, PhaseStatus]:
    """Every phase of the run, by name in order; `running` is null when nobody works on it."""
    finished = saved["totals"] is not None and running is None
    sizes = {(shard.crawl, shard.name): shard.size for shard in list_shards(saved)}
    weighed = all(sizes.values())
    working_on = running.phases[-1].phase if running and running.phases else None
    found = {}
    for phase in list_phases(saved, counted, begun, finished=finished):
        rows = counted.get(phase, {})
        plan = PhasePlan(
            n_tasks=count_tasks(phase, counted, begun, n_shards=len(sizes), finished=finished),
            begun=begun.get(phase),
            working=find_working(running, rows) if running and phase == working_on else (),
            sizes=sizes if weighed and phase in WEIGHED else None,
            workers=running.driver.workers if running else 1,
            now=now if phase == working_on else None,
        )
        found[phase] = describe_phase(phase, rows, plan)
    return found


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


def _add_totals(counted: Counted) -> dict[str, int]:
    """What the tasks done so far came to; the bytes also of the shards that were lost."""
    read, judged = counted["read"].values(), counted.get("judge", {}).values()
    totals = {name: sum(row.counts.get(name, 0) for row in read if row.done) for name in _OF_DONE}
    totals |= {name: sum(row.counts.get(name, 0) for row in read) for name in _OF_ALL}
    totals["curated"] = sum(row.counts.get("curated", 0) for row in judged if row.done)
    totals["left_out"] = sum(sum(row.rejects.values()) for row in judged if row.done)
    return totals


def _add_reasons(counted: Counted, phase: str) -> dict[str, int]:
    return add_counts(row.rejects for row in counted.get(phase, {}).values() if row.done)


def _add_left(phases: Sequence[PhaseStatus], current: PhaseStatus | None) -> Range | None:
    """Until the run is finished: bounded above only in its last phase, for those to come have not been measured."""
    if current is None or current.left is None:
        return None
    later = phases[phases.index(current) + 1 :]
    if later and current.left.low <= 0:
        return None
    return Range(current.left.low, None if later else current.left.high)
