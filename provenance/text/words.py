"""What counts as a word.

A word is a run of letters, marks and digits with inner apostrophes and hyphens; in scripts written without spaces
every character is one (UAX 29 would need a dictionary there).
"""

import polars as pl

UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
WORD = rf"[{UNSPACED}]|[\p{{L}}\p{{M}}\p{{N}}--[{UNSPACED}]]+(?:['’‑-][\p{{L}}\p{{M}}\p{{N}}--[{UNSPACED}]]+)*"


def count_words(text: pl.Expr) -> pl.Expr:
    """Number of words of each text, Int64; null stays null."""
    return text.str.count_matches(WORD).cast(pl.Int64)


def count_visible_words(text: pl.Expr) -> pl.Expr:
    """Number of words as a reader sees them: format characters and controls inside a word do not part it."""
    return count_words(text.str.replace_all(r"[\p{Cf}\p{Cc}--\s]+", ""))
