"""The report: small tables in, one self-contained HTML page out."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from altair.utils.schemapi import debug_mode

from provenance.report.bundle import load_drawing, load_vega, write_policy
from provenance.report.charts import Chart
from provenance.report.charts.scores import chart_score_map, chart_scores
from provenance.report.data import ReportData
from provenance.report.headline import find_rows, is_sampled, write_headline
from provenance.report.sections.controls import ControlSection, find_zero, make_control_section
from provenance.report.sections.detector import DetectorSection, make_detector_section
from provenance.report.sections.drift import DriftSection, make_drift_section
from provenance.report.sections.examples import fetch_command, group_examples
from provenance.report.sections.groups import Figures, GroupSection, make_group_sections, show_row
from provenance.report.sections.sensitivity import SensitivitySection, make_sensitivity_section
from provenance.report.sections.shift import ShiftSection, make_shift_section
from provenance.report.sections.trend import TrendSection, make_trend_section
from provenance.report.template import load_template

SIGNALS, SHARDS = 15, 60  # rows of these tables


@dataclass(frozen=True, slots=True)
class Sections:
    """What the page shows besides plain tables; null or empty where a run has nothing of the kind."""

    trend: TrendSection | None
    controls: ControlSection | None
    groups: Sequence[GroupSection]
    sensitivity: SensitivitySection | None
    drift: DriftSection | None
    detector: DetectorSection | None
    scores: tuple[Chart, ...]
    shift: ShiftSection | None

    @property
    def charts(self) -> tuple[Chart, ...]:
        """Every chart of the page."""
        parts = (self.trend, self.controls, self.sensitivity, *self.groups, self.drift, self.detector, self.shift)
        drawn = [chart for part in parts if part is not None for chart in part.charts]
        small = [chart for one in (self.trend.multiples if self.trend else ()) for chart in one.charts]
        return (*drawn, *small, *self.scores)


def render_page(data: ReportData) -> str:
    """The page of a run, complete in itself: no request leaves it, and all that documents brought is escaped."""
    with debug_mode(False):  # the specifications were checked against Vega-Lite's schema by the tests
        sections = make_sections(data)
    scripts = (load_vega(), load_drawing()) if sections.charts else ()
    overall = [show_row(row) for row in find_rows(data.ratio, ()).iter_rows(named=True)]
    quiet = tuple(run for run in data.copies if run.is_quiet)
    shards = data.shards.sort("complete", maintain_order=True)
    return load_template("report.html.j2").render(
        data=data,
        policy=write_policy(scripts),
        scripts=scripts,
        headline=write_headline(data.ratio, data.trend),
        overall=overall,
        sampled=is_sampled(data.ratio),
        compared=any(row["human_adjusted_count"] is not None for row in overall),
        sections=sections,
        copies=tuple(run for run in data.copies if not run.is_quiet),
        quiet=quiet,
        rejects=_show_counts(data.rejects, "n"),
        left_out=_show_counts(data.left_out, "n"),
        duplicates=_show_counts(data.duplicates, "n_documents"),
        evidence=data.evidence.head(SIGNALS).to_dicts(),
        examples=group_examples(data.examples),
        fetch_all=fetch_command(f"{data.tables}/examples.csv", data.examples) if data.tables else "",
        models=data.models.to_dicts(),
        shards=shards.head(SHARDS).to_dicts(),
        n_more_shards=max(0, shards.height - SHARDS),
    )


def make_sections(data: ReportData) -> Sections:
    """The sections of the page, with their charts."""
    return Sections(
        make_trend_section(data.trend, find_zero(data.controls)),
        make_control_section(data.controls),
        make_group_sections(data.ratio),
        make_sensitivity_section(data.sensitivity, data.ratio),
        make_drift_section(data.drift, data.excess, data.trend),
        make_detector_section(data.errors, data.reliability),
        _chart_scores(data.scores, has_dates(data.evidence)),
        make_shift_section(data.shift),
    )


def has_dates(evidence: pl.DataFrame) -> bool:
    """Whether the AI score holds when a text was first seen: some document has that as evidence."""
    return bool(evidence.get_column("signal").eq("first_seen").any())


def _chart_scores(histogram: pl.DataFrame, dated: bool) -> tuple[Chart, ...]:
    """Both scores by crawl, and by language where there is more than one."""
    made = [chart_scores(histogram, axis, f"scores-{axis}-by-crawl", dated=dated) for axis in ("ai", "mt")]
    if histogram.get_column("language").n_unique() > 1:
        made += [chart_score_map(histogram, axis, f"scores-{axis}-by-language") for axis in ("ai", "mt")]
    return tuple(chart for chart in made if chart is not None)


def _show_counts(counts: pl.DataFrame, column: str) -> list[Figures]:
    """Rows with their share of the whole and the length of their bar, the largest first."""
    rows = counts.rename({counts.columns[0]: "key", column: "n"}).sort("n", "key", descending=[True, False]).to_dicts()
    total, most = sum(row["n"] for row in rows), max((row["n"] for row in rows), default=0)
    return [row | {"share": row["n"] / total, "bar": 100 * row["n"] / most} for row in rows if row["n"]]
