"""When to ask a server again, and when to give up."""

import random
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime

from provenance.archive.source.base import SourceError
from provenance.archive.source.options import FetchOptions

# What a server may answer otherwise a moment later (RFC 9110 section 15, RFC 6585 for 429).
PASSING = frozenset({408, 429, 500, 502, 503, 504})


class LostError(Exception):
    """A connection that could not be made, broke, or fell silent: worth another attempt; the message says why."""


class Patience:
    """Counts failures in a row and waits between them: exponential backoff with full jitter.

    Source: Brooker (2015), "Exponential Backoff And Jitter". `sleep` and `uniform` stand in for time and chance.
    """

    def __init__(
        self,
        options: FetchOptions,
        *,
        sleep: Callable[[float], None] = time.sleep,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._options, self._sleep, self._uniform, self._failures = options, sleep, uniform, 0

    def progress(self) -> None:
        """Something came: what failed before is forgotten."""
        self._failures = 0

    def fail(self, why: str, retry_after: float | None = None) -> None:
        """Waits before the next attempt, at least the seconds the server asked for. Raises SourceError at the last."""
        options = self._options
        self._failures += 1
        if self._failures >= options.attempts:
            raise SourceError(f"{why}; given up after {self._failures} attempts without progress; run again later")
        if retry_after is not None and retry_after > options.longest_wait_s:
            raise SourceError(
                f"{why} and asks to wait {retry_after:.0f} s, more than longest_wait_s = {options.longest_wait_s:g}; "
                "run again later"
            )
        longest = min(options.longest_wait_s, options.backoff_s * 2.0 ** min(self._failures - 1, 60))
        self._sleep(max(retry_after or 0.0, 0.0) + self._uniform(0.0, longest))


def parse_retry_after(value: str | None, date: str | None) -> float | None:
    """Seconds of a Retry-After header (RFC 9110 section 10.2.3); a date is counted from the answer's own Date."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        until = parsedate_to_datetime(value).timestamp()
        return max(0.0, until - (parsedate_to_datetime(date).timestamp() if date else time.time()))
    except (ValueError, OverflowError):
        return None
