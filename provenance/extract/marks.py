"""A page as its marks are read from it, and a search for what may be one.

A mark is what the page carries, not what it proves. For the marks of machine translation see `translation_marks.py` and
`notice_marks.py`, for those that tell of AI `disclosure_marks.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import polars as pl
from resiliparse.parse.html import DocumentNode, ElementNode

from provenance.text.notices import find_keys, has_wordings

Element = Mapping[str, str]  # attribute names, lower case, to values
MetaName = Literal[
    "generator", "content-language", "x-translated-by", "translation-stats", "translator", "ms.translationtype",
    "ai-disclosure", "ai-generated",
]  # fmt: skip
META_NAMES: tuple[str, ...] = get_args(MetaName)  # the meta tags that are read

# A page without one of these has no mark in its body: nearly all pages are spared the searches for each.
_SIGNS = (
    "x-mtfrom|-t0-|vertical-align: inherit|google-src-text|translate\\.goog|<ya-tr-span|_msttexthash"
    "|data-moz-translations-id|immersive-translate-tr|data-trp-gettext|trp_original_lang|data-wg-tr|weglot|GTranslate"
    '|gtranslateSettings|qtranslate|data-wovnio|linguise-extra|cx-segment|ough_translation|"translator"'
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

    @property
    def body(self) -> ElementNode | None:
        """The body element of a parsed page."""
        return self.document.query_selector("body") if self.document is not None else None

    def count(self, selector: str) -> int:
        """How many elements match a CSS selector."""
        return len(self.document.query_selector_all(selector)) if self.document is not None else 0


def find_signs(html: str, language: str) -> str:
    """The source of a page that may have marks in its body; empty where it has none.

    `language` is the one the page declares: notices are looked for in it and in English, in all languages where it
    declares none or one whose notices are not known. One search for all signs: by polars, mostly for calling it.
    """
    return html if pl.Series([html]).str.contains(_find_pattern(primary_language(language)))[0] else ""


def primary_language(tag: str) -> str:
    """Primary subtag of a language tag where notices of that language are known, else empty."""
    code = tag.strip().lower().replace("_", "-").partition("-")[0]
    return code if has_wordings(code) else ""


@cache
def _find_pattern(language: str) -> str:
    return "|".join((_SIGNS, *find_keys(language)))
