"""A status as plain values, for `--json`: times as ISO 8601 (UTC), spans in seconds."""

from dataclasses import asdict
from datetime import UTC, datetime

from provenance.config import Plain
from provenance.jobs.status.estimates import Range
from provenance.jobs.status.phases import PhaseStatus, Speed
from provenance.jobs.status.state import Status
from provenance.jobs.status.trouble import Failure, ShardFigures
from provenance.jobs.telling.running import Running, Worked


def to_plain_status(status: Status) -> dict[str, Plain]:
    """What `provenance status --json` prints; docs/observability.md tells of every name."""
    running = status.running
    return {
        "out": status.out,
        "time": tell_time(status.now),
        "state": status.state.value,
        "advice": status.advice,
        "version": status.version,
        "config_digest": status.config_digest,
        "process": None if running is None else _describe_process(running, lives=status.lives),
        "last_progress": tell_time(status.progress),
        "shards": status.n_shards,
        "totals": dict(status.totals),
        "rejects": dict(status.rejects),
        "left_out": dict(status.left_out),
        "peak_memory_bytes": status.peak_memory_bytes,
        "phase": status.current.phase if status.current else None,
        "phases": [_describe_phase(phase) for phase in status.phases],
        "working": [_describe_task(task, status.now) for task in status.working],
        "left": _describe_range(status.left),
        "slowest": [_describe_shard(shard) for shard in status.slowest],
        "most_rejects": [_describe_shard(shard) for shard in status.most_rejects],
        "failures": [_describe_failure(failure) for failure in status.failures],
        "incomplete": [_describe_failure(failure) for failure in status.incomplete],
        "warnings": list(status.warnings),
    }


def tell_time(seconds: float | None) -> str | None:
    """A time as ISO 8601 in UTC, to the millisecond."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _describe_process(running: Running, *, lives: bool) -> dict[str, Plain]:
    driver = running.driver
    return {
        "run": driver.run,
        "host": driver.host,
        "pid": driver.pid,
        "engine": driver.engine,
        "workers": driver.workers,
        "began": tell_time(driver.begun),
        "last_sign_of_life": tell_time(running.updated),
        "lives": lives,
        "stopped": running.stopped,
    }


def _describe_phase(phase: PhaseStatus) -> dict[str, Plain]:
    median, decile, longest = (None, None, None) if phase.quantiles is None else map(_round, phase.quantiles)
    return {
        "phase": phase.phase,
        "n_tasks": phase.n_tasks,
        "done": phase.done,
        "failed": phase.failed,
        "running": phase.running,
        "open": phase.open,
        "begun": tell_time(phase.begun),
        "ended": tell_time(phase.ended),
        "task_seconds": _round(phase.task_seconds),
        "cpu_seconds": _round(phase.cpu_seconds),
        "worked_seconds": _round(phase.worked_seconds),
        "median_task_seconds": median,
        "p90_task_seconds": decile,
        "longest_task_seconds": longest,
        "peak_memory_bytes": phase.peak_memory_bytes,
        "overall": _describe_speed(phase.overall),
        "recent": _describe_speed(phase.recent),
        "left": _describe_range(phase.left),
    }


def _describe_speed(speed: Speed | None) -> dict[str, Plain] | None:
    if speed is None:
        return None
    return {
        "seconds": _round(speed.seconds),
        "tasks_per_second": speed.tasks,
        "records_per_second": speed.records,
        "documents_per_second": speed.documents,
        "bytes_per_second": speed.bytes,
    }


def _describe_range(left: Range | None) -> dict[str, Plain] | None:
    if left is None:
        return None
    return {"low": round(left.low, 1), "high": None if left.high is None else round(left.high, 1)}


def _describe_task(task: Worked, now: float) -> dict[str, Plain]:
    return {**asdict(task), "begun": tell_time(task.begun), "seconds": round(max(0.0, now - task.begun), 1)}


def _describe_shard(shard: ShardFigures) -> dict[str, Plain]:
    return {**asdict(shard), "rejects": dict(shard.rejects)}


def _describe_failure(failure: Failure) -> dict[str, Plain]:
    return {**asdict(failure), "ended": tell_time(failure.ended)}


def _round(seconds: float) -> float:
    return round(seconds, 3)
