"""`--log`: events as lines, in a file or on stderr; what is secret or cannot be written."""

import json
import logging
from pathlib import Path

import pytest

from provenance.cli.log import LogOptions, write_log
from provenance.errors import ConfigError
from provenance.jobs.desk import Desk
from provenance.jobs.folder import open_folder
from provenance.jobs.settings import RunConfig
from provenance.jobs.sources.plan import Shard
from provenance.jobs.telling.events import EventLog
from provenance.jobs.telling.observe import observe
from provenance.jobs.telling.reporters import Reporters
from provenance.run import LocalCrew, Progress, Receipt, Task
from tests.jobs.status.made_ledgers import lost, receipt

LOGGER = logging.getLogger("provenance.somewhere")


def lines_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


def test_a_line_has_time_level_event_and_fields(tmp_path: Path) -> None:
    with write_log(LogOptions(str(tmp_path / "log"), "json")):
        EventLog("r1").finish(receipt(0))
    (line,) = lines_of(tmp_path / "log")
    assert str(line.pop("time")).endswith("Z")
    assert len(str(json.loads((tmp_path / "log").read_text())["time"])) == len("2026-11-23T02:49:04.123Z")
    assert (
        line.items() >= {"level": "info", "event": "task_finished", "run": "r1", "shard": "s0", "seconds": 10}.items()
    )
    assert line["rejects"] == {"no_text": 2}


def test_what_else_the_package_logs_is_an_event_too(tmp_path: Path) -> None:
    with write_log(LogOptions(str(tmp_path / "log"), "json")):
        LOGGER.warning("%d tasks\nwait", 3)
        LOGGER.debug("unheard")
    (line,) = lines_of(tmp_path / "log")
    assert (line["event"], line["level"], line["message"]) == ("log", "warning", "3 tasks\nwait")


def test_marks_that_others_put_on_records_are_no_fields(tmp_path: Path) -> None:
    with write_log(LogOptions(str(tmp_path / "log"), "json")):
        marked = {"msg": "said", "levelno": logging.INFO, "levelname": "INFO", "_ray_timestamp_ns": 1, "shard": "a"}
        logging.getLogger("provenance.x").handle(logging.makeLogRecord(marked))  # as Ray's own records are made
    told = json.loads((tmp_path / "log").read_text())
    assert "_ray_timestamp_ns" not in told
    assert told["shard"] == "a"


def test_text_lines_are_one_line_each(tmp_path: Path) -> None:
    with write_log(LogOptions(str(tmp_path / "log"), "text")):
        EventLog("r1").finish(lost(1, error="two\nlines"))
    (line,) = (tmp_path / "log").read_text().splitlines()
    assert line.split(" ", 3)[1:] == ["error", "task_failed", "read c/s1: two lines"]


def test_odd_names_are_lines_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger("provenance"), "propagate", False)  # pytest's own log cannot be sent with it
    with write_log(LogOptions(str(tmp_path / "log"), "json")):
        LOGGER.warning("a\u2028b \udce4 \u00fc \u4e2d")
    assert lines_of(tmp_path / "log")[0]["message"] == "a\u2028b \udce4 \u00fc \u4e2d"


def test_a_log_is_appended_to_and_ends_with_its_block(tmp_path: Path) -> None:
    for _ in range(2):
        with write_log(LogOptions(str(tmp_path / "log"), "json")):
            LOGGER.warning("told")
        LOGGER.warning("not told")
    assert [line["message"] for line in lines_of(tmp_path / "log")] == ["told", "told"]


def test_a_file_that_was_moved_away_is_begun_anew(tmp_path: Path) -> None:
    with write_log(LogOptions(str(tmp_path / "log"), "json")):
        LOGGER.warning("one")
        (tmp_path / "log").rename(tmp_path / "log.1")
        LOGGER.warning("two")
    assert lines_of(tmp_path / "log")[0]["message"] == "two"
    assert lines_of(tmp_path / "log.1")[0]["message"] == "one"


def test_a_dash_is_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    with write_log(LogOptions("-", "json")):
        LOGGER.warning("told")
    assert json.loads(capsys.readouterr().err)["message"] == "told"


def test_no_log_is_no_log(capsys: pytest.CaptureFixture[str]) -> None:
    with write_log(LogOptions(None, "json")):
        EventLog("r1").finish(receipt(0))
    assert capsys.readouterr() == ("", "")


def test_a_log_that_cannot_be_opened_stops_the_run_before_it_begins(tmp_path: Path) -> None:
    with (
        pytest.raises(ConfigError, match="name another file"),
        write_log(LogOptions(str(tmp_path / "no" / "log"), "json")),
    ):
        pass


def test_a_full_disk_is_told_once_and_the_run_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    with write_log(LogOptions("/dev/full", "json")):
        LOGGER.warning("one")
        LOGGER.warning("two")
    assert capsys.readouterr().err.count("the run goes on") == 1


class Silent:
    """A reporter that tells nobody."""

    def start(self, *_: object) -> None: ...

    def advance(self, *_: object) -> None: ...

    def finish(self, *_: object) -> None: ...


class Leaky:
    """A job whose error names its place."""

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        raise ValueError(f"cannot read {task.source}")

    def outputs(self, task: Task) -> list[Path]:
        return []


def test_no_line_holds_the_password_or_the_query_of_a_place(tmp_path: Path) -> None:
    place = "https://me:hunter2@example.org/a.warc.gz?signature=hunter3"
    with (
        write_log(LogOptions(str(tmp_path / "log"), "json")),
        open_folder(tmp_path / "out", RunConfig(), fresh=False) as folder,
        LocalCrew(1) as crew,
    ):
        folder.add_shards([Shard("k", "a", place, 1, "v")])
        with observe(folder, Silent(), crew, engine="local") as watched:
            assert isinstance(watched, Reporters)
            Desk(folder, crew, watched, frozenset()).do("read", Leaky(), [Task("read", "k", "a", place, 1, "v")])
    told = (tmp_path / "log").read_text()
    assert "task_failed" in told
    assert "example.org/a.warc.gz" in told
    assert "hunter" not in told
