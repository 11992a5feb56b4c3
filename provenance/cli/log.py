"""`--log`: what happens in a run, as lines of JSON or of text; docs/observability.md has the table of events."""

import functools
import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from pathlib import Path

import click

from provenance.errors import ConfigError

STDERR = "-"
_OF_EVERY_RECORD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime"}


@dataclass(frozen=True, slots=True)
class LogOptions:
    """Where the log goes: a file, `-` for stderr, null for nowhere; as json or text."""

    target: str | None
    form: str


def log_options(command: Callable[..., int]) -> Callable[..., int]:
    """Adds the options to a command, which gets them as `log`."""

    @click.option("--log", "target", metavar="FILE", help="Append events to this file; - writes them to stderr.")
    @click.option(
        *("--log-format", "form"),
        type=click.Choice(["json", "text"]),
        default="json",
        show_default=True,
        help="A line an event, for programs or for people.",
    )
    @functools.wraps(command)
    def with_log(target: str | None, form: str, **others: object) -> int:
        return command(log=LogOptions(target, form), **others)

    return with_log


@contextmanager
def write_log(options: LogOptions) -> Iterator[None]:
    """Writes the events of this package for as long as the block lasts. Raises ConfigError."""
    if options.target is None:
        yield
        return
    handler = _open(options.target)
    handler.setFormatter(JsonLines() if options.form == "json" else TextLines())
    logger = logging.getLogger("provenance")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(min(before or logging.INFO, logging.INFO))
    try:
        yield
    finally:
        logger.setLevel(before)
        logger.removeHandler(handler)
        handler.close()


class JsonLines(logging.Formatter):
    """A record as one line: time (UTC), level, event, message, logger, and the fields of the event."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        told = {
            name: value for name, value in record.__dict__.items() if name not in _OF_EVERY_RECORD and name[0] != "_"
        }
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        first = {
            "time": _show_time(record),
            "level": record.levelname.lower(),
            "event": told.pop("event", "log"),
            "message": record.getMessage(),
            "logger": record.name,
        }
        return json.dumps({**first, **told}, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """A record as one line for people: time (UTC), level, event, message."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        event, message = getattr(record, "event", "log"), " ".join(record.getMessage().splitlines())
        return f"{_show_time(record)} {record.levelname.lower()} {event} {message}"


def _show_time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _open(target: str) -> logging.Handler:
    if target == STDERR:
        return _Stderr()
    try:
        return _LogFile(Path(target), encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise ConfigError(f"--log {target}: cannot be written: {error.strerror}; name another file") from error


class _LogFile(WatchedFileHandler):
    """Goes on in a new file when the old one was moved away; says once when it cannot be written, and goes on."""

    _told = False

    def close(self) -> None:
        with suppress(OSError):  # what could not be written has been told
            super().close()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  the name that logging calls
        if not self._told:
            self._told = True
            click.echo(f"--log {self.baseFilename}: cannot be written: {sys.exc_info()[1]}; the run goes on", err=True)


class _Stderr(logging.Handler):
    """Writes to what is stderr now: a bar on a terminal puts something else in its place."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):  # nobody reads it any more
            sys.stderr.write(f"{self.format(record)}\n")  # not by click, which finds the terminal behind the bar
            sys.stderr.flush()
