"""The receipts of a ledger in little room: what a status needs of each, followed as the ledger grows."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

_MOST_KEPT = 2000  # characters of an error
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """The newest receipt of a task. `ended` is in seconds since 1970 (UTC), null in ledgers from before it was told.

    `line` counts the lines of the ledger; `error` is null where the task was done.
    """

    line: int
    inputs: str
    size: int
    ended: float | None
    seconds: float
    cpu_seconds: float
    peak_memory_bytes: int
    counts: Mapping[str, int]
    rejects: Mapping[str, int]
    error: str | None
    notes: tuple[str, ...]
    fatal: bool
    worker: str

    @property
    def done(self) -> bool:
        """True when the task's output stands."""
        return self.error is None

    @property
    def begun(self) -> float | None:
        """When the task began, in seconds since 1970; null where its end is not known."""
        return None if self.ended is None else self.ended - self.seconds


@dataclass(slots=True)
class LedgerRows:
    """Rows by phase, then by crawl and shard; bytes are added as they are read."""

    phases: dict[str, dict[Key, Row]] = field(default_factory=dict)
    n_lines: int = 0
    n_damaged: int = 0
    n_bytes: int = 0  # up to the end of the last whole line
    last: tuple[str, Key] | None = None  # phase and task of the newest line
    last_read: int = -1  # newest line that tells of a shard read anew

    def add(self, data: bytes) -> None:
        """Takes what follows the first `n_bytes` of a ledger; a line that is cut off waits for its rest."""
        whole = data[: data.rfind(b"\n") + 1]
        self.n_bytes += len(whole)
        for line in whole.split(b"\n")[:-1]:
            self._add_line(line)

    def newest(self, phase: str) -> int:
        """The newest line of a phase; -1 where it has none."""
        return max((row.line for row in self.phases.get(phase, {}).values()), default=-1)

    def all_rows(self) -> Iterator[Row]:
        """Every row."""
        for rows in self.phases.values():
            yield from rows.values()

    def _add_line(self, line: bytes) -> None:
        try:
            values = json.loads(line)
            phase, key = str(values["task"]["phase"]), (str(values["task"]["crawl"]), str(values["task"]["shard"]))
            row = _make_row(self.n_lines, values)
        except (ValueError, TypeError, KeyError, AttributeError):
            self.n_damaged += 1  # as for the run itself: its task is open
            return
        self.phases.setdefault(phase, {})[key] = row
        self.last = (phase, key)
        if phase == "read" and row.done:
            self.last_read = self.n_lines
        self.n_lines += 1


def _make_row(line: int, values: dict[str, Any]) -> Row:
    ended, error = values.get("ended"), values.get("error")
    return Row(
        line=line,
        inputs=values["task"]["inputs"],
        size=int(values["task"]["size"]),
        ended=datetime.fromisoformat(ended).timestamp() if ended else None,
        seconds=float(values.get("seconds", 0.0)),
        cpu_seconds=float(values.get("cpu_seconds", 0.0)),
        peak_memory_bytes=int(values.get("peak_memory_bytes", 0)),
        counts=dict(values["counts"]),
        rejects=dict(values["rejects"]),
        error=None if error is None else str(error)[:_MOST_KEPT],
        notes=tuple(str(note)[:_MOST_KEPT] for note in values["notes"]),
        fatal=bool(values.get("fatal", False)),
        worker=str(values.get("worker", "")),
    )
