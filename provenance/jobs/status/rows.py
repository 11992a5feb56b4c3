"""The receipts of a ledger in little room: what a status needs of each, followed as the ledger grows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from sys import intern
from typing import Any, NamedTuple

_MOST_KEPT = 2000  # characters of an error
Key = tuple[str, str]


class Row(NamedTuple):
    """The newest receipt of a task; a tuple, for there are hundreds of thousands of them.

    `line` counts the lines of the ledger. `ended` is in seconds since 1970 (UTC), null in ledgers from before it was
    told. `reasons` are rejects, of judging what was left out, by reason; `error` is null where the task was done.
    """

    line: int
    inputs: str
    size: int
    ended: float | None
    seconds: float
    cpu_seconds: float
    peak_memory_bytes: int
    records: int
    documents: int
    words: int
    bytes_read: int
    bytes_skipped: int
    curated: int
    reasons: Mapping[str, int]
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
        for line in BytesIO(whole):
            self._add_line(line)

    def _add_line(self, line: bytes) -> None:
        try:
            values = json.loads(line)
            task = values["task"]
            phase, key = intern(task["phase"]), (intern(task["crawl"]), intern(task["shard"]))
            row = _make_row(self.n_lines, task, values)
        except (ValueError, TypeError, KeyError, AttributeError):
            self.n_damaged += 1  # as for the run itself: its task is open
            return
        self.phases.setdefault(phase, {})[key] = row
        self.last = (phase, key)
        if phase == "read" and row.error is None:
            self.last_read = self.n_lines
        self.n_lines += 1


def _make_row(line: int, task: dict[str, Any], values: dict[str, Any]) -> Row:
    counts, told, ended, error = values["counts"], values.get, values.get("ended"), values.get("error")
    return Row(
        line,
        intern(task["inputs"]),
        task["size"],
        datetime.fromisoformat(ended).timestamp() if ended else None,
        told("seconds", 0.0),
        told("cpu_seconds", 0.0),
        told("peak_memory_bytes", 0),
        counts.get("records", 0),
        counts.get("documents", 0),
        counts.get("words", 0),
        counts.get("bytes_read", 0),
        counts.get("bytes_skipped", 0),
        counts.get("curated", 0),
        {intern(reason): n for reason, n in values["rejects"].items()},
        None if error is None else error[:_MOST_KEPT],
        tuple(note[:_MOST_KEPT] for note in values["notes"]),
        bool(told("fatal")),
        intern(told("worker", "")),
    )
