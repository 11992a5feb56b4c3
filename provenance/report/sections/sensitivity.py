"""What the figures would be if the detector missed more than was measured."""

from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from provenance.report.charts import Chart
from provenance.report.charts.sensitivity import chart_sensitivity
from provenance.report.headline import find_rows
from provenance.report.names import ORIGIN_NAMES, SYNTHETIC
from provenance.report.numbers import show_share


@dataclass(frozen=True, slots=True)
class SensitivitySection:
    """A chart and a sentence for each origin."""

    charts: tuple[Chart, ...]
    sentences: tuple[str, ...]


def make_sensitivity_section(sensitivity: pl.DataFrame, ratio: pl.DataFrame) -> SensitivitySection | None:
    """The section, or null where no miss rate was varied; `ratio` has the estimates to hold the curves against."""
    overall = find_rows(ratio, (), "documents")
    estimates = overall.row(0, named=True) if overall.height else {}
    charts, sentences = [], []
    for origin in SYNTHETIC:
        rows, estimate = sensitivity.filter(origin=origin), estimates.get(f"{origin}_prevalence")
        chart = chart_sensitivity(rows, origin, f"sensitivity-{origin.replace('_', '-')}", estimate)
        if chart is not None:
            charts.append(chart)
            sentences.append(describe_sensitivity(rows, ORIGIN_NAMES[origin], estimate))
    return SensitivitySection(tuple(charts), tuple(s for s in sentences if s)) if charts else None


def describe_sensitivity(rows: pl.DataFrame, name: str, estimate: float | None) -> str:
    """At which miss rate the curve gives the estimate, and which was measured; empty where neither is known."""
    measured = rows.filter(pl.col("measured")).get_column("miss_rate").to_list()
    told = [f"measured on known texts: {show_share(measured[0])}"] if measured else []
    if estimate is not None:
        at = find_miss_rate(rows, estimate)
        meets = (
            f"at a miss rate of {show_share(at)}"
            if at is not None
            else "at none of these miss rates, the least of which gives " + show_share(_least(rows))
        )
        told = [f"the line gives the {show_share(estimate)} of the estimate {meets}", *told]
    return f"{name[0].upper()}{name[1:]}: {'; '.join(told)}." if told else ""


def _least(rows: pl.DataFrame) -> float | None:
    found = rows.drop_nulls("prevalence").sort("miss_rate").get_column("prevalence").to_list()
    return float(found[0]) if found else None


def find_miss_rate(rows: pl.DataFrame, estimate: float) -> float | None:
    """The miss rate at which the curve gives `estimate`, between two points by a straight line; null outside."""
    found = rows.drop_nulls("prevalence").sort("miss_rate").select("miss_rate", "prevalence").rows()
    for (rate, low), (next_rate, high) in pairwise(found):
        if low <= estimate <= high and high > low:
            return float(rate + (next_rate - rate) * (estimate - low) / (high - low))
    return None
