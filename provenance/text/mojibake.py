"""Text that was decoded with a wrong character set ("cafÃ©"), found and mended by ftfy, line by line.

Source: R. Speer (2019), ftfy, https://ftfy.readthedocs.io; its heuristic says what is likely to be damage.
"""

import re

from ftfy import fix_encoding
from ftfy.badness import BADNESS_RE, is_bad

# UTF-8's continuation bytes as Windows-1252 and Latin-1 show them.
_NEXT = "\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
SUSPICION = "|".join(
    (
        rf"[Â-ß][{_NEXT}]",
        rf"[à-ï][{_NEXT}]{{2}}",
        rf"[ð-ô][{_NEXT}]{{3}}",
        r"Ã |â€|â\u0080",
        rf"[РСВ][\u0401-\u040f\u0451-\u045f№{_NEXT}]",  # Windows-1251
        rf"[ΒΓΞΟΠ][΄΅{_NEXT}]|β€",  # Windows-1253
        r"[√¬‚][ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø]",  # Mac Roman
        r"[├┬Γ][^\x00-\x7f]",  # code pages 437 and 850
    )
)
"""A regular expression (Rust's syntax and Python's) that nearly every such text matches, and few others."""
_suspicious = re.compile(SUSPICION)


def mend_mojibake(text: str) -> str:
    """The text with each line decoded as it should have been; lines without sure signs of damage stay."""
    return "\n".join(_mend_line(line) for line in text.split("\n"))


def find_mojibake(text: str) -> list[tuple[int, int]]:
    """Places (start, end in code points) that betray a wrong character set, in lines that can be mended."""
    places: list[tuple[int, int]] = []
    start = 0
    for line in text.split("\n"):
        if _mend_line(line) != line:
            places.extend((start + found.start(), start + found.end()) for found in BADNESS_RE.finditer(line))
        start += len(line) + 1
    return places


def _mend_line(line: str) -> str:
    return fix_encoding(line) if _suspicious.search(line) and is_bad(line) else line
