"""A task is one shard's work in one phase; a receipt says what became of it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class Task:
    """Work for one process: a phase, the shard it is about, and where its input lies.

    `inputs` is a digest of all the task reads besides the configuration: a finished task is done again only when it
    changes. `size` (bytes) weighs the task in the progress bar. `companion` is a second place it reads; empty for none.
    `memory` (bytes) is what it may need, for those who hand out room; 0 where it is not known.
    """

    phase: str
    crawl: str
    shard: str
    source: str
    size: int
    inputs: str
    companion: str = ""
    memory: int = field(default=0, compare=False)

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two tasks the same work."""
        return self.phase, self.crawl, self.shard


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a task; `error` is null when it was done, `traceback` is for --debug.

    `counts` add up by name over receipts of a phase; `notes` are sentences for people. `skipped` is what was not read
    of the input, each stretch as offset, length and reason, in order; `skipped_more` counts those left out of it.
    `fatal` stops the whole run. `ended` is when the ledger got it (UTC, ISO 8601), empty in ledgers from before that
    was told; `worker` is the process that did it, as host:pid, empty where it is not known. Receipts that differ in
    these two only are equal.
    """

    task: Task
    counts: Mapping[str, int] = field(default_factory=dict)
    rejects: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    complete: bool = True
    skipped: tuple[tuple[int, int, str], ...] = ()
    skipped_more: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0
    error: str | None = None
    traceback: str | None = None
    fatal: bool = False
    ended: str = field(default="", compare=False)
    worker: str = field(default="", compare=False)

    @property
    def done(self) -> bool:
        """True when the task's output stands."""
        return self.error is None

    def to_json(self) -> str:
        """One line of the ledger; without what was never told, so that digests of receipts stay what they were."""
        values = asdict(self)
        for name in ("ended", "worker"):
            if not values[name]:
                del values[name]
        return json.dumps(values, separators=(",", ":"))

    @classmethod
    def from_json(cls, line: str) -> "Receipt":
        """The receipt of a ledger line. Raises ValueError when it is none."""
        values = json.loads(line)
        try:
            task = Task(**values.pop("task"))
            tuples = {"notes": tuple(values["notes"]), "skipped": tuple(map(tuple, values.get("skipped", ())))}
            return cls(task=task, **{**values, **tuples})
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"not a receipt: {error}") from error
