"""What went wrong in a run, where, why, and what to do; and the shards that stand out."""

from collections.abc import Mapping
from dataclasses import dataclass
from heapq import nlargest

from provenance.errors import Reason
from provenance.jobs.status.counted import Counted
from provenance.jobs.status.phases import PhaseStatus, ended_since
from provenance.jobs.status.rows import Key, LedgerRows, Row
from provenance.jobs.telling.running import PATIENCE_S, Begun, Running

_N_RANKED = 5
_NO_LOSS = (Reason.RECORD_TYPE, Reason.PAGE_FACTS, Reason.REVISIT)  # rejects that hold no page
_QUIET_S = 900.0  # without a task that moves, before somebody is told
_SLOW = 3.0  # times the longest task of the phase so far
_SKEWED_S = 60.0


@dataclass(frozen=True, slots=True)
class Failure:
    """A task that was given up, or a shard of which a part was lost (`error` is then the note on it)."""

    phase: str
    crawl: str
    shard: str
    error: str
    advice: str
    ended: float | None
    worker: str


@dataclass(frozen=True, slots=True)
class ShardFigures:
    """A shard as it was read; `lost_records` are its rejects without those that hold no page."""

    crawl: str
    shard: str
    seconds: float
    records: int
    lost_records: int
    rejects: Mapping[str, int]
    peak_memory_bytes: int
    worker: str


def find_failures(counted: Counted, begun: Mapping[str, Begun]) -> tuple[Failure, ...]:
    """The tasks given up, newest last; without those that a process has opened again and not come to yet."""
    found = [
        (row.line, _tell(phase, key, row.error, row))
        for phase, rows in counted.items()
        for key, row in rows.items()
        if row.error is not None and (phase not in begun or ended_since(row, begun[phase]))
    ]
    return tuple(failure for _, failure in sorted(found, key=lambda item: item[0]))


def find_incomplete(read: Mapping[Key, Row]) -> tuple[Failure, ...]:
    """The shards of which a part was lost, in order of the ledger."""
    rows = sorted(((key, row) for key, row in read.items() if row.done and row.notes), key=lambda item: item[1].line)
    return tuple(_tell("read", key, "; ".join(row.notes), row) for key, row in rows)


def find_slowest(read: Mapping[Key, Row]) -> tuple[ShardFigures, ...]:
    """The five shards that took longest to read."""
    found = nlargest(_N_RANKED, read.items(), key=lambda item: item[1].seconds if item[1].done else 0.0)
    return tuple(_describe(key, row) for key, row in found if row.done and row.seconds > 0)


def find_most_rejects(read: Mapping[Key, Row]) -> tuple[ShardFigures, ...]:
    """The five shards with most rejects, without those that hold no page."""
    found = nlargest(_N_RANKED, read.items(), key=lambda item: _count_lost(item[1]))
    return tuple(_describe(key, row) for key, row in found if _count_lost(row) > 0)


def _count_lost(row: Row) -> int:
    return sum(row.reasons.values()) - sum(row.reasons.get(reason, 0) for reason in _NO_LOSS)


def find_warnings(
    rows: LedgerRows, running: Running | None, current: PhaseStatus | None, now: float, *, lives: bool
) -> list[str]:
    """What looks wrong though nothing has failed, in sentences that say what to do."""
    found = []
    if rows.n_damaged:
        found.append(f"{rows.n_damaged} lines of the ledger cannot be read; their tasks are done again by the next run")
    if running is None or not lives:
        return found
    if running.updated - now > _SKEWED_S:
        found.append(f"the clock of {running.driver.host} is ahead of this machine's; ages are not to be trusted")
    if now - running.updated > PATIENCE_S:
        found.append(
            f"process {running.driver.pid} is there but has given no sign of life for {now - running.updated:.0f} s: "
            "it is stopped, or its output folder does not answer"
        )
    elif now - running.progress > _patience(current):
        found.append(
            f"no task has moved for {now - running.progress:.0f} s; see what is being worked on, whether its machine "
            "is up, and whether its input answers"
        )
    return found


def _patience(phase: PhaseStatus | None) -> float:
    longest = phase.quantiles[2] if phase and phase.quantiles else 0.0
    return max(_QUIET_S, _SLOW * longest)


def _tell(phase: str, key: Key, error: str, row: Row) -> Failure:
    return Failure(phase, *key, error, _advise(error), row.ended, row.worker)


def _advise(error: str) -> str:
    """What to do; empty where the error says it."""
    if "run the same command again" in error or "; check the " in error:
        return ""
    if "out of memory" in error or "MemoryError" in error:
        return "give it more memory or fewer workers, and run the same command again"
    if "worker process" in error:
        return "run the same command again; if it dies again, report this shard"
    return "see whether the archive is whole (fetch it anew), then run the same command again"


def _describe(key: Key, row: Row) -> ShardFigures:
    lost = {reason: n for reason, n in row.reasons.items() if reason not in _NO_LOSS}
    return ShardFigures(
        crawl=key[0],
        shard=key[1],
        seconds=row.seconds,
        records=row.records,
        lost_records=sum(lost.values()),
        rejects=lost,
        peak_memory_bytes=row.peak_memory_bytes,
        worker=row.worker,
    )
