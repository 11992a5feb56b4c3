"""Small tables of a run to one self-contained HTML page."""

from typing import TYPE_CHECKING

from provenance.report.data import (
    CopySearchFigures,
    Estimate,
    Evidence,
    Example,
    ReportData,
    Totals,
)
from provenance.report.examples import make_example, read_spans
from provenance.report.excerpt import Span
from provenance.report.explanation import render_explanation
from provenance.report.schemas import (
    EVIDENCE_COUNTS,
    EVIDENCE_TALLY,
    HISTOGRAM,
    KIND_COUNTS,
    MODELS,
    ORIGIN_COUNTS,
    REASON_COUNTS,
    SHARDS,
)
from provenance.report.summaries import (
    add_evidence,
    add_rows,
    count_evidence,
    count_origins,
    count_scores,
    describe_evidence,
    pick_strongest,
    tally_evidence,
)

if TYPE_CHECKING:
    from provenance.report.export import Exported

__all__ = [
    "EVIDENCE_COUNTS",
    "EVIDENCE_TALLY",
    "HISTOGRAM",
    "KIND_COUNTS",
    "MODELS",
    "ORIGIN_COUNTS",
    "REASON_COUNTS",
    "SHARDS",
    "CopySearchFigures",
    "Estimate",
    "Evidence",
    "Example",
    "ReportData",
    "Span",
    "Totals",
    "add_evidence",
    "add_rows",
    "count_evidence",
    "count_origins",
    "count_scores",
    "describe_evidence",
    "export_report",
    "make_example",
    "pick_strongest",
    "read_spans",
    "render_explanation",
    "render_report",
    "tally_evidence",
]


def export_report(data: ReportData) -> "Exported":
    """Every table of the page that has rows, as frame and CSV, and every chart as SVG and PNG; nothing is written."""
    from provenance.report.export import export_report as export  # as below

    return export(data)


def render_report(data: ReportData) -> str:
    """The page of a run, complete in itself: no request leaves it, and all that documents brought is escaped."""
    from provenance.report.page import render_page  # its charts take half a second to import: only who draws pays

    return render_page(data)
