"""Events are those of the table in docs/observability.md: names, levels and fields."""

import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest

from provenance.jobs.telling.events import FIELDS, LEVELS, EventLog
from tests.jobs.status.made_ledgers import lost, receipt

PAGE = Path(__file__).parents[3] / "docs" / "observability.md"
_ROW = re.compile(r"^\| `(\w+)` \| (debug|info|warning|error) \| [^|]* \| (.*) \|$", re.M)
_STANDARD = {*logging.makeLogRecord({}).__dict__, "message", "asctime"}


def tell_all(log: EventLog) -> None:
    """One of every event."""
    task, half = receipt(0).task, receipt(2, notes=("s2: incomplete",))
    facts = dict.fromkeys(FIELDS["run_started"], "told")
    log.begin(facts, n_before=0)
    log.begin(facts, n_before=3)
    log.start("read", 4, [task])
    log.advance(task, 0)
    log.advance(task, 50)
    log.advance(task, 0)
    log.finish(receipt(0))
    log.finish(replace(lost(1), traceback="Traceback"))
    log.finish(half)
    log.end({"records": 10}, n_lost=1, n_incomplete=1)
    log.stop("error", "disk full")


def fields_of(record: logging.LogRecord) -> set[str]:
    return set(record.__dict__) - _STANDARD - {"event", "run"}


@pytest.fixture
def records(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    caplog.set_level(logging.DEBUG, "provenance")
    tell_all(EventLog("r1", clock=iter(range(100)).__next__))
    return caplog.records


def test_every_event_has_the_documented_level_and_fields(records: list[logging.LogRecord]) -> None:
    told = {str(record.__dict__["event"]): (record.levelname.lower(), fields_of(record)) for record in records}
    documented = {
        name: (level, set(re.findall(r"`(\w+)`", fields)))
        for name, level, fields in _ROW.findall(PAGE.read_text(encoding="utf-8"))
    }
    assert told == documented
    assert told.keys() == FIELDS.keys() == LEVELS.keys()


def test_every_record_names_the_call(records: list[logging.LogRecord]) -> None:
    assert {record.__dict__["run"] for record in records} == {"r1"}
    assert {record.name for record in records} == {"provenance.run"}


def test_a_task_that_begins_again_is_told_once_with_its_number(records: list[logging.LogRecord]) -> None:
    (again,) = [record for record in records if record.__dict__["event"] == "task_retried"]
    assert again.__dict__["attempt"] == 2


def test_a_phase_that_is_over_says_what_came_of_it(records: list[logging.LogRecord]) -> None:
    (over,) = [record for record in records if record.__dict__["event"] == "phase_finished"]
    assert (over.__dict__["n_done"], over.__dict__["n_failed"]) == (2, 1)


def test_a_task_that_moves_is_no_event(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "provenance")
    log = EventLog("r1")
    for bytes_done in (0, 10, 20, 20, 30):
        log.advance(receipt(0).task, bytes_done)
    assert len(caplog.records) == 1


def test_nobody_who_does_not_listen_hears_anything() -> None:
    assert any(isinstance(handler, logging.NullHandler) for handler in logging.getLogger("provenance").handlers)


def test_fewer_bytes_than_before_are_another_attempt(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "provenance")
    log = EventLog("r1")
    for bytes_done in (0, 50, 20, 30):
        log.advance(receipt(0).task, bytes_done)
    assert [record.__dict__["event"] for record in caplog.records] == ["task_retried"]
