"""Texts as sentences, and a sentence as the set of its words: what estimates from wording count.

A sentence ends at a line break, at a full stop, question or exclamation mark with a blank or closing mark behind it,
and at such marks of scripts without blanks. A full stop after a single letter or digit (initials, "e.g.", numbered
lists) ends none. Wrong cuts matter little: the same ones are made in the references.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.text.repair import repair_texts
from provenance.text.shingles import Codes, Hashes64, Positions
from provenance.text.tokens import ALONE, MARK, NUMBER, Tokens, normalise_texts, split_tokens

_STOPS = ".!?"
_AFTER = " \n\"')]"
_ALWAYS = "。؟।"
_LINE = np.uint32(ord("\n"))


@dataclass(frozen=True, slots=True)
class SentenceWords:
    """The different words of each sentence: sentence i has `hashes[offsets[i]:offsets[i + 1]]`, ascending.

    Hashes are those of `tokens.Tokens`; numbers and marks are no words here. `text_of` is the row of the text that each
    sentence stands in; sentences are in order.
    """

    hashes: Hashes64
    offsets: Positions
    text_of: Positions

    def __len__(self) -> int:
        return len(self.text_of)


def read_sentences(texts: pl.Series, *, min_words: int = 2) -> SentenceWords:
    """The word sets of all sentences of at least `min_words` words; a null text has none.

    `min_words` defaults to what Liang et al. (2024) keep; headings and menu entries of a word are no sentences.
    """
    lines, text_of_line = _split_lines(repair_texts(texts))
    tokens = split_tokens(normalise_texts(lines).to_list())
    kept = np.flatnonzero((tokens.kinds != MARK) & (tokens.kinds != NUMBER))
    number = _number_sentences(tokens)[kept]
    line = tokens.text_of[kept]
    begins = np.flatnonzero(np.diff(number, prepend=-1))
    sizes = np.diff(np.append(begins, len(number)))
    long = sizes >= min_words
    within = np.repeat(long, sizes)
    return _make_sets(
        tokens.hashes[kept[within]], np.repeat(np.arange(long.sum()), sizes[long]), text_of_line[line[begins[long]]]
    )


def _split_lines(mended: pl.Series) -> tuple[pl.Series, Positions]:
    """All lines, and the row of the text that each is of."""
    lines = mended.to_frame("line").with_row_index("row").select("row", pl.col("line").str.split("\n")).explode("line")
    return lines["line"], lines["row"].to_numpy().astype(np.int64)


def _number_sentences(tokens: Tokens) -> Positions:
    """A number for each token that goes up, by one or more, from sentence to sentence."""
    codes = tokens.codes
    after = np.append(codes[1:], _LINE)
    stops = _are(codes, _STOPS) & _are(after, _AFTER)
    one = tokens.ends - tokens.starts == 1
    behind = after[tokens.starts]  # of a token of one character
    initial = one & (tokens.kinds != ALONE) & (tokens.kinds != MARK) & (behind == ord("."))
    stops[tokens.starts[initial] + 1] = False
    unspaced = one & (tokens.kinds == ALONE) & _are(behind, _STOPS)
    stops[tokens.starts[unspaced] + 1] = True
    stops |= _are(codes, _ALWAYS) | (codes == _LINE)
    return np.cumsum(stops, dtype=np.int64)[tokens.starts]


def _are(codes: Codes, signs: str) -> NDArray[np.bool_]:
    return np.isin(codes, np.array([ord(sign) for sign in signs], np.uint32))


def _make_sets(hashes: Hashes64, sentence: Positions, text_of: Positions) -> SentenceWords:
    """Words of sentences in order, each word once."""
    order = np.lexsort((hashes, sentence))
    hashes, sentence = hashes[order], sentence[order]
    fresh = np.ones(len(hashes), bool)
    fresh[1:] = (hashes[1:] != hashes[:-1]) | (sentence[1:] != sentence[:-1])
    counts = np.bincount(sentence[fresh], minlength=len(text_of))
    return SentenceWords(hashes[fresh], np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)]), text_of)
