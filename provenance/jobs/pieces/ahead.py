"""Reading of many small things in order: those on object storage some ahead, since each takes as long as its way."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from provenance.store import Place

AHEAD = 8  # of the 16 connections that a process keeps open
_Asked = TypeVar("_Asked")
_Found = TypeVar("_Found")


def read_ahead(folder: Place, asked: Iterable[_Asked], read: Callable[[_Asked], _Found]) -> Iterator[_Found]:
    """What is read of each thing asked for, in order; no more than `AHEAD` wait in memory where `folder` is remote."""
    if isinstance(folder, Path):
        yield from map(read, asked)
        return
    with ThreadPoolExecutor(AHEAD) as pool:
        waiting: deque[Future[_Found]] = deque()
        for one in asked:
            waiting.append(pool.submit(read, one))
            if len(waiting) == AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
