"""Texts mended for scoring: what was done to their characters, by accident or to deceive, is undone.

In order: a wrong character set (`mojibake`), characters that cannot be seen (`invisible`), letters in the place of
Latin ones (`confusables`), compatibility form (UAX 15, NFKC). Honest text in any script loses nothing but the last.
"""

from functools import cache

import polars as pl

from provenance.text.confusables import Disguise, compile_suspicion, find_disguises
from provenance.text.invisible import CONTROLS, INVISIBLE, remove_invisible
from provenance.text.mojibake import SUSPICION, mend_mojibake

_ROUNDS = 8  # a round rarely leaves work for the next; the last one changes nothing
# Where most of what is written stands: Latin to Armenian; marks of punctuation, arrows; kana and Han.
_STABLE = ((0, 0x590), (0x1E00, 0x2C00), (0x3000, 0x3100), (0x4E00, 0xA000))


def repair_text(text: pl.Expr) -> pl.Expr:
    """Each text mended; null stays null, and a mended text stays as it is."""
    return text.map_batches(repair_texts, return_dtype=pl.String, is_elementwise=True)


def repair_texts(texts: pl.Series) -> pl.Series:
    """Each text of a column mended, row for row, each alone; ASCII is looked through for controls only."""
    mended = texts.cast(pl.String)
    text = pl.first()
    beyond_ascii = text.str.len_bytes() != text.str.len_chars()
    places = mended.to_frame().select((beyond_ascii | text.str.contains(f"[{_rust(CONTROLS)}]")).arg_true()).to_series()
    for _ in range(_ROUNDS):
        if places.is_empty():
            break
        before = mended.gather(places)
        after = _mend_once(before)
        if after is before:
            break
        changed = before != after
        places, after = places.filter(changed), after.filter(changed)
        mended = mended.scatter(places, after)
    return mended


def _mend_once(texts: pl.Series) -> pl.Series:
    """The texts after one round; the same series where there is nothing to do."""
    text = pl.first().str
    found = texts.to_frame().select(a=text.contains(find_suspicion()), b=text.contains(find_incompatible()))
    suspicious, incompatible = found["a"], found["b"]
    if suspicious.any():
        places = suspicious.arg_true()
        slow = [_mend_suspicious(text) for text in texts.gather(places)]
        texts = texts.clone().scatter(places, pl.Series(slow, dtype=pl.String))  # scatter works in place
        incompatible = texts.str.contains(find_incompatible())
    if incompatible.any():
        places = incompatible.arg_true()
        texts = texts.clone().scatter(places, texts.gather(places).str.normalize("NFKC"))
    return texts


def _mend_suspicious(text: str) -> str:
    visible = remove_invisible(mend_mojibake(text))
    return replace_disguises(visible, find_disguises(visible))


@cache
def find_suspicion() -> str:
    """A regular expression (Rust's syntax) that every text matches which has more to mend than compatibility forms."""
    return f"[{_rust(CONTROLS + INVISIBLE)}]|{compile_suspicion()}|{SUSPICION}"


@cache
def find_incompatible() -> str:
    """A regular expression (Rust's syntax) that every text matches which its compatibility form (NFKC) changes.

    Only marks, and vowels and finals of some scripts, join a character before them (UAX 15, NFC_Quick_Check); all of
    `_STABLE` but marks stays what it is wherever its own form is itself.
    """
    codes = [code for low, high in _STABLE for code in range(low, high)]
    characters = pl.Series(list(map(chr, codes)))
    stays = (characters == characters.str.normalize("NFKC")) & ~characters.str.contains(r"\p{M}")
    changing = "".join(f"\\x{{{code:X}}}" for code in pl.Series(codes).filter(~stays))
    others = "".join(f"\\x{{{low:X}}}-\\x{{{high - 1:X}}}" for low, high in _STABLE)
    return f"[{changing}]|[^{others}]"


def _rust(characters: str) -> str:
    return "".join(char if char == "-" else f"\\x{{{ord(char):X}}}" for char in characters)


def replace_disguises(text: str, disguises: list[Disguise]) -> str:
    """The text with every one of these words as it reads."""
    parts: list[str] = []
    end = 0
    for found in disguises:
        parts += (text[end : found.start], found.read)
        end = found.start + len(found.word)
    return "".join((*parts, text[end:])) if parts else text
