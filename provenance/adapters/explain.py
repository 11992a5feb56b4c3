"""The page behind `judge --explain`: one text with its evidence, what moved it, and the humans it was compared with."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import polars as pl

from provenance import __version__
from provenance.adapters.compared import compare_with_humans
from provenance.adapters.judge import Judge, Verdict, measure_texts
from provenance.adapters.moved import Moved, find_moved
from provenance.models import load_models
from provenance.models.calibration import Axis, Term, load_calibration
from provenance.report import read_spans, render_explanation
from provenance.report.explanation import Heat, Phrase, Token, Window
from provenance.signals.contributions import measure_contributions
from provenance.signals.text_models import TextPaths
from provenance.verdict import judge_batch
from provenance.verdict.weighing import find_strata


def explain_text(judge: Judge, text: str, verdict: Verdict) -> str:
    """One self-contained HTML page: the verdict, its human reference, the text as a heat map, phrases, the evidence."""
    text = text.encode(
        "utf-8", "replace"
    ).decode()  # a lone surrogate, which UTF-8 cannot hold, becomes a question mark
    documents, signals = measure_texts(pl.Series("text", [text], dtype=pl.String), judge.models, calques=judge.calques)
    calibration = load_calibration(judge.models)
    judged = judge_batch(documents, signals, calibration, judge.options, first_seen=None)
    llr = judged["ai_llr"][0]
    table = documents.select("language", "n_words").hstack(
        signals.drop("language", "n_words", strict=False).get_columns()
    )
    row = {**asdict(verdict), "ai_llr": llr, "evidence": [asdict(item) for item in verdict.evidence]}
    return render_explanation(
        text,
        row,
        read_spans(signals.row(0, named=True)),
        compared=compare_with_humans(table, calibration.ai, llr),
        heat=_show(text, find_moved_in(text, table, calibration.ai, verdict, judge.models)),
        version=__version__,
    )


def find_moved_in(text: str, table: pl.DataFrame, axis: Axis, verdict: Verdict, models: Path | None) -> Moved | None:
    """What moved the AI score of a text, `table` its row of signals; null where the models of text said nothing."""
    terms = _find_terms(table, axis, {item.signal: item.nats for item in verdict.evidence})
    if not terms or verdict.language is None:
        return None
    paths = TextPaths.find(load_models(models), verdict.language)
    moved = find_moved(measure_contributions(text, paths), terms)
    return moved if moved.signals else None


def _find_terms(table: pl.DataFrame, axis: Axis, evidence: Mapping[str, float]) -> dict[str, Term]:
    """The terms of the text's stratum that are among its evidence."""
    stratum = int(find_strata(table, axis.strata)[0])
    terms = axis.strata[stratum].terms if stratum >= 0 else ()
    return {term.signal: term for term in terms if term.signal in evidence}


def _show(text: str, moved: Moved | None) -> Heat | None:
    if moved is None:
        return None
    rows = moved.tokens.select("start", "end", "nats", "smoothed", "window").iter_rows()
    return Heat(
        tuple(Token(*row) for row in rows),
        tuple(Window(*row) for row in moved.windows.select("start", "end", "n_words", "nats").iter_rows()),
        _show_phrases(text, moved.phrases_for),
        _show_phrases(text, moved.phrases_against),
        moved.signals,
    )


def _show_phrases(text: str, phrases: pl.DataFrame) -> tuple[Phrase, ...]:
    rows = phrases.select("start", "end", "window", "nats").iter_rows()
    return tuple(
        Phrase(" ".join(text[start:end].split()), start, end, window, nats) for start, end, window, nats in rows
    )
