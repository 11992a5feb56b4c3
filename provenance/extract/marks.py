"""A page as its marks are read from it, and the marks of machine translation.

A mark is what the page carries, not what it proves: the source-language page carries most plugin marks too. Names tell
such cases apart ("..._part"). For marks that tell of AI see `disclosure_marks.py`.

Sources: the marks are what the tools write into pages (Google Translate, Transposh, TranslatePress, Weglot,
GTranslate, qTranslate, Yandex and Edge translators); `lang="..-x-mtfrom-.."` and `rel="alternate
machine-translated-from"` are Google's proposal of 2011.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
_GTRANSLATE = re.compile(r"<!--\s*delivered by GTranslate", re.IGNORECASE | re.ASCII)
# A page without one of these has no mark in its body: nearly all pages are spared the searches below.
_SIGNS = (
    "-x-mtfrom|vertical-align: inherit|<ya-tr-span|_msttexthash|data-trp-gettext|weglot|GTranslate|qtranslate"
    "|ai-disclosure|rainedAlgorithmicMedia"
    "|utm_source=chat|utm_source=openai|utm_source=copilot|utm_source=perplexity|utm_source=gemini.g|utm_source=claude"
    '|utm_source=grok|referrer=grok|"ChatGPT|"GPT-|"OpenAI |"Google Gemini|"Artificial Intelligence"'
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page as the marks need it: parsed, or as a WAT record tells of it, then without `document` and `signs`.

    `signs` is what `find_signs` left of its source, `root` the attributes of its html element, `base` the address its
    links are relative to, mostly its `url`. `hyperlinks` are addresses as written, of a WAT record only.
    """

    document: DocumentNode | None
    signs: str
    headers: Mapping[str, str]
    url: str
    base: str
    root: Element
    metas: Mapping[str, str]
    links: list[Element]
    hyperlinks: Sequence[str] = ()

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
