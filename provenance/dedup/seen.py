"""The first-seen index as arrays: texts by their hash, bands by their key, and how they are joined.

A text is known by its exact hash, 16 bytes, held as two numbers whose order is that of the bytes. An entry is the
first capture of a text: entries are numbered, and their place, time and sketch lie in lists by that number. Rows lie
sorted, so that adding and asking are merges of two sorted lists, range by range.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.dedup.keys import Keys, Rows, hash_band
from provenance.dedup.minhash import Signatures
from provenance.dedup.options import DedupOptions

# `key` and `low` are the halves of the hash, `time` seconds since 1970, `item` a document or an entry.
TEXT: Final = np.dtype([("key", "<u8"), ("low", "<u8"), ("time", "<u4"), ("item", "<u8")])
BAND: Final = np.dtype([("key", "<u8"), ("item", "<u8")])
# What was found: `key` is the document, `entry` where its text or a near copy was captured first.
HIT: Final = np.dtype([("key", "<u8"), ("entry", "<u8"), ("time", "<u4"), ("similarity", "<f8"), ("exact", "?")])
TEXT_BITS: Final = 64
BAND_BITS: Final = 40  # 16 bands of 3 billion entries meet 0.04 strangers a key: the sketch tells them
MOST_PER_KEY: Final = 16  # entries that one band key leads to: a page template has millions
NEVER: Final = np.uint32(0xFFFFFFFF)
_PAIRS = 1 << 20  # pairs given at a time
_WEB_BEGAN = 681_264_000  # 1991-08-06, the first web site: what claims an earlier capture has a broken clock

Texts = NDArray[np.void]
Bands = NDArray[np.void]


@dataclass(frozen=True, slots=True)
class KeyOptions:
    """What decides which signatures can be compared and which keys they have; `threshold` makes a near copy."""

    num_perm: int = 128
    seed: int = 1
    shingle_words: int = 5
    bands: int = 16
    rows: int = 8
    threshold: float = 0.8

    @classmethod
    def of(cls, options: DedupOptions) -> "KeyOptions":
        """Those of a run."""
        return cls(options.num_perm, options.seed, options.shingle_words, *options.banding, options.threshold)


def make_texts(exact_hashes: pl.Series, times: pl.Series, start: int) -> Texts:
    """A row for each document that has a hash and a time, items counted from `start`; the time is cut to seconds.

    `times` are captures in UTC. One before the first web site or beyond 2106 is a broken clock's, and none.
    """
    seconds = times.dt.epoch("s")
    known = (seconds.is_between(_WEB_BEGAN, int(NEVER) - 1) & exact_hashes.is_not_null()).fill_null(False)
    items = np.flatnonzero(known.to_numpy())
    rows = np.empty(len(items), TEXT)
    rows["key"], rows["low"] = split_hashes(exact_hashes.filter(known)).T
    rows["time"] = seconds.filter(known).to_numpy()
    rows["item"] = items + start
    return rows


def ask_texts(exact_hashes: pl.Series, start: int) -> Texts:
    """A row for each document that has a hash, without a time, items counted from `start`."""
    items = np.flatnonzero(exact_hashes.is_not_null().to_numpy())
    rows = np.zeros(len(items), TEXT)
    rows["key"], rows["low"] = split_hashes(exact_hashes.drop_nulls()).T
    rows["item"] = items + start
    return rows


def split_hashes(hashes: pl.Series) -> Keys:
    """Two numbers a hash (16 bytes, no nulls), the upper one first."""
    return np.frombuffer(b"".join(hashes.to_list()), ">u8").reshape(-1, 2).astype(np.uint64)


def make_bands(signatures: Signatures, items: Rows, options: KeyOptions) -> Bands:
    """A row for each band of each signature: the upper 40 bits of the key that the search for copies uses."""
    rows = np.empty((options.bands, len(items)), BAND)
    for band in range(options.bands):
        keys = hash_band(signatures[:, band * options.rows : (band + 1) * options.rows], band)
        rows[band]["key"] = keys >> np.uint64(64 - BAND_BITS)
    rows["item"] = items
    return rows.reshape(-1)


def sort_texts(rows: Texts) -> Texts:
    """Rows by text, then time, then item."""
    rows = rows[np.argsort(rows["key"], kind="stable")]
    same = rows["key"][1:] == rows["key"][:-1]
    tied = np.zeros(len(rows), bool)
    tied[1:] = same
    tied[:-1] |= same
    some = rows[tied]
    rows[tied] = some[np.lexsort((some["item"], some["time"], some["low"], some["key"]))]
    return rows


def keep_first(rows: Texts) -> Texts:
    """The first of the sorted rows of each text: its earliest capture."""
    first = np.ones(len(rows), bool)
    first[1:] = (rows["key"][1:] != rows["key"][:-1]) | (rows["low"][1:] != rows["low"][:-1])
    return rows[first]


def match_texts(rows: Texts, known: Texts) -> Rows:
    """For each row the place of its text in `known` (sorted, a row a text), or -1."""
    places = np.searchsorted(known["key"], rows["key"])
    found = np.full(len(rows), -1)
    left = np.flatnonzero(places < len(known))
    while len(left):
        at = places[left]
        same_key = known["key"][at] == rows["key"][left]
        same = same_key & (known["low"][at] == rows["low"][left])
        found[left[same]] = at[same]
        left = left[same_key & ~same & (at + 1 < len(known))]  # two texts share the upper half of their hash
        places[left] += 1
    return found


def find_earlier(rows: Texts, known: Texts, best: NDArray[np.uint32], items: NDArray[np.uint64]) -> None:
    """Takes what `known` says of each row into `best` (time, `NEVER` for none) and `items`, where it is earlier."""
    places = match_texts(rows, known)
    hits = np.flatnonzero(places >= 0)
    found = known[places[hits]]
    earlier = found["time"] < best[hits]
    best[hits[earlier]], items[hits[earlier]] = found["time"][earlier], found["item"][earlier]


def sort_bands(rows: Bands) -> Bands:
    """Rows by key, else in the order given, no more than `MOST_PER_KEY` of a key: the first of them."""
    rows = rows[np.argsort(rows["key"], kind="stable")]
    if len(rows) <= MOST_PER_KEY:
        return rows
    crowded = np.zeros(len(rows), bool)
    crowded[MOST_PER_KEY:] = rows["key"][MOST_PER_KEY:] == rows["key"][:-MOST_PER_KEY]
    return rows[~crowded]


def pair_bands(asked: Bands, known: Bands) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.uint64]]]:
    """Items of `asked` with entries of `known` (sorted) under the same key, about a million pairs at a time."""
    begins = np.searchsorted(known["key"], asked["key"], side="left")
    counts = np.searchsorted(known["key"], asked["key"], side="right") - begins
    hits = np.flatnonzero(counts)
    step = _PAIRS // MOST_PER_KEY
    for start in range(0, len(hits), step):
        some = hits[start : start + step]
        sizes = counts[some]
        within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        yield np.repeat(asked["item"][some], sizes), known["item"][np.repeat(begins[some], sizes) + within]


def choose_hits(hits: NDArray[np.void]) -> NDArray[np.void]:
    """The hits that tell: of each document the equal text, and the earliest near copy if that is earlier.

    Ordered by document, the equal text first; of near copies of one time the one most alike.
    """
    hits = hits[np.lexsort((hits["entry"], -hits["similarity"], hits["time"], ~hits["exact"], hits["key"]))]
    begins = np.ones(len(hits), bool)
    begins[1:] = hits["key"][1:] != hits["key"][:-1]
    second = np.zeros(len(hits), bool)
    second[1:] = begins[:-1] & ~begins[1:] & hits["exact"][:-1] & (hits["time"][1:] < hits["time"][:-1])
    return hits[begins | second]


def keep_earliest(hits: NDArray[np.void]) -> NDArray[np.void]:
    """Of the hits that tell, the earliest of each document."""
    last = np.ones(len(hits), bool)
    last[:-1] = hits["key"][1:] != hits["key"][:-1]
    return hits[last]


class Marks:
    """A set of documents by number, a bit each, that tells how many marked ones lie before one of them."""

    def __init__(self, n: int) -> None:
        self._words = np.zeros(n // 64 + 1, np.uint64)
        self._before: NDArray[np.int64] | None = None

    def add(self, items: NDArray[np.uint64]) -> None:
        """Marks documents."""
        np.bitwise_or.at(self._words, items >> np.uint64(6), np.uint64(1) << (items & np.uint64(63)))
        self._before = None

    def among(self, start: int, n: int) -> NDArray[np.bool_]:
        """Which of `n` documents from `start` on are marked."""
        items = np.arange(start, start + n, dtype=np.uint64)
        marked: NDArray[np.bool_] = (self._words[items >> np.uint64(6)] >> (items & np.uint64(63)) & np.uint64(1)) == 1
        return marked

    def rank(self, items: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """How many marked documents lie before each."""
        if self._before is None:
            ends = np.cumsum(np.bitwise_count(self._words), dtype=np.int64)
            self._before = np.concatenate([[0], ends[:-1]])
        at = items >> np.uint64(6)
        lower = self._words[at] & ((np.uint64(1) << (items & np.uint64(63))) - np.uint64(1))
        ranks: NDArray[np.uint64] = (self._before[at] + np.bitwise_count(lower)).astype(np.uint64)
        return ranks
