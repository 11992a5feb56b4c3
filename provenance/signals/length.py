"""Length: how long a text, its sentences and its words are, and how many of its lines are sentences.

Every other signal has to be read against length (most are not measurable in short texts). Mean word length outside 3 to
10 marks tables, code and lists of links (Rae et al. 2021, arXiv:2112.11446, table A1); lines that do not end like a
sentence mark menus and captions (Raffel et al. 2020, "T5", section 2.2, keeps only lines with a terminal mark).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from provenance.schema import Column
from provenance.signals.base import MENDED, take_mended
from provenance.text.words import count_words

_CLOSING = r"""["'”’»)\]」』）]*"""
_END_OF_SENTENCE = rf"[.!?…؟।]{_CLOSING}(?:\s|$)|[。！？]"
_ENDS_LIKE_A_SENTENCE = rf"[.!?…؟।。！？]{_CLOSING}\s*$"


@dataclass(frozen=True, slots=True)
class Length:
    """Sentences by their closing marks, words per sentence, characters per word, share of lines that close a sentence.

    The means are null below `min_words` words. A text with words but no closing mark is one sentence. Characters of
    words are all but spaces and line breaks, so marks count with the word they stand at.
    """

    columns: ClassVar[Mapping[str, Column]] = {
        "length_sentences": Column(pl.Int64(), "sentences", "sentences, told by closing marks", 1),
        "length_sentence_words": Column(pl.Float64(), "words", "mean words of a sentence", 0.0),
        "length_word_chars": Column(pl.Float64(), "characters", "mean characters of a word, marks included", 0.0),
        "length_sentence_lines": Column(pl.Float64(), "1", "share of lines that end like a sentence", 0.0, 1.0),
    }
    needs: ClassVar[tuple[str, ...]] = ("text", MENDED, "n_words")

    min_words: int = 20

    def measure(self, batch: pl.DataFrame) -> pl.DataFrame:
        """The four columns of each text."""
        batch = batch.with_columns(take_mended(batch).fill_null("").alias(MENDED))  # as what counted n_words
        text = pl.col(MENDED)
        known = batch["n_words"].null_count() == 0
        words = pl.col("n_words").cast(pl.Int64) if known else count_words(text)
        counted = batch.select(
            words.alias("words"),
            pl.max_horizontal(text.str.count_matches(_END_OF_SENTENCE), 1).cast(pl.Int64).alias("sentences"),
            _count_solid(text).alias("chars"),
            text.str.split("\n").alias("lines"),
        )
        some = (pl.col("words") > 0) & (pl.col("chars") > 0)
        enough = some & (pl.col("words") >= self.min_words)
        return counted.select(
            pl.when(some).then("sentences").alias("length_sentences"),
            pl.when(enough).then(pl.col("words") / pl.col("sentences")).alias("length_sentence_words"),
            pl.when(enough).then(pl.col("chars") / pl.col("words")).alias("length_word_chars"),
            pl.when(enough).then(_share_of_sentence_lines(pl.col("lines"))).alias("length_sentence_lines"),
        )


def _count_solid(text: pl.Expr) -> pl.Expr:
    """Characters but spaces and line breaks."""
    blanks = (text.str.count_matches(mark, literal=True) for mark in (" ", "\n"))
    return text.str.len_chars() - pl.sum_horizontal(blanks)


def _share_of_sentence_lines(lines: pl.Expr) -> pl.Expr:
    with_text = lines.list.eval(pl.element().str.contains(r"\S")).list.sum()
    ending = lines.list.eval(pl.element().str.contains(_ENDS_LIKE_A_SENTENCE)).list.sum()
    return pl.when(with_text > 0).then(ending / with_text)
