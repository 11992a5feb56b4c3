"""The most bytes a folder held while something was done, looked at many times a second."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PAUSE = 0.05  # seconds between two looks


@dataclass(slots=True)
class Watched:
    """`most` is in bytes; holes of sparse files do not count, nor what the disk rounds up."""

    most: int = 0


@contextmanager
def watch_size(folder: Path) -> Iterator[Watched]:
    """A folder that may come and go."""
    watched, done = Watched(), threading.Event()

    def look() -> None:
        while not done.wait(PAUSE):
            watched.most = max(watched.most, measure_size(folder))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield watched
    finally:
        done.set()
        thread.join()


def measure_size(folder: Path) -> int:
    """Bytes of all files below, those that vanish meanwhile left out."""
    total = 0
    for path in folder.rglob("*"):
        try:
            facts = path.stat()
            total += min(facts.st_size, facts.st_blocks * 512)
        except OSError:
            continue
    return total
