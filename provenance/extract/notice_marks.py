"""Notices in a page, wherever they stand, that say it was translated by machine.

What a reader does not see is no notice: hidden elements and those that the page's own style sheet hides, comments,
templates, scripts, what shows without scripts only. Nor is what is not said of the page: choices and links, quotations,
code, reviews and comments, navigation.
"""

import re
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import islice

from resiliparse.parse.html import ElementNode, Node, NodeType

from provenance.extract.marks import Page, primary_language
from provenance.text.notices import Notice, Wording, find_notices, load_wordings

MAX_SHOWN = 120  # characters kept of a notice
_MAX_NODES = 20_000  # walked through
_MAX_PLACES = 50  # occurrences of a stem looked at
_MAX_STYLE = 200_000  # characters read of the page's style sheets
_AROUND = 600  # characters of source on each side of a stem
_BORDER = "\n"  # of a block; the text of a link stands between the two others
_OPENS, _CLOSES = "\x02", "\x03"
_ONLY_LINK = re.compile(f"{_OPENS}[^{_CLOSES}]*{_CLOSES}")
_BORDERS = {"a": (_OPENS, _CLOSES)}
_TAG = re.compile(r"<!--.*?-->|<(/?[a-z][a-z0-9]*)\b[^<>]*>", re.IGNORECASE | re.DOTALL)
_UNSEEN = frozenset(
    {
        "script", "style", "noscript", "template", "head", "svg", "iframe", "object", "select", "option",
        "textarea", "button", "nav", "label", "input", "blockquote", "q", "code", "pre", "samp", "cite", "del",
        "dialog",
    }
)  # fmt: skip
_INLINE = frozenset(
    {
        "a", "b", "i", "em", "strong", "span", "font", "small", "big", "u", "mark", "abbr", "bdi", "bdo", "wbr",
        "sub", "sup", "time", "ins", "s", "tt", "acronym", "ya-tr-span",
    }
)  # fmt: skip
_HIDDEN_STYLE = re.compile(r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_HIDDEN_CLASSES = frozenset(
    {
        "hidden", "hide", "d-none", "is-hidden", "visually-hidden", "visuallyhidden", "sr-only", "screen-reader-text",
        "screen-reader-only", "element-invisible", "u-hidden", "invisible", "offscreen", "modal", "collapse", "tooltip",
    }
)  # fmt: skip
_OF_OTHERS = re.compile(
    r"\b(?:reviews?|comments?|commentlist|testimonials?|ratings?|feedbacks?|replies|reply|kommentare?|bewertungen|avis"
    r"|menu|navbar|breadcrumbs?|lang(?:uage)?-(?:switcher|selector|menu|list)|related|teasers?)\b",
    re.IGNORECASE,
)
_STYLE_TAG = re.compile(r"<(/?)style\b", re.IGNORECASE)
_BRACE = re.compile(r"([{}])")
_SIMPLE = re.compile(r"(?:[a-z]\w*)?([.#][\w-]+)", re.IGNORECASE)


def find_notice_marks(page: Page) -> Iterator[str]:
    """ "notice=SENTENCE" for each visible statement that the page is machine-translated; "notice_edited=" if edited."""
    if not page.found:
        return
    language = primary_language(page.language)
    wordings = [wording for wording in load_wordings(language) if not page.found.isdisjoint(wording.keys)]
    body = page.body if _may_say(page.signs, wordings, page.found) else None
    if body is not None and _has_any(_say(body, frozenset(), wordings)):  # style sheets are long: read last
        for notice in _say(body, _find_hiding(page.signs), wordings):
            yield f"notice{'_edited' * notice.edited}={notice.sentence[:MAX_SHOWN]}"


def _say(body: ElementNode, hiding: frozenset[str], wordings: Sequence[Wording]) -> Iterator[Notice]:
    for text in _visible_blocks(body, hiding):
        yield from find_notices(text, wordings)


def _has_any(notices: Iterator[Notice]) -> bool:
    return next(notices, None) is not None


def _may_say(html: str, wordings: Sequence[Wording], found: frozenset[str]) -> bool:
    """Whether a notice stands in the source, seen or not: few pages are walked through."""
    keys = [key for wording in wordings for key in wording.keys & found]
    places = sorted(place for key in keys for place in islice(_find_all(html, key), _MAX_PLACES))
    done = 0
    for place in places:
        if place < done:  # inside the part looked at
            continue
        done = place + _AROUND // 2
        around = html[max(0, place - _AROUND) : place + _AROUND]
        if any(_has_any(find_notices(text, wordings)) for text in _without_tags(around)):
            return True
    return False


def _find_all(text: str, part: str) -> Iterator[int]:
    place = text.find(part)
    while place >= 0:
        yield place
        place = text.find(part, place + len(part))


def _without_tags(html: str) -> Iterator[str]:
    """The text with a line for every block, and in one line: blocks may be styled to stand beside each other."""
    bare = unescape(_TAG.sub(lambda tag: "" if (tag[1] or "").lower().strip("/") in _INLINE else "\n", html))
    yield bare
    yield bare.replace("\n", " ")


def _find_hiding(html: str) -> frozenset[str]:
    """Classes and ids (".x", "#x") that the page's own style sheets hide on screens."""
    rules = (rule for sheet in _read_sheets(html) for rule in _read_rules(sheet))
    selectors = (part.strip() for names, said in rules if _HIDDEN_STYLE.search(said) for part in names.split(","))
    return frozenset(simple.group(1) for selector in selectors if (simple := _SIMPLE.fullmatch(selector)))


def _read_sheets(html: str) -> Iterator[str]:
    """The contents of style elements, in order, until all together have `_MAX_STYLE` characters."""
    left = _MAX_STYLE
    parts = _STYLE_TAG.split(html)
    for closes, part in zip(parts[1::2], parts[2::2], strict=True):
        sheet = "" if closes else part.partition(">")[2][:left]
        left -= len(sheet)
        yield sheet


def _read_rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Selectors and declarations of the rules outside @media."""
    depth = media = 0  # blocks that are open, and which of them is @media
    names = ""
    parts = _BRACE.split(sheet)
    for before, brace in zip(parts[::2], parts[1::2], strict=False):
        if brace == "{":
            depth, names = depth + 1, before
            media = media or ("@media" in before and depth)
        else:
            if not media:
                yield names, before
            media = 0 if depth == media else media
            depth, names = max(0, depth - 1), ""


def _visible_blocks(root: ElementNode, hiding: frozenset[str]) -> Iterator[str]:
    """Texts between the borders of blocks, in order, of what is seen and said of the page; not those that are links."""
    pending: list[str] = []
    stack: list[Node | str] = [root]
    for _ in range(_MAX_NODES):
        node = stack.pop() if stack else _BORDER
        if node == _BORDER:
            yield from _take(pending)
        elif isinstance(node, str):
            pending.append(node)
        elif node.type == NodeType.TEXT:
            pending.append(node.value or "")
        elif isinstance(node, ElementNode) and not _is_unseen(node, hiding):
            tag = node.tag or ""
            before, after = _BORDERS.get(tag, ("", "") if tag in _INLINE else (_BORDER, _BORDER))
            stack.extend((after, *reversed(list(_children(node))), before))
        if not stack and not pending:
            return


def _take(pending: list[str]) -> Iterator[str]:
    text = "".join(pending).strip()
    pending.clear()
    if text and not _ONLY_LINK.fullmatch(text):
        yield text.replace(_OPENS, "").replace(_CLOSES, "")


def _children(parent: ElementNode) -> Iterator[Node]:
    child = parent.first_child
    while child is not None:
        yield child
        child = child.next_sibling


def _is_unseen(node: ElementNode, hiding: frozenset[str]) -> bool:
    if node.tag in _UNSEEN:
        return True
    names = {name.lower() for name in node.attrs}
    if not names:
        return False
    if "hidden" in names or (node.getattr("aria-hidden") or "").lower() == "true":
        return True
    if "style" in names and _HIDDEN_STYLE.search(node.getattr("style") or ""):
        return True
    classes, identity = (node.getattr("class") or "").split(), node.getattr("id") or ""
    if not _HIDDEN_CLASSES.isdisjoint(name.lower() for name in classes):
        return True
    if hiding and (f"#{identity}" in hiding or any(f".{name}" in hiding for name in classes)):
        return True
    if node.tag in ("body", "main", "article"):  # their classes tell of the page's template
        return False
    prop = node.getattr("itemprop") or ""
    return _OF_OTHERS.search(" ".join((*classes, identity, prop)).replace("_", "-")) is not None
