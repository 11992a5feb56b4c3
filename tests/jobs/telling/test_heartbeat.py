"""The sign of life: what is being worked on, since when, by whom, how far."""

import threading
from pathlib import Path

from provenance.jobs.telling.heartbeat import Heartbeat, repeat
from provenance.jobs.telling.running import RUNNING_FILE, read_running
from provenance.run import Task
from tests.jobs.status.made_ledgers import NOW, driver, receipt

TASK = receipt(0).task


class Clock:
    """Counts on by a second each time it is asked."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        self.now += 1
        return self.now


def heart(folder: Path) -> Heartbeat:
    return Heartbeat(folder, driver(), lambda task: f"node:{task.shard}", clock=Clock())


def test_a_task_is_worked_on_from_its_beginning_to_its_end(tmp_path: Path) -> None:
    beating = heart(tmp_path)
    beating.start("read", 3, [TASK])
    beating.advance(TASK, 0)
    beating.advance(TASK, 50)
    (working,) = beating.describe().tasks
    assert (working.begun, working.bytes_done, working.worker, working.attempt) == (NOW + 2, 50, "node:s0", 1)
    beating.finish(receipt(0))
    assert beating.describe().tasks == ()
    assert beating.describe().progress == NOW + 5


def test_a_task_that_begins_again_is_another_attempt(tmp_path: Path) -> None:
    beating = heart(tmp_path)
    for bytes_done in (0, 50, 0, 20):
        beating.advance(TASK, bytes_done)
    (working,) = beating.describe().tasks
    assert (working.attempt, working.begun, working.bytes_done) == (2, NOW + 3, 20)


def test_fewer_bytes_than_before_are_another_attempt_too(tmp_path: Path) -> None:
    beating = heart(tmp_path)
    for bytes_done in (0, 50, 20):
        beating.advance(TASK, bytes_done)
    assert beating.describe().tasks[0].attempt == 2


def test_those_begun_first_stand_first_and_a_new_phase_forgets_them(tmp_path: Path) -> None:
    beating = heart(tmp_path)
    tasks = [Task("read", "c", name, "", 1, "") for name in ("b", "a")]
    for task in tasks:
        beating.advance(task, 0)
    assert [task.shard for task in beating.describe().tasks] == ["b", "a"]
    beating.start("spread", 2, [])
    assert beating.describe().tasks == ()
    assert [(phase.phase, phase.n_tasks, phase.n_open) for phase in beating.describe().phases] == [("spread", 2, 0)]


def test_a_beat_writes_and_the_end_removes(tmp_path: Path) -> None:
    beating = heart(tmp_path)
    assert beating.beat() is None
    assert read_running(tmp_path) is not None
    assert beating.end() is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_and_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    trouble = heart(tmp_path / "file" / "out").beat()
    assert trouble is not None
    assert RUNNING_FILE in trouble


def test_an_action_is_repeated_when_woken_and_not_after_the_block() -> None:
    wake, done = threading.Event(), threading.Semaphore(0)
    with repeat(done.release, 3600.0, at_once=wake):
        assert done.acquire(timeout=60)
        for _ in range(3):
            wake.set()
            assert done.acquire(timeout=60)
    wake.set()
    assert not done.acquire(blocking=False)
