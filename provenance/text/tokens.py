"""Words and marks as tokens, *delexicalised*: frequent words stay, the rest become a class of shape and suffix.

What a text is about sits in its rare words, how it is written in the frequent ones: a model over such tokens is
smaller and carries over to other topics. Language-free: a vocabulary says which words and suffixes are kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from provenance.text.normalise import normalise_text

TOKEN = r"""[\p{L}\p{M}]+(?:'[\p{L}\p{M}]+)*|\p{N}+|\.{3}|[.,;:!?"'()\[\]/&%-]"""
WORD_START = r"^[\p{L}\p{M}\p{N}]"
_NUMBER = r"^\p{N}"
_SUFFIX_MARK = "-"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words (lower case) that stay themselves and the suffixes that name a class, each without repeats."""

    words: tuple[str, ...]
    suffixes: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Vocabulary":
        """A vocabulary of a text with an entry a line; a suffix starts with a hyphen."""
        lines = text.split()
        words = tuple(line for line in lines if not line.startswith(_SUFFIX_MARK))
        return cls(words, tuple(line[1:] for line in lines if line.startswith(_SUFFIX_MARK)))

    def render(self) -> str:
        """The text that `parse` reads."""
        return "".join(f"{line}\n" for line in (*self.words, *(_SUFFIX_MARK + end for end in self.suffixes)))


def split_tokens(text: pl.Expr) -> pl.Expr:
    """The words, numbers and marks of each text in normal form, in order, as a list; other characters go."""
    return normalise_text(text).str.extract_all(TOKEN)


def delexicalise(tokens: pl.Series, vocabulary: Vocabulary) -> pl.Series:
    """Each token as itself in lower case if the vocabulary has it, else as its class; a flat series, in order.

    Classes: `x` a word in lower case, `X` one with a capital, `XX` in capitals, each with `-suffix` where the
    vocabulary has one of its last three or two letters; `9`, `99`, ... a number by digits (at most five).
    """
    distinct = tokens.unique()
    classes = pl.DataFrame({"token": distinct}).select(_class_of(pl.col("token"), vocabulary))
    return tokens.replace_strict(distinct, classes.to_series(), return_dtype=pl.String)


def _class_of(token: pl.Expr, vocabulary: Vocabulary) -> pl.Expr:
    lower = token.str.to_lowercase()
    mark = ~token.str.contains(WORD_START)
    known = lower.is_in(list(vocabulary.words))
    number = token.str.contains(_NUMBER)
    digits = pl.lit("99999").str.head(token.str.len_chars())
    word = _shape(token, lower) + _suffix(lower, vocabulary.suffixes)
    return pl.when(mark).then(token).when(known).then(lower).when(number).then(digits).otherwise(word)


def _shape(token: pl.Expr, lower: pl.Expr) -> pl.Expr:
    capitals = (token == token.str.to_uppercase()) & (token.str.len_chars() > 1)
    first = token.str.head(1) != lower.str.head(1)
    return (
        pl.when(token == lower)
        .then(pl.lit("x"))
        .when(capitals)
        .then(pl.lit("XX"))
        .when(first)
        .then(pl.lit("X"))
        .otherwise(pl.lit("x"))
    )


def _suffix(lower: pl.Expr, suffixes: Iterable[str]) -> pl.Expr:
    known = list(suffixes)
    long, short = lower.str.tail(3), lower.str.tail(2)
    enough = lower.str.len_chars() > 4
    return (
        pl.when(enough & long.is_in(known))
        .then(pl.lit(_SUFFIX_MARK) + long)
        .when(enough & short.is_in(known))
        .then(pl.lit(_SUFFIX_MARK) + short)
        .otherwise(pl.lit(""))
    )
