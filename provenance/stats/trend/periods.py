"""Periods of a trend: the column that tells them, and their order in time."""

import datetime
import re

import polars as pl

from provenance.errors import ConfigError
from provenance.stats.sites.columns import add_site_columns

# Common Crawl names its releases by year and ISO week; the first ones by year, or by two.
_RELEASE = re.compile(r"CC-MAIN-(\d{4})(?:-(\d{2})|-\d{4})?$")


def add_period(scored: pl.DataFrame, period: str) -> pl.DataFrame:
    """The frame with its site columns, and `period` ("crawl", "month", "year" or another column) as text.

    Null where a document's period is not known. Raises ConfigError where there is no such column.
    """
    frame = add_site_columns(scored)
    if period == "year" and "year" not in frame.columns:
        frame = frame.with_columns(year=pl.col("month").cast(pl.String).str.head(4))
    if period not in frame.columns:
        raise ConfigError(f"no period {period}: the scored documents have no such column")
    return frame.with_columns(pl.col(period).cast(pl.String))


def order_periods(frame: pl.DataFrame, period: str) -> list[str]:
    """The periods of a frame from `add_period` in the order of time; a null is none of them.

    Crawls go by the year and week of their names, those with other names by their first capture, and without one to
    the end; all other periods sort as text.
    """
    names = sorted(frame.get_column(period).drop_nulls().unique().to_list())
    if period != "crawl":
        return names
    first = _find_first_captures(frame)
    return sorted(names, key=lambda name: (_date_release(name) or first.get(name) or datetime.date.max, name))


def _find_first_captures(frame: pl.DataFrame) -> dict[str, datetime.date | None]:
    if "fetch_time" not in frame.columns:
        return {}
    return dict(frame.group_by("crawl").agg(pl.col("fetch_time").min().dt.date()).iter_rows())


def _date_release(name: str) -> datetime.date | None:
    """The first day of a release's week; null where the name tells of none."""
    found = _RELEASE.match(name)
    if not found:
        return None
    try:
        return datetime.date.fromisocalendar(int(found[1]), int(found[2] or 1), 1)
    except ValueError:
        return None
