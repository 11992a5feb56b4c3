"""The list of receipts, which is also the to-do list on resuming.

One JSON object a line, appended and flushed to disk when a task ends. A last line cut by a crash is dropped; the
task it told of is then done again.
"""

import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from provenance.run.task import Receipt, Task


class Ledger:
    """Receipts of one output folder, newest per task; reads the file once, then only appends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._receipts: dict[tuple[str, str, str], Receipt] = {}
        self._read()

    def append(self, receipt: Receipt) -> Receipt:
        """Writes the receipt through to the disk, and gives it back as written: with the time. Raises OSError."""
        receipt = receipt if receipt.ended else replace(receipt, ended=_now())
        with self.path.open("a", encoding="utf-8") as file:
            file.write(receipt.to_json() + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._receipts[receipt.task.key] = receipt
        return receipt

    def find_open(self, tasks: Iterable[Task]) -> list[Task]:
        """Those tasks that are not done, or were done on other inputs, in order."""
        return [task for task in tasks if not self._is_done(task)]

    def receipts(self, phase: str) -> list[Receipt]:
        """The newest receipt of every task of a phase, ordered by crawl and shard."""
        return sorted((r for r in self._receipts.values() if r.task.phase == phase), key=lambda r: r.task.key)

    def _is_done(self, task: Task) -> bool:
        found = self._receipts.get(task.key)
        return found is not None and found.done and found.task.inputs == task.inputs

    def _read(self) -> None:
        if not self.path.exists():
            return
        data = self.path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data):
            with self.path.open("r+b") as file:
                file.truncate(len(whole))
        for line in whole.decode("utf-8", "replace").splitlines():
            try:
                receipt = Receipt.from_json(line)
            except ValueError:
                continue  # a damaged line: its task is done again
            self._receipts[receipt.task.key] = receipt


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
