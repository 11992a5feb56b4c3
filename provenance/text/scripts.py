"""Writing systems of characters, as groups that stand together in one text: Han with kana, Latin by itself."""

from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

_GROUPS = (
    r"\p{Latin}", r"\p{Cyrillic}", r"\p{Greek}", r"\p{Han}\p{Hiragana}\p{Katakana}", r"\p{Hangul}",
    r"\p{Arabic}", r"\p{Hebrew}", r"\p{Devanagari}", r"\p{Thai}",
)  # fmt: skip
NO_SCRIPT, LATIN, HAN, HANGUL = 0, 1, 4, 5
OTHER_SCRIPT = len(_GROUPS) + 1
N_SCRIPTS = OTHER_SCRIPT + 1
_ASSIGNED = ((0, 0xD800), (0xE000, 0x40000))


@cache
def script_table() -> NDArray[np.uint8]:
    """The group of every code point: 0 for digits, marks and signs, the last for letters of other scripts."""
    table = np.zeros(0x110000, np.uint8)
    for low, high in _ASSIGNED:
        codes = np.arange(low, high, dtype=np.uint32)
        characters = pl.Series(list(codes.tobytes().decode("utf-32-le")))
        groups = np.where(characters.str.contains(r"^\p{L}$").to_numpy(), OTHER_SCRIPT, NO_SCRIPT)
        for number, group in enumerate(_GROUPS, 1):
            groups[characters.str.contains(rf"^[{group}]$").to_numpy() & (groups > 0)] = number
        table[low:high] = groups
    return table
