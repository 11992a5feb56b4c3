"""Texts as tokens, many at a time: where each word, number and mark stands, and a hash of it.

A word is a run of letters and combining marks with apostrophes inside, lower-cased; in scripts written without spaces
each character is one. A number is a run of digits, known by how many they are: years and prices are topics, not style.
A mark is a run of one sign of `MARKS`; longer runs than two count as two. Other characters only separate.

Case is not looked at: it carries nothing that the words do not (docs/detection.md), and can be changed at will.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.text.normalise import normalise_mended
from provenance.text.repair import repair_texts
from provenance.text.shingles import Codes, Hashes64, Positions, classify_characters, hash_spans

MARKS = ".,;:!?\"()[]/&%-'"
WORD, NUMBER, MARK, ALONE = 1, 2, 3, 4
_JOINER = 5
_LONGEST_NUMBER, _LONGEST_MARK = 5, 2
_NUMBER_HASH = 0x9E3779B97F4A7C15
_LETTER, _SINGLE = 1, 2  # of `classify_characters`

Kinds = NDArray[np.uint8]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of several texts, one after the other; text i has those from `offsets[i]` to `offsets[i + 1]`.

    `codes` are the lower-cased code points of all texts, a line break between; token j is
    `codes[starts[j]:ends[j]]`, of kind `kinds[j]` (WORD, NUMBER, MARK, ALONE) and hash `hashes[j]`.
    """

    codes: Codes
    starts: Positions
    ends: Positions
    kinds: Kinds
    hashes: Hashes64
    offsets: Positions

    @property
    def text_of(self) -> Positions:
        """The number of the text each token stands in."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))

    @property
    def is_word(self) -> Flags:
        """Which tokens count as words: all but marks."""
        flags: Flags = self.kinds != MARK
        return flags

    def read(self, token: int) -> str:
        """The token as lower-case text."""
        return self.codes[self.starts[token] : self.ends[token]].astype("<u4").tobytes().decode("utf-32-le")


def tokenise(texts: pl.Series) -> Tokens:
    """The tokens of each text, brought into normal form first; a null text has none."""
    return split_tokens(normalise_texts(repair_texts(texts)).to_list())


def normalise_texts(mended: pl.Series) -> pl.Series:
    """Each mended text (`repair_texts`) in normal form; a null text is empty."""
    return mended.to_frame("text").select(normalise_mended(pl.col("text")).fill_null("")).to_series()


def split_tokens(texts: Sequence[str]) -> Tokens:
    """The tokens of texts in normal form; those of a text do not depend on what stands beside it."""
    codes = np.frombuffer("\n".join(texts).encode("utf-32-le"), np.uint32)
    lowered, kinds = _classify(codes)
    begins, goes_on = _find_borders(lowered, kinds)
    starts = np.flatnonzero(begins)
    ends = np.flatnonzero((kinds > 0) & ~np.append(goes_on[1:], False)) + 1
    bounds = np.cumsum(np.fromiter((len(text) + 1 for text in texts), np.int64, len(texts)))
    offsets = np.concatenate([np.zeros(1, np.int64), np.searchsorted(starts, bounds)])
    return Tokens(lowered, starts, ends, kinds[starts], _hash(lowered, starts, ends, kinds[starts]), offsets)


def _classify(codes: Codes) -> tuple[Codes, Kinds]:
    """Lower case and kind of each code point (0 separates); an apostrophe between letters is a letter."""
    lower, table = _character_tables()
    kinds = table.take(codes)
    word = np.zeros(len(kinds) + 2, bool)
    word[1:-1] = kinds == WORD
    joiner = kinds == _JOINER
    kinds[joiner] = MARK
    kinds[joiner & word[:-2] & word[2:]] = WORD
    return lower.take(codes), kinds


def _find_borders(codes: Codes, kinds: Kinds) -> tuple[Flags, Flags]:
    """Where tokens begin, and which characters go on with the token before them."""
    goes_on = np.zeros(len(codes), bool)
    goes_on[1:] = kinds[1:] == kinds[:-1]
    goes_on[1:] &= (kinds[1:] != MARK) | (codes[1:] == codes[:-1])
    goes_on &= (kinds != ALONE) & (kinds > 0)
    return (kinds > 0) & ~goes_on, goes_on


def _hash(codes: Codes, starts: Positions, ends: Positions, kinds: Kinds) -> Hashes64:
    marks, numbers = kinds == MARK, kinds == NUMBER
    hashes = hash_spans(codes, starts, np.where(marks, np.minimum(ends, starts + _LONGEST_MARK), ends))
    digits = np.minimum(ends - starts, _LONGEST_NUMBER)[numbers].astype(np.uint64)
    hashes[numbers] = digits * np.uint64(_NUMBER_HASH)
    return hashes


@cache
def _character_tables() -> tuple[Codes, Kinds]:
    """Lower case and kind of every code point."""
    lower, classes = classify_characters()
    kinds = np.zeros(len(lower), np.uint8)
    letters = np.flatnonzero(classes == _LETTER).astype(np.uint32)
    characters = pl.Series(list(letters.tobytes().decode("utf-32-le")))
    kinds[letters] = np.where(characters.str.contains(r"^\p{N}$").to_numpy(), NUMBER, WORD)
    kinds[classes == _SINGLE] = ALONE
    for mark in MARKS:
        kinds[ord(mark)] = MARK
    kinds[ord("'")] = _JOINER
    return lower, kinds
