"""`provenance status` on real runs: while one works, after SIGKILL, and when it is finished with a lost shard."""

import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from provenance.cli.durations import tell_bytes, tell_range, tell_span
from provenance.cli.status import status
from provenance.errors import ConfigError
from provenance.jobs.status.estimates import Range
from provenance.jobs.status.state import State, Status
from provenance.jobs.status.watcher import Watcher
from provenance.jobs.telling.running import RUNNING_FILE
from tests.archive.made_archives import gzipped, response
from tests.jobs.status.made_ledgers import append, make_run, receipt
from tests.jobs.status.test_metrics import parse, value
from tests.test_main_job import COMMAND, provenance

PAGE = b"<html><body><article><p>A page about apples, pears and the plums of the garden.</p></article></body></html>"


@dataclass(frozen=True)
class Story:
    """A run that was looked at while it worked, killed, looked at, resumed with a log and metrics, and finished."""

    base: Path
    working: Status
    killed: Status
    left_by_kill: dict[str, object]
    resumed: subprocess.CompletedProcess[str]

    @property
    def out(self) -> Path:
        return self.base / "out"

    @property
    def events(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in (self.base / "run.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    base = tmp_path_factory.mktemp("status")
    (base / "in").mkdir()
    for name in ("a", "b", "d"):
        (base / "in" / f"{name}.warc.gz").write_bytes(gzipped(response(1, PAGE), response(2, PAGE)))
    (base / "in" / "c.warc.gz").write_bytes(b"no archive")
    given = ["run", str(base / "in"), "--crawl", "k", "--out", str(base / "out"), "--workers", "1"]
    process = subprocess.Popen([*COMMAND, *given], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    process.stderr.readline()  # reading has begun
    working = Watcher(base / "out").read(time.time())
    process.stderr.readline()  # a shard is read
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stderr.close()
    left = json.loads((base / "out" / RUNNING_FILE).read_text())
    killed = Watcher(base / "out").read(time.time())
    told = ["--log", base / "run.jsonl", "--metrics", base / "run.prom"]
    return Story(base, working, killed, left, provenance(*given, *told))


def status_of(*arguments: object) -> tuple[int, str]:
    """Exit status and output of the command, in this process."""
    result = CliRunner().invoke(status, [str(argument) for argument in arguments], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    code = result.return_value
    assert isinstance(code, int)
    return code, result.stdout


def test_a_run_that_works_is_running(story: Story) -> None:
    assert story.working.state is State.RUNNING
    assert story.working.running is not None
    assert (story.working.running.driver.engine, story.working.running.driver.workers) == ("local", 1)
    assert story.working.n_shards == 4


def test_a_run_killed_by_sigkill_is_interrupted_at_once(story: Story) -> None:
    assert story.left_by_kill["stopped"] is None
    assert story.killed.state is State.INTERRUPTED
    assert story.killed.troubled
    read = story.killed.phases[0]
    assert (read.phase, read.done + read.failed > 0, read.n_tasks) == ("read", True, 4)
    assert read.done + read.failed + (read.open or 0) == 4


def test_tasks_foretold_are_those_that_there_were_but_for_shards_lost_later(story: Story) -> None:
    foretold = {phase.phase: phase.n_tasks for phase in story.killed.phases}
    found = {phase.phase: phase.n_tasks for phase in Watcher(story.out).read(time.time()).phases}
    assert foretold.keys() == found.keys()
    assert sum(n is not None for n in foretold.values()) >= 10
    for phase, n_tasks in found.items():
        assert foretold[phase] in (None, n_tasks, (n_tasks or 0) + 1), phase


def test_the_run_that_goes_on_finishes_and_takes_its_sign_of_life_with_it(story: Story) -> None:
    assert story.resumed.returncode == 1, story.resumed.stderr
    assert not (story.out / RUNNING_FILE).exists()


def test_a_finished_run_with_a_lost_shard_says_so_in_figures_of_run_json(story: Story) -> None:
    code, shown = status_of(story.out, "--json")
    told = json.loads(shown)
    assert (code, told["state"]) == (1, "finished_with_losses")
    totals = json.loads((story.out / "run.json").read_text())["totals"]
    same = ("records", "documents", "rejects", "words", "bytes_read", "bytes_skipped", "curated", "left_out")
    assert {name: told["totals"][name] for name in same} == {name: totals[name] for name in same}
    (failure,) = told["failures"]
    assert (failure["shard"], failure["phase"]) == ("c", "read")
    assert failure["worker"].rpartition(":")[2].isdigit()
    assert failure["advice"]
    assert all(phase["open"] == 0 and phase["done"] for phase in told["phases"])
    assert told["process"] is None


def test_people_see_state_phases_losses_and_what_to_do(story: Story) -> None:
    _, shown = status_of(story.out)
    assert shown.startswith(f"{story.out}: finished with losses (last progress ")
    for wanted in ("judge ", "records ", "lost (1):", "read k/c at 20", "what to do:", "peak memory"):
        assert wanted in shown


def test_watching_a_run_that_has_ended_ends_and_writes_metrics(story: Story, tmp_path: Path) -> None:
    path = tmp_path / "run.prom"
    code, shown = status_of(story.out, "--watch", 1, "--json", "--metrics", path)
    assert (code, len(shown.splitlines())) == (1, 1)
    assert value(parse(path.read_text())[0], "provenance_run_finished", story.out) == 1


def test_a_run_keeps_its_metrics_to_the_end(story: Story) -> None:
    samples, _ = parse((story.base / "run.prom").read_text())
    totals = json.loads((story.out / "run.json").read_text())["totals"]
    assert value(samples, "provenance_run_state", story.out, state="finished_with_losses") == 1
    assert value(samples, "provenance_documents_total", story.out) == totals["documents"] > 0
    assert value(samples, "provenance_tasks_lost", story.out) == 1


def test_the_log_tells_the_whole_story_in_order(story: Story) -> None:
    names = [str(event["event"]) for event in story.events]
    assert (names[0], names[-1]) == ("run_resumed", "run_finished")
    assert names.count("task_failed") == 1
    assert {"phase_started", "task_finished", "phase_finished"} <= set(names)
    assert [event["time"] for event in story.events] == sorted(str(event["time"]) for event in story.events)
    totals = json.loads((story.out / "run.json").read_text())["totals"]
    assert story.events[-1]["totals"] == totals
    assert story.events[-1]["n_lost"] == 1
    assert len({event["run"] for event in story.events}) == 1


def test_lines_on_stderr_are_as_they_are_without_a_log(story: Story) -> None:
    lines = story.resumed.stderr.splitlines()
    assert lines[0].startswith("read: ")
    assert any(line.startswith("  k/c: FAILED: ") for line in lines)
    assert not any("{" in line for line in lines)


def test_a_folder_without_a_run_is_an_error(tmp_path: Path) -> None:
    done = provenance("status", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no run in this folder" in done.stderr


def test_metrics_under_another_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"ends in \.prom"):
        status_of(make_run(tmp_path), "--metrics", tmp_path / "run.txt")


def test_an_interrupted_run_makes_somebody_look(tmp_path: Path) -> None:
    append(make_run(tmp_path), [receipt(0)])
    code, shown = status_of(tmp_path)
    assert code == 1
    assert "run the same command again" in shown


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0 s"), (59.6, "1 min"), (75, "1 min 15 s"), (3600, "1 h"), (7830, "2 h 10 min"), (90_000, "1 d 1 h")],
)
def test_spans_are_told_in_two_units(seconds: float, told: str) -> None:
    assert tell_span(seconds) == told


def test_ranges_and_sizes_are_told() -> None:
    assert tell_range(None) == "cannot be told yet"
    assert tell_range(Range(60.0, None)) == "at least 1 min"
    assert tell_range(Range(60.0, 120.0)) == "1 min to 2 min"
    assert [tell_bytes(n) for n in (999, 1500, 2.5e12)] == ["999 B", "1.5 kB", "2.5 TB"]
