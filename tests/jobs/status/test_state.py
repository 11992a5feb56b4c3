"""What a folder tells of its run, however it was left."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from provenance.errors import ConfigError
from provenance.jobs.corpus import PHASES
from provenance.jobs.status.counted import list_phases
from provenance.jobs.status.phases import PhaseStatus
from provenance.jobs.status.state import State, Status
from provenance.jobs.status.watcher import Watcher
from provenance.jobs.telling.running import PATIENCE_S, Begun, Worked
from tests.jobs.status.made_ledgers import NOW, append, driver, finish, lost, make_run, receipt, status_of, work_on

READ = Begun("read", 4, 4, NOW - 50)


def phase_of(status: Status, name: str) -> PhaseStatus:
    return next(phase for phase in status.phases if phase.phase == name)


def counts(phase: PhaseStatus) -> tuple[int, int, int, int | None]:
    return phase.done, phase.failed, phase.running, phase.open


def test_a_folder_without_a_run_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"run\.json is missing"):
        status_of(tmp_path)
    with pytest.raises(ConfigError, match=r"run\.json is missing"):
        status_of(tmp_path / "nowhere")


def test_somebody_elses_run_json_is_an_error_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"name": "marathon"}')
    with pytest.raises(ConfigError, match="was not written by `provenance run`"):
        status_of(tmp_path)


def test_a_run_that_has_done_nothing_yet(tmp_path: Path) -> None:
    status = status_of(make_run(tmp_path))
    assert (status.state, status.progress, status.left) == (State.INTERRUPTED, None, None)
    assert counts(phase_of(status, "read")) == (0, 0, 0, 4)
    assert status.totals["records"] == 0
    assert status.troubled


def test_a_killed_run_is_interrupted_and_says_how_far_it_came(tmp_path: Path) -> None:
    append(make_run(tmp_path), [receipt(0), receipt(1)])
    work_on(tmp_path, READ, by=driver(here=False), updated=NOW - 2 * PATIENCE_S)
    status = status_of(tmp_path)
    assert status.state is State.INTERRUPTED
    assert counts(phase_of(status, "read")) == (2, 0, 0, 2)
    assert "run the same command again" in status.advice
    assert status.working == ()


def test_a_run_that_works_tells_what_it_works_on(tmp_path: Path) -> None:
    append(make_run(tmp_path), [receipt(0, ended=NOW - 20)])
    tasks = [Worked("read", "c", f"s{i}", 100, NOW - 19, 50, "node:7") for i in (1, 2)]
    work_on(tmp_path, READ, tasks=tasks)
    status = status_of(tmp_path)
    assert status.state is State.RUNNING
    assert not status.troubled
    assert counts(phase_of(status, "read")) == (1, 0, 2, 1)
    assert [task.shard for task in status.working] == ["s1", "s2"]


def test_a_task_that_ended_since_the_sign_of_life_is_not_worked_on(tmp_path: Path) -> None:
    append(make_run(tmp_path), [receipt(1, ended=NOW - 1)])
    work_on(tmp_path, READ, updated=NOW - 5, tasks=[Worked("read", "c", "s1", 100, NOW - 19)])
    assert counts(phase_of(status_of(tmp_path), "read")) == (1, 0, 0, 3)


def test_a_lost_shard_that_is_tried_again_is_open_until_it_has_ended(tmp_path: Path) -> None:
    append(make_run(tmp_path), [receipt(0, ended=NOW - 900), replace(lost(1), ended=receipt(1, ended=NOW - 900).ended)])
    work_on(tmp_path, Begun("read", 4, 3, NOW - 50))
    status = status_of(tmp_path)
    assert (counts(phase_of(status, "read")), status.failures) == ((1, 0, 0, 3), ())
    append(tmp_path, [lost(1)])
    status = status_of(tmp_path)
    assert counts(phase_of(status, "read")) == (1, 1, 0, 2)
    assert [failure.error for failure in status.failures] == ["no archive"]
    assert status.troubled


def test_a_finished_run_is_finished(tmp_path: Path) -> None:
    append(make_run(tmp_path, 1), [receipt(0), receipt(0, "spread"), receipt(0, "judge"), receipt(0, "summarise")])
    finish(tmp_path)
    status = status_of(tmp_path)
    assert (status.state, status.troubled, status.advice) == (State.FINISHED, False, "")
    assert [phase.phase for phase in status.phases] == ["read", "spread", "judge", "summarise"]
    assert all(phase.whole for phase in status.phases)


@pytest.mark.parametrize("one", [lost(1), receipt(1, notes=("s1: incomplete: cut off",), complete=False)])
def test_a_finished_run_with_losses_says_which(tmp_path: Path, one: object) -> None:
    append(make_run(tmp_path, 2), [receipt(0), one])  # type: ignore[list-item]
    finish(tmp_path)
    status = status_of(tmp_path)
    assert (status.state, status.troubled) == (State.FINISHED_WITH_LOSSES, True)
    assert [failure.shard for failure in status.failures + status.incomplete] == ["s1"]


def test_a_run_that_said_it_was_stopped_is_believed(tmp_path: Path) -> None:
    make_run(tmp_path)
    work_on(tmp_path, READ, stopped=("interrupted", "interrupted"))
    assert status_of(tmp_path).state is State.INTERRUPTED
    work_on(tmp_path, READ, stopped=("error", "disk full"))
    assert status_of(tmp_path).state is State.FAILED


@pytest.mark.parametrize(
    ("last", "state"),
    [
        (lost(0, fatal=True), State.FAILED),
        (lost(0, "cluster"), State.FAILED),
        (lost(0), State.INTERRUPTED),
        (receipt(0), State.INTERRUPTED),
    ],
)
def test_a_run_whose_last_receipt_ended_it_has_failed(tmp_path: Path, last: object, state: State) -> None:
    append(make_run(tmp_path), [receipt(1), last])  # type: ignore[list-item]
    assert status_of(tmp_path).state is state


def test_all_phases_to_come_are_listed_with_their_tasks_as_far_as_known(tmp_path: Path) -> None:
    append(make_run(tmp_path), [receipt(0), lost(1)])
    status = status_of(tmp_path)
    assert [phase.phase for phase in status.phases] == [phase for phase in PHASES if phase != "shingle"]
    known = {phase.phase: phase.n_tasks for phase in status.phases}
    assert (known["read"], known["spread"], known["summarise"], known["link"]) == (4, 3, 1, None)


def test_a_phase_of_the_configuration_is_listed_when_it_asks_for_it(tmp_path: Path) -> None:
    saved = json.loads((make_run(tmp_path) / "run.json").read_text())
    saved["config"]["dedup"]["verify"] = "shingles"
    assert "shingle" in list_phases(saved, {}, {}, finished=False)


def test_a_phase_that_the_process_has_begun_has_the_tasks_it_said(tmp_path: Path) -> None:
    append(make_run(tmp_path), [receipt(i, ended=NOW - 60) for i in range(4)])
    work_on(tmp_path, Begun("read", 4, 0, NOW - 50), Begun("link", 16, 9, NOW - 40))
    status = status_of(tmp_path)
    assert counts(phase_of(status, "read")) == (4, 0, 0, 0)
    assert counts(phase_of(status, "link")) == (7, 0, 0, 9)
    assert status.current == phase_of(status, "link")


def test_later_phases_are_to_do_again_when_a_shard_was_read_since(tmp_path: Path) -> None:
    append(make_run(tmp_path, 2), [receipt(0), receipt(0, "spread"), receipt(1)])
    assert counts(phase_of(status_of(tmp_path), "spread")) == (0, 0, 0, 2)
    append(tmp_path, [receipt(0, "spread")])
    assert counts(phase_of(status_of(tmp_path), "spread")) == (1, 0, 0, 1)


def test_a_shard_that_was_written_anew_is_open(tmp_path: Path) -> None:
    one = receipt(0)
    append(make_run(tmp_path), [replace(one, task=replace(one.task, inputs="older"))])
    assert counts(phase_of(status_of(tmp_path), "read")) == (0, 0, 0, 4)


def test_totals_are_of_what_is_done_and_bytes_of_what_was_read(tmp_path: Path) -> None:
    half = replace(lost(1), counts={"bytes_read": 30, "bytes_skipped": 70})
    append(make_run(tmp_path), [receipt(0), half, receipt(0, "judge")])
    status = status_of(tmp_path)
    wanted = {"records": 10, "documents": 8, "words": 80, "rejects": 2, "bytes_read": 130, "bytes_skipped": 70}
    assert wanted.items() <= status.totals.items()
    assert (status.rejects, status.left_out) == ({"no_text": 2}, {"no_text": 2})


def test_the_time_left_is_a_range_and_of_the_run_a_lower_bound(tmp_path: Path) -> None:
    append(make_run(tmp_path, 100), [receipt(i, ended=NOW - 490 + 10 * i) for i in range(50)])
    work_on(tmp_path, Begun("read", 100, 100, NOW - 500), by=driver(workers=1))
    status = status_of(tmp_path)
    assert status.current is not None
    assert status.current.left is not None
    assert status.left is not None
    assert status.current.left.low == pytest.approx(450, abs=5)
    assert status.current.left.high == pytest.approx(550, abs=5)
    assert (status.left.low, status.left.high) == (status.current.left.low, None)
    assert status.current.recent is not None
    assert status.current.recent.records == pytest.approx(1.0)


def test_large_shards_to_come_take_longer(tmp_path: Path) -> None:
    saved = json.loads((make_run(tmp_path, 100) / "run.json").read_text())
    for shard in saved["shards"][50:]:
        shard["size"] = 1000
    (tmp_path / "run.json").write_text(json.dumps(saved))
    append(tmp_path, [receipt(i, ended=NOW - 490 + 10 * i) for i in range(50)])
    work_on(tmp_path, Begun("read", 100, 100, NOW - 500), by=driver(workers=1))
    status = status_of(tmp_path)
    assert status.left is not None
    assert status.left.low == pytest.approx(4500, abs=50)


def test_a_ledger_without_times_tells_no_rate_and_no_time_left(tmp_path: Path) -> None:
    append(make_run(tmp_path, 1), [receipt(0, ended=None)])
    finish(tmp_path)
    phase = phase_of(status_of(tmp_path), "read")
    assert (phase.overall, phase.ended, phase.done, phase.task_seconds) == (None, None, 1, 10.0)


def test_the_slowest_shards_and_those_with_most_rejects_stand_out(tmp_path: Path) -> None:
    rejects = {"record_type": 900, "malformed_http": 5}
    found = [receipt(0, seconds=500.0), replace(receipt(1), rejects=rejects), receipt(2), lost(3)]
    append(make_run(tmp_path), found)
    status = status_of(tmp_path)
    assert [shard.shard for shard in status.slowest] == ["s0", "s1", "s2"]
    assert [(shard.shard, shard.lost_records) for shard in status.most_rejects] == [("s1", 5), ("s0", 2), ("s2", 2)]


def test_a_process_that_is_silent_or_moves_nothing_is_warned_of(tmp_path: Path) -> None:
    make_run(tmp_path)
    work_on(tmp_path, READ)
    assert status_of(tmp_path).warnings == ()
    (silent,) = status_of(tmp_path, NOW + 2 * PATIENCE_S).warnings
    assert "no sign of life for 180 s" in silent
    work_on(tmp_path, READ, updated=NOW)
    text = (tmp_path / "running.json").read_text()
    (tmp_path / "running.json").write_text(text.replace(f'"progress":{NOW}', f'"progress":{NOW - 5000}'))
    (stuck,) = status_of(tmp_path).warnings
    assert "no task has moved for 5000 s" in stuck


def test_damaged_lines_are_warned_of(tmp_path: Path) -> None:
    append(make_run(tmp_path), [receipt(0)])
    with (tmp_path / "ledger.jsonl").open("a") as ledger:
        ledger.write('{"task": \n{"task"')
    status = status_of(tmp_path)
    assert "1 lines of the ledger cannot be read" in status.warnings[0]
    assert phase_of(status, "read").done == 1


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        ("/s: the worker process was killed by SIGKILL (out of memory?), 2 times; shard lost", "more memory"),
        ("/s: the worker process ended with status 3, 2 times; shard lost", "report this shard"),
        ("/s: no record starts here", "fetch it anew"),
        ("http://x/s: 503; run the same command again to read it", ""),
    ],
)
def test_a_failure_says_what_to_do(tmp_path: Path, error: str, advice: str) -> None:
    append(make_run(tmp_path), [lost(0, error=error)])
    (failure,) = status_of(tmp_path).failures
    assert advice in failure.advice
    assert bool(advice) == bool(failure.advice)


def test_looking_again_reads_what_is_new_and_a_run_started_anew_from_its_beginning(tmp_path: Path) -> None:
    append(make_run(tmp_path), [receipt(0), receipt(1)])
    watcher = Watcher(tmp_path)
    assert phase_of(watcher.read(NOW), "read").done == 2
    append(tmp_path, [receipt(2)])
    assert phase_of(watcher.read(NOW), "read").done == 3
    (tmp_path / "ledger.jsonl").unlink()
    assert phase_of(watcher.read(NOW), "read").done == 0
    append(tmp_path, [receipt(3)])
    assert phase_of(watcher.read(NOW), "read").done == 1


def test_looking_writes_nothing(tmp_path: Path) -> None:
    append(make_run(tmp_path), [receipt(0)])
    work_on(tmp_path, READ)
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in tmp_path.iterdir()}
    status_of(tmp_path)
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in tmp_path.iterdir()} == before
