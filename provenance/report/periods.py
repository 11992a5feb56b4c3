"""Periods of a trend on the time axis, and the day before which nothing can be of a large language model."""

import re
from collections.abc import Sequence
from datetime import date

CHATGPT = date(2022, 11, 30)  # opened to the public
_CRAWL = re.compile(r"CC-MAIN-(\d{4})-(\d{2})")
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_YEAR = re.compile(r"(?:CC-MAIN-)?(\d{4})")


def date_period(period: str) -> date | None:
    """First day of a crawl named by ISO year and week (CC-MAIN-2019-30), of a month or of a year; else null."""
    if found := _CRAWL.fullmatch(period):
        year, week = int(found[1]), int(found[2])
        return date.fromisocalendar(year, min(max(week, 1), 52), 1)
    if found := _MONTH.fullmatch(period):
        return date(int(found[1]), int(found[2]), 1)
    found = _YEAR.fullmatch(period)
    return date(int(found[1]), 1, 1) if found else None


def name_period(period: str) -> str:
    """A crawl with its month, which its name hides: CC-MAIN-2019-30 (July 2019); any other period as it is."""
    day = date_period(period) if _CRAWL.fullmatch(period) else None
    return f"{period} ({day:%B %Y})" if day else period


def order_periods(periods: Sequence[str]) -> list[str]:
    """Each period once, by time; those that no time is known of by name, after the others."""
    return sorted(set(periods), key=lambda period: (date_period(period) or date.max, period))


def number_runs(periods: Sequence[str], known: Sequence[str]) -> dict[str, int]:
    """The run of adjoining periods that each of `periods` belongs to: a line is not drawn over a gap.

    Months adjoin as in the calendar; crawls and years when no other of `known` lies between them.
    """
    places = {period: place for place, period in enumerate(order_periods(known))}
    if all(_MONTH.fullmatch(period) for period in known):
        places = {period: 12 * int(period[:4]) + int(period[5:]) for period in known}
    runs: dict[str, int] = {}
    last, run = None, -1
    for period in order_periods(periods):
        run += last is None or places[period] != last + 1
        runs[period], last = run, places[period]
    return runs
