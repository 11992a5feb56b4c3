"""How long is waited between attempts, and when they end."""

import random

import pytest

from provenance.archive.source import FetchOptions, SourceError
from provenance.archive.source.patience import Patience, parse_retry_after
from provenance.config import digest_config, load_config
from provenance.errors import ConfigError
from tests.archive.source.reading import Waits

DATE = "Sun, 06 Nov 1994 08:49:37 GMT"


def test_waits_double_up_to_the_longest() -> None:
    waits = Waits(FetchOptions(attempts=9, backoff_s=2.0, longest_wait_s=20.0))
    for _ in range(8):
        waits.patience.fail("no")
    assert waits.seconds == [2.0, 4.0, 8.0, 16.0, 20.0, 20.0, 20.0, 20.0]


def test_waits_are_drawn_between_nothing_and_the_longest() -> None:
    seconds: list[float] = []
    for seed in range(200):
        Patience(FetchOptions(), sleep=seconds.append, uniform=random.Random(seed).uniform).fail("no")
    assert 0 <= min(seconds) < 0.1
    assert 0.9 < max(seconds) <= 1.0


def test_what_a_server_asks_for_is_the_least() -> None:
    waits = Waits(FetchOptions(), share=0.0)
    waits.patience.fail("no", 12.0)
    assert waits.seconds == [12.0]


def test_progress_makes_failures_forgotten() -> None:
    waits = Waits(FetchOptions(attempts=2))
    for _ in range(5):
        waits.patience.fail("no")
        waits.patience.progress()
    assert waits.seconds == [1.0] * 5


def test_the_last_failure_is_not_waited_for() -> None:
    waits = Waits(FetchOptions(attempts=3))
    waits.patience.fail("no")
    waits.patience.fail("no")
    with pytest.raises(SourceError, match="no; given up after 3 attempts without progress; run again later"):
        waits.patience.fail("no")
    assert len(waits.seconds) == 2


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        (None, DATE, None),
        ("7", None, 7.0),
        (" 120 ", DATE, 120.0),
        ("Sun, 06 Nov 1994 08:50:37 GMT", DATE, 60.0),
        ("Sun, 06 Nov 1994 08:00:00 GMT", DATE, 0.0),
        (DATE, None, 0.0),
        ("soon", DATE, None),
        ("-5", DATE, None),
        ("", None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, date: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value, date) == seconds


def test_how_bytes_are_fetched_is_no_part_of_what_they_are() -> None:
    assert digest_config(FetchOptions(attempts=3, unsigned=True, window_bytes=5)) == digest_config(FetchOptions())


@pytest.mark.parametrize("bad", [{"timeout_s": 0}, {"attempts": 0}, {"backoff_s": -1}, {"window_bytes": -1}])
def test_options_that_make_no_sense_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=f"RUN.toml: {next(iter(bad))} must"):
        load_config(FetchOptions, bad, "RUN.toml")
