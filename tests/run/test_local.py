"""Worker processes: every task gets a receipt, whatever its worker does."""

import _thread
import os
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

import pytest

from provenance.errors import OutputError, ShardError
from provenance.run import LocalCrew, Progress, Receipt, Task
from provenance.run.local import _deaf_to_interrupts


@dataclass(frozen=True)
class Job:
    """Does what the task's shard says."""

    folder: Path

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        progress(task.size // 2)
        name = task.shard.split("-")[0]
        if name == "raise":
            raise ValueError("a bug")
        if name == "lost":
            raise ShardError(task.source, "no archive")
        if name == "full":
            raise OutputError("disk full")
        if name == "die" or (name == "once" and not self._seen(task)):
            os.kill(os.getpid(), signal.SIGKILL)
        return Receipt(task, {"pid": os.getpid(), "threads": int(os.environ["POLARS_MAX_THREADS"])})

    def _seen(self, task: Task) -> bool:
        mark = self.folder / task.shard
        seen = mark.exists()
        mark.touch()
        return seen


def tasks(*shards: str) -> list[Task]:
    return [Task("read", "c", shard, f"/{shard}", 10, "") for shard in shards]


def receipts_of(tmp_path: Path, *shards: str, workers: int = 2) -> dict[str, Receipt]:
    with LocalCrew(workers) as crew:
        done = crew.work(Job(tmp_path), tasks(*shards), on_progress=lambda *_: None)
        return {receipt.task.shard: receipt for receipt in done}


def test_no_task_starts_no_worker(tmp_path: Path) -> None:
    assert receipts_of(tmp_path) == {}


def test_work_happens_in_other_processes_with_one_thread_each(tmp_path: Path) -> None:
    found = receipts_of(tmp_path, *(f"a-{i}" for i in range(6)))
    assert len(found) == 6
    assert os.getpid() not in {receipt.counts["pid"] for receipt in found.values()}
    assert {receipt.counts["threads"] for receipt in found.values()} == {1}


def test_an_exception_loses_its_task_only(tmp_path: Path) -> None:
    found = receipts_of(tmp_path, "raise", "a", workers=1)
    assert found["raise"].error == "/raise: ValueError: a bug"
    assert "Traceback" in (found["raise"].traceback or "")
    assert found["a"].done


def test_a_receipt_says_which_process_did_it(tmp_path: Path) -> None:
    found = receipts_of(tmp_path, "raise", "a", workers=1)
    assert found["a"].worker == f"{socket.gethostname()}:{found['a'].counts['pid']}" == found["raise"].worker
    assert found["raise"].peak_memory_bytes > 0


def test_a_task_is_told_to_begin_each_time_it_is_tried(tmp_path: Path) -> None:
    told: list[tuple[str, int]] = []
    with LocalCrew(1) as crew:
        done = list(crew.work(Job(tmp_path), tasks("once"), on_progress=lambda task, n: told.append((task.shard, n))))
    assert len(done) == 1
    assert [n for _, n in told].count(0) == 2


def test_a_lost_shard_says_why(tmp_path: Path) -> None:
    assert receipts_of(tmp_path, "lost")["lost"].error == "/lost: no archive"


def test_an_unwritable_output_is_fatal(tmp_path: Path) -> None:
    found = receipts_of(tmp_path, "full", "raise")
    assert found["full"].fatal
    assert not found["raise"].fatal


def test_a_task_whose_worker_died_once_is_done_by_the_next(tmp_path: Path) -> None:
    found = receipts_of(tmp_path, "once", "a", "b")
    assert [receipt.done for receipt in found.values()] == [True, True, True]


def test_a_task_that_kills_every_worker_is_given_up(tmp_path: Path) -> None:
    found = receipts_of(tmp_path, "die", "a", workers=1)
    assert "killed by SIGKILL" in (found["die"].error or "")
    assert found["a"].done


def test_progress_reaches_the_caller(tmp_path: Path) -> None:
    seen: list[tuple[str, int]] = []
    with LocalCrew(1) as crew:
        job = crew.work(Job(tmp_path), tasks("a"), on_progress=lambda t, n: seen.append((t.shard, n)))
        assert len(list(job)) == 1
    assert seen == [("a", 0), ("a", 5)]


def test_workers_are_kept_for_the_next_job(tmp_path: Path) -> None:
    with LocalCrew(1) as crew:
        first, second = (
            next(crew.work(Job(tmp_path), tasks(name), on_progress=lambda *_: None)).counts["pid"] for name in "ab"
        )
    assert first == second


def test_leaving_the_crew_ends_the_workers(tmp_path: Path) -> None:
    with LocalCrew(1) as crew:
        pid = next(crew.work(Job(tmp_path), tasks("a", "b", "c"), on_progress=lambda *_: None)).counts["pid"]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_an_interrupt_waits_until_a_worker_has_started():
    reached = False
    with pytest.raises(KeyboardInterrupt), _deaf_to_interrupts():
        _thread.interrupt_main()  # as when the system hands the signal to another thread, which does not block it
        reached = all(sum(range(n)) >= 0 for n in range(1000))
    assert reached
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
