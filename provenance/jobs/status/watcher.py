"""A run's folder, looked at while the run works, after it, or after it was killed; never written to."""

from dataclasses import dataclass, field

from provenance.errors import ConfigError
from provenance.jobs.saved import RUN_FILE, Saved, read_saved
from provenance.jobs.status.rows import LedgerRows
from provenance.jobs.status.state import Status, describe_status
from provenance.jobs.telling.running import read_running
from provenance.objects.requests import find_facts
from provenance.run.lines import Lines, open_lines
from provenance.store import ObjectPath, Place


@dataclass(slots=True)
class Watcher:
    """Reads the folder again and again; of the ledger only what is new."""

    out: Place
    _rows: LedgerRows = field(default_factory=LedgerRows)
    _lines: Lines = field(init=False)
    _saved: tuple[str, Saved] | None = None  # run.json, and which one it was

    def __post_init__(self) -> None:
        self._lines = open_lines(self.out / "ledger.jsonl")

    def read(self, now: float) -> Status:
        """How the run stands. Raises ConfigError when there is no run in the folder, or it cannot be read."""
        try:
            running = read_running(self.out)
            self._follow()
            return describe_status(self.out, self._read_saved(), self._rows, running, now)
        except OSError as error:
            raise ConfigError(f"{self.out}: cannot be read: {error.strerror or error}") from error

    def _read_saved(self) -> Saved:
        stamp = _tell_apart(self.out / RUN_FILE)
        if stamp is None:
            raise ConfigError(f"{self.out}: no run in this folder ({RUN_FILE} is missing); name the --out of a run")
        if self._saved is None or self._saved[0] != stamp:
            self._saved = stamp, read_saved(self.out / RUN_FILE)
        return self._saved[1]

    def _follow(self) -> None:
        new = self._lines.read_from(self._rows.n_bytes)
        if new is None:  # another ledger: the run was started anew
            self._rows = LedgerRows()
            new = self._lines.read_from(0)
        self._rows.add(new or b"")


def _tell_apart(place: Place) -> str | None:
    """What differs when a file is another one than before; null where there is none. Raises OSError."""
    if isinstance(place, ObjectPath):
        facts = find_facts(place)
        return None if facts is None else facts.etag
    try:
        found = place.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return f"{found.st_ino} {found.st_mtime_ns} {found.st_size}"
