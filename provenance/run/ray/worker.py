"""What runs on the machines of the cluster: the job with its task, and a board where it says how far it is."""

import os
import socket
import time
from functools import cache
from importlib.metadata import version
from typing import Any

from provenance.run.crew import Job, Progress
from provenance.run.local import attempt
from provenance.run.task import Receipt, Task

Key = tuple[str, str, str]
Standing = tuple[int, str]
"""Bytes done of a task's input, and the process that works on it as host:pid."""

_PACKAGE = "corpus-provenance"
_SECONDS = 1.0  # between two words of a task to the board


class Board:
    """Where tasks say how far they are, and the driver looks now and then: an actor that nothing depends on."""

    def __init__(self) -> None:
        self._news: dict[Key, Standing] = {}

    def tell(self, key: Key, standing: Standing) -> None:
        """How far a task is."""
        self._news[key] = standing

    def take(self) -> dict[Key, Standing]:
        """What was told since it was last asked."""
        news, self._news = self._news, {}
        return news


def work_on(job: Job, task: Task, board: Any, wanted: str) -> Receipt:
    """The receipt of a task; an exception in the job becomes one with `error`.

    Raises RuntimeError where this machine has not the version `wanted` of the package.
    """
    if found_version() != wanted:
        raise RuntimeError(f"{socket.gethostname()} has {_PACKAGE} {found_version()}, and the run is of {wanted}")
    return attempt(job, task, _telling(task, board))


@cache
def found_version() -> str:
    """The version of this package here."""
    return version(_PACKAGE)


def sees(path: str) -> bool:
    """True where a file is seen from this machine."""
    return os.path.exists(path)


def _telling(task: Task, board: Any) -> Progress:
    name = f"{socket.gethostname()}:{os.getpid()}"
    told = 0.0

    def tell(n_bytes: int) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= _SECONDS:
            told = now
            board.tell.remote(task.key, (n_bytes, name))

    tell(0)
    return tell
