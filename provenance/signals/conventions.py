"""Conventions: numbers, dates and marks written as in another language than the text's.

A translator, machine or person, that takes "3,5 Prozent" over as "3,5 percent" shows where the text comes from.
Locale conventions (number, date) are a category of translation errors of their own in MQM (Lommel, Uszkoreit and
Burchardt 2014, Tradumatica 12; Freitag et al. 2021, arXiv:2104.14478). Only marks that native writers next to never
make are here (but South African English has the decimal comma); which others were tried, and failed, is told in
docs/signals.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from provenance.schema import Column
from provenance.signals.hits import HITS
from provenance.signals.mention import is_quoted
from provenance.signals.spots import count_spots, find_spots

_FREE = r"(?:^|[^0-9.,/:\-])"  # before a number that goes on from nothing
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_UNITS = (
    "%|percent|per cent|million|billion|trillion|thousand|km|kilomet(?:er|re)s?|m|met(?:er|re)s?|cm|mm"
    "|centimet(?:er|re)s?|kg|kilograms?|tons|tonnes|euros?|dollars|pounds|years|hours|minutes|seconds|points|degrees"
    "|hectares|square|litres|liters|times|°C"
)
_GROUPED = r"\.000|(?:\.[0-9]{3}){2,}|(?:[ \u00a0\u202f][0-9]{3})+"  # one group with a point may be a decimal
PATTERNS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "decimal": rf"{_FREE}([0-9]{{1,3}},[0-9]{{1,2}} ?(?:{_UNITS}))(?:[^0-9A-Za-z]|$)",
        "grouping": rf"{_FREE}([1-9][0-9]{{0,2}}(?:{_GROUPED})) [a-z]",
        "date": rf"(?:[a-z,] |\()([1-3]?[0-9]\. (?:{_MONTHS}))(?: [0-9a-z]|[,;)])",
        "percent": r"(?:^|[\s(])([0-9][0-9.]*[ \u00a0\u202f]%)(?:[.,;)]| [a-z])",
        "width": r"[A-Za-z0-9]([，。；：！？、（）％]) ?[A-Za-z]",
    },
    "ja": {"width": r"[\u3041-\u30ff\u4e00-\u9fff](\.)(?:\s|$|[\u3041-\u30ff\u4e00-\u9fff])"},
}
_MEANINGS = {
    "decimal": "comma as a decimal point",
    "grouping": "thousands grouped by points or spaces",
    "date": "day with a point before the month",
    "percent": "space before the per cent sign",
    "width": "mark of the other width of writing",
}


@dataclass(frozen=True, slots=True)
class Conventions:
    """Counts what is written as in another language, quotations left out. Null for languages without patterns.

    Of a text its beginning is read (`spots.MAX_CHARS`).
    """

    columns: ClassVar[Mapping[str, Column]] = {
        "convention_count": Column(pl.Int64(), "1", "numbers, dates and marks written as in another language", 0),
        "convention_density": Column(pl.Float64(), "1/1000 words", "the same per thousand words read", 0),
        "convention_hits": Column(HITS, "", "each of them: place, form and kind"),
    }
    needs: ClassVar[tuple[str, ...]] = ("text", "language")

    quote_reach: int = 60  # code points

    def measure(self, batch: pl.DataFrame) -> pl.DataFrame:
        """The three columns of each text."""
        hits = find_spots("convention_hits", batch, PATTERNS, _MEANINGS, self._is_used)
        return count_spots(batch, hits, "convention")

    def _is_used(self, kind: str, text: str, start: int, end: int) -> bool:
        return not is_quoted(text, start, end, self.quote_reach)
