"""Whether a process still works on a run: asked of its machine, elsewhere told by the age of its sign of life."""

import multiprocessing
import os
from dataclasses import replace
from pathlib import Path

import pytest

from provenance.jobs.telling.running import (
    PATIENCE_S,
    RUNNING_FILE,
    Running,
    birth_of,
    name_space,
    read_running,
    write_running,
)
from tests.jobs.status.made_ledgers import NOW, driver

HERE = Running(driver(), NOW, NOW, (), ())
ELSEWHERE = Running(driver(here=False), NOW, NOW, (), ())
linux = pytest.mark.skipif(not name_space(), reason="asks /proc")


@linux
def test_a_process_of_this_machine_lives_however_old_its_word() -> None:
    assert HERE.lives(NOW + 10 * PATIENCE_S)


@linux
def test_a_process_that_is_gone_does_not_live_however_fresh_its_word() -> None:
    process = multiprocessing.get_context("spawn").Process(target=os.getpid)
    process.start()
    process.join()
    gone = replace(HERE.driver, pid=process.pid or 0)
    assert not replace(HERE, driver=gone).lives(NOW)


@linux
def test_another_process_that_got_its_number_is_not_it() -> None:
    assert not replace(HERE, driver=replace(HERE.driver, born="1")).lives(NOW)
    assert birth_of(os.getpid()) != ""


def test_elsewhere_a_fresh_word_is_a_sign_of_life_and_an_old_one_none() -> None:
    assert ELSEWHERE.lives(NOW + PATIENCE_S - 1)
    assert not ELSEWHERE.lives(NOW + PATIENCE_S + 1)


def test_a_process_that_said_why_it_stopped_does_not_live() -> None:
    assert not replace(HERE, stopped="interrupted").lives(NOW)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_running(tmp_path, HERE)
    assert read_running(tmp_path) == HERE


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"driver": {}}', "null"])
def test_what_no_run_wrote_is_no_word_of_one(tmp_path: Path, content: str) -> None:
    assert read_running(tmp_path) is None
    (tmp_path / RUNNING_FILE).write_text(content)
    assert read_running(tmp_path) is None
