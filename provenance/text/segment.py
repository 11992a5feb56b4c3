"""Documents as sentences of delexicalised tokens: the form language models are trained on and score.

A sentence ends with a full stop, an exclamation or a question mark and the closing marks after it. Abbreviations
end one too soon; as training and scoring cut alike, that moves no score. Line breaks are no border: in collected
training texts they are artefacts.
"""

import polars as pl

from provenance.text.tokens import WORD_START, Vocabulary, delexicalise, split_tokens

_END = (".", "!", "?", "...")
_CLOSING = ('"', "'", ")", "]")
_CHARS_PER_TOKEN = 12  # generous: tokens of running text have 5 characters on average


def segment_texts(texts: pl.Series, vocabulary: Vocabulary, *, max_tokens: int) -> pl.DataFrame:
    """The sentences of each text's first `max_tokens` tokens.

    Columns: document (row number in `texts`, UInt32), sentence (tokens joined by spaces), n_tokens, n_words, n_chars
    (characters of the tokens as written, and a space each); ordered as in the texts. A text without tokens has no row.
    """
    head = pl.col("text").str.head(max_tokens * _CHARS_PER_TOKEN)
    tokens = (
        pl.DataFrame({"text": texts})
        .select(
            pl.int_range(pl.len(), dtype=pl.UInt32).alias("document"),
            split_tokens(head).list.head(max_tokens).alias("token"),
        )
        .explode("token")
        .drop_nulls("token")
    )
    marked = tokens.with_columns(
        delexicalise(tokens["token"], vocabulary).alias("class"), _sentence_number().alias("number")
    )
    return (
        marked.group_by("document", "number", maintain_order=True)
        .agg(
            pl.col("class").str.join(" ").alias("sentence"),
            pl.len().cast(pl.Int64).alias("n_tokens"),
            pl.col("token").str.contains(WORD_START).sum().cast(pl.Int64).alias("n_words"),
            (pl.col("token").str.len_chars().cast(pl.Int64) + 1).sum().alias("n_chars"),
        )
        .drop("number")
    )


def _sentence_number() -> pl.Expr:
    """Grows by one at each token that follows an end of sentence, its closing marks passed over."""
    token = pl.col("token")
    end, closing = token.is_in(_END), token.is_in(_CLOSING)
    inside = (pl.col("document") == pl.col("document").shift(1)).fill_null(False)
    ended = pl.when(end).then(True).when(closing & inside).then(None).otherwise(False).forward_fill()
    starts = ended.shift(1, fill_value=False) & inside & ~closing & ~end
    return starts.cum_sum()
