"""Pages that were fetched through a translator: told by their address, or by the links the translator rewrote.

Source: the addresses of the page translators of Google, Microsoft, Yandex, Baidu, Naver, Sogou, Youdao and others as
published code lists them (translate-tools/linguist, wikimedia's external guidance, D. Aleksandersen 2018, "How to
detect machine-translated webpages").
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import islice
from urllib.parse import parse_qs, urlsplit

from provenance.extract.marks import Page

MIN_LINKS = 5  # to different pages, in one language: a menu of languages leads to one page in many
_MAX_LINKS = 500
_ARCHIVED = re.compile(r"https?://web\.archive\.org/web/\d+[a-z_]*/(?=https?:)", re.IGNORECASE)
# Host and beginning of the path under which a service shows translated pages.
_SERVICES = tuple(
    (re.compile(pattern, re.IGNORECASE), service)
    for pattern, service in (
        (r"[^/]+\.translate\.goog/", "google"),
        (r"translate\.googleusercontent\.com/", "google"),
        (r"translate\.google\.[a-z.]{2,6}/(?:translate(?:_[cp])?|website)\?", "google"),
        (r"(?:www\.)?translatetheweb\.com/\S*[?&]a=", "microsoft"),
        (r"(?:www\.)?translatoruser(?:-int)?\.(?:com|net)/", "microsoft"),
        (r"(?:ssl\.|www\.)?microsofttranslator\.com/bv\.aspx", "microsoft"),
        (r"translated\.turbopages\.org/proxy_u/", "yandex"),
        (r"z5h64q92x9\.net/(?:proxy_u|tr-start)", "yandex"),
        (r"translate\.yandex\.[a-z.]{2,6}/(?:web|translate|tr-url)", "yandex"),
        (r"(?:translate\.baiducontent|fanyi\.baidu)\.com/transpage", "baidu"),
        (r"papago\.naver\.(?:net|com)/website", "naver"),
        (r"translate\.sogoucdn\.com/pcvtsnapshot", "sogou"),
        (r"webtrans\.yodao\.com/", "youdao"),
        (r"fanyi\.youdao\.com/webpagetranslate", "youdao"),
        (r"interpreter\.caiyunai\.com/", "caiyun"),
        (r"babelfish\.(?:yahoo|altavista)\.com/translate_url_content", "babelfish"),
    )
)
_LIKELY = re.compile("translat|fanyi|papago|turbopages|z5h64q|webtrans|caiyun|babelfish", re.IGNORECASE)
_REWRITTEN = 'a[href*=".translate.goog/"], a[href*="translate.googleusercontent.com/translate_c"]'
_SIGNS = (".translate.goog", "translate.googleu")


def find_proxy(url: str) -> str | None:
    """The translator that an address leads through, also inside the Wayback Machine; null where none is known."""
    if not _LIKELY.search(url):
        return None
    address = _ARCHIVED.sub("", url, count=1).partition("//")[2]
    return next((service for pattern, service in _SERVICES if pattern.match(address)), None)


def is_proxied(page: Page) -> bool:
    """Whether the page's links were rewritten by Google Translate: to many pages in one and the same language."""
    pages: defaultdict[str, set[str]] = defaultdict(set)
    for address in islice(_find_rewritten(page), _MAX_LINKS):
        language, target = _take_apart(address)
        pages[language].add(target)
    return any(language and len(targets) >= MIN_LINKS for language, targets in pages.items())


def _find_rewritten(page: Page) -> Iterable[str]:
    if page.document is None:
        return (link for link in page.hyperlinks if "translate.goog" in link)
    if page.found.isdisjoint(_SIGNS):
        return ()
    return (node.getattr("href") or "" for node in page.document.query_selector_all(_REWRITTEN).values())


def _take_apart(address: str) -> tuple[str, str]:
    """Language a rewritten link asks for, and the page it leads to."""
    try:
        parts = urlsplit(address.replace("&amp;", "&"))
    except ValueError:
        return "", ""
    query = parse_qs(parts.query)
    language = "".join((query.get("_x_tr_tl") or query.get("tl") or [""])[:1])
    return language, "".join(query.get("u", [])[:1]) or f"{parts.netloc}{parts.path}"
