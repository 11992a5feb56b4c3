"""Real forks and spawned workers, in a script with a time limit: what hangs fails."""

import multiprocessing
import os
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest

from provenance.adapters.judge import measure_texts
from provenance.adapters.processes.threads import limit_threads
from tests.adapters.processes.made_processes import count_threads

LIMIT_S = 150
ROOT = Path(__file__).parents[3]
linux = pytest.mark.skipif(sys.platform != "linux", reason="forks are tested on Linux")
torch = pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed")


def run_case(case: str, method: str = "") -> str:
    """What went wrong in a script that asserts in its own process; nothing where all was well."""
    command = [sys.executable, "-m", "tests.adapters.processes.forked_run", case, method]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True) as script:
        try:
            said = script.communicate(timeout=LIMIT_S)[1]
        except subprocess.TimeoutExpired:
            os.killpg(script.pid, signal.SIGKILL)  # the workers that hang, too
            raise
    return f"status {script.returncode}: {said[-4000:]}" if script.returncode else ""


@linux
def test_all_that_judges_texts_says_the_same_in_a_forked_process() -> None:
    assert run_case("judge_in_pool") == ""


@linux
@torch
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_workers_of_torch_score_as_the_main_process_does(method: str) -> None:
    assert run_case("load_by_torch", method) == ""


@linux
@pytest.mark.parametrize("case", ["import_after_fork", "fork_before_polars"])
def test_what_was_imported_before_the_fork_decides(case: str) -> None:
    assert run_case(case) == ""


def test_a_process_started_anew_measures_by_itself() -> None:
    assert measure_texts(pl.Series(["a"]))[0]["n_words"].to_list() == [1]


@pytest.mark.parametrize(
    ("given", "threads"),
    [
        ({}, None),
        ({"OMP_NUM_THREADS": "3"}, "3"),
        ({"OMP_NUM_THREADS": "4,2"}, "4"),
        ({"OMP_NUM_THREADS": "many"}, None),
        ({"OMP_NUM_THREADS": "3", "POLARS_MAX_THREADS": "2"}, "2"),
    ],
)
def test_in_the_main_process_only_the_user_limits_threads(given: dict[str, str], threads: str | None) -> None:
    limit_threads(given)
    assert given.get("POLARS_MAX_THREADS") == threads


@pytest.mark.parametrize(("given", "threads"), [(None, 1), ("2", 2)])
def test_a_spawned_worker_has_one_thread_of_polars_or_as_many_as_the_user_says(
    given: str | None, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.delenv("POLARS_MAX_THREADS", raising=False)
    if given is not None:
        monkeypatch.setenv("POLARS_MAX_THREADS", given)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(count_threads) == threads
