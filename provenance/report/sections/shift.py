"""What curation does to the mix of the collection."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from provenance.report.charts import Chart
from provenance.report.charts.shift import SAME, chart_shift, name_change
from provenance.report.names import GROUP_NAMES, name_value

DRAWN, SHOWN, SAID = 12, 60, 4
PROXIES = ("country_english", "predictable")


@dataclass(frozen=True, slots=True)
class ShiftSection:
    """A chart for each property, the clearest changes in words, and the table."""

    charts: tuple[Chart, ...]
    sentences: tuple[str, ...]
    rows: tuple[dict[str, object], ...]
    n_more: int
    proxies: bool  # whether properties that only stand for non-native writing are among them


def make_shift_section(shift: pl.DataFrame) -> ShiftSection | None:
    """The section, or null where curation was not compared with its input."""
    if shift.is_empty():
        return None
    properties = shift.get_column("property").unique(maintain_order=True).to_list()
    drawn = [
        chart_shift(_largest(shift.filter(property=name)), f"shift-{name.replace('_', '-')}") for name in properties
    ]
    rows = tuple(_show(row) for row in shift.head(SHOWN).iter_rows(named=True))
    proxies = any(name in PROXIES for name in properties)
    charts = tuple(chart for chart in drawn if chart is not None)
    return ShiftSection(charts, describe_shift(shift), rows, max(0, shift.height - SHOWN), proxies)


def describe_shift(shift: pl.DataFrame) -> tuple[str, ...]:
    """The largest changes whose interval holds no 1, in words."""
    clear = shift.filter(
        (pl.col("low") > 1) | (pl.col("high") < 1), pl.col("odds_ratio").is_finite(), pl.col("odds_ratio") > 0
    )
    ranked = clear.sort(pl.col("odds_ratio").log().abs(), descending=True).head(SAID)
    return tuple(_say(row) for row in ranked.iter_rows(named=True))


def _say(row: Mapping[str, Any]) -> str:
    value = "not known" if row["value"] is None else f"“{name_value(row['value'], row['property'])}”"
    times = f"{row['odds_ratio']:.2g} times those of all other documents ({row['low']:.2g} to {row['high']:.2g})"
    said = f"{_name(row['property'])} {value}: the odds of being kept are {times}."
    return said[0].upper() + said[1:]


def _name(name: str) -> str:
    return GROUP_NAMES.get(name, name.replace("_", " "))


def _largest(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.sort("n_input", descending=True, maintain_order=True).head(DRAWN)


def _show(row: Mapping[str, Any]) -> dict[str, object]:
    known = row["low"] is not None and row["high"] is not None
    change = name_change(row["low"], row["high"]) if known else SAME
    return {
        **row,
        "property": _name(row["property"]),
        "value": name_value(row["value"], row["property"]),
        "change": change,
    }
