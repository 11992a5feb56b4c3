"""Paragraphs that stand in many pages of one host: menus, notices, mastheads. They are marked, not deleted.

A paragraph is a line of a few words at least. It is known by its host and its words, as a row of fixed size that can be
sorted, cut and laid aside like the keys of whole documents. Pages of equal text count once: a page fetched three times
is no boilerplate for that.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.dedup.keys import Rows
from provenance.text.words import count_words

# `text` tells equal texts; `line` and `chars` are which line it is, from 0, and how many characters it has.
PARAGRAPH: Final = np.dtype([("key", "<u8"), ("text", "<u8"), ("item", "<i8"), ("line", "<u4"), ("chars", "<u4")])
Paragraphs = NDArray[np.void]


def find_paragraphs(documents: pl.DataFrame, texts: NDArray[np.uint64], *, least_words: int) -> Paragraphs:
    """The paragraphs of documents (item, text, host), unsorted; none of those without a host or a text.

    `texts[i]` is the number of the text of row i: equal for equal texts.
    """
    known = documents.with_columns(number=pl.Series(texts)).filter(pl.col("host").is_not_null())
    lines = known.select("item", "number", "host", line=pl.col("text").str.split("\n")).with_columns(
        place=pl.int_ranges(pl.col("line").list.len(), dtype=pl.UInt32)
    )
    lines = lines.explode("line", "place", empty_as_null=False, keep_nulls=False)
    lines = lines.with_columns(line=pl.col("line").str.strip_chars())
    lines = lines.filter(count_words(pl.col("line")) >= least_words)
    rows = np.empty(lines.height, PARAGRAPH)
    rows["key"] = _hash_lines(lines["host"].to_list(), lines["line"].to_list())
    rows["text"], rows["item"] = lines["number"].to_numpy(), lines["item"].to_numpy()
    rows["line"], rows["chars"] = lines["place"].to_numpy(), lines["line"].str.len_chars().to_numpy()
    return rows


def find_repeated(rows: Paragraphs, *, least_texts: int) -> Paragraphs:
    """Those paragraphs that stand in at least so many different texts of their host, ordered by item and line.

    All rows of a key are here.
    """
    ordered = rows[np.lexsort((rows["text"], rows["key"]))]
    new_key = _differs(ordered["key"])
    new_text = new_key | _differs(ordered["text"])
    owners = np.cumsum(new_key) - 1
    n_texts = np.bincount(owners, weights=new_text) if len(ordered) else np.zeros(0)
    found = ordered[n_texts[owners] >= least_texts]
    repeated: Paragraphs = found[np.lexsort((found["line"], found["item"]))]
    return repeated


def sum_boilerplate(repeated: Paragraphs, n_chars: pl.Series, has_host: pl.Series) -> pl.DataFrame:
    """boilerplate_share and boilerplate_lines of documents whose items count from 0, row for row.

    Null where there is no host or no character. `repeated` is ordered by item and line.
    """
    marked = pl.DataFrame({name: repeated[name] for name in ("item", "line", "chars")})
    told = marked.group_by("item", maintain_order=True).agg(pl.col("chars").sum(), pl.col("line").cast(pl.Int32))
    own = pl.DataFrame({"n_chars": n_chars, "has_host": has_host}).with_columns(item=pl.int_range(pl.len()))
    both = own.join(told, on="item", how="left", maintain_order="left")
    known = pl.col("has_host") & (pl.col("n_chars") > 0)
    share = (pl.col("chars").fill_null(0) / pl.col("n_chars")).clip(0.0, 1.0)
    return both.select(
        boilerplate_share=pl.when(known).then(share),
        boilerplate_lines=pl.when(known).then(pl.col("line").fill_null(pl.lit([], pl.List(pl.Int32)))),
    )


def _hash_lines(hosts: Sequence[str], lines: Sequence[str]) -> NDArray[np.uint64]:
    digests = (
        hashlib.blake2b(f"{host}\0{' '.join(line.split())}".encode(), digest_size=8).digest()
        for host, line in zip(hosts, lines, strict=True)
    )
    return np.frombuffer(b"".join(digests), "<u8")


def _differs(values: Rows | NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Where a value differs from the one before it."""
    new = np.ones(len(values), bool)
    new[1:] = values[1:] != values[:-1]
    return new
