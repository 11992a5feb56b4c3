"""The list of receipts, which is also the to-do list on resuming.

One JSON object a line, kept when a task ends. A last line cut by a crash is dropped; the task it told of is then done
again.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from provenance.objects.place import Place
from provenance.run.lines import open_lines
from provenance.run.task import Receipt, Task


class Ledger:
    """Receipts of one output folder, newest per task; reads the file once, then only appends."""

    def __init__(self, path: Place) -> None:
        self.path = path
        self._lines = open_lines(path)
        self._receipts: dict[tuple[str, str, str], Receipt] = {}
        self._read()

    def append(self, receipt: Receipt) -> Receipt:
        """Keeps the receipt, and gives it back as written: with the time. Raises OSError."""
        receipt = receipt if receipt.ended else replace(receipt, ended=_now())
        self._lines.append(receipt.to_json())
        self._receipts[receipt.task.key] = receipt
        return receipt

    def close(self) -> None:
        """Keeps all that was appended. Raises OSError."""
        self._lines.close()

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
        for line in self._lines.read().decode("utf-8", "replace").splitlines():
            try:
                receipt = Receipt.from_json(line)
            except ValueError:
                continue  # a damaged line: its task is done again
            self._receipts[receipt.task.key] = receipt


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
