"""What counts against a task, and what is said of one that is given up."""

import pytest

from provenance.run.ray.deaths import Cause, Deaths, Flight, find_cause
from tests.run.ray.jobs import tasks

ray = pytest.importorskip("ray")

GB = 10**9


def flight(memory: int = GB) -> Flight:
    return Flight(tasks("a")[0], memory)


def test_causes_are_counted_apart():
    deaths = Deaths(3)
    told = [deaths.count(flight(), cause, worker="") for cause in 2 * list(Cause)]
    assert told == [None] * 6
    receipt = deaths.count(flight(), Cause.NODE, worker="host:7")
    assert receipt is not None
    assert "the machine it was on went away 3 times" in (receipt.error or "")
    assert "the worker process died" in (receipt.error or "")
    assert (receipt.done, receipt.fatal, receipt.worker) == (False, False, "host:7")


def test_tasks_are_counted_apart():
    deaths = Deaths(2)
    a, b = (Flight(task, GB) for task in tasks("a", "b"))
    assert [deaths.count(one, Cause.WORKER, worker="") for one in (a, b)] == [None, None]
    assert deaths.count(b, Cause.WORKER, worker="") is not None


def test_a_task_that_ran_out_of_memory_declares_twice_as_much_up_to_the_largest_machine():
    deaths = Deaths(9)
    deaths.count(flight(), Cause.MEMORY, worker="")
    assert deaths.grow(flight(), 8 * GB) == 2 * GB
    assert deaths.grow(flight(6 * GB), 8 * GB) == 8 * GB
    assert deaths.grow(flight(6 * GB), 4 * GB) == 6 * GB  # the large machine has gone, and may come back


def test_a_task_whose_worker_died_declares_no_more_than_before():
    deaths = Deaths(9)
    deaths.count(flight(), Cause.WORKER, worker="")
    assert deaths.grow(flight(), 8 * GB) == GB


def test_a_task_given_up_for_memory_says_how_much_it_had():
    receipt = Deaths(1).count(flight(4 * GB), Cause.MEMORY, worker="")
    assert "ran out of memory 1 times, at last with 4.0 GB declared; give more with --task-memory" in str(receipt)


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (ray.exceptions.WorkerCrashedError(), Cause.WORKER),
        (ray.exceptions.TaskCancelledError(), Cause.WORKER),
        (ray.exceptions.OutOfMemoryError(""), Cause.MEMORY),
        (ray.exceptions.NodeDiedError(""), Cause.NODE),
        (ray.exceptions.LocalRayletDiedError(), Cause.NODE),
        (ray.exceptions.ObjectLostError("00", "", ""), Cause.NODE),
        (ray.exceptions.RuntimeEnvSetupError(""), Cause.NODE),
        (ray.exceptions.RaySystemError(ValueError()), None),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_every_error_of_ray_has_its_cause(error: Exception, cause: Cause | None) -> None:
    assert find_cause(error) is cause
