"""A companion answers for the process that asked, outlives none, and says why it died."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from provenance.adapters.processes import companion
from provenance.adapters.processes.companion import ask
from provenance.errors import ConfigError, ScoringError
from tests.adapters.processes.made_processes import chatter, die, die_once, refuse

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks are tested on Linux")
ROOT = Path(__file__).parents[3]
THREADS = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")


@pytest.fixture(autouse=True)
def _end_companion() -> Iterator[None]:
    yield
    companion._end()


def run_script(script: str, **options: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", "import os\nfrom provenance.adapters.processes.companion import ask\n" + script]
    return subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **options)


def has_ended(pid: int) -> bool:
    """Whether the process ends within a minute."""
    try:
        return bool(select.select([os.pidfd_open(pid)], [], [], 60)[0])
    except ProcessLookupError:
        return True


def test_one_companion_answers_every_call_of_a_process() -> None:
    assert os.getpid() != ask(os.getpid) == ask(os.getpid)


def test_it_holds_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in THREADS:
        monkeypatch.delenv(name, raising=False)
    assert [ask(os.getenv, name) for name in THREADS] == ["1"] * len(THREADS)


def test_it_holds_as_many_threads_as_the_user_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLARS_MAX_THREADS", "3")
    assert ask(os.getenv, "POLARS_MAX_THREADS") == "3"


def test_it_imports_from_where_its_process_does(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "only_here.py").write_text("def answer():\n    return 42\n")
    monkeypatch.syspath_prepend(tmp_path)
    import only_here  # type: ignore[import-not-found]

    assert ask(only_here.answer) == 42


def test_a_large_answer_arrives_whole() -> None:
    assert ask(bytes, 3_000_000) == bytes(3_000_000)


def test_what_libraries_print_does_not_disturb_the_answers() -> None:
    assert ask(chatter) == "answered"


def test_errors_of_provenance_are_raised_as_they_are() -> None:
    with pytest.raises(ConfigError, match=r"^no such model$"):
        ask(refuse)


def test_other_errors_are_told_with_their_place() -> None:
    with pytest.raises(ScoringError, match=r"(?s)Traceback.*ValueError: invalid literal"):
        ask(int, "no number")


def test_one_that_was_killed_is_started_anew_and_leaves_no_zombie() -> None:
    killed = ask(os.getpid)
    os.kill(killed, signal.SIGKILL)
    assert ask(os.getpid) != killed
    with pytest.raises(ProcessLookupError):
        os.kill(killed, 0)


def test_the_call_during_which_it_was_killed_is_made_again(tmp_path: Path) -> None:
    assert ask(die_once, tmp_path / "killed") == "answered"


def test_one_that_dies_again_is_an_error_with_its_last_words_and_what_to_do() -> None:
    with pytest.raises(ScoringError, match=r"(?s)2 times: exit status 3; it wrote: no room left.*spawn instead"):
        ask(die, "no room left")
    assert ask(abs, -1) == 1


def test_one_that_is_killed_again_is_an_error_that_names_the_signal() -> None:
    with pytest.raises(ScoringError, match="killed by SIGKILL, as the kernel does when memory is short"):
        ask(signal.raise_signal, signal.SIGKILL)


def test_an_interrupt_from_the_keyboard_is_not_for_it() -> None:
    pid = ask(os.getpid)
    os.kill(pid, signal.SIGINT)
    assert ask(os.getpid) == pid
    assert ask(os.getsid, 0) != os.getsid(0)


def test_it_ends_when_its_process_is_killed() -> None:
    with run_script("print(ask(os.getpid), flush=True); input()") as worker:
        pid = int(worker.stdout.readline())  # type: ignore[union-attr]
        worker.kill()
        assert has_ended(pid)


def test_it_ends_with_its_process_though_a_process_forked_from_that_lives_on() -> None:
    with run_script("print(ask(os.getpid), flush=True)\nif os.fork() == 0: input()\nos._exit(0)") as worker:
        pid = int(worker.stdout.readline())  # type: ignore[union-attr]
        assert has_ended(pid)
        worker.communicate("\n")


def test_a_process_forked_from_its_own_starts_another() -> None:
    script = """
mine = ask(os.getpid)
if os.fork() == 0:
    print(mine != ask(os.getpid), flush=True)
    os._exit(0)
os.wait()
print(mine == ask(os.getpid))
"""
    with run_script(script) as worker:
        assert worker.communicate(timeout=60)[0].split() == ["True", "True"]


def test_it_works_where_standard_input_and_output_are_closed(tmp_path: Path) -> None:
    script = f"""
import contextlib
for number in (0, 1, 2):
    os.close(number)
first = ask(os.getpid)
for number in (0, 1, 2):
    with contextlib.suppress(OSError):
        os.write(number, b"what the worker prints")
open({str(tmp_path / "same")!r}, "w").write(str(first == ask(os.getpid)))
"""
    with run_script(script) as worker:
        worker.wait(60)
    assert (tmp_path / "same").read_text() == "True"
