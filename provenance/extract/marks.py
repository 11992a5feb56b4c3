"""A page as its marks are read from it, and a search for what may be one.

A mark is what the page carries, not what it proves. For the marks of machine translation see `translation_marks.py` and
`notice_marks.py`, for those that tell of AI `disclosure_marks.py`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import polars as pl
from resiliparse.parse.html import DocumentNode, ElementNode

from provenance.text.notices import ENGLISH, find_keys, has_wordings

Element = Mapping[str, str]  # attribute names, lower case, to values
MetaName = Literal[
    "generator", "content-language", "x-translated-by", "translation-stats", "translator", "ms.translationtype",
    "ai-disclosure", "ai-generated",
]  # fmt: skip
META_NAMES: tuple[str, ...] = get_args(MetaName)  # the meta tags that are read

# A page without one of these has no mark in its body: nearly all pages are spared the searches for each. Those that
# begin with letters rare in pages are found faster, and 40 to 50 at once much faster than 100.
_SIGNS = (
    "x-mtfrom|-t0-|-align: inherit|-src-text|\\.translate\\.goog|translate\\.googleu|<ya-tr-span|_msttexthash"
    "|moz-translations-id|immersive-translate-tr|trp-gettext|trp_original_lang|-wg-tr|weglot|GTranslate|gtranslateSettings|qtranslate|wovnio"
    '|linguise-extra|cx-segment|h_translation|slator"'
    "|ai-disclosure|rainedAlgorithmicMedia"
    "|utm_source=(?:chat|openai|copilot|perplexity|gemini.g|claude|grok)|referrer=grok"
    '|"ChatGPT|"GPT-|"OpenAI |"Google Gemini|"Artificial Intelligence"'
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page as the marks need it: parsed, or as a WAT record tells of it, then without `document` and `signs`.

    `signs` is its source where `find_signs` found any, and `found` what it found. `root` are the attributes of its html
    element, `base` the address its links are relative to, mostly its `url`. `hyperlinks` are addresses as written, of a
    WAT record only.
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
    found: frozenset[str] = frozenset()

    def meta(self, name: MetaName) -> str | None:
        """Content of the first meta tag of that name or http-equiv; null if there is none."""
        return self.metas.get(name)

    @property
    def language(self) -> str:
        """The language tag it declares: of its html element, else of Content-Language; empty if there is none."""
        return declared_language(self.root, self.headers, self.metas)

    @property
    def body(self) -> ElementNode | None:
        """The body element of a parsed page."""
        return self.document.query_selector("body") if self.document is not None else None

    def count(self, selector: str) -> int:
        """How many elements match a CSS selector."""
        return len(self.document.query_selector_all(selector)) if self.document is not None else 0


def find_signs(html: str, language: str) -> frozenset[str]:
    """What stands in the source of a page and may belong to a mark in its body; nothing for nearly all pages.

    `language` is the one the page declares: notices are looked for in it and in English, in all languages where it
    declares none or one whose notices are not known. By polars, whose time goes mostly into calling it.
    """
    source = pl.Series([html])
    patterns = _find_patterns(primary_language(language))
    hits = (source.str.extract_all(pattern)[0] for pattern in patterns if source.str.contains(pattern)[0])
    return frozenset(hit for found in hits for hit in found)


def declared_language(root: Element, headers: Mapping[str, str], metas: Mapping[str, str]) -> str:
    """The language tag a page declares, as `Page.language`."""
    told = root.get("lang") or root.get("xml:lang") or headers.get("content-language") or metas.get("content-language")
    return told or ""


def primary_language(tag: str) -> str:
    """Primary subtag of a language tag, the first of several, where notices of that language are known, else empty."""
    code = re.split(r"[-_,;\s]", tag.strip().lower(), maxsplit=1)[0]
    return code if has_wordings(code) else ""


@cache
def _find_patterns(language: str) -> tuple[str, ...]:
    """One pattern, or two where one of all languages would be slow."""
    usual = find_keys(language or ENGLISH)
    rest = [re.escape(key) for key in find_keys(language) if key not in usual]
    return ("|".join((_SIGNS, *map(re.escape, usual))), *(["|".join(rest)] if rest else []))
