"""The marks of machine translation in a page's markup.

A mark is "name" or "name=value": what the page carries. The source-language page carries most plugin marks too, and
fewer than `MIN_SAVED` elements of a translator are a fragment or the trace of a template. Names tell such cases apart
("..._part"). A value is the language translated from, or the site's own, where the mark tells it.

Sources: what the tools write into pages (their published code, and pages saved with them). `-x-mtfrom-` and
`rel="alternate machine-translated-from"` are Google's markup requirements of 2011; `-t-..-t0-` is RFC 6497 with the
Unicode registry's key t0; `ms.translationtype` is Microsoft's documentation; `translator` is schema.org's.
"""

import json
import re
from collections.abc import Iterator
from html import unescape
from itertools import islice
from urllib.parse import parse_qs, urljoin

from provenance.extract.marks import Page
from provenance.extract.notice_marks import find_notice_marks
from provenance.extract.proxies import find_proxy, is_proxied

MIN_SAVED = 5  # elements
MAX_LANGUAGE = 20  # characters kept of a declared language
_MAX_TAG = 200  # characters read of a language tag
_MAX_SETTINGS = 20_000  # characters read of a plugin's settings
_MAX_NODES = 50  # looked at of one kind; an iteration searches the tree again for each
# Names of machines only; a person or a company of translators is none.
_TOOL = re.compile(
    r"(?:google|google (?:cloud )?translat\w+|deepl(?: \w+)?|bing|microsoft"
    r"|(?:microsoft|bing|azure|azure ai) translator|amazon translate|yandex(?:[. ]\w+)?|baidu(?: \w+)?|naver|papago"
    r"|systran(?: \w+)?|promt|libretranslate|argos(?: translate)?|modernmt|apertium|opus-?mt|nllb[\w.-]*"
    r"|machine(?: translation)?|automatic(?: translation)?|(?:open ?ai )?(?:chat ?gpt|gpt-?\d[\w.-]*)|openai)",
    re.IGNORECASE,
)
_T0 = re.compile(r"-t-(?:([a-z]{2,3})-(?:[a-z0-9]{2,8}-)*?)?(?:[a-z]\d-(?:[a-z0-9]{3,8}-)+)*?t0-", re.IGNORECASE)
# What a translator's elements look like in a page saved with it: sign, mark, selector.
_ELEMENTS = (
    ("-align: inherit", "google_font", 'font[style*="vertical-align"] > font[style*="vertical-align"]'),
    ("-src-text", "google_source", "span.google-src-text"),
    ("<ya-tr-span", "yandex_span", "ya-tr-span"),
    ("_msttexthash", "edge_hash", "[_msttexthash]"),
    ("moz-translations-id", "firefox_id", "[data-moz-translations-id]"),
    ("immersive-translate-tr", "immersive", "[data-immersive-translate-translation-element-mark]"),
    ("cx-segment", "wiki_segment", "span.cx-segment[data-segmentid]"),
)
_GTRANSLATE = re.compile(r"<!--\s*delivered by GTranslate", re.IGNORECASE | re.ASCII)
_GTRANSLATE_SETTINGS = re.compile(r"gtranslateSettings(?:\[[^\]]{0,100}\])?\s*=\s*\{([^<]*)")
_GTRANSLATE_SERVED = re.compile(r"\"?url_structure\"?\s*:\s*[\"']sub_")
_DEFAULT = re.compile(r"\"?default_language\"?\s*:\s*[\"']([a-z]{2,3})", re.IGNORECASE)
_WEGLOT = re.compile(r"\"language_from\"\s*:\s*\"([a-z]{2,3})")
_TRANSLATEPRESS = re.compile(r"\"trp_original_language\"\s*:\s*\"([a-z]{2,3})", re.IGNORECASE)
_LINGUISE = re.compile(r"\"language\"\s*:\s*\"([a-z]{2,3})")
_WOVN = re.compile(r"\bdata-wovnio=\"([^\"]{0,1000})\"")


def find_translation_marks(page: Page) -> list[str]:
    """The marks of a page that tell of machine translation, in a fixed order, each once."""
    found = (*_declared(page), *_named(page), *find_notice_marks(page), *_saved(page), *_plugins(page))
    return list(dict.fromkeys(found))


def _declared(page: Page) -> Iterator[str]:
    tags = tuple(_whole_page_languages(page))
    part = '[lang*="-x-mtfrom"]:not(link), [lang*="-t0-"]:not(html):not(body):not(link)'
    if any("-x-mtfrom" in tag.lower() for tag in tags):
        yield "mtfrom_lang"
    elif ("x-mtfrom" in page.found or "-t0-" in page.found) and page.count(part):
        yield "mtfrom_lang_part"
    for found in filter(None, (_T0.search(tag) for tag in tags if "-t" in tag.lower())):
        yield _with("mtfrom_t0", found.group(1))
    for link in page.links:
        declared = "machine-translated-from" in link.get("rel", "").lower().split()
        if declared and not _is_same(page, link.get("href", "")):  # a template may print it on the source page too
            yield _with("mtfrom_link", link.get("hreflang"))


def _whole_page_languages(page: Page) -> Iterator[str]:
    body = page.body if "x-mtfrom" in page.found or "-t0-" in page.found else None
    header = page.headers.get("content-language") or page.meta("content-language")
    for tag in (page.root.get("lang"), header, body.getattr("lang") if body is not None else None):
        yield (tag or "")[:_MAX_TAG]


def _with(mark: str, value: str | None) -> str:
    return f"{mark}={(value or '').strip().lower()[:MAX_LANGUAGE]}".rstrip("=")


def _is_same(page: Page, address: str) -> bool:
    try:
        return urljoin(page.base, address).split("#")[0] == page.url.split("#")[0]
    except ValueError:
        return False


def _named(page: Page) -> Iterator[str]:
    """Who translated it, by headers, meta elements and JSON-LD."""
    kind = (page.meta("ms.translationtype") or "").strip().upper()
    if kind in ("MT", "HT"):
        yield f"microsoft_{kind.lower()}"
    headers = (page.headers.get("x-translated-by"), page.meta("x-translated-by"), page.meta("translator"))
    for name in (*headers, *_translators(page)):
        if name is not None and _TOOL.fullmatch(name.strip()):
            tool = name.strip().lower()
            yield "google_meta" if tool == "google" else f"translated_by={tool}"


def _translators(page: Page) -> Iterator[str]:
    """Names under `translator` of the works a page's JSON-LD is about, not of those inside them."""
    if page.document is None or 'slator"' not in page.found:
        return
    for node in islice(page.document.query_selector_all('script[type="application/ld+json"]'), _MAX_NODES):
        try:
            data = json.loads(node.text or "")
        except (ValueError, RecursionError):
            continue
        graph = data.get("@graph", data) if isinstance(data, dict) else data
        for work in graph if isinstance(graph, list) else [graph]:
            named = work.get("translator") if isinstance(work, dict) else None
            for who in named if isinstance(named, list) else [named]:
                name = who.get("name") if isinstance(who, dict) else who
                if isinstance(name, str):
                    yield name


def _saved(page: Page) -> Iterator[str]:
    classes = page.root.get("class", "").split()
    if "translated-ltr" in classes or "translated-rtl" in classes:
        yield "google_class"
    service = find_proxy(page.url)
    if service is not None:
        yield "google_proxy" if service == "google" else f"proxy={service}"
    if is_proxied(page):
        yield "google_links"
    for sign, mark, selector in _ELEMENTS:
        if sign in page.found:
            n = page.count(selector)
            if n:
                yield mark if n >= MIN_SAVED else f"{mark}_part"
    if "h_translation" in page.found and page.count(".ambox-rough_translation, .ambox-Rough_translation"):
        yield "wiki_rough"
    if page.root.get("data-wg-translated"):
        yield _with("weglot_shown", page.root["data-wg-translated"])


def _plugins(page: Page) -> Iterator[str]:
    if "trp-gettext" in page.found or "trp_original_lang" in page.found:
        told = _TRANSLATEPRESS.search(page.signs)
        if told is not None or page.count("[data-trp-gettext]"):
            yield _with("translatepress", told and told.group(1))
    if page.meta("translation-stats") is not None:
        yield from _read_transposh(page.meta("translation-stats") or "")
    if "weglot" in page.found and page.count('[id^="weglot"], [class*="weglot"]'):
        told = _WEGLOT.search(_content_of(page, "weglot-data"))
        yield _with("weglot", told and told.group(1))
    if "GTranslate" in page.found or "gtranslateSettings" in page.found:
        yield from _read_gtranslate(page)
    if "qtranslate" in page.found and page.count('[id^="qtranslate"], [id^="qtranxs"], [class*="qtranxs"]'):
        yield "qtranslate"
    if "linguise-extra" in page.found:
        told = _LINGUISE.search(_content_of(page, "linguise-extra-metadata"))
        if told is not None:
            yield _with("linguise", told.group(1))
    for wovn in _WOVN.finditer(page.signs if "wovnio" in page.found else ""):
        if "backend=true" in wovn.group(1):
            yield _with("wovn", "".join(parse_qs(unescape(wovn.group(1))).get("defaultLang", [])[:1]))


def _content_of(page: Page, identity: str) -> str:
    """What stands in the first script of that id, as far as it is read; empty where there is none."""
    after = page.signs.partition(f'id="{identity}"')[2][:_MAX_SETTINGS]
    return after.partition(">")[2].partition("</script")[0]


def _read_gtranslate(page: Page) -> Iterator[str]:
    settings = _GTRANSLATE_SETTINGS.search(page.signs)
    served = settings is not None and _GTRANSLATE_SERVED.search(settings.group(1)) is not None
    if served or _GTRANSLATE.search(page.signs):
        told = _DEFAULT.search(settings.group(1)) if settings is not None else None
        yield _with("gtranslate_static", told and told.group(1))
    elif settings is not None or page.count(
        '[onclick*="doGTranslate"], [onchange*="doGTranslate"], [href*="doGTranslate"]'
    ):
        yield "gtranslate_widget"


def _read_transposh(stats: str) -> Iterator[str]:
    """Transposh counts the phrases of a page it translated, and those of them that people translated.

    Without these counts it is known that the plugin ran; of what is not an object of counts not even that.
    """
    try:
        counts = json.loads(stats)
        named = [counts.get(f"{name}_phrases") for name in ("total", "translated", "human_translated")]
        total, done, human = (int(count or 0) for count in named)
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return
    if None in named[:2]:
        yield "transposh"
    elif done * 2 < total or not done:
        yield "transposh_untranslated"
    else:
        yield "transposh_human" if human * 2 >= done else "transposh_machine"
