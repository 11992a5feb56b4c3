r"""Spots: places in a text that a pattern of the text's language finds.

Which texts have any is told by polars over the whole column; only those are read again, for places. Patterns are
therefore written in what Rust's and Python's expressions have in common: no look-around, and no `\b`, which is slow in
Rust wherever a text is not ASCII.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache

import polars as pl

from provenance.signals.hits import Hit, collect_hits
from provenance.text.words import count_words

ANY = "any"
MAX_CHARS = 8000  # of a text: some 1,300 words of English

Kinds = Mapping[str, str]
"""Patterns by kind; a pattern has one group, which is the place."""
Use = Callable[[str, str, int, int], bool]


def find_spots(
    name: str, batch: pl.DataFrame, spots: Mapping[str, Kinds], meanings: Mapping[str, str], used: Use
) -> pl.Series:
    """The column of hits: a list for each row, null for a blank text and for a language without patterns.

    `spots` are the kinds of each language, those of `ANY` for all others; a hit's detail is its kind and what that
    means. A place that is not `used(kind, text, start, end)` is left out.
    """
    language = batch["language"].cast(pl.String).fill_null("")
    group = pl.when(language.is_in(list(spots))).then(language).otherwise(pl.lit(ANY))
    frame = pl.DataFrame({"text": read_beginning(batch)}).with_row_index("row").with_columns(group.alias("group"))
    rows: list[list[Hit] | None] = [None] * batch.height
    for part, kinds in spots.items():
        written = frame.filter(pl.col("group") == part, pl.col("text").str.contains(r"\S"))
        for row in written["row"]:
            rows[row] = []
        for row, text in written.filter(pl.col("text").str.contains(_join(kinds))).select("row", "text").iter_rows():
            places = [place for place in list_places(kinds, text) if used(place[0], text, *place[1:])]
            rows[row] = [
                {"start": start, "end": end, "match": text[start:end], "detail": f"{kind}: {meanings[kind]}"}
                for kind, start, end in places
            ]
    return collect_hits(name, rows)


def count_spots(batch: pl.DataFrame, hits: pl.Series, prefix: str) -> pl.DataFrame:
    """The hits beside their count and the count per thousand words read."""
    count = hits.list.len().cast(pl.Int64).alias("count")
    with_hits = pl.when(count > 0).then(read_beginning(batch))
    words = pl.select(count_words(with_hits).alias("words")).to_series()
    some = pl.when(pl.col("count") > 0).then(1000 * pl.col("count") / pl.max_horizontal("words", 1))
    density = some.otherwise(pl.col("count").cast(pl.Float64))
    counted = pl.DataFrame([count, words]).select(
        pl.col("count").alias(f"{prefix}_count"), density.alias(f"{prefix}_density")
    )
    return counted.with_columns(hits)


def read_beginning(batch: pl.DataFrame) -> pl.Series:
    """The part of each text that is read, `MAX_CHARS` code points at most; empty where there is none."""
    return batch["text"].cast(pl.String).fill_null("").str.head(MAX_CHARS)


def list_places(kinds: Kinds, text: str) -> list[tuple[str, int, int]]:
    """Kind, start and end of each place, in order."""
    found = ((kind, *match.span(1)) for kind, pattern in kinds.items() for match in _compile(pattern).finditer(text))
    return sorted(found, key=lambda place: place[1:])


def _join(kinds: Kinds) -> str:
    return "|".join(f"(?:{pattern})" for pattern in kinds.values())


@cache
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
