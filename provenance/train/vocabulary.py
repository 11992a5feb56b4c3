"""Which words and suffixes a language model keeps: the most frequent over all sources, each source weighing alike."""

from dataclasses import dataclass

import polars as pl

from provenance.text.tokens import WORD_START, Vocabulary, split_tokens


@dataclass(frozen=True, slots=True)
class VocabularyOptions:
    """Size of a vocabulary: enough words to tell how a text is written, too few to tell what about.

    Measured from 250 to 4,000 words on unseen sets: best, and flat, from 500 to 2,000.
    """

    n_words: int = 1000
    n_suffixes: int = 100
    min_sources: int = 2  # a word of one source only is its topic; fewer sources in all lower this


def count_vocabulary(texts: pl.DataFrame, options: VocabularyOptions, *, max_tokens: int) -> Vocabulary:
    """The vocabulary of texts with the columns text, label and source, counted over label and source.

    A word's rank is its mean share of the words of each (label, source); ties by the word itself.
    """
    shares = _count_shares(texts, max_tokens)
    n_groups = shares.select(pl.struct("label", "source").n_unique()).item()
    ranked = (
        shares.group_by("word")
        .agg(pl.col("share").sum(), pl.len().alias("n_groups"))
        .filter(pl.col("n_groups") >= min(options.min_sources, n_groups))
        .sort("share", "word", descending=[True, False])
    )
    words = ranked["word"].head(options.n_words).to_list()
    return Vocabulary(tuple(words), _rank_suffixes(shares, words, options.n_suffixes))


def _count_shares(texts: pl.DataFrame, max_tokens: int) -> pl.DataFrame:
    words = (
        texts.select("label", "source", split_tokens(pl.col("text")).list.head(max_tokens).alias("word"))
        .explode("word")
        .filter(pl.col("word").str.contains(WORD_START) & ~pl.col("word").str.contains(r"\p{N}"))
        .with_columns(pl.col("word").str.to_lowercase())
    )
    counts = words.group_by("label", "source", "word").agg(pl.len().alias("n"))
    share = pl.col("n") / pl.col("n").sum().over("label", "source")
    return counts.select("label", "source", "word", share.alias("share")).sort("label", "source", "word")


def _rank_suffixes(shares: pl.DataFrame, words: list[str], n_suffixes: int) -> tuple[str, ...]:
    """The commonest last three and two letters of the words that are not kept, by how many words end so."""
    rest = shares.select("word").unique().filter(~pl.col("word").is_in(words), pl.col("word").str.len_chars() > 4)
    ends = pl.concat([rest.select(pl.col("word").str.tail(n).alias("end")) for n in (2, 3)])
    ranked = ends.group_by("end").agg(pl.len().alias("n")).sort("n", "end", descending=[True, False])
    return tuple(ranked["end"].head(n_suffixes).to_list())
