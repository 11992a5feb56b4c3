"""What a page's markup declares: languages, alternate versions, generator, canonical address, marks of its origin.

Declared is not true: these are facts about the page, and the signals weigh them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from urllib.parse import urljoin

from resiliparse.parse.html import ElementNode, HTMLTree

from provenance.extract.marks import Element, Page, find_disclosure_marks, find_translation_marks

MAX_ALTERNATES = 500  # hreflang links kept of one page; sites with every locale have about 200
MAX_VALUE = 300  # characters kept of a declared value
_META = ("name", "http-equiv", "content")
_LINK = ("rel", "href", "hreflang")
_RELATIONS = ("alternate", "canonical", "translated")
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


def read_markup(tree: HTMLTree, payload: bytes, headers: Mapping[str, str], url: str) -> MarkupFacts:
    """The markup facts of a parsed page; `payload` is its bytes in a charset that holds ASCII as it is."""
    page = _read_page(tree, payload, headers, url)
    return MarkupFacts(
        html_lang=_value(page.html.get("lang") or page.html.get("xml:lang")),
        content_language=_value(headers.get("content-language") or page.meta("content-language")),
        hreflang=_hreflang(page),
        generator=_value(page.meta("generator")),
        canonical_url=_canonical(page),
        translation_marks=find_translation_marks(page),
        ai_disclosure_marks=find_disclosure_marks(page),
    )


def _read_page(tree: HTMLTree, payload: bytes, headers: Mapping[str, str], url: str) -> Page:
    document = tree.document
    if document is None:
        return Page(None, payload, headers, url, url, {}, [], [])
    metas: list[Element] = []
    links: list[Element] = []
    base = ""
    for node in chain(_children(tree.head), islice(_children(tree.body), _MAX_IN_BODY)):
        tag = node.tag
        if tag == "meta":
            metas.append(_attributes(node, _META))
        elif tag == "link" and _says(node.getattr("rel") or ""):
            links.append(_attributes(node, _LINK))
        elif tag == "base":
            base = base or node.getattr("href") or ""
    root = document.document_element
    html = _attributes(root, root.attrs) if root is not None else {}
    return Page(document, payload, headers, url, resolve(url, base) or url, html, metas, links)


def _says(rel: str) -> bool:
    """Most links are style sheets, icons and the like."""
    return any(kind in rel.lower() for kind in _RELATIONS)


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
