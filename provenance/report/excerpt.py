"""Text with marked spans, cut to what is worth reading."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Span:
    """Code points `start` to `end` (exclusive) of a text that speak for an origin; `label` names the signal."""

    start: int
    end: int
    label: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text between two marks, or a marked one with what it is marked for."""

    text: str
    title: str = ""
    family: str = ""

    @property
    def marked(self) -> bool:
        """Whether the piece is evidence."""
        return bool(self.title)


def cut_excerpt(text: str, spans: Iterable[Span], length: int) -> tuple[str, tuple[Span, ...]]:
    """A window of about `length` code points around the densest spans, else the beginning, with spans moved along.

    Cut ends carry an ellipsis. Spans that leave the window are dropped, those at its edge are cut.
    """
    known = sorted(_valid(text, spans), key=lambda span: span.start)
    if len(text) <= length:
        return text, tuple(known)
    start = _find_window(text, known, length)
    end = min(len(text), start + length)
    space = text.rfind(" ", end - 20, end) if end < len(text) else -1
    end = space if space > start else end
    lead = ELLIPSIS if start > 0 else ""
    shift = len(lead) - start
    moved = tuple(
        Span(max(span.start, start) + shift, min(span.end, end) + shift, span.label, span.detail)
        for span in known
        if span.end > start and span.start < end
    )
    return lead + text[start:end] + (ELLIPSIS if end < len(text) else ""), moved


def split_segments(text: str, spans: Iterable[Span]) -> tuple[Segment, ...]:
    """The text in order as marked and unmarked pieces, nothing lost; overlapping spans share the titles of both."""
    known = _valid(text, spans)
    edges = sorted({0, len(text), *(span.start for span in known), *(span.end for span in known)})
    segments: list[Segment] = []
    for start, end in pairwise(edges):
        here = [span for span in known if span.start <= start and span.end >= end]
        titles = dict.fromkeys(f"{span.label}: {span.detail}" if span.detail else span.label for span in here)
        family = here[0].label.split("_")[0] if here else ""
        segments.append(Segment(text[start:end], "; ".join(titles), family))
    return tuple(segments)


def _valid(text: str, spans: Iterable[Span]) -> list[Span]:
    return [span for span in spans if 0 <= span.start < span.end <= len(text)]


def _find_window(text: str, spans: Sequence[Span], length: int) -> int:
    """Start of the window that holds most spans, a little before the first of them and at the start of a word."""
    if not spans:
        return 0
    lead = length // 5
    counts = [
        sum(first.start <= span.start and span.end <= first.start + length - lead for span in spans) for first in spans
    ]
    start = max(0, min(spans[counts.index(max(counts))].start - lead, len(text) - length))
    space = text.find(" ", start, start + 20) if start else -1
    return space + 1 if space >= 0 else start
