"""Characters that cannot be seen, and where writing systems need them.

Default-ignorable code points (DerivedCoreProperties, Unicode 17), the interlinear annotation marks of category Cf, and
the blank pattern of Braille. Prepended marks of category Cf (U+0600 and others) are seen, and are not among them.
Controls (category Cc of ASCII, but for what separates words) are removed with them, and are no finding: more often
than to deceive they stand where bytes were read wrongly.
"""

import re

BOM = "\ufeff"
SOFT_HYPHEN = "\u00ad"
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
CONTROLS = "\x00-\x08\x0e-\x1b\x7f"
# Controls of direction: an ordinary part of texts with letters that run from right to left.
DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")

# Scripts in which a joiner or non-joiner chooses the form of a letter: Arabic, Syriac, N'Ko, those of India and
# Southeast Asia, Mongolian.
_JOINING = "\u0600-\u0dff\u1000-\u109f\u1780-\u18af\u1a20-\u1aad\u1b00-\u1c4f\ua840-\ua8df\ua980-\uaaff\uabc0-\uabff"
_JOINING += "\ufb50-\ufdff\ufe70-\ufefc\U00010a00-\U00010a5f\U00010d00-\U00010d3f\U00011000-\U00011fff"
_PICTURE = "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u25aa\u25ab\u25b6\u25c0"
_PICTURE += "\u25fb-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
_HAN = "\u2e80-\u2fd5\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HANGUL = "\u1100-\u11ff\u3131-\u318e\uffa1-\uffdc"
_NEEDED = "|".join(
    (
        rf"(?<=[{_JOINING}])[\u200c\u200d]",
        rf"[\u200c\u200d](?=[{_JOINING}])",
        rf"(?<=[{_PICTURE}\ufe0f])\u200d(?=[{_PICTURE}])",
        rf"(?<=[{_PICTURE}])[\ufe0e\ufe0f]",
        r"(?<=[#*0-9])\ufe0f(?=\u20e3)",
        r"(?<=\U0001f3f4)[\U000e0020-\U000e007e]+\U000e007f",
        rf"(?<=[{_HAN}])[\ufe00-\ufe02\U000e0100-\U000e01ef]",
        r"(?<=[\u1800-\u18aa])[\u180b-\u180f]",
        rf"(?<=[{_HANGUL}])[\u115f\u1160\u3164\uffa0]|[\u115f\u1160\u3164\uffa0](?=[{_HANGUL}])",
        r"(?<=[\u2801-\u28ff])\u2800|\u2800(?=[\u2801-\u28ff])",
    )
)
_ANY = re.compile(f"[{CONTROLS}{INVISIBLE}]+")
_NEEDY = re.compile(f"[{_JOINING}{_PICTURE}{_HAN}{_HANGUL}\u20e3\u1800-\u18aa\u2801-\u28ff]")
_CONTROL = re.compile(f"[{CONTROLS}]")
_TAGS = re.compile("[\U000e0000-\U000e0fff]")
_NEEDED_OR_NOT = re.compile(rf"({_NEEDED})|[{CONTROLS}{INVISIBLE}]")


def remove_invisible(text: str) -> str:
    """The text without characters that cannot be seen, but for those that a script or an emoji needs."""
    if not _NEEDY.search(text):
        return _ANY.sub("", text)
    return _NEEDED_OR_NOT.sub(_keep_needed, text) if _ANY.search(text) else text


def find_invisible(text: str) -> list[tuple[int, int]]:
    """Runs (start, end in code points) of invisible characters for which the writing gives no reason.

    Not among them: what `remove_invisible` keeps, controls, soft hyphens, a byte order mark at the start, controls of
    direction in a text with letters that run from right to left, and, but for tags, what stands at the edge of a word.
    """
    usual = BOM + SOFT_HYPHEN + (DIRECTIONS if RIGHT_TO_LEFT.search(text) else "")
    runs: list[tuple[int, int]] = []
    for found in _NEEDED_OR_NOT.finditer(text):
        start, end = found.span()
        if found[1] or _CONTROL.match(found[0]) or (found[0] in usual and (found[0] != BOM or start == 0)):
            continue
        if runs and runs[-1][1] == start:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return [run for run in runs if _is_hidden(text, *run)]


def _keep_needed(found: re.Match[str]) -> str:
    return found[1] or ""


def _is_hidden(text: str, start: int, end: int) -> bool:
    """Whether a run stands inside a word, or carries tags: at the edges of words editors of web pages leave them."""
    if _TAGS.search(text, start, end):
        return True
    return start > 0 and end < len(text) and text[start - 1].isalnum() and text[end].isalnum()
