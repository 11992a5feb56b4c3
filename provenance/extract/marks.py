"""Marks in a page's markup that say where its text came from: machine translation, AI disclosure.

A mark is what the page carries, not what it proves: the source-language page carries most plugin marks too, and an
image may be AI-generated on a page that is not. Names tell such cases apart ("..._part", "part:", "media:").

Sources: the marks are what the tools write into pages (Google Translate, Transposh, TranslatePress, Weglot,
GTranslate, qTranslate, Yandex and Edge translators); `lang="..-x-mtfrom-.."` and `rel="alternate
machine-translated-from"` are Google's proposal of 2011; AI disclosure: the IETF draft "AI-Disclosure header",
WICG issue 261, schema.org `digitalSourceType` with the vocabulary of IPTC.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urljoin, urlsplit

from resiliparse.parse.html import DocumentNode

Element = Mapping[str, str]  # attribute names, lower case, to values

MIN_DOUBLED_FONTS = 5  # fewer are a fragment pasted into a page, not a translated page
_WHOLE_PAGE = "html, body, main, article"
_GTRANSLATE = re.compile(rb"<!--\s*delivered by GTranslate", re.IGNORECASE)
_MEDIA_TYPES = frozenset({"imageobject", "videoobject", "audioobject", "mediaobject", "3dmodel", "photograph"})
_MAX_VALUE = 200
_MAX_NODES = 50  # looked at of one kind; an iteration searches the tree again for each


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed page as the marks need it; `base` is the address its links are relative to, mostly its `url`."""

    document: DocumentNode | None
    payload: bytes
    headers: Mapping[str, str]
    url: str
    base: str
    html: Element
    metas: list[Element]
    links: list[Element]

    def meta(self, name: str) -> str | None:
        """Content of the first meta tag of that name or http-equiv (lower case); null if there is none."""
        for meta in self.metas:
            if name in (meta.get("name", "").lower(), meta.get("http-equiv", "").lower()):
                return meta.get("content", "")
        return None

    def count(self, selector: str) -> int:
        """How many elements match a CSS selector."""
        return len(self.document.query_selector_all(selector)) if self.document is not None else 0


def find_translation_marks(page: Page) -> list[str]:
    """Names of the translation marks of a page, in a fixed order, each once."""
    return list(dict.fromkeys([*_declared(page), *_saved(page), *_plugins(page)]))


def find_disclosure_marks(page: Page) -> list[str]:
    """The AI-disclosure marks of a page as "place:name=value", in a fixed order, each once."""
    return list(dict.fromkeys([*_announced(page), *_on_elements(page), *_in_json_ld(page)]))


def _declared(page: Page) -> Iterator[str]:
    if b"-x-mtfrom" in page.payload:
        if "-x-mtfrom" in page.html.get("lang", "").lower() or page.count('body[lang*="-x-mtfrom"]'):
            yield "mtfrom_lang"
        elif page.count('[lang*="-x-mtfrom"]:not(link)'):
            yield "mtfrom_lang_part"
    for link in page.links:
        declared = "machine-translated-from" in link.get("rel", "").lower().split()
        if declared and not _is_same(page, link.get("href", "")):  # a template may print it on the source page too
            yield f"mtfrom_link={link.get('hreflang', '').strip().lower()[:20]}".rstrip("=")


def _is_same(page: Page, address: str) -> bool:
    try:
        return urljoin(page.base, address).split("#")[0] == page.url.split("#")[0]
    except ValueError:
        return False


def _saved(page: Page) -> Iterator[str]:
    classes = page.html.get("class", "").split()
    if "translated-ltr" in classes or "translated-rtl" in classes:
        yield "google_class"
    if (page.meta("x-translated-by") or "").lower() == "google":
        yield "google_meta"
    if _host(page.url).endswith((".translate.goog", "translate.googleusercontent.com")):
        yield "google_proxy"
    if b"vertical-align: inherit" in page.payload:
        doubled = page.count('font[style*="vertical-align"] > font[style*="vertical-align"]')
        if doubled:
            yield "google_font" if doubled >= MIN_DOUBLED_FONTS else "google_font_part"
    if b"<ya-tr-span" in page.payload and page.count("ya-tr-span"):
        yield "yandex_span"
    if b"_msttexthash" in page.payload and page.count("[_msttexthash]"):
        yield "edge_hash"


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _plugins(page: Page) -> Iterator[str]:
    if b"data-trp-gettext" in page.payload and page.count("[data-trp-gettext]"):
        yield "translatepress"
    if page.meta("translation-stats") is not None:
        yield "transposh"
    if b"weglot" in page.payload and page.count('[id^="weglot"], [class*="weglot"]'):
        yield "weglot"
    if b"GTranslate" in page.payload:
        if _GTRANSLATE.search(page.payload):
            yield "gtranslate_static"
        if page.count('[onclick*="doGTranslate"], [onchange*="doGTranslate"], [href*="doGTranslate"]'):
            yield "gtranslate_widget"
    if b"qtranslate" in page.payload and page.count('[id^="qtranslate"], [id^="qtranxs"], [class*="qtranxs"]'):
        yield "qtranslate"


def _announced(page: Page) -> Iterator[str]:
    if page.headers.get("ai-disclosure"):
        yield f"header:ai-disclosure={_clip(page.headers['ai-disclosure'])}"
    for name in ("ai-disclosure", "ai-generated"):
        value = page.meta(name)
        if value is not None:
            yield f"meta:{name}={_clip(value)}"


def _on_elements(page: Page) -> Iterator[str]:
    if b"ai-disclosure" not in page.payload or page.document is None:
        return
    for node in islice(page.document.query_selector_all("[ai-disclosure]"), _MAX_NODES):
        place = "attribute" if node.matches(_WHOLE_PAGE) else "part"
        yield f"{place}:ai-disclosure={_clip(node.getattr('ai-disclosure') or '')}"


def _in_json_ld(page: Page) -> Iterator[str]:
    if b"rainedAlgorithmicMedia" not in page.payload or page.document is None:
        return
    for node in islice(page.document.query_selector_all('script[type="application/ld+json"]'), _MAX_NODES):
        try:
            yield from _source_types(json.loads(node.text or ""))
        except (ValueError, RecursionError):  # broken or endlessly nested JSON declares nothing
            continue


def _source_types(value: object, *, media: bool = False) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _source_types(item, media=media)
    if isinstance(value, dict):
        media = media or _is_media(value.get("@type"))
        for key, item in value.items():
            name = key.rsplit("/", 1)[-1].rsplit(":", 1)[-1]
            if name == "digitalSourceType" and isinstance(item, str | dict):
                address = item if isinstance(item, str) else str(item.get("@id", ""))
                place = "media" if media else "jsonld"
                yield f"{place}:digitalSourceType={_clip(re.split(r'[/#:]', address)[-1])}"
            else:
                yield from _source_types(item, media=media)


def _is_media(types: object) -> bool:
    names = types if isinstance(types, list) else [types]
    return any(str(name).lower() in _MEDIA_TYPES for name in names)


def _clip(value: str) -> str:
    return value.strip()[:_MAX_VALUE]
