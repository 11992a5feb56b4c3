"""However the work on a run ends, its folder says how, and the log too."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from provenance.errors import OutputError
from provenance.jobs.folder import RunFolder, open_folder
from provenance.jobs.settings import RunConfig
from provenance.jobs.status.state import State
from provenance.jobs.status.watcher import Watcher
from provenance.jobs.telling.observe import observe
from provenance.jobs.telling.running import read_running
from provenance.objects.lock import Lock
from provenance.objects.place import ObjectPath
from provenance.run import LocalCrew
from tests.jobs.status.made_ledgers import NOW, finish, receipt


class Listener:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def start(self, phase: str, *_: object) -> None:
        self.told.append(f"start {phase}")

    def advance(self, *_: object) -> None:
        self.told.append("advance")

    def finish(self, *_: object) -> None:
        self.told.append("finish")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[RunFolder]:
    with open_folder(tmp_path, RunConfig(), fresh=False) as folder:
        yield folder


def work_until(folder: RunFolder, error: BaseException) -> None:
    with pytest.raises(type(error)), observe(folder, Listener(), LocalCrew(1), engine="local"):
        raise error


@pytest.mark.parametrize(
    ("error", "reason", "stopped", "state"),
    [
        (KeyboardInterrupt(), "interrupted", "interrupted", State.INTERRUPTED),
        (OutputError("disk full"), "error", "disk full", State.FAILED),
        (ValueError("a bug"), "unforeseen", "ValueError: a bug", State.FAILED),
    ],
)
def test_work_that_ends_early_says_why(
    folder: RunFolder, tmp_path: Path, error: BaseException, reason: str, stopped: str, state: State
) -> None:
    work_until(folder, error)
    left = read_running(tmp_path)
    assert left is not None
    assert (left.reason, left.stopped) == (reason, stopped)
    assert Watcher(tmp_path).read(NOW).state is state


def test_work_that_ends_well_takes_its_word_with_it(folder: RunFolder, tmp_path: Path) -> None:
    with observe(folder, Listener(), LocalCrew(1), engine="local"):
        assert read_running(tmp_path) is not None
        finish(tmp_path)
    assert read_running(tmp_path) is None
    assert Watcher(tmp_path).read(NOW).state is State.FINISHED


def test_the_reporter_is_told_all(folder: RunFolder) -> None:
    listener, one = Listener(), receipt(0)
    with observe(folder, listener, LocalCrew(1), engine="local") as watched:
        watched.start("read", 1, [one.task])
        watched.advance(one.task, 0)
        watched.finish(one)
    assert listener.told == ["start read", "advance", "finish"]


def test_a_folder_that_another_run_has_taken_is_not_written_to(folder: RunFolder, tmp_path: Path) -> None:
    lost = replace(folder, lock=Lock(ObjectPath("s3://b/out/.lock"), "token", "etag", taken=True))
    work_until(lost, OutputError("taken"))
    assert read_running(tmp_path) is None


def test_a_run_that_goes_on_says_so(folder: RunFolder, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "provenance")
    work_until(folder, KeyboardInterrupt())
    folder.append(receipt(0))
    work_until(folder, KeyboardInterrupt())
    assert [record.__dict__["event"] for record in caplog.records] == [
        "run_started",
        "run_stopped",
        "run_resumed",
        "run_stopped",
    ]
