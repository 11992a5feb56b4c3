"""The controls: what the method finds where the truth is known, and what that says of the headline."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from provenance.report.charts import Chart
from provenance.report.charts.controls import chart_negative, chart_spikes, list_controls, name_stratum
from provenance.report.names import ORIGIN_NAMES, SOURCE_NAMES
from provenance.report.numbers import show_count, show_interval, show_share

SHOWN = 40
KNOWN = {
    "same_run": "from before November 2022",
    "reference": "given as human",
    "shipped": "of people, shipped as references",
}

SAID_ABOVE = ("since 14 February 2019", "what there is does not show less than")  # of the remarks that stats makes


@dataclass(frozen=True, slots=True)
class Finding:
    """What the negative control found, in a sentence; `passed` is null where there were too few documents to tell."""

    sentence: str
    passed: bool | None


@dataclass(frozen=True, slots=True)
class ControlSection:
    """Negative controls, of everything first, then of strata, failed ones first; and spiked mixtures."""

    finding: Finding | None
    charts: tuple[Chart, ...]
    negative: tuple[dict[str, object], ...]
    spikes: tuple[dict[str, object], ...]
    n_more: int
    n_passed: int
    n_failed: int
    n_untold: int
    n_unscored: int  # strata without a score, to which the control does not apply


def describe_control(controls: pl.DataFrame) -> Finding | None:
    """What the same method finds over all documents from before November 2022; null where there was no such control."""
    row = _overall(controls)
    if row is None or row["prevalence"] is None:
        return None
    told = f"{show_share(row['prevalence'])} ({show_interval(row['low'], row['high'])})"
    among = f"On {show_count(row['n_documents'])} documents {KNOWN.get(row['source'], 'known to be human')}"
    sentence = f"{among}, where there should be none, the same method finds {told} AI-generated."
    if row["passed"] is False:
        sentence += " The control fails: prevalences of AI-generated text that rest on it are withheld."
    elif row["passed"] is None:
        sentence += " That leaves the control undecided."
    return Finding(sentence, row["passed"])


def find_zero(controls: pl.DataFrame) -> float | None:
    """The upper end of what the negative control found over all documents."""
    row = _overall(controls)
    return None if row is None or row["high"] is None else float(row["high"])


def make_control_section(controls: pl.DataFrame) -> ControlSection | None:
    """The section, or null without any control."""
    dated = (
        pl.col("control").eq("negative") & pl.col("origin").eq("machine_translated") & pl.col("source").eq("same_run")
    )
    controls = controls.filter(~dated)  # no test: machine translation is older than any of these dates
    unscored = (pl.col("n_documents") == 0) & (pl.col("group_columns").list.len() > 0)
    n_unscored = controls.filter(unscored).select("group_columns", "group_values").n_unique()
    controls = controls.filter(~unscored)
    if controls.is_empty():
        return None
    part = pl.col("group_columns").list.len() > 0
    ranked = controls.sort(part, pl.col("passed").fill_null(True), maintain_order=True)
    negative, spikes = (ranked.filter(control=control) for control in ("negative", "spike"))
    origins = [origin for origin in ORIGIN_NAMES if origin in negative.get_column("origin")]
    charts = [
        *(
            chart_negative(negative.filter(origin=o).head(SHOWN), f"controls-negative-{o.replace('_', '-')}")
            for o in origins
        ),
        chart_spikes(spikes, "controls-spikes"),
    ]
    n_passed, n_failed, n_untold = (
        negative.filter(pl.col("passed").eq_missing(value)).height for value in (True, False, None)
    )
    return ControlSection(
        describe_control(controls),
        tuple(chart for chart in charts if chart is not None),
        _show(negative.head(SHOWN)),
        _show(spikes.head(SHOWN)),
        max(0, negative.height - SHOWN),
        n_passed,
        n_failed,
        n_untold,
        n_unscored,
    )


def _show(rows: pl.DataFrame) -> tuple[dict[str, object], ...]:
    told = zip(rows.iter_rows(named=True), list_controls(rows), strict=True)
    return tuple(
        row
        | shown
        | {"why": shorten_why(row["why"] or "")}
        | {"source": SOURCE_NAMES.get(row["source"], row["source"])}
        | {"stratum": name_stratum(row["group_columns"], row["group_values"])}
        for row, shown in told
    )


def shorten_why(why: str) -> str:
    """The remark of a row without what is said once above the table."""
    kept = [part for part in why.split("; ") if not any(found in part for found in SAID_ABOVE)]
    return "; ".join(kept)


def _overall(controls: pl.DataFrame) -> dict[str, Any] | None:
    """The control of AI-generated text over all documents: of the first source that decides, else of the first.

    Of a source in two halves the one that failed, else the one that leaves more room: a lucky half proves nothing.
    """
    rows = controls.filter(pl.col("group_columns").list.len() == 0, control="negative", origin="ai_generated")
    order = (pl.col("prevalence").is_null(), pl.col("passed").fill_null(True), -pl.col("high"))
    rows = rows.sort(order, nulls_last=True, maintain_order=True).unique("source", keep="first", maintain_order=True)
    place = pl.col("source").replace_strict({source: i for i, source in enumerate(KNOWN)}, default=len(KNOWN))
    rows = rows.sort(pl.col("prevalence").is_null(), pl.col("passed").is_null(), place, maintain_order=True)
    return rows.row(0, named=True) if rows.height else None
