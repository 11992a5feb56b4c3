"""What a page's markup declares: languages, alternate versions, generator, canonical address, marks of its origin.

Declared is not true: these are facts about the page, and the signals weigh them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urljoin

from resiliparse.parse.html import ElementNode, HTMLTree

from provenance.extract.disclosure_marks import find_disclosure_marks
from provenance.extract.marks import META_NAMES, Element, Page, declared_language, find_signs
from provenance.extract.translation_marks import find_translation_marks

MAX_ALTERNATES = 500  # hreflang links kept of one page; sites with every locale have about 200
MAX_VALUE = 300  # characters kept of a declared value
_LINK = ("rel", "href", "hreflang")
_META = ("name", "http-equiv", "content")
# What is read of a head. Each element that is looked at costs 3 to 5 microseconds, and most are style sheets, icons
# and the like: the parser's own search leaves one or two of 45.
_DECLARING = ", ".join(
    (
        "head > base",
        'head > link[rel*="alternate" i][hreflang]',
        'head > link[rel*="canonical" i]',
        'head > link[rel*="translated" i]',
        *(f'head > meta[name="{name}" i]' for name in META_NAMES),
        *(f'head > meta[http-equiv="{name}" i]' for name in ("content-language", "x-translated-by")),
    )
)
_MAX_IN_BODY = 100  # children of the body looked through: what follows an early end of the head stands first


@dataclass(frozen=True, slots=True)
class MarkupFacts:
    """The columns of `schema.MARKUP` for one page."""

    html_lang: str | None = None
    content_language: str | None = None
    hreflang: list[dict[str, str]] = field(default_factory=list)
    generator: str | None = None
    canonical_url: str | None = None
    translation_marks: list[str] = field(default_factory=list)
    ai_disclosure_marks: list[str] = field(default_factory=list)


def read_markup(tree: HTMLTree, html: str, headers: Mapping[str, str], url: str) -> MarkupFacts:
    """The markup facts of a page: `html` is its source, `tree` what was parsed of it."""
    return describe_page(_read_page(tree, html, headers, url))


def describe_page(page: Page) -> MarkupFacts:
    """The markup facts of a page, however it was read."""
    return MarkupFacts(
        html_lang=_value(page.root.get("lang") or page.root.get("xml:lang")),
        content_language=_value(page.headers.get("content-language") or page.meta("content-language")),
        hreflang=_hreflang(page),
        generator=_value(page.meta("generator")),
        canonical_url=_canonical(page),
        translation_marks=find_translation_marks(page),
        ai_disclosure_marks=find_disclosure_marks(page),
    )


def _read_page(tree: HTMLTree, html: str, headers: Mapping[str, str], url: str) -> Page:
    document = tree.document
    if document is None:
        return Page(None, "", headers, url, url, {}, {}, [])
    metas: dict[str, str] = {}
    links: list[Element] = []
    base = ""
    for node in _declaring(tree):
        tag = node.tag
        if tag == "meta":
            add_meta(metas, _attributes(node, _META))
        elif tag == "link":
            links.append(_attributes(node, _LINK))
        elif tag == "base":
            base = base or node.getattr("href") or ""
    root = document.document_element
    attributes = _attributes(root, root.attrs) if root is not None else {}
    found = find_signs(html, declared_language(attributes, headers, metas))
    signs, near = html if found else "", resolve(url, base) or url
    return Page(document, signs, headers, url, near, attributes, metas, links, found=found)


def add_meta(metas: dict[str, str], element: Element) -> None:
    """Notes the content of a meta element under its name and its http-equiv; the first of a name stays."""
    for key in ("name", "http-equiv"):
        metas.setdefault(element.get(key, "").lower(), element.get("content", ""))


def _declaring(tree: HTMLTree) -> Iterator[ElementNode]:
    """What may declare something, in order: of the head, and of the body where that begins too early."""
    if tree.head is not None:
        yield from tree.head.query_selector_all(_DECLARING).values()
    yield from islice(_children(tree.body), _MAX_IN_BODY)


def _children(parent: ElementNode | None) -> Iterator[ElementNode]:
    """Element children, one by one: resiliparse's lists are live and search the tree again for every item."""
    child = parent.first_element_child if parent is not None else None
    while child is not None:
        yield child
        child = child.next_element_sibling


def _attributes(node: ElementNode, names: Iterable[str]) -> Element:
    found = ((name.lower(), node.getattr(name)) for name in names)
    return {name: value for name, value in found if value is not None}


def resolve(base: str, address: str) -> str | None:
    """An address made absolute against the page's own; null where it is none."""
    try:
        return urljoin(base, address.strip()) or None
    except ValueError:  # "http://[broken"
        return None


def _hreflang(page: Page) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for link in page.links:
        if "hreflang" in link and "alternate" in link.get("rel", "").lower().split():
            lang, address = _value(link["hreflang"]), resolve(page.base, link.get("href", ""))
            if lang and address and len(found) < MAX_ALTERNATES:
                found.append({"lang": lang, "url": address})
    return found


def _canonical(page: Page) -> str | None:
    for link in page.links:
        if "canonical" in link.get("rel", "").lower().split() and link.get("href", "").strip():
            return resolve(page.base, link["href"])
    return None


def _value(text: str | None) -> str | None:
    return (text or "").strip()[:MAX_VALUE] or None
