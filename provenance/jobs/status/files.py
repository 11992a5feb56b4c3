"""A file of metrics that is kept up to date."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import time

from provenance.errors import ConfigError, OutputError
from provenance.jobs.status.heartbeat import repeat
from provenance.jobs.status.metrics import render_metrics
from provenance.jobs.status.running import INTERVAL_S
from provenance.jobs.status.state import Status, Watcher
from provenance.store import Place, write_text

SUFFIX = ".prom"


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
    watcher, told = Watcher(out), [""]

    def update() -> None:
        try:
            write_metrics(path, watcher.read(time()))
            trouble = ""
        except (ConfigError, OutputError) as error:
            trouble = f"--metrics {path}: {error}"
        if trouble and trouble != told[0]:
            warn(trouble)
        told[0] = trouble

    try:
        with repeat(update, INTERVAL_S):
            yield
    finally:
        update()
