"""The page behind `judge --explain`: one text with its evidence marked."""

from dataclasses import asdict

import polars as pl

from provenance import __version__
from provenance.adapters.judge import Judge, Verdict, measure_texts
from provenance.report import read_spans, render_explanation


def explain_text(judge: Judge, text: str, verdict: Verdict) -> str:
    """One self-contained HTML page: the verdict, the whole text with what was found marked, the evidence."""
    _, signals = measure_texts(pl.Series("text", [text], dtype=pl.String), judge.models)
    row = {**asdict(verdict), "evidence": [asdict(item) for item in verdict.evidence]}
    return render_explanation(text, row, read_spans(signals.row(0, named=True)), version=__version__)
