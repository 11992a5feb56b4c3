"""What a page declares of AI in its making: marks of headers, meta elements, attributes and JSON-LD.

A fragment, picture or video is not the page: such marks are listed in the hits, with why they do not count, and do not
raise the value. Sources of the marks: see `provenance/extract/disclosure_marks.py`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from provenance.schema import Column
from provenance.signals.declared import DECLARED, HALF, NOTHING, Hit, collect_declared
from provenance.signals.hits import HITS

GENERATED = frozenset({"ai-generated", "ai-originated", "machine-generated", "autonomous", "true", "yes", "1"})
ASSISTED = frozenset({"ai-assisted", "ai-modified"})
# Names of IPTC; those of schema.org end in "DigitalSource".
SOURCE_TYPES = {
    "trainedalgorithmicmedia": DECLARED,
    "compositewithtrainedalgorithmicmedia": HALF,
    "compositesynthetic": HALF,
}
AUTHORS = {"author": DECLARED, "creator": DECLARED, "coauthor": HALF, "cocreator": HALF}


@dataclass(frozen=True, slots=True)
class AiDisclosure:
    """What the page declares of AI in its making. Null without markup (plain text) and for an empty text."""

    columns: ClassVar[Mapping[str, Column]] = {
        "disclosure_ai": Column(
            pl.Float64(), "1", "1 declared AI-generated, 0.5 declared AI-assisted, 0 declared neither", 0, 1
        ),
        "disclosure_hits": Column(HITS, "", "each disclosure mark and what it says; no place in the text"),
        "disclosure_link_count": Column(
            pl.Int64(), "1", "links to other sites that say that a chat model cited them; they declare nothing", 0
        ),
    }
    needs: ClassVar[tuple[str, ...]] = ("text", "ai_disclosure_marks")

    def measure(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Columns beside the documents."""
        marks = batch["ai_disclosure_marks"].cast(pl.List(pl.String))
        rows = [None if row is None else [_read_disclosure(mark) for mark in row] for row in marks]
        measured = collect_declared(rows, batch["text"], "disclosure_ai", "disclosure_hits")
        links = [None if row is None else sum(map(_count_links, row)) for row in marks]
        known = measured["disclosure_ai"].is_not_null()
        counted = pl.DataFrame({"n": pl.Series(links, dtype=pl.Int64), "known": known})
        counts = counted.select(pl.when("known").then("n").alias("disclosure_link_count"))
        return measured.hstack(counts)


def _read_disclosure(mark: str) -> Hit:
    place, _, rest = mark.partition(":")
    name, _, value = rest.partition("=")
    if place == "part":
        return NOTHING, mark, "says so of a part of the page"
    if place == "media":
        return NOTHING, mark, "says so of a picture, sound or video"
    if place == "link":
        return NOTHING, mark, f"{value} link(s) to other sites as {name} cites them: copied out of an answer"
    worth = _worth_in_json(name, value) if place == "jsonld" else _worth(name, value)
    said = {DECLARED: "declares that AI made the text", HALF: "declares that AI had a part in the text"}
    return worth, mark, said.get(worth, "declares no AI")


def _worth_in_json(name: str, value: str) -> float:
    """Worth of a source type, or of an author that is an AI tool."""
    return AUTHORS.get(name) or SOURCE_TYPES.get(value.lower().removesuffix("digitalsource"), NOTHING)


def _worth(name: str, value: str) -> float:
    """Worth of a value: a plain word, or a structured field with a `mode` (RFC 9651; the draft's dictionary).

    A generator that is a chat model may have written the page's code only.
    """
    if name == "generator":
        return DECLARED if re.search(r"ai[- ]generated|generated (?:by|with) ai", value.lower()) else HALF
    mode = re.search(r"\bmode\s*=\s*\"?([a-z-]+)", value.lower())
    word = mode.group(1) if mode else re.split(r"[\s;,]", value.strip().lower())[0].strip('"')
    return DECLARED if word in GENERATED else HALF if word in ASSISTED else NOTHING


def _count_links(mark: str) -> int:
    """How many links a mark "link:chatgpt.com=3" tells of."""
    n = mark.rpartition("=")[2]
    return int(n) if mark.startswith("link:") and n.isdecimal() else 0
