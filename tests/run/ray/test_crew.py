"""A crew of Ray's workers, on two nodes: every task gets a receipt, whatever becomes of its worker or its node."""

import logging
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from provenance.errors import ConfigError
from provenance.run import Engine, EngineOptions, Receipt, Task
from provenance.run.ray import RayCrew
from tests.run.ray.conftest import STORE
from tests.run.ray.jobs import Job, note, tasks, wait_for

pytest.importorskip("ray")


def crew_of(cluster: Any, workers: int | None = None, **options: Any) -> RayCrew:
    return RayCrew(EngineOptions(Engine.RAY, address=cluster.address, **options), workers=workers)


def silent(task: Task, n_bytes: int) -> None:
    pass


def receipts_of(cluster: Any, folder: Path, *shards: str, workers: int | None = None, **options: Any) -> list[Receipt]:
    with crew_of(cluster, workers, **options) as crew:
        return list(crew.work(Job(folder), tasks(*shards), on_progress=silent))


def test_no_task_gives_no_receipt(cluster: Any, tmp_path: Path) -> None:
    assert receipts_of(cluster, tmp_path) == []


def test_two_tasks_that_wait_for_each_other_run_on_two_nodes_with_one_thread_each(cluster: Any, tmp_path: Path) -> None:
    found = receipts_of(cluster, tmp_path, "meet-2-a", "meet-2-b")
    assert len({note(receipt, "node") for receipt in found}) == 2
    assert [receipt.counts["threads"] for receipt in found] == [1, 1]
    assert str(os.getpid()) not in {note(receipt, "pid") for receipt in found}


def test_an_exception_loses_its_task_only_and_is_not_tried_again(cluster: Any, tmp_path: Path) -> None:
    found = {receipt.task.shard: receipt for receipt in receipts_of(cluster, tmp_path, "raise", "lost", "full", "a")}
    assert found["raise"].error == "/raise: ValueError: a bug"
    assert found["lost"].error == "/lost: no archive"
    assert found["full"].fatal
    assert not found["raise"].fatal
    assert found["a"].done
    assert [Job(tmp_path).begun(shard) for shard in found] == [1, 1, 1, 1]


def test_ten_workers_killed_on_one_task_do_not_lose_it(cluster: Any, tmp_path: Path) -> None:
    found = receipts_of(cluster, tmp_path, "die-10", "a", "b")
    assert sorted((receipt.task.shard, receipt.done) for receipt in found) == [
        ("a", True),
        ("b", True),
        ("die-10", True),
    ]
    assert Job(tmp_path).begun("die-10") == 11


def test_a_task_that_kills_every_worker_is_given_up_and_the_others_go_on(cluster: Any, tmp_path: Path) -> None:
    found = {
        receipt.task.shard: receipt for receipt in receipts_of(cluster, tmp_path, "die-9", "exit", "a", attempts=3)
    }
    assert found["die-9"].error is not None
    assert "/die-9: the worker process died" in found["die-9"].error
    assert "3 times; shard lost" in found["die-9"].error
    assert not found["exit"].done
    assert not found["die-9"].fatal
    assert found["a"].done
    assert Job(tmp_path).begun("die-9") == 3


def test_a_node_that_goes_away_is_not_counted_as_its_tasks_workers_are(cluster: Any, tmp_path: Path) -> None:
    job, node = Job(tmp_path), cluster.add_node(num_cpus=1, object_store_memory=STORE)
    shards = ["wait-a", "wait-b", "wait-once"]

    def remove_node() -> None:
        wait_for(
            lambda: job.begun("wait-a") and job.begun("wait-b") and job.begun("wait-once") > 1, "a task on each node"
        )
        cluster.remove_node(node, allow_graceful=False)
        (tmp_path / "go").touch()

    remover = threading.Thread(target=remove_node)
    with crew_of(cluster, workers=3, attempts=2) as crew:
        remover.start()
        found = list(crew.work(job, tasks(*shards), on_progress=silent))
        remover.join()
    assert sorted(receipt.task.shard for receipt in found if receipt.done) == shards
    assert sum(map(job.begun, shards)) == 5  # one killed, one lost with its node


def test_a_task_that_no_machine_can_hold_is_refused(cluster: Any, tmp_path: Path) -> None:
    with crew_of(cluster) as crew, pytest.raises(ConfigError, match=r"read a declares 1000000\.0 GB.*--task-memory"):
        list(crew.work(Job(tmp_path), tasks("a", memory=10**15), on_progress=silent))
    with crew_of(cluster, task_memory=10**15) as crew, pytest.raises(ConfigError, match="largest machine"):
        list(crew.work(Job(tmp_path), tasks("b", memory=0), on_progress=silent))
    assert not Job(tmp_path).begun("a") + Job(tmp_path).begun("b")


def test_no_more_tasks_are_in_flight_than_workers_asked_for(cluster: Any, tmp_path: Path) -> None:
    found = receipts_of(cluster, tmp_path, *(f"alone-{i}" for i in range(12)), workers=1)
    assert [receipt.error for receipt in found] == [None] * 12


def test_progress_reaches_the_caller_and_a_lost_board_does_no_harm(cluster: Any, tmp_path: Path) -> None:
    import ray

    told: list[tuple[str, int]] = []
    with crew_of(cluster) as crew:

        def listen(task: Task, n_bytes: int) -> None:
            told.append((task.shard, n_bytes))
            if len(told) == 1:
                ray.kill(crew._board, no_restart=False)
            elif n_bytes:
                (tmp_path / "go").touch()

        found = list(crew.work(Job(tmp_path), tasks("wait"), on_progress=listen))
    assert [receipt.done for receipt in found] == [True]
    assert told[-1] == ("wait", 5)


def test_an_interrupt_ends_the_tasks_in_flight(cluster: Any, tmp_path: Path) -> None:
    pids: list[int] = []

    def interrupt(task: Task, n_bytes: int) -> None:
        pids.append(int(crew._workers_of[task.key].rpartition(":")[2]))
        raise KeyboardInterrupt

    with crew_of(cluster) as crew:
        with pytest.raises(KeyboardInterrupt):
            list(crew.work(Job(tmp_path), tasks("wait"), on_progress=interrupt))
        wait_for(lambda: not Path(f"/proc/{pids[0]}").exists(), "the end of the worker")
    assert Job(tmp_path).begun("wait") == 1


def test_only_those_variables_are_copied_that_were_asked_for(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_PROFILE", "mine")
    shards = ("show-AWS_SECRET_ACCESS_KEY", "show-AWS_PROFILE")
    found = receipts_of(cluster, tmp_path, *shards, copied=("AWS_PROFILE",))
    assert {receipt.task.shard: note(receipt, "shown") for receipt in found} == dict(
        zip(shards, ("absent", "mine"), strict=True)
    )


def test_what_ray_reports_stays_off_standard_output(
    cluster: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "provenance.run.ray"), crew_of(cluster) as crew:
        assert [r.done for r in crew.work(Job(tmp_path), tasks("die-1"), on_progress=silent)] == [True]
        wait_for(lambda: "worker died" in caplog.text, "a report of the worker's end")
    assert capsys.readouterr().out == ""


def test_machines_with_another_version_are_told_of(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provenance.run.ray.crew.found_version", lambda: "0.0.0")
    with pytest.raises(ConfigError, match=r"and the run is of 0\.0\.0.*same version"):
        receipts_of(cluster, tmp_path, "a")


def test_another_version_of_ray_is_told_of(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ray.__version__", "1.0.0")
    with pytest.raises(ConfigError, match=r"Version mismatch.*Ray: 1\.0\.0.*versions of the cluster"), crew_of(cluster):
        pass


def test_a_folder_that_a_machine_does_not_see_is_refused(cluster: Any, tmp_path: Path) -> None:
    with crew_of(cluster) as crew:
        crew.check_sees(tmp_path)
        with pytest.raises(ConfigError, match=r"does not see it.*s3://"):
            crew.check_sees(Path(f"/proc/self/task/{os.getpid()}"))  # there for this process, and for no other


def test_a_crew_counts_the_cpus_of_all_machines(cluster: Any) -> None:
    with crew_of(cluster) as crew:
        assert crew.size == 2
        assert crew.largest > 10**8
    with crew_of(cluster, workers=1) as crew:
        assert crew.size == 1
