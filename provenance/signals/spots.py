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
    texts = read_beginning(batch)
    groups = [language if language in spots else ANY for language in batch["language"]]
    rows: list[list[Hit] | None] = [None] * batch.height
    for part in set(groups) & set(spots):
        members = [row for row, group in enumerate(groups) if group == part]
        kinds, told = spots[part], texts if len(members) == len(groups) else texts.gather(members)
        asked = told.to_frame("text").select(
            "text", written=pl.col("text").str.contains(r"\S"), spotted=pl.col("text").str.contains(_join(kinds))
        )
        for row, (text, written, spotted) in zip(members, asked.iter_rows(), strict=True):
            places = list_places(kinds, text) if written and spotted else []
            rows[row] = (
                [
                    {"start": start, "end": end, "match": text[start:end], "detail": f"{kind}: {meanings[kind]}"}
                    for kind, start, end in places
                    if used(kind, text, start, end)
                ]
                if written
                else None
            )
    return collect_hits(name, rows)


def count_spots(batch: pl.DataFrame, hits: pl.Series, prefix: str) -> pl.DataFrame:
    """The hits beside their count and the count per thousand words read."""
    count = hits.list.len().cast(pl.Int64).alias("count")
    if not count.sum():
        return pl.DataFrame([count.alias(f"{prefix}_count"), count.cast(pl.Float64).alias(f"{prefix}_density"), hits])
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
    return batch.select(pl.col("text").cast(pl.String).fill_null("").str.head(MAX_CHARS)).to_series()


def list_places(kinds: Kinds, text: str) -> list[tuple[str, int, int]]:
    """Kind, start and end of each place, in order."""
    found = ((kind, *match.span(1)) for kind, pattern in kinds.items() for match in _compile(pattern).finditer(text))
    return sorted(found, key=lambda place: place[1:])


def _join(kinds: Kinds) -> str:
    return "|".join(f"(?:{pattern})" for pattern in kinds.values())


@cache
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
