"""What the detector gets wrong, and whether its scores mean what they say."""

from dataclasses import dataclass

import polars as pl

from provenance.report.charts import Chart
from provenance.report.charts.detector import chart_errors, chart_reliability, list_errors
from provenance.report.names import AXIS_NAMES, name_value
from provenance.report.sets import cite_set

DRAWN, SHOWN = 16, 60
ALL = "all together"
SIDE_NAMES = {"human": "human, wrongly flagged", "synthetic": "synthetic, found"}


@dataclass(frozen=True, slots=True)
class DetectorSection:
    """Charts of the error rates and of the calibration, and the rates as a table, the worst first."""

    charts: tuple[Chart, ...]
    overall: tuple[dict[str, object], ...]
    rows: tuple[dict[str, object], ...]
    n_more: int


def make_detector_section(errors: pl.DataFrame, reliability: pl.DataFrame) -> DetectorSection | None:
    """The section, or null where nothing was counted."""
    if errors.is_empty() and reliability.is_empty():
        return None
    named = errors.with_columns(pl.col("language").fill_null("other languages"))
    groups = named.filter(pl.col("group").is_not_null())
    charts = [chart_errors(list_errors(groups, side, DRAWN), side, f"errors-{side}") for side in SIDE_NAMES]
    charts.append(chart_reliability(reliability, "reliability"))
    worse = pl.when(pl.col("side") == "human").then("rate").otherwise(1 - pl.col("rate"))
    ranked = groups.sort("axis", "side", worse, "group", descending=[False, False, True, False])
    return DetectorSection(
        tuple(chart for chart in charts if chart is not None),
        _show(named.filter(pl.col("group").is_null())),
        _show(ranked.head(SHOWN)),
        max(0, ranked.height - SHOWN),
    )


def _show(rows: pl.DataFrame) -> tuple[dict[str, object], ...]:
    return tuple(
        row
        | {
            "kind": AXIS_NAMES[row["axis"]],
            "side": SIDE_NAMES[row["side"]],
            "language": name_value(row["language"], "language"),
        }
        | {"group": cite_set(row["group"]) if row["group"] else ALL}
        for row in rows.iter_rows(named=True)
    )
