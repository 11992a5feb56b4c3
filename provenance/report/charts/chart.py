"""What all charts have in common: colours, axes, legends, and the specification as JSON.

Colours are CSS variables, so that one chart serves light, dark and print; each origin has one colour everywhere. The
palette is that of Okabe and Ito (2008), Color Universal Design, told apart with any colour vision.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import altair as alt
import polars as pl

from provenance.report.names import ORIGIN_NAMES
from provenance.report.numbers import show_share

COLOURS = {origin: f"var(--{origin.replace('_', '-')})" for origin in ORIGIN_NAMES}
FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', sans-serif"
POINTS = "points"  # name of the data set of a layout
SAID = 12  # points that a chart's text tells one by one
Point = dict[str, object]


@dataclass(frozen=True, slots=True)
class Chart:
    """A Vega-Lite specification as JSON, and the same in words for who cannot see it.

    `name` begins with the name of the table that the chart is drawn from.
    """

    name: str
    caption: str
    alt: str
    spec: str
    height: int = 0  # pixels of the drawing, without axes and legend


def finish(layers: Sequence[alt.Chart], name: str, height: int, caption: str, said: str) -> Chart:
    """The chart of layers, the lowest first: as wide as its place, in the colours of the page."""
    styled = (
        alt.LayerChart(layer=list(layers))
        .properties(width="container", height=height, description=caption, background="transparent")
        .configure(font=FONT)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor="var(--muted)",
            titleColor="var(--muted)",
            gridColor="var(--line)",
            domainColor="var(--line)",
            tickColor="var(--line)",
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
        )
        .configure_legend(labelColor="var(--ink)", labelFontSize=12, offset=8)
    )
    return Chart(name, caption, f"{caption} {said}".strip(), _dump(styled.to_dict(validate=False)), height)


def fill(layout: Chart, name: str, points: Sequence[Mapping[str, object]], caption: str, said: str) -> Chart:
    """The chart of a layout over the data set `POINTS`, with its points put in."""
    spec = json.loads(layout.spec) | {"datasets": {POINTS: _round(points)}, "description": caption}
    return Chart(name, caption, f"{caption} {said}".strip(), _dump(spec), layout.height)


def draw(points: Sequence[Mapping[str, object]]) -> alt.Chart:
    """A chart of points, figures rounded to what can be seen."""
    return alt.Chart(pl.DataFrame(_round(points), infer_schema_length=None))


def origin_colour(origins: Sequence[str], *, named: bool = True) -> alt.Color:
    """The colours of origins, with a legend above if they are to be named."""
    scale = alt.Scale(domain=[ORIGIN_NAMES[o] for o in origins], range=[COLOURS[o] for o in origins])
    return alt.Color("origin:N", title=None, scale=scale, legend=_legend() if named else None)


def share_axis(count: int = 5) -> alt.Axis:
    """An axis of shares in percent, in tenths where whole ones would repeat."""
    return alt.Axis(format="~%", tickCount=count, labelOverlap="greedy", labelSeparation=6)


def tip(*names: str) -> list[alt.Tooltip]:
    """Tooltips: shares as percent, everything else as it is."""
    shares = {"prevalence", "low", "high", "share", "estimate", "rate", "gap"}
    return [alt.Tooltip(f"{name}:Q", format=".2~%") if name in shares else alt.Tooltip(f"{name}:N") for name in names]


def say_points(points: Sequence[Mapping[str, object]], *keys: str, value: str = "prevalence") -> str:
    """The first points in words: what `keys` hold, then the value and its interval."""
    said = [
        f"{', '.join(str(point[key]) for key in keys)}: {_share(point[value])} "
        f"({_share(point['low'])} to {_share(point['high'])})"
        for point in points[:SAID]
    ]
    return "; ".join(said) + ("; and more in the table." if len(points) > SAID else ".")


def largest(points: Iterable[Mapping[str, object]], *keys: str) -> float:
    """The largest figure under any of `keys`, 0 where there is none."""
    return max((float(str(point[key])) for point in points for key in keys if point[key] is not None), default=0.0)


def _round(points: Sequence[Mapping[str, object]]) -> list[Point]:
    return [{k: round(v, 5) if isinstance(v, float) else v for k, v in point.items()} for point in points]


def _dump(spec: Mapping[str, object]) -> str:
    return json.dumps(spec, ensure_ascii=True, sort_keys=True, separators=(",", ":")).replace("<", "\\u003c")


def _legend() -> alt.Legend:
    return alt.Legend(orient="top", symbolType="circle", symbolSize=90, symbolOpacity=1, labelLimit=220)


def _share(value: object) -> str:
    return "not known" if value is None else show_share(float(str(value)))
