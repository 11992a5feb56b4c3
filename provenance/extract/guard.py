"""Pages that would keep the parser busy for minutes: divs nested without end, tags with endless attributes.

Measured with resiliparse 2.0: main text takes time by the square of the depth of div and article (10,000 deep 2 s,
100,000 minutes; other elements are linear), a start tag by the square of its attributes (100,000 take 22 s), links by
the formatting elements left open around them (100,000 of each take 12 s). Honest pages are far below the limits;
nearly all are told by a count of "<" and a few looks for ">".
"""

import re
from collections.abc import Iterator

import numpy as np

MAX_NESTING_WORK = 20_000_000  # sum of the depths of all div and article tags: about 2 s
MAX_ATTRIBUTES = 10_000  # of one tag: about 0.2 s
MAX_OPEN_FORMATTING = 20_000  # elements never closed: about 0.5 s
_HARMLESS_TAGS = int((2 * MAX_NESTING_WORK) ** 0.5)  # so many tags, each inside the one before, are within the limit
_SEPARATORS = b" \n\t\f\r/\"'"
_WINDOW = MAX_ATTRIBUTES  # a tag of too many attributes, each with its separator, covers a whole window without ">"

_RAW_TEXT = re.compile(rb"<!--.*?(?:-->|\Z)|<(script|style|textarea|title)\b.*?(?:</\1|\Z)", re.S | re.I)
_BLOCK = re.compile(rb"<(/?)(?:div|article)\b", re.I)
_FORMATTING = re.compile(rb"<(/?)(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)\b", re.I)
_TAG_START = re.compile(rb"<[a-zA-Z]")
_TAG = re.compile(rb"<[a-zA-Z][^>]*")
_ATTRIBUTE = re.compile(rb"[^\s/=]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"']+))?")


def find_excess(html: bytes) -> str | None:
    """Why a page must not be parsed, in words for people; null for a page that may be.

    `html` is in a charset that holds ASCII as it is: markup is ASCII, and bytes are counted faster than characters.
    """
    tags = np.count_nonzero(np.frombuffer(html, np.uint8) == ord("<"))  # four times as fast as bytes.count
    if tags > _HARMLESS_TAGS and (why := _excess_nesting(html)):
        return why
    # Scripts and comments hold strings that look like tags: they are cut out only where something was found.
    if _too_many_attributes(html) and _too_many_attributes(_RAW_TEXT.sub(b" ", html)):
        return f"a tag with more than {MAX_ATTRIBUTES} attributes"
    return None


def _excess_nesting(html: bytes) -> str | None:
    if sum(html.count(tag) for tag in (b"<div", b"<DIV", b"<Div", b"<article", b"<ARTICLE")) > _HARMLESS_TAGS:
        depths = list(_depths(_BLOCK, _RAW_TEXT.sub(b" ", html)))
        if sum(depths) > MAX_NESTING_WORK:
            return f"elements nested {max(depths)} deep"
    if html.count(b"<a") + html.count(b"<A") > MAX_OPEN_FORMATTING:
        depths = list(_depths(_FORMATTING, _RAW_TEXT.sub(b" ", html)))
        if max(depths, default=0) > MAX_OPEN_FORMATTING:
            return f"more than {MAX_OPEN_FORMATTING} formatting elements never closed"
    return None


def _depths(tags: re.Pattern[bytes], html: bytes) -> Iterator[int]:
    depth = 0
    for tag in tags.finditer(html):
        depth = max(0, depth - 1) if tag.group(1) else depth + 1
        yield depth


def _too_many_attributes(html: bytes) -> bool:
    checked = 0
    for start in range(0, len(html) - _WINDOW, _WINDOW):
        if start < checked or html.find(b">", start, start + _WINDOW) >= 0 or not _is_dense(html, start):
            continue
        tag_start = _TAG_START.search(html, html.rfind(b">", 0, start) + 1, start + _WINDOW)
        tag = _TAG.match(html, tag_start.start()) if tag_start else None
        if tag and sum(1 for _ in _ATTRIBUTE.finditer(tag.group())) > MAX_ATTRIBUTES:
            return True
        checked = tag.end() if tag else 0
    return False


def _is_dense(html: bytes, start: int) -> bool:
    """Attributes stand apart by white space, slashes or quotes; a data URI has few of them."""
    window = html[start : start + _WINDOW]
    return len(window) - len(window.translate(None, _SEPARATORS)) > _WINDOW // 20
