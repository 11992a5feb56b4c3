"""Languages as a page and its site tell them: by tags, alternate versions and addresses.

Codes that were replaced or are mistaken for languages count as what is meant; languages that identifiers and authors do
not keep apart count as one. A code in an address may be a country (`/ca/`, `uk.`) or a word (`/it/`, `my.`), so most
count only where a tag of the page or an alternate version confirms them. Top-level domains tell a country, never a
language.
"""

import re
from collections.abc import Mapping, Sequence

import polars as pl

Alternate = Mapping[str, str | None]

SAME = {
    "iw": "he", "in": "id", "ji": "yi", "jp": "ja", "cn": "zh", "kr": "ko", "cz": "cs", "gr": "el", "dk": "da",
    "nb": "no", "nn": "no", "hr": "sr", "bs": "sr", "hbs": "sr", "ms": "id", "yue": "zh", "wuu": "zh", "fil": "tl",
    "mo": "ro", "gsw": "de", "prs": "fa", "ckb": "ku", "zxx": None, "und": None, "mul": None, "utf": None,
}  # fmt: skip
# Codes that are no other word and no country but one where this language is spoken.
_PLAIN = tuple("en de fr es nl pl ru pt fi hu tr bg hr sk lt lv ja zh ko cs fa vi th".split())  # noqa: SIM905
# Codes of ISO 639-1 that pages are written in: told by a parameter, or with a region ("pt-br").
_CODES = frozenset(
    "af am ar as az be bg bn br bs ca cs cy da de el en eo es et eu fa fi fo fr fy ga gd gl gu ha he hi hr hu hy id ig "  # noqa: SIM905
    "is it iw ja jv ka kk km kn ko ku ky la lb lo lt lv mg mi mk ml mn mr ms mt my nb ne nl nn no or pa pl ps pt ro ru "
    "rw sd si sk sl sn so sq sr st su sv sw ta te tg th tk tl tr tt ug uk ur uz vi xh yi yo zh zu".split()
)
_TAG = r"([a-z]{2,3})((?:[-_](?:[a-z]{4}|[a-z]{2}))?)"
_PLACES = (
    rf"^[a-z]+://{_TAG}\.[^/]+\.",
    rf"^[a-z]+://[^/?#]+/{_TAG}(?:[/?#]|$)",
    rf"^[a-z]+://[^/?#]+/[a-z]{{2}}/{_TAG}(?:[/?#]|$)",
)
_PARAMETER = r"[?&](?:lang|language|locale|hl|lg|lng|setlang)=([a-z]{2,3})(?:[-_][a-z]{2,4})?(?:[&#]|$)"


def same_language(code: pl.Expr) -> pl.Expr:
    """Primary language subtag, one for all that are not kept apart; null where it names no language."""
    primary = code.str.strip_chars().str.to_lowercase().str.extract(r"^([a-z]{2,3})(?:[-_]|$)")
    return primary.replace(SAME)


def url_language(url: pl.Expr, confirming: pl.Expr) -> pl.Expr:
    """The language an address tells, as `same_language` has it; null where it tells none for sure.

    It stands in the first part of the host, the first or second of the path, or a parameter. `confirming` are lists of
    the languages that tags and alternate versions of the page name.
    """
    address = url.str.to_lowercase()
    found = [_if_sure(address, place, confirming) for place in _PLACES]
    parameter = address.str.extract(_PARAMETER)
    return pl.coalesce(*found, pl.when(parameter.is_in(_CODES)).then(parameter.replace(SAME)))


def _if_sure(address: pl.Expr, place: str, confirming: pl.Expr) -> pl.Expr:
    code, region = address.str.extract(place, 1), address.str.extract(place, 2)
    meant = code.replace(SAME)
    sure = code.is_in(_PLAIN) | (code.is_in(_CODES) & (region != "")) | confirming.list.contains(meant)
    return pl.when(sure.fill_null(False)).then(meant)


def find_default_language(hreflang: Sequence[Alternate]) -> str | None:
    """The site's default language by its alternate links; null where they do not tell.

    It is that of x-default, else the only version without a language code in its address.
    """
    versions = [(primary_language(link["lang"]), link["url"] or "") for link in hreflang]
    fallback = {url for lang, url in versions if lang == "x"}
    languages = {(lang, url) for lang, url in versions if lang and lang != "x"}
    by_default = {lang for lang, url in languages if url in fallback}
    bare = {lang for lang, url in languages if not _names_language(url, lang)}
    for found in (by_default, bare if len(languages) > 1 else set()):
        if len(found) == 1:
            return found.pop()
    return None


def primary_language(tag: str | None) -> str | None:
    """As `same_language`, of one tag; "x" of x-default."""
    code = re.split("[-_]", (tag or "").strip().lower())[0]
    return SAME.get(code, code)


def _names_language(url: str, language: str) -> bool:
    """A language code as a part of the path, the first part of the host, or a value of the query."""
    places = re.split(r"[/.?&=:]+", url.lower())
    codes = (re.fullmatch(r"([a-z]{2,3})(?:[-_][a-z]{2,4})?", place) for place in places)
    return any(SAME.get(code.group(1), code.group(1)) == language for code in codes if code)
