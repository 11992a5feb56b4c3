"""Text made equal for scoring: what a writer cannot see, or does not choose, should not move a score.

Mended (`repair`: wrong character sets, invisible characters, look-alike letters, NFKC), no format characters (general
category Cf), one kind of quotation mark, apostrophe and dash, single spaces. Case is kept; see `tokens`.
"""

import polars as pl

from provenance.text.repair import repair_text

_MARKS = {
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‘’‚‛´′ʼ", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
}


def normalise_text(text: pl.Expr) -> pl.Expr:
    """Each text in normal form; null stays null. The form of a normal form is itself, where no bytes were misread."""
    return normalise_mended(repair_text(text))


def normalise_mended(text: pl.Expr) -> pl.Expr:
    """The normal form of each mended text (`repair_text`); null stays null."""
    visible = text.str.replace_all(r"\p{Cf}+", "")
    unified = visible.str.replace_many(list(_MARKS), list(_MARKS.values()))
    return unified.str.replace_all(r"\s{2,}|[^\S ]", " ").str.strip_chars(" ")  # lone spaces, the most, stay unseen
