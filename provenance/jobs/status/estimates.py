"""How fast tasks end, and how long the rest will take: from when each began and ended, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PAUSE_S = 120.0  # no task for longer than this: nobody worked
WINDOW_S = 600.0  # the last minutes; longer where tasks are
FEWEST = 5  # ended tasks below which nothing is said of the rest
_ROUNDS = 3  # the window holds so many tasks of every worker
_LEAST_ERROR = 0.1  # of a rate: shards differ along a crawl, machines have other guests

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Range:
    """Seconds, from low to high; `high` is null where there is no bound."""

    low: float
    high: float | None


@dataclass(frozen=True, slots=True)
class Ended:
    """Tasks that have ended: times in seconds since 1970, and the work of each in any unit."""

    begun: Floats
    ended: Floats
    work: Floats

    @classmethod
    def of(cls, tasks: Sequence[tuple[float, float, float]]) -> "Ended":
        """From begun, ended and work of each, which are in order of ending."""
        table = np.array(tasks, dtype=np.float64).reshape(-1, 3)
        return cls(table[:, 0], table[:, 1], table[:, 2])


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time that was worked through (seconds since 1970), and the tasks that ended in it: first and past the last."""

    begin: float
    end: float
    first: int
    last: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.begin


def find_stretches(tasks: Ended, going: tuple[float, float] | None = None) -> list[Stretch]:
    """The times that were worked through, without the pauses between.

    `going` is since when a process has been working, and now; it is the last stretch, whatever has ended in it.
    """
    n_past = len(tasks.ended) if going is None else int(np.searchsorted(tasks.ended, going[0]))
    found = _find_past(tasks.begun[:n_past], tasks.ended[:n_past])
    if going is not None:
        found.append(Stretch(*going, n_past, len(tasks.ended)))
    return found


def _find_past(begun: Floats, ended: Floats) -> list[Stretch]:
    if not len(ended):
        return []
    order = np.argsort(begun, kind="stable")
    reached = np.maximum.accumulate(ended[order])
    starts = np.flatnonzero(begun[order][1:] - reached[:-1] > PAUSE_S) + 1
    begins = begun[order][np.insert(starts, 0, 0)]
    ends = reached[np.append(starts - 1, len(reached) - 1)]
    bounds = np.insert(np.searchsorted(ended, ends, side="right"), 0, 0)
    return [Stretch(float(begins[i]), float(ends[i]), int(bounds[i]), int(bounds[i + 1])) for i in range(len(begins))]


def find_window(tasks: Ended, stretch: Stretch, *, workers: int) -> Stretch | None:
    """The last minutes of a stretch: long enough for some tasks of every worker. Null where no task ended in them."""
    before = stretch.last - max(FEWEST, _ROUNDS * workers) - 1  # the last task that need not be in it
    earliest = float(tasks.ended[before]) if before >= stretch.first else stretch.begin
    begin = max(stretch.begin, min(stretch.end - WINDOW_S, earliest))
    first = max(stretch.first, int(np.searchsorted(tasks.ended, begin, side="right")))
    if stretch.last <= first or stretch.end <= begin:
        return None
    return Stretch(begin, stretch.end, first, stretch.last)


def rate(amounts: Floats, window: Stretch) -> float:
    """Amount per second over a stretch, of what ended in it."""
    return float(amounts[window.first : window.last].sum()) / window.seconds


def estimate_left(
    tasks: Ended, whole: Stretch, *, left: float, moved: float, n_left: int, workers: int
) -> Range | None:
    """How long the rest of a phase takes: `left` in the unit of the tasks' work, in `n_left` tasks.

    `moved` is how much of the tasks being worked on is done. From the lowest to the highest of two rates, that of the
    last minutes and that of the stretch as a whole, each widened by what chance does to so few tasks of so different
    lengths, and at the end by a long task that the other workers wait for. Null while fewer than `FEWEST` tasks, or
    than workers, have ended in the stretch.
    """
    if n_left == 0:
        return Range(0.0, 0.0)
    window = find_window(tasks, whole, workers=workers)
    if window is None or whole.last - whole.first < max(FEWEST, workers):
        return None
    seconds, work = (tasks.ended - tasks.begun)[whole.first : whole.last], tasks.work[whole.first : whole.last]
    rates = [(float(work.sum()) + moved) / whole.seconds]
    if window.begin > whole.begin:  # as many tasks were in the middle of their work when it began
        rates.append(rate(tasks.work, window))
    if min(rates) <= 0:
        return None
    error = _relative_error(seconds, work, n_left)
    tail = float(seconds.max()) if workers > 1 else 0.0
    return Range(left / max(rates) * (1 - error), left / min(rates) * (1 + error) + tail)


def _relative_error(seconds: Floats, work: Floats, n_left: int) -> float:
    """Twice the relative standard error of the time that the rest takes, from how tasks differ in time per work."""
    expected = work * (seconds.sum() / work.sum())
    spread = float(np.sqrt(np.mean((seconds - expected) ** 2)) / max(seconds.mean(), 1e-9))
    return min(0.9, max(_LEAST_ERROR, 2.0 * spread * float(np.sqrt(1 / len(seconds) + 1 / n_left))))
