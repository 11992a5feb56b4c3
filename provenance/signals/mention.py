"""Tells a mention of an expression from its use: in quotation marks, after a word that introduces it, or glossed.

Only used expressions are evidence: a page that explains "hamster buying" was not therefore translated, and one that
quotes what a chatbot said was not therefore written by it.
"""

import re

_DOUBLE = '"“”„‟«»″＂'
_SINGLE = "'’‘‚‛‹›`´"
_CORNER = "「」『』《》〈〉【】"
_OPENS = "“„‟«‘‚‛‹「『《〈【"
_CLOSES = "”»’›」』》〉】"
_KINDS = {**dict.fromkeys(_DOUBLE, 2), **dict.fromkeys(_SINGLE, 1), **dict.fromkeys(_CORNER, 3)}
_QUOTE = re.compile("[" + re.escape(_DOUBLE + _SINGLE + _CORNER) + "]")


def is_quoted(text: str, start: int, end: int, reach: int) -> bool:
    """Whether `text[start:end]` stands inside quotation marks that open and close within `reach` code points of it.

    Marks of any language: a mark's side is read from the spaces around it, as “ closes in German and opens in
    English; between two letters a single mark is an apostrophe. Quotes end with their line.
    """
    low = max(0, start - reach, text.rfind("\n", 0, start) + 1)
    line_end = text.find("\n", end)
    high = min(len(text), end + reach, line_end if line_end >= 0 else len(text))
    open_kinds: dict[int, bool] = {}
    for mark in _QUOTE.finditer(text, low, start):
        kind, side = _KINDS[mark[0]], _side(text, mark.start())
        if side or mark[0] == '"':  # a straight mark between spaces closes what is open, and else opens
            open_kinds[kind] = side > 0 if side else not open_kinds.get(kind)
    for mark in _QUOTE.finditer(text, end, high):
        kind, side = _KINDS[mark[0]], _side(text, mark.start())
        if open_kinds.get(kind) and (side or mark[0] == '"'):
            return side <= 0
    return False


def is_introduced(folded: str, start: int, end: int, cue: re.Pattern[str], *, before: int, after: int) -> bool:
    """Whether a cue ("literally", "the term") stands within `before` code points before or `after` after it."""
    return bool(cue.search(folded, max(0, start - before), start) or cue.search(folded, end, end + after))


def stands_near(folded: str, start: int, end: int, expression: str, reach: int) -> bool:
    """Whether an inflected form of the folded expression's longest word stands within `reach` of the place.

    An expression that has no word the place itself lacks is never near.
    """
    word = max(expression.split(), key=len, default="")
    stem = word[: max(5, len(word) - 3)]
    if not stem or stem in folded[start:end]:
        return False
    return stem in folded[max(0, start - reach) : start] or stem in folded[end : end + reach]


def _side(text: str, at: int) -> int:
    """1 where a mark opens, -1 where it closes, 0 for an apostrophe."""
    sign = text[at]
    free_before = at == 0 or not (text[at - 1].isalnum() or text[at - 1] in ".,!?…;%)")
    free_after = at + 1 >= len(text) or not text[at + 1].isalnum()
    if free_before != free_after and sign not in _CORNER:
        return 1 if free_before else -1
    if sign in _OPENS:
        return 1
    return -1 if sign in _CLOSES and (free_before or sign not in _SINGLE) else 0
