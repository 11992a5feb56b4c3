"""The page of one judged text: its verdict, the text with what was found marked in it, and the evidence in a table."""

from collections.abc import Iterable, Mapping

from provenance.report.bundle import write_policy
from provenance.report.examples import make_example
from provenance.report.excerpt import Span, split_segments
from provenance.report.template import load_template


def render_explanation(text: str, verdict: Mapping[str, object], spans: Iterable[Span], *, version: str = "") -> str:
    """One self-contained page without scripts; the whole text is shown, its spans marked, all of it escaped.

    `verdict` is a row as of `judge --out`: language, n_words, ai_score, mt_score, origin, evidence.
    """
    document = make_example(verdict, text, spans)
    return load_template("explanation.html.j2").render(
        document=document,
        segments=split_segments(document.text, document.spans),
        policy=write_policy(()),
        version=version,
    )
