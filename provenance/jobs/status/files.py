"""A file of metrics that is kept up to date."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, time

from provenance.errors import ConfigError, OutputError
from provenance.jobs.status.metrics import render_metrics
from provenance.jobs.status.state import Status
from provenance.jobs.status.watcher import Watcher
from provenance.jobs.telling.heartbeat import repeat
from provenance.jobs.telling.running import INTERVAL_S
from provenance.store import Place, write_text

SUFFIX = ".prom"
_SHARE = 20


def check_metrics(path: Path) -> None:
    """Raises ConfigError where the collector would not read the file, or its folder is not there."""
    if path.suffix != SUFFIX:
        raise ConfigError(f"--metrics {path}: give a name that ends in {SUFFIX}; the collector reads no other")
    if not path.absolute().parent.is_dir():
        raise ConfigError(f"--metrics {path}: there is no folder {path.absolute().parent}; make it first")


def write_metrics(path: Path, status: Status) -> None:
    """Writes the file in one go: who reads it meanwhile sees the old one or the new. Raises OutputError."""
    write_text(path, render_metrics(status))


@contextmanager
def keep_metrics(path: Path, out: Place, warn: Callable[[str], None]) -> Iterator[None]:
    """Writes the metrics of the run in `out` every few seconds, and once more at the end.

    What goes wrong does not end the run; it is told once for as long as it lasts.
    """
    keeper = _Keeper(path, Watcher(out), warn)
    try:
        with repeat(keeper.update_in_time, INTERVAL_S):
            yield
    finally:
        keeper.update()


@dataclass(slots=True)
class _Keeper:
    path: Path
    watcher: Watcher
    warn: Callable[[str], None]
    _trouble: str = ""
    _next: float = 0.0

    def update_in_time(self) -> None:
        """Less often where the ledger is long: one part in twenty of the time goes into reading it."""
        begun = monotonic()
        if begun >= self._next:
            self.update()
            self._next = begun + _SHARE * (monotonic() - begun)

    def update(self) -> None:
        before, self._trouble = self._trouble, ""
        try:
            write_metrics(self.path, self.watcher.read(time()))
        except (ConfigError, OutputError) as error:
            self._trouble = f"--metrics {self.path}: {error}"
        if self._trouble and self._trouble != before:
            self.warn(self._trouble)
