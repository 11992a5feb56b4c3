"""Rates and time left from when tasks began and ended: on times made up, whose truth is known."""

import heapq
from collections.abc import Callable

import numpy as np
import pytest

from provenance.jobs.status.estimates import (
    PAUSE_S,
    Ended,
    Range,
    Stretch,
    estimate_left,
    find_stretches,
    find_window,
    rate,
)

Draw = Callable[[np.random.Generator, int], np.ndarray]
SHAPES: dict[str, Draw] = {
    "even": lambda chance, n: chance.normal(60, 3, n).clip(1),
    "uneven": lambda chance, n: 60 * chance.lognormal(0, 0.5, n),
    "long tail": lambda chance, n: chance.exponential(60, n),
}


def even(n: int, seconds: float = 10.0, start: float = 0.0) -> list[tuple[float, float, float]]:
    """Tasks one after the other."""
    return [(start + i * seconds, start + (i + 1) * seconds, 1.0) for i in range(n)]


def test_no_task_is_no_stretch() -> None:
    assert find_stretches(Ended.of([])) == []


def test_a_pause_parts_two_stretches() -> None:
    tasks = Ended.of(even(5) + even(5, start=50 + PAUSE_S + 1))
    assert [(s.begin, s.end, s.first, s.last) for s in find_stretches(tasks)] == [(0, 50, 0, 5), (171, 221, 5, 10)]
    assert len(find_stretches(Ended.of(even(5) + even(5, start=50 + PAUSE_S - 1)))) == 1


def test_what_goes_on_now_is_a_stretch_of_its_own() -> None:
    found = find_stretches(Ended.of(even(5) + even(2, start=60)), (55.0, 100.0))
    assert found == [Stretch(0.0, 50.0, 0, 5), Stretch(55.0, 100.0, 5, 7)]


def test_tasks_side_by_side_are_one_stretch() -> None:
    tasks = Ended.of([(0.0, 10.0, 1.0), (1.0, 400.0, 1.0), (399.0, 405.0, 1.0)])
    assert [s.seconds for s in find_stretches(tasks)] == [405.0]


def test_the_rate_of_the_last_minutes_forgets_what_was_before() -> None:
    tasks = Ended.of(even(100, 10.0) + even(600, 2.0, start=1000.0))
    (whole,) = find_stretches(tasks)
    window = find_window(tasks, whole, workers=1)
    assert window is not None
    assert rate(tasks.work, window) == pytest.approx(0.5)
    assert rate(tasks.work, whole) == pytest.approx(700 / 2200)


def test_the_window_is_longer_where_tasks_are() -> None:
    tasks = Ended.of(even(20, 1000.0))
    window = find_window(tasks, find_stretches(tasks)[0], workers=2)
    assert window is not None
    assert window.seconds == 6000.0


def test_a_run_that_hangs_gets_slower_and_slower() -> None:
    tasks = Ended.of(even(60, 10.0))
    rates = []
    for now in (600.0, 900.0, 1150.0):
        window = find_window(tasks, find_stretches(tasks, (0.0, now))[0], workers=1)
        rates.append(0.0 if window is None else rate(tasks.work, window))
    assert rates[0] > rates[1] > rates[2] > 0


def left_of(n_done: int, n_left: int, workers: int = 1) -> Range | None:
    tasks = Ended.of(even(n_done))
    going = find_stretches(tasks, (0.0, n_done * 10.0))[-1]
    return estimate_left(tasks, going, left=float(n_left), moved=0.0, n_left=n_left, workers=workers)


def test_nothing_is_said_while_few_tasks_have_ended() -> None:
    assert left_of(4, 100) is None
    assert left_of(5, 100) is not None
    assert left_of(5, 100, workers=6) is None


def test_nothing_left_takes_no_time() -> None:
    assert left_of(0, 0) == Range(0.0, 0.0)


def test_even_tasks_take_as_long_as_before() -> None:
    left = left_of(50, 100)
    assert left is not None
    assert left.low == pytest.approx(900)
    assert left.high == pytest.approx(1100)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("n", "workers"), [(200, 1), (400, 8)])
def test_the_truth_lies_in_the_range(shape: str, n: int, workers: int) -> None:
    chance, hits = np.random.default_rng(9), []
    for _ in range(40):
        begun, ended = work(SHAPES[shape](chance, n), workers)
        for part in (0.2, 0.5, 0.8):
            now = float(ended.max()) * part
            done, moving = ended <= now, (begun < now) & (ended > now)
            tasks = Ended.of(sorted(zip(begun[done], ended[done], np.ones(n)[done], strict=True), key=lambda t: t[1]))
            moved = float(((now - begun[moving]) / (ended[moving] - begun[moving])).sum())
            n_left = int((~done).sum())
            going = find_stretches(tasks, (0.0, now))[-1]
            found = estimate_left(tasks, going, left=n_left - moved, moved=moved, n_left=n_left, workers=workers)
            assert found is not None
            assert found.high is not None
            hits.append(found.low <= ended.max() - now <= found.high)
    assert np.mean(hits) >= 0.8


def work(seconds: np.ndarray, workers: int) -> tuple[np.ndarray, np.ndarray]:
    """When each task begins and ends, the next one taken by whoever is free."""
    free = [0.0] * workers
    begun = np.empty(len(seconds))
    for i, length in enumerate(seconds):
        begun[i] = heapq.heappop(free)
        heapq.heappush(free, begun[i] + length)
    return begun, begun + seconds
