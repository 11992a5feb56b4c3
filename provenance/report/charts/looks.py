"""Encodings that several charts share: time, and what tells lines and points apart without colour too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import altair as alt

from provenance.report.periods import date_period, order_periods

_LONG = r"length(datum.value) > 18 && test(regexp('^.{8,20} .{4}'), datum.value)"
_IN_TWO_LINES = (
    f"{_LONG} ? split(replace(datum.label, regexp('^(.{{8,20}}) (?=.{{4}})'), '$1\\n'), '\\n') : datum.label"
)
LINE = 12  # pixels
SOLID, DASHED, DOTTED = (1, 0), (6, 3), (2, 2)


@dataclass(frozen=True, slots=True)
class Look:
    """How one thing is drawn: colour, shape of its points, dashes of its line."""

    colour: str
    shape: str = "circle"
    dash: tuple[int, int] = SOLID


@dataclass(frozen=True, slots=True)
class Looks:
    """The encodings of a field whose values look as given, under one legend."""

    colour: alt.Color
    shape: alt.Shape


def tell_apart(field: str, looks: Mapping[str, Look], *, columns: int = 3) -> Looks:
    """Encodings of a nominal field by what its values look like; no legend where there is a single one."""
    names = list(looks)
    legend = (
        alt.Legend(orient="top", symbolSize=90, symbolOpacity=1, labelLimit=260, columns=columns)
        if len(looks) > 1
        else None
    )
    colours, shapes = (
        alt.Scale(domain=names, range=[look.colour for look in looks.values()]),
        alt.Scale(domain=names, range=[look.shape for look in looks.values()]),
    )
    return Looks(
        alt.Color(f"{field}:N", title=None, legend=legend, scale=colours),
        alt.Shape(f"{field}:N", title=None, legend=legend, scale=shapes),
    )


def time_axis(periods: Sequence[str], form: str = "%b %Y", count: int = 6) -> alt.X:
    """The axis of time in UTC, of points with `date`; where a period has no date, an axis of their names."""
    if all(date_period(period) for period in periods):
        axis = alt.Axis(format=form, labelOverlap=True, tickCount=count, title=None, grid=False)
        return alt.X("date:T", axis=axis, scale=alt.Scale(type="utc"))
    axis = alt.Axis(title=None, labelAngle=0, labelOverlap=True)
    return alt.X("period:O", sort=order_periods(periods), axis=axis)


def write_date(period: str) -> str | None:
    """The first day of a period as Vega reads it; null where none is known."""
    day = date_period(period)
    return day.isoformat() if day else None


def name_axis(limit: int = 124) -> alt.Axis:
    """The axis of a list of names, without lines; long names go on in a second line."""
    return alt.Axis(
        labelLimit=limit,
        labelExpr=_IN_TWO_LINES,
        labelLineHeight=LINE,
        labelOffset={"condition": {"test": _LONG, "value": -LINE / 2}, "value": 0},
        ticks=False,
        domain=False,
        labelPadding=8,
    )
