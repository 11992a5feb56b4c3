"""The latest period of a trend, and what changed since the first."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from provenance.report.names import ORIGIN_NAMES, SYNTHETIC
from provenance.report.numbers import show_interval, show_share
from provenance.report.periods import CHATGPT, date_period, name_period, order_periods

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Course:
    """The rows of a trend's first and last period, all hosts, in documents; later ones have no estimate."""

    first: Row
    last: Row
    later: tuple[str, ...] = ()


def find_course(trend: pl.DataFrame) -> Course | None:
    """The course of a trend of two periods or more whose last is after ChatGPT came; else null."""
    rows = trend.filter(
        pl.col("group_columns").list.len() == 0, pl.col("period").is_not_null(), series="all_hosts", unit="documents"
    )
    found = {row["period"]: row for row in rows.iter_rows(named=True)}
    periods = order_periods([period for period in found if date_period(period)])
    if len(periods) < 2:
        return None
    estimated = [period for period in periods if any(_read(found[period], origin) for origin in SYNTHETIC)]
    first, last = (estimated if len(estimated) > 1 else periods)[0], (estimated or periods)[-1]
    day = date_period(last)
    if day is None or day < CHATGPT:
        return None
    return Course(found[first], found[last], tuple(periods[periods.index(last) + 1 :]))


def describe_changes(course: Course) -> tuple[str, ...]:
    """What each synthetic prevalence is in the last period and was in the first, in words."""
    told = (_describe_change(course, origin) for origin in SYNTHETIC)
    return tuple(sentence for sentence in told if sentence)


def _describe_change(course: Course, origin: str) -> str:
    now, then = (_read(row, origin) for row in (course.last, course.first))
    name = ORIGIN_NAMES[origin]
    if now is None:
        return f"{name[0].upper()}{name[1:]}: no estimate in {name_period(str(course.last['period']))}."
    said = f"{name[0].upper()}{name[1:]}: {_show(now)} of documents"
    if then is None:
        return f"{said}; no estimate in {name_period(str(course.first['period']))}."
    before = f"{_show(then)} in {name_period(str(course.first['period']))}"
    if now[1] > then[2]:
        return f"{said}, up from {before}."
    if now[2] < then[1]:
        return f"{said}, down from {before}."
    return f"{said}, against {before}: the intervals overlap, so no change can be told."


def _read(row: Row, origin: str) -> tuple[float, float, float] | None:
    found = [row[f"{origin}_{figure}"] for figure in ("prevalence", "low", "high")]
    figures = [value for value in found if isinstance(value, float)]
    return (figures[0], figures[1], figures[2]) if len(figures) == len(found) else None


def _show(figures: tuple[float, float, float]) -> str:
    return f"{show_share(figures[0])} ({show_interval(*figures[1:])})"
