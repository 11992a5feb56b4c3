"""What marks in a page's markup declare: the strongest value of each row, and each mark with what it says."""

from collections.abc import Sequence

import polars as pl

from provenance.signals.hits import collect_hits

Hit = tuple[float, str, str]  # value, mark, why in words
DECLARED, HALF, NOTHING = 1.0, 0.5, 0.0


def collect_declared(rows: Sequence[list[Hit] | None], texts: pl.Series, value: str, hits: str) -> pl.DataFrame:
    """The strongest value and the list of hits of each row; null where the row has no markup or no text."""
    measured = texts.to_frame().select(has_text(pl.col(texts.name))).to_series()
    kept = [row if known else None for row, known in zip(rows, measured, strict=True)]
    values = [None if row is None else max((hit[0] for hit in row), default=NOTHING) for row in kept]
    listed = [
        None if row is None else [{"start": None, "end": None, "match": mark, "detail": why} for _, mark, why in row]
        for row in kept
    ]
    return pl.DataFrame([pl.Series(value, values, pl.Float64), collect_hits(hits, listed)])


def has_text(text: pl.Expr) -> pl.Expr:
    """Whether there is more than white space; false where it is null."""
    return (text.cast(pl.String).str.strip_chars() != "").fill_null(False)
