"""Prose: how much of a text is running sentences, which is all that models of authorship were trained on.

A line counts as a whole, as main-text extraction gives a paragraph a line. Not prose are

- code: braces, semicolons, operators, calls, names with underscores; indented lines and comments among such lines;
- tables: lines with tabs or bars, or of many numbers; logs, prices, scores, ingredients;
- lyrics, poems, menus, captions, lists of links, chats: short lines that no mark closes, or that go on from one;
- titles and bibliographies: capitals and numbers where sentences have small words ("the", "of", "und");
- keywords and tag clouds: words with next to no small words between;
- texts in which letters of a second script are more than loanwords.

Prose are long lines with or without marks and capitals (forums), short ones that a mark closes (dialogue, items), and
texts hard-wrapped at 60 columns and more. Verse in long lines, or flattened into one, passes; so does what reads like
sentences and means nothing. After the line filters of T5 (Raffel et al. 2020, section 2.2) and Gopher (Rae et al. 2021,
arXiv:2112.11446, table A1), which ask for closing marks and for small words of a document.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.schema import Column
from provenance.signals.base import MENDED, take_mended
from provenance.text.lines import CODE, STOP, Lines, read_lines
from provenance.text.scripts import LATIN
from provenance.text.small_words import LANGUAGES

_CHUNK = 256  # texts whose characters are held at once: they stay in the processor's cache
_FEW = 10  # words of a line in which a share says little
_TITLE, _REFERENCE = 1.5, 2.0  # a line of capitals needs so many times the small words of others; one with years
_CODE_SHARE = 0.2  # of the lines of a text: from there on comments are part of the code
_ADDRESS = r"https?://[^\s)\]>}\"']+"

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Prose:
    """Share and number of the words that stand in lines that read as sentences; null for a text without words.

    A line of `long_line` columns (characters of scripts without spaces take two) need not be closed by a mark. Of a
    line's words at most `max_numbers` may be numbers, there may be one bar or `max_bars` a word, and at least
    `min_small` must be small ones, where the language is one of `small_words.LANGUAGES`; with more than `max_titled`
    capitalised or numbers it needs half as many again. There may be `max_symbols` signs of code for a word, or two for
    a small one. A text has none with more than `max_foreign` of its words in a second script, or `max_latin` Latin
    ones in a text of another, whose terms they are.
    """

    columns: ClassVar[Mapping[str, Column]] = {
        "prose_share": Column(pl.Float64(), "1", "share of the words that stand in running sentences", 0.0, 1.0),
        "prose_words": Column(pl.Int64(), "words", "words that stand in running sentences", 0),
    }
    needs: ClassVar[tuple[str, ...]] = ("text", MENDED, "language")

    long_line: int = 60
    max_numbers: float = 0.3
    max_bars: float = 0.05
    max_titled: float = 0.5
    min_small: float = 0.15
    max_symbols: float = 0.2
    max_foreign: float = 0.15
    max_latin: float = 0.4

    def measure(self, batch: pl.DataFrame) -> pl.DataFrame:
        """The two columns of each text."""
        texts = _name_links(take_mended(batch).fill_null(""))
        listed = batch["language"].cast(pl.String).is_in(LANGUAGES).fill_null(False).to_numpy()
        pieces = (slice(at, at + _CHUNK) for at in range(0, len(texts), _CHUNK))
        chunks = [self._count(texts[piece].to_list(), listed[piece]) for piece in pieces]
        words = np.concatenate([np.zeros((0, 2), np.int64), *chunks])
        counted = pl.DataFrame(words, schema={"all": pl.Int64, "prose": pl.Int64})
        some = pl.col("all") > 0
        return counted.select(
            pl.when(some).then(pl.col("prose") / pl.col("all")).alias("prose_share"),
            pl.when(some).then("prose").alias("prose_words"),
        )

    def _count(self, texts: list[str], listed: Flags) -> NDArray[np.int64]:
        """Words, and words in prose, of each text; `listed` are those whose language has a list of small words."""
        lines = read_lines(texts)
        text_of = np.repeat(np.arange(len(texts)), np.diff(lines.offsets))
        code = self._is_code(lines)
        prose = (
            self._is_complete(lines) & self._is_worded(lines, listed[text_of]) & ~self._in_code(lines, code, text_of)
        )
        words = np.bincount(text_of, weights=lines.words, minlength=len(texts))
        running = np.bincount(text_of, weights=lines.words * prose, minlength=len(texts))
        running[self._is_mixed(lines)] = 0
        return np.column_stack([words, running]).astype(np.int64)

    def _is_complete(self, lines: Lines) -> Flags:
        """Long lines, and short ones that a mark closes and that do not go on from a short one without."""
        long = lines.width >= self.long_line
        closed = lines.last == STOP
        loose = ~long & ~closed & (lines.words > 0)
        goes_on = np.concatenate([np.zeros(1, bool), loose[:-1]])
        complete: Flags = long | (closed & ~goes_on)
        return complete

    def _is_worded(self, lines: Lines, listed: Flags) -> Flags:
        """Lines with the words of sentences: few numbers and bars, small words, capitals where they belong."""
        sparse = (lines.small < self.min_small * lines.words) & (lines.words >= _FEW) & listed
        named = lines.capitals + lines.numbers > self.max_titled * lines.words
        least = np.where(lines.numbers * _FEW >= lines.words, _REFERENCE, _TITLE) * self.min_small
        title = named & (lines.small < least * lines.words) & (lines.width >= self.long_line)
        barred = lines.bars > np.maximum(1, self.max_bars * lines.words)
        table = (lines.numbers > self.max_numbers * lines.words) | barred
        worded: Flags = ~(sparse | title | table)
        return worded

    def _is_code(self, lines: Lines) -> Flags:
        """Lines with more signs than words can bear: formulas among small words pass, and one sign always."""
        most = np.maximum(self.max_symbols * lines.words, 2 * lines.small)
        code: Flags = (lines.signs > np.maximum(most, 1)) | ((lines.last == CODE) & (lines.words < _FEW))
        return code

    def _in_code(self, lines: Lines, code: Flags, text_of: NDArray[np.int64]) -> Flags:
        """Code, and the indented lines and comments of a text in which every fifth line is code."""
        n = np.bincount(text_of, weights=(lines.words > 0) | code)
        share = np.bincount(text_of, weights=code) / np.maximum(n, 1)
        inner = (lines.indent > 1) | (lines.first == CODE)
        among: Flags = code | (inner & (share >= _CODE_SHARE)[text_of])
        return among

    def _is_mixed(self, lines: Lines) -> Flags:
        """Texts with too many words in another script than most; of Latin terms some scripts bear more."""
        letters = lines.scripts[:, 1:]
        main = letters.argmax(axis=1) + 1
        total = letters.sum(axis=1)
        latin = np.where(main == LATIN, 0, lines.scripts[:, LATIN])
        foreign = total - letters.max(axis=1) - latin
        mixed: Flags = (foreign > self.max_foreign * total) | (latin > self.max_latin * total)
        return mixed


def _name_links(texts: pl.Series) -> pl.Series:
    """Each address as one word, since its signs are no code."""
    places = texts.str.contains("://", literal=True).arg_true()
    if places.is_empty():
        return texts
    return texts.clone().scatter(places, texts.gather(places).str.replace_all(_ADDRESS, "Link"))
