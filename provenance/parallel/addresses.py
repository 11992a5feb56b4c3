"""An address without its language: which site it is on, which page it names there, and which language it told.

A language stands in a part of the path (/de/, /pt-br/), in the host (de.example.org, arabic.example.org), in the query
(?lang=de) or before or behind the ending of a file (page.de.html, page_de.html, page.html.de). What looks like a code
and is none ("how-to-do-it.html") costs nothing but an equal key, which alone joins no pages.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import parse_qsl, unquote, urlsplit

import tldextract

from provenance.parallel.codes import read_place_code

_ASKS = re.compile(
    r"(?:.*[_.-])?(?:(?:set|ui)?lang(?:uage|ue)?(?:[_-]?(?:id|code))?|hl|lng|l|loc(?:ale)?|sprache|idioma|lingua|culture)",
    re.IGNORECASE,
)
_ANSWER = 8  # characters of a language in a query: a code or a name
_NUMBER = re.compile("[0-9]{1,2}")  # or a number, of which a key has no more than there are languages
_TRACKING = re.compile(r"utm_|(?:fbclid|gclid|ref|sessionid|phpsessid|sid)$", re.IGNORECASE)
_ENDING = re.compile(r"(.+?)(?:([._-])([A-Za-z]{2,8}(?:[-_][A-Za-z]{2})?))?\.(?:html?|php|aspx?|shtml|jsp|xhtml|cfm)")
_BEHIND = re.compile(r"(.+)\.(?:html?|php|shtml)\.([A-Za-z]{2}(?:[-_][A-Za-z]{2})?)")
_INDEX = frozenset({"index", "default", "home", "start", "main"})
_PLAIN = frozenset({"www", "www2", "m", "amp"})
_DEEP = 3  # parts of a path in which a language is looked for
# With private suffixes: a blog of blogspot.com is a site. The bundled list, never the network.
_suffixes = tldextract.TLDExtract(cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True)


@dataclass(frozen=True, slots=True)
class Address:
    """`site`, `key` (page within it, language removed) and `whole` (the address itself) are texts to compare.

    `root` says that nothing but a language stands behind the host.
    """

    site: str
    key: str
    whole: str
    language: str | None
    root: bool


def read_address(url: str) -> Address | None:
    """The address taken apart; null where it has no host."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if not host or parts.scheme not in ("http", "https"):
        return None
    site, rest, told = read_host(host)
    path = unquote(parts.path) if "%" in parts.path else parts.path
    segments = [segment for segment in path.split("/") if segment]
    pairs = [pair for pair in parse_qsl(parts.query) if not _TRACKING.match(pair[0])] if parts.query else []
    key, in_path = _strip_path(segments)
    asking = {pair: read_place_code(pair[1]) for pair in pairs if _asks(*pair)}
    asked = next(filter(None, asking.values()), None)
    kept = "&".join(map("=".join, sorted(pair for pair in pairs if pair not in asking)))
    whole = f"{host.removeprefix('www.')}/{'/'.join(segments)}?{'&'.join(map('='.join, sorted(pairs)))}"
    root = not key and not kept
    return Address(site, f"{rest}/{key}?{kept}".lower(), whole, in_path or asked or told, root)


@lru_cache(maxsize=100_000)
def read_host(host: str) -> tuple[str, str, str | None]:
    """Site, what else the host says, and its language. A host without a registered domain is its own site."""
    found = _suffixes.extract_str(host)
    registered = found.top_domain_under_public_suffix
    labels = (found.subdomain if registered else host).split(".")
    told = next((code for label in labels[:1] if (code := read_place_code(label))), None)
    kept = [label for label in labels[1 if told else 0 :] if label and label not in _PLAIN]
    return (registered, ".".join(kept), told) if registered else (".".join(kept), "", told)


def hash_text(text: str) -> int:
    """A number of 64 bits for an address or a site: BLAKE2b."""
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def _asks(name: str, value: str) -> bool:
    """Whether a parameter of a query asks for a language, be it by a number that says nothing here."""
    known = len(value) <= _ANSWER and (_NUMBER.fullmatch(value) or read_place_code(value))
    return bool(known and _ASKS.fullmatch(name))


def _strip_path(segments: list[str]) -> tuple[str, str | None]:
    """The path without its language and its file's ending, and the language."""
    told = None
    kept = []
    for place, segment in enumerate(segments):
        code = read_place_code(segment) if told is None and place < _DEEP else None
        if code is None or (place and place == len(segments) - 1):
            kept.append(segment)
        else:
            told = code
    if kept:
        kept[-1], behind = _strip_file(kept[-1])
        told = told or behind
    if kept and kept[-1].lower() in _INDEX:
        kept.pop()
    return "/".join(kept), told


def _strip_file(name: str) -> tuple[str, str | None]:
    behind = _BEHIND.fullmatch(name)
    if behind and read_place_code(behind[2]):
        return behind[1], read_place_code(behind[2])
    ending = _ENDING.fullmatch(name)
    if ending is None:
        return _strip_bare(name)
    code = read_place_code(ending[3]) if ending[3] else None
    return (ending[1], code) if code else (name[: name.rindex(".")], None)


def _strip_bare(name: str) -> tuple[str, str | None]:
    """A name without an ending whose last part is a language: "hours_de"."""
    front, mark, last = name.rpartition("_")
    code = read_place_code(last) if mark and front and len(last) == 2 else None
    return (front, code) if code else (name, None)
