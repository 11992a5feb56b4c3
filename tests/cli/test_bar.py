"""The bar of a phase: how far, how fast, how long still, also while many tasks are at work."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from provenance.cli.bar import PhaseBar
from provenance.run import Receipt, Task
from tests.jobs.status.made_ledgers import lost, receipt


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def tasks(n: int, size: int = 100) -> list[Task]:
    return [replace(receipt(i).task, size=size) for i in range(n)]


def done(number: int, seconds: float = 10.0) -> Receipt:
    return replace(receipt(number), seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def bar_of(clock: Clock, n_tasks: int, n_open: int, phase: str = "read", size: int = 100) -> PhaseBar:
    return PhaseBar(phase, n_tasks, tasks(n_open, size), Console(file=io.StringIO(), width=120), clock)


def test_a_bar_begins_with_what_was_done_before(clock: Clock) -> None:
    bar = bar_of(clock, 100, 90)
    bar.stop()
    assert bar.describe() == ("10/100 shards", "")


def test_losses_tasks_at_work_and_speed_are_told(clock: Clock) -> None:
    bar = bar_of(clock, 1000, 1000)
    for i in range(8):
        bar.advance(tasks(8)[i], 0)
    clock.now = 10.0
    bar.finish(done(0))
    bar.finish(lost(1))
    bar.stop()
    assert bar.describe()[0] == "2/1,000 shards, 1 lost, 6 at work, 1 records/s"


def test_phases_of_ranges_have_tasks_and_no_records(clock: Clock) -> None:
    bar = bar_of(clock, 4, 4, phase="link", size=1)
    clock.now = 5.0
    bar.finish(receipt(0, "link"))
    bar.stop()
    assert bar.describe()[0] == "1/4 tasks"


def test_the_time_left_is_told_once_some_tasks_have_ended(clock: Clock) -> None:
    bar = bar_of(clock, 100, 100)
    for i in range(4):
        clock.now += 10
        bar.finish(done(i))
    assert bar.describe()[1] == ""
    for i in range(4, 20):
        clock.now += 10
        bar.finish(done(i))
    bar.stop()
    assert bar.describe()[1] == "12 min to 14 min 40 s left"


def test_large_tasks_to_come_take_longer(clock: Clock) -> None:
    few = tasks(50) + [replace(task, size=1000) for task in tasks(100)[50:]]
    bar = PhaseBar("read", 100, few, Console(file=io.StringIO()), clock)
    for i in range(50):
        clock.now += 10
        bar.finish(done(i))
    bar.stop()
    assert bar.describe()[1] == "1 h 15 min to 1 h 31 min left"


def test_what_is_drawn_holds_all_of_it(clock: Clock) -> None:
    screen = io.StringIO()
    bar = PhaseBar("read", 20, tasks(20), Console(file=screen, force_terminal=True, width=120), clock)
    for i in range(10):
        clock.now += 10
        bar.finish(done(i))
    bar.stop()
    last = screen.getvalue().rpartition("read ")[2]
    for wanted in ("10/20 shards", "1 records/s", "left"):
        assert wanted in last
