"""Marks in a page's markup that tell of AI: declared in headers, meta elements, attributes or JSON-LD, and links that
were copied out of a chat model's answer.

A mark is "place:name=value": what the page carries, not what it proves. An image may be AI-generated on a page that is
not ("media:"), a comment on a page of people ("part:"); "link:chatgpt.com=3" are three addresses that say where they
were copied, and who copies them may have written the rest.

Sources: the IETF draft "AI-Disclosure header" (draft-abaris-aicdh), WICG issue 261, schema.org `digitalSourceType` with
the vocabulary of IPTC; for links what assistants append to addresses they cite.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import urljoin, urlsplit

from provenance.extract.marks import MetaName, Page

_WHOLE_PAGE = "html, body, main, article"
_MEDIA_TYPES = frozenset({"imageobject", "videoobject", "audioobject", "mediaobject", "3dmodel", "photograph"})
# Under these names stand other works than the page: an author or source type there is not that of the page.
_OTHER_WORKS = frozenset(
    {
        "comment", "review", "reviews", "citation", "isbasedon", "mentions", "about", "subjectof", "itemlistelement",
        "haspart", "blogpost", "acceptedanswer", "suggestedanswer", "video", "audio", "image", "thumbnail", "publisher",
        "mainentity", "workexample", "relatedlink", "offers",
    }
)  # fmt: skip
_AUTHORS = frozenset({"author", "creator"})
# Names of tools only: OpenAI is the author of what its people write, and an author may be called Claude. Others (AI,
# Copilot) would have to be looked for in all pages by strings that many have: see `marks.find_signs`.
_TOOL = re.compile(
    r"(?:openai )?(?:chat ?gpt|gpt-?\d\w*)\b.{0,20}|google gemini\b.{0,20}|artificial intelligence", re.IGNORECASE
)
_GENERATOR = re.compile(
    r"\b(?:chat ?gpt|openai|gpt-?\d[\w.]*|ai[- ]generated|generated (?:by|with) ai)\b", re.IGNORECASE
)
# Only whole values: a name in an encoded address, as of a share button, is not the link's own. Not `gemini` alone,
# which Yahoo's advertisements carried.
_COPIED = re.compile(
    r"(?:^|[&;])(?:utm_source=(chatgpt\.com|openai|copilot\.com|perplexity(?:\.ai)?"
    r"|gemini\.google\.com|claude\.ai|grok\.com"
    r"|chat\.deepseek\.com)|referrer=(grok\.com))(?:&|$)",
    re.IGNORECASE,
)
_MAX_VALUE = 200
_MAX_NODES = 50  # looked at of one kind; an iteration searches the tree again for each
_MAX_COPIED = 1_000  # links looked at of one page


def find_disclosure_marks(page: Page) -> list[str]:
    """The marks of a page that tell of AI as "place:name=value", in a fixed order, each once."""
    return list(dict.fromkeys([*_announced(page), *_on_elements(page), *_in_json_ld(page), *_copied(page)]))


def _announced(page: Page) -> Iterator[str]:
    if page.headers.get("ai-disclosure"):
        yield f"header:ai-disclosure={_clip(page.headers['ai-disclosure'])}"
    names: tuple[MetaName, ...] = ("ai-disclosure", "ai-generated")
    for name in names:
        value = page.meta(name)
        if value is not None:
            yield f"meta:{name}={_clip(value)}"
    if _GENERATOR.search(page.meta("generator") or ""):
        yield f"meta:generator={_clip(page.meta('generator') or '')}"


def _on_elements(page: Page) -> Iterator[str]:
    """Of several articles on a page none is the page."""
    if "ai-disclosure" not in page.signs or page.document is None:
        return
    for node in islice(page.document.query_selector_all("[ai-disclosure]"), _MAX_NODES):
        whole = node.matches(_WHOLE_PAGE) and (node.tag != "article" or page.count("article") == 1)
        yield f"{'attribute' if whole else 'part'}:ai-disclosure={_clip(node.getattr('ai-disclosure') or '')}"


def _in_json_ld(page: Page) -> Iterator[str]:
    if not page.signs or page.document is None or "ld+json" not in page.signs:
        return
    for node in islice(page.document.query_selector_all('script[type="application/ld+json"]'), _MAX_NODES):
        try:
            yield from _read_node(json.loads(node.text or ""), "jsonld")
        except (ValueError, RecursionError):  # broken or endlessly nested JSON declares nothing
            continue


def _read_node(value: object, place: str) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _read_node(item, place)
    if isinstance(value, dict):
        place = "media" if _is_media(value.get("@type")) else place
        for key, item in value.items():
            name = str(key).rsplit("/", 1)[-1].rsplit(":", 1)[-1]
            if name == "digitalSourceType":
                yield from (f"{place}:digitalSourceType={address}" for address in _addresses(item))
            elif name in _AUTHORS:
                yield from (f"{place}:{mark}" for mark in _tools(item, name))
            else:
                yield from _read_node(item, _inside(place, name))


def _inside(place: str, name: str) -> str:
    return "part" if place == "jsonld" and name.lower() in _OTHER_WORKS else place


def _addresses(value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        address = item.get("@id", "") if isinstance(item, dict) else item
        if isinstance(address, str):
            yield _clip(re.split(r"[/#:]", address)[-1])


def _tools(value: object, name: str) -> Iterator[str]:
    """AI tools among authors: "author=ChatGPT", or "coauthor=ChatGPT" where others are named as well."""
    listed = value if isinstance(value, list) else [value]
    named = (item.get("name") if isinstance(item, dict) else item for item in listed)
    tools = [said for said in named if isinstance(said, str) and _TOOL.fullmatch(said.strip())]
    yield from (f"{name if len(tools) == len(listed) else 'co' + name}={_clip(tool)}" for tool in tools)


def _copied(page: Page) -> Iterator[str]:
    """Other sites' addresses that say which chat model cited them, counted by model; none where the page's own does."""
    if _COPIED.search(_query(page.url)):
        return
    here = _host(page.url)
    told = {address: _COPIED.search(_query(address)) for address in islice(_hyperlinks(page), _MAX_COPIED)}
    sources = Counter(
        (found[1] or found[2]).lower()
        for address, found in told.items()
        if found and not _is_own(_host(_resolve(page.base, address)), here)
    )
    yield from (f"link:{source}={n}" for source, n in sorted(sources.items()))


def _hyperlinks(page: Page) -> Iterable[str]:
    if page.document is None:
        return page.hyperlinks
    if "utm_source=" not in page.signs and "referrer=" not in page.signs:
        return ()
    nodes = page.document.query_selector_all('a[href*="utm_source="], a[href*="referrer="]').values()
    return (node.getattr("href") or "" for node in nodes)


def _is_own(host: str, here: str) -> bool:
    return not host or host == here or host.endswith("." + here) or here.endswith("." + host)


def _query(address: str) -> str:
    return address.partition("?")[2].partition("#")[0].replace("&amp;", "&")


def _resolve(base: str, address: str) -> str:
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return ""


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _is_media(types: object) -> bool:
    names = types if isinstance(types, list) else [types]
    return any(str(name).lower() in _MEDIA_TYPES for name in names)


def _clip(value: str) -> str:
    return value.strip()[:_MAX_VALUE]
