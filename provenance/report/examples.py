"""A verdict's row, with its text and the spans of its signals, as the page shows it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from provenance.report.data import Evidence, Example
from provenance.report.excerpt import Span


def read_spans(row: Mapping[str, object]) -> tuple[Span, ...]:
    """The spans of all `..._hits` columns of a row of the signals table, in the order of the text."""
    spans = []
    for name, hits in row.items():
        if not name.endswith("_hits") or not isinstance(hits, list):
            continue
        label = name.removesuffix("_hits")
        placed = [hit for hit in hits if hit["start"] is not None]  # what markup declares has no place in the text
        spans += [Span(int(hit["start"]), int(hit["end"]), label, str(hit["detail"] or "")) for hit in placed]
    return tuple(sorted(spans, key=lambda span: (span.start, span.end, span.label)))


def make_example(row: Mapping[str, object], text: str, spans: Iterable[Span]) -> Example:
    """The example of a verdict's row; columns of the documents table are shown where the row has them."""
    captured = row.get("fetch_time")
    evidence = row.get("evidence")
    return Example(
        doc_id=str(row.get("doc_id") or row.get("id") or ""),
        origin=str(row.get("origin") or "undetermined"),
        text=text,
        url=str(row.get("url") or ""),
        crawl=str(row.get("crawl") or ""),
        language=str(row["language"]) if row.get("language") else None,
        captured=f"{captured:%Y-%m-%d}" if isinstance(captured, datetime) else "",
        n_words=_integer(row.get("n_words")) or 0,
        ai_score=_number(row.get("ai_score")),
        mt_score=_number(row.get("mt_score")),
        evidence=tuple(map(_read_evidence, evidence)) if isinstance(evidence, list) else (),
        spans=tuple(spans),
        warc_filename=str(row.get("warc_filename") or ""),
        warc_record_offset=_integer(row.get("warc_record_offset")),
        warc_record_length=_integer(row.get("warc_record_length")),
    )


def _read_evidence(item: Mapping[str, object]) -> Evidence:
    detail = str(item["detail"] or "")
    return Evidence(str(item["signal"]), _number(item["value"]), _number(item["nats"]) or 0.0, detail)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) else None
