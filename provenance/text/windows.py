"""Texts cut into windows of about equal length: what is scored is a window, a document's figure is the mean of its own.

A detector's figures change with length (SCIENCE: AUROC .83 at 40 words, .91 at 150 and more); windows of one size make
documents of all lengths comparable, and show where in a text the evidence stands.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.text.repair import repair_texts
from provenance.text.shingles import Positions
from provenance.text.tokens import Tokens, normalise_texts, split_tokens

WINDOW_WORDS = 200
MAX_WORDS = 600
_HEAD = 32  # characters a word, beyond which a text is looked at only where its head has too few words


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows of several texts in order: `bounds[k]` to `bounds[k + 1]` are the tokens of window k.

    Tokens between the last window of a text and the next text belong to none; they lie from `ends[k]` on. `text_of`
    is the number of the text of each window, `n_words` counts the words read of each text.
    """

    tokens: Tokens
    starts: Positions
    ends: Positions
    text_of: Positions
    n_words: Positions

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def lengths(self) -> Positions:
        """Tokens of each window."""
        return self.ends - self.starts

    def average(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The mean over the windows of each text; NaN for a text without one."""
        n = np.bincount(self.text_of, minlength=len(self.n_words))
        total = np.bincount(self.text_of, weights=values, minlength=len(self.n_words))
        mean: NDArray[np.float64] = np.where(n > 0, total / np.maximum(n, 1), np.nan)
        return mean


def read_windows(texts: pl.Series, *, words: int = WINDOW_WORDS, max_words: int = MAX_WORDS) -> Windows:
    """The windows of texts as they come, null ones empty."""
    return read_mended(repair_texts(texts), words=words, max_words=max_words)


def read_mended(mended: pl.Series, *, words: int = WINDOW_WORDS, max_words: int = MAX_WORDS) -> Windows:
    """The windows of mended texts, null ones empty; of long texts only the head is split into tokens."""
    normal = normalise_texts(mended)
    heads = normal.str.head(_HEAD * max_words)
    tokens = split_tokens(heads.to_list())
    n_words = np.diff(np.concatenate([np.zeros(1, np.int64), np.cumsum(tokens.is_word)])[tokens.offsets])
    # The last token of a head may be cut short, and the last window ends where the word after it begins.
    wanting = (heads.str.len_bytes() < normal.str.len_bytes()).to_numpy() & (n_words < max_words + 2)
    if wanting.any():
        rows = np.flatnonzero(wanting)
        tokens = split_tokens(heads.scatter(rows, normal.gather(rows)).to_list())
    return cut_windows(tokens, words=words, max_words=max_words)


def cut_windows(tokens: Tokens, *, words: int = WINDOW_WORDS, max_words: int = MAX_WORDS) -> Windows:
    """Each text's first `max_words` words in equal windows of about `words`; a short text is one, an empty one none."""
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(tokens.is_word)])
    first = before[tokens.offsets[:-1]]
    n_words = np.minimum(before[tokens.offsets[1:]] - first, max_words)
    n_windows = np.where(n_words > 0, np.maximum(np.rint(n_words / words).astype(np.int64), 1), 0)
    text_of = np.repeat(np.arange(len(n_words)), n_windows)
    number = np.arange(len(text_of)) - np.repeat(np.cumsum(n_windows) - n_windows, n_windows)
    at = first[text_of] + (number * n_words[text_of]) // np.maximum(n_windows[text_of], 1)
    until = first[text_of] + ((number + 1) * n_words[text_of]) // np.maximum(n_windows[text_of], 1)
    # A window begins at its first word and goes to the next one's; the first holds what stands before its first word.
    starts = np.searchsorted(before, at, side="right") - 1
    ends = np.searchsorted(before, until, side="right") - 1
    is_first, is_last = number == 0, number == n_windows[text_of] - 1
    starts = np.where(is_first, tokens.offsets[:-1][text_of], starts)
    whole = is_last & (until == before[tokens.offsets[1:]][text_of])
    ends = np.where(whole, tokens.offsets[1:][text_of], ends)
    return Windows(tokens, starts, ends, text_of, n_words)
