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
from typing import Literal, get_args
from urllib.parse import urljoin, urlsplit

import polars as pl
from resiliparse.parse.html import DocumentNode

Element = Mapping[str, str]  # attribute names, lower case, to values
MetaName = Literal[
    "generator", "content-language", "x-translated-by", "translation-stats", "ai-disclosure", "ai-generated"
]
META_NAMES: tuple[str, ...] = get_args(MetaName)  # the meta tags that are read

MIN_DOUBLED_FONTS = 5  # fewer are a fragment pasted into a page, not a translated page
_WHOLE_PAGE = "html, body, main, article"
_GTRANSLATE = re.compile(r"<!--\s*delivered by GTranslate", re.IGNORECASE | re.ASCII)
# A page without one of these has no mark in its body: nearly all pages are spared the searches below.
_SIGNS = (
    "-x-mtfrom|vertical-align: inherit|<ya-tr-span|_msttexthash|data-trp-gettext|weglot|GTranslate|qtranslate"
    "|ai-disclosure|rainedAlgorithmicMedia"
)
_MEDIA_TYPES = frozenset({"imageobject", "videoobject", "audioobject", "mediaobject", "3dmodel", "photograph"})
_MAX_VALUE = 200
_MAX_NODES = 50  # looked at of one kind; an iteration searches the tree again for each


@dataclass(frozen=True, slots=True)
class Page:
    """A page as the marks need it: parsed, or as a WAT record tells of it, then without `document` and `signs`.

    `signs` is what `find_signs` left of its source, `root` the attributes of its html element, `base` the address its
    links are relative to, mostly its `url`.
    """

    document: DocumentNode | None
    signs: str
    headers: Mapping[str, str]
    url: str
    base: str
    root: Element
    metas: Mapping[str, str]
    links: list[Element]

    def meta(self, name: MetaName) -> str | None:
        """Content of the first meta tag of that name or http-equiv; null if there is none."""
        return self.metas.get(name)

    def count(self, selector: str) -> int:
        """How many elements match a CSS selector."""
        return len(self.document.query_selector_all(selector)) if self.document is not None else 0


def find_signs(html: str) -> str:
    """The source of a page that may have marks in its body; empty where it has none.

    One search for all signs: by polars in 320 microseconds for a page of 146 kB, nine tenths of them for calling it,
    where ten searches of Python's take 535.
    """
    return html if pl.Series([html]).str.contains(_SIGNS)[0] else ""


def find_translation_marks(page: Page) -> list[str]:
    """Names of the translation marks of a page, in a fixed order, each once."""
    return list(dict.fromkeys([*_declared(page), *_saved(page), *_plugins(page)]))


def find_disclosure_marks(page: Page) -> list[str]:
    """The AI-disclosure marks of a page as "place:name=value", in a fixed order, each once."""
    return list(dict.fromkeys([*_announced(page), *_on_elements(page), *_in_json_ld(page)]))


def _declared(page: Page) -> Iterator[str]:
    if "-x-mtfrom" in page.root.get("lang", "").lower():
        yield "mtfrom_lang"
    elif "-x-mtfrom" in page.signs:
        if page.count('body[lang*="-x-mtfrom"]'):
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
    classes = page.root.get("class", "").split()
    if "translated-ltr" in classes or "translated-rtl" in classes:
        yield "google_class"
    if (page.meta("x-translated-by") or "").lower() == "google":
        yield "google_meta"
    if _host(page.url).endswith((".translate.goog", "translate.googleusercontent.com")):
        yield "google_proxy"
    if "vertical-align: inherit" in page.signs:
        doubled = page.count('font[style*="vertical-align"] > font[style*="vertical-align"]')
        if doubled:
            yield "google_font" if doubled >= MIN_DOUBLED_FONTS else "google_font_part"
    if "<ya-tr-span" in page.signs and page.count("ya-tr-span"):
        yield "yandex_span"
    if "_msttexthash" in page.signs and page.count("[_msttexthash]"):
        yield "edge_hash"


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _plugins(page: Page) -> Iterator[str]:
    if "data-trp-gettext" in page.signs and page.count("[data-trp-gettext]"):
        yield "translatepress"
    if page.meta("translation-stats") is not None:
        yield "transposh"
    if "weglot" in page.signs and page.count('[id^="weglot"], [class*="weglot"]'):
        yield "weglot"
    if "GTranslate" in page.signs:
        if _GTRANSLATE.search(page.signs):
            yield "gtranslate_static"
        if page.count('[onclick*="doGTranslate"], [onchange*="doGTranslate"], [href*="doGTranslate"]'):
            yield "gtranslate_widget"
    if "qtranslate" in page.signs and page.count('[id^="qtranslate"], [id^="qtranxs"], [class*="qtranxs"]'):
        yield "qtranslate"


def _announced(page: Page) -> Iterator[str]:
    if page.headers.get("ai-disclosure"):
        yield f"header:ai-disclosure={_clip(page.headers['ai-disclosure'])}"
    names: tuple[MetaName, ...] = ("ai-disclosure", "ai-generated")
    for name in names:
        value = page.meta(name)
        if value is not None:
            yield f"meta:{name}={_clip(value)}"


def _on_elements(page: Page) -> Iterator[str]:
    if "ai-disclosure" not in page.signs or page.document is None:
        return
    for node in islice(page.document.query_selector_all("[ai-disclosure]"), _MAX_NODES):
        place = "attribute" if node.matches(_WHOLE_PAGE) else "part"
        yield f"{place}:ai-disclosure={_clip(node.getattr('ai-disclosure') or '')}"


def _in_json_ld(page: Page) -> Iterator[str]:
    if "rainedAlgorithmicMedia" not in page.signs or page.document is None:
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
