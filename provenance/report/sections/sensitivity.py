"""What the figures would be if the detector missed more than was measured."""

from dataclasses import dataclass

import polars as pl

from provenance.report.charts import Chart
from provenance.report.charts.sensitivity import chart_sensitivity
from provenance.report.names import ORIGIN_NAMES, SYNTHETIC
from provenance.report.numbers import show_interval, show_share

FURTHER = 0.2  # how much more might be missed, in the sentence that says how to read the chart


@dataclass(frozen=True, slots=True)
class SensitivitySection:
    """A chart and a sentence for each origin."""

    charts: tuple[Chart, ...]
    sentences: tuple[str, ...]


def make_sensitivity_section(sensitivity: pl.DataFrame) -> SensitivitySection | None:
    """The section, or null where no miss rate was varied."""
    charts, sentences = [], []
    for origin in SYNTHETIC:
        rows = sensitivity.filter(origin=origin)
        chart = chart_sensitivity(rows, origin, f"sensitivity-{origin.replace('_', '-')}")
        if chart is not None:
            charts.append(chart)
            sentences.append(describe_sensitivity(rows, ORIGIN_NAMES[origin]))
    return SensitivitySection(tuple(charts), tuple(s for s in sentences if s)) if charts else None


def describe_sensitivity(rows: pl.DataFrame, name: str) -> str:
    """How to read the chart, by an example from it; empty where the measured rate is not among the rows."""
    known = rows.drop_nulls("prevalence")
    measured = known.filter(pl.col("measured"))
    if measured.is_empty():
        return ""
    at = measured.row(0, named=True)
    further = known.filter(pl.col("miss_rate") > at["miss_rate"])
    if further.is_empty():
        return ""
    other = further.sort((pl.col("miss_rate") - at["miss_rate"] - FURTHER).abs()).row(0, named=True)
    return (
        f"The detector was measured to miss {show_share(at['miss_rate'])} of {name} documents, which makes the "
        f"prevalence {show_share(at['prevalence'])} ({show_interval(at['low'], at['high'])}). If it misses "
        f"{show_share(other['miss_rate'])} of those in this collection, the prevalence is "
        f"{show_share(other['prevalence'])} ({show_interval(other['low'], other['high'])})."
    )
