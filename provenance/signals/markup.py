"""What a page's markup says of its origin: declared machine translation, and declared AI.

A mark is read together with the page it stands on. Plugins of multilingual sites mark every language version, the
source as well; a widget translates in the reader's browser only; a fragment, picture or video is not the page.
Such marks are listed in the hits, with why they do not count, and do not raise the value.
Sources of the marks: see `provenance/extract/marks.py`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from provenance.schema import HREFLANG_DTYPE, Column
from provenance.signals.hits import HITS, collect_hits

Alternate = Mapping[str, str | None]
Hit = tuple[float, str, str]  # value, mark, why in words

SAVED = {
    "google_class": "page saved as Google Translate showed it",
    "google_meta": "page saved as Google Translate showed it",
    "google_proxy": "page fetched through Google Translate",
    "google_font": "text wrapped by Google Translate",
    "yandex_span": "page saved as Yandex Translate showed it",
    "edge_hash": "page saved as the translator of Edge showed it",
}
PLUGINS = {
    "translatepress": "TranslatePress",
    "transposh": "Transposh",
    "weglot": "Weglot",
    "gtranslate_static": "GTranslate",
}
NO_EVIDENCE = {
    "gtranslate_widget": "a widget that translates in the reader's browser",
    "qtranslate": "a plugin that holds versions written by people",
    "google_font_part": "a translated fragment, not the page",
    "mtfrom_lang_part": "a translated fragment, not the page",
}
DECLARED, PLUGIN, NOTHING = 1.0, 0.5, 0.0
# Codes that were replaced or are mistaken for languages; languages that identifiers and authors do not keep apart.
_SAME = {
    "iw": "he", "in": "id", "ji": "yi", "jp": "ja", "cn": "zh", "kr": "ko", "cz": "cs", "gr": "el", "dk": "da",
    "nb": "no", "nn": "no", "hr": "sr", "bs": "sr", "hbs": "sr", "ms": "id", "yue": "zh", "wuu": "zh", "fil": "tl",
    "mo": "ro", "gsw": "de", "prs": "fa", "ckb": "ku", "zxx": None, "und": None, "mul": None, "utf": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TranslationMarkup:
    """Declared machine translation, and whether the declared language is the one of the text.

    Null without markup (plain text) and for an empty text; the mismatch also below `min_words`, and where either
    language is not told.
    """

    columns: ClassVar[Mapping[str, Column]] = {
        "markup_translated": Column(
            pl.Float64(),
            "1",
            "1 declared or saved as machine-translated, 0.5 translation plugin on a page that is not in the site's "
            "default language, else 0",
            0,
            1,
        ),
        "markup_language_mismatch": Column(
            pl.Float64(), "1", "1 where html lang is not the language of the text, else 0", 0, 1
        ),
        "markup_hits": Column(HITS, "", "each translation mark and what it says; no place in the text"),
    }
    needs: ClassVar[tuple[str, ...]] = (
        "text", "language", "language_score", "n_words", "html_lang", "hreflang", "translation_marks",
    )  # fmt: skip

    min_words: int = 20
    min_language_score: float = 0.5

    def measure(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Columns beside the documents."""
        sure = pl.col("language_score").cast(pl.Float64) >= self.min_language_score
        table = batch.select(
            "text",
            (sure & (pl.col("n_words").cast(pl.Int64) >= self.min_words)).alias("certain"),
            pl.col("html_lang").cast(pl.String).alias("declared"),
            _same_language(pl.col("html_lang").cast(pl.String)).alias("html_lang"),
            _same_language(pl.col("language").cast(pl.String)).alias("language"),
            pl.col("hreflang").cast(HREFLANG_DTYPE),
            pl.col("translation_marks").cast(pl.List(pl.String)).alias("marks"),
        )
        differ = (pl.col("html_lang") != pl.col("language")).cast(pl.Float64)
        mismatch = table.select(pl.when(pl.col("certain") & _has_text(pl.col("text"))).then(differ)).to_series()
        marked = table.filter(pl.col("marks").list.len() > 0).iter_rows(named=True)
        counts = table["marks"].list.len()  # few pages have any
        rows = [list(_read_marks(next(marked))) if count else None if count is None else [] for count in counts]
        return _columns(rows, table["text"], "markup_translated", "markup_hits").insert_column(
            1, mismatch.alias("markup_language_mismatch")
        )


@dataclass(frozen=True, slots=True)
class AiDisclosure:
    """What the page declares of AI in its making. Null without markup (plain text) and for an empty text."""

    columns: ClassVar[Mapping[str, Column]] = {
        "disclosure_ai": Column(
            pl.Float64(), "1", "1 declared AI-generated, 0.5 declared AI-assisted, 0 declared neither", 0, 1
        ),
        "disclosure_hits": Column(HITS, "", "each disclosure mark and what it says; no place in the text"),
        "disclosure_link_count": Column(
            pl.Int64(), "1", "links to other sites that say that a chat model cited them; they declare nothing", 0
        ),
    }
    needs: ClassVar[tuple[str, ...]] = ("text", "ai_disclosure_marks")

    def measure(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Columns beside the documents."""
        marks = batch["ai_disclosure_marks"].cast(pl.List(pl.String))
        rows = [None if row is None else [_read_disclosure(mark) for mark in row] for row in marks]
        measured = _columns(rows, batch["text"], "disclosure_ai", "disclosure_hits")
        links = [None if row is None else sum(map(_count_links, row)) for row in marks]
        known = measured["disclosure_ai"].is_not_null()
        counted = pl.DataFrame({"n": pl.Series(links, dtype=pl.Int64), "known": known})
        counts = counted.select(pl.when("known").then("n").alias("disclosure_link_count"))
        return measured.hstack(counts)


def _columns(rows: Sequence[list[Hit] | None], texts: pl.Series, value: str, hits: str) -> pl.DataFrame:
    """The strongest value and the list of hits of each row; null where the row has no markup or no text."""
    measured = texts.to_frame().select(_has_text(pl.col(texts.name))).to_series()
    kept = [row if known else None for row, known in zip(rows, measured, strict=True)]
    values = [None if row is None else max((hit[0] for hit in row), default=NOTHING) for row in kept]
    listed = [
        None if row is None else [{"start": None, "end": None, "match": mark, "detail": why} for _, mark, why in row]
        for row in kept
    ]
    return pl.DataFrame([pl.Series(value, values, pl.Float64), collect_hits(hits, listed)])


def _has_text(text: pl.Expr) -> pl.Expr:
    return (text.cast(pl.String).str.strip_chars() != "").fill_null(False)


def _same_language(code: pl.Expr) -> pl.Expr:
    """Primary language subtag, one for all that are not kept apart; null where it names no language."""
    primary = code.str.strip_chars().str.to_lowercase().str.extract(r"^([a-z]{2,3})(?:[-_]|$)")
    return primary.replace(_SAME)


def _read_marks(row: Mapping[str, object]) -> Iterator[Hit]:
    marks, hreflang = row["marks"], row["hreflang"]
    page = row["html_lang"] or row["language"]
    default = find_default_language(hreflang) if isinstance(hreflang, list) else None
    for mark in marks if isinstance(marks, list) else ():
        name, _, source = str(mark).partition("=")
        if name in ("mtfrom_lang", "mtfrom_link"):
            yield _read_declared(str(mark), source or _source_of(row["declared"]), row, page)
        elif name in SAVED:
            yield DECLARED, mark, SAVED[name]
        elif name in PLUGINS:
            yield _read_plugin(mark, PLUGINS[name], page, default)
        else:
            yield NOTHING, mark, NO_EVIDENCE.get(name, "not known")


def _source_of(declared: object) -> str:
    found = re.search(r"-x-mtfrom-([a-z]{2,3})", str(declared or ""), re.IGNORECASE)
    return found.group(1).lower() if found else ""


def _read_declared(mark: str, source: str, row: Mapping[str, object], page: object) -> Hit:
    """The page says it was translated from `source`; a page that is in that language is the source."""
    language = row["language"] or page
    if language == _SAME.get(source, source):
        return NOTHING, mark, f"declares a translation from {source}, but is in that language"
    return DECLARED, mark, f"declares that it was machine-translated{f' from {source}' if source else ''}"


def _read_plugin(mark: str, plugin: str, page: object, default: str | None) -> Hit:
    if default is None or page is None:
        return NOTHING, mark, f"{plugin}, but the site's default language is not known"
    if page == default:
        return NOTHING, mark, f"{plugin}, on a page in the site's default language {default}"
    return PLUGIN, mark, f"{plugin}, on a page in {page} of a site whose default language is {default}"


def find_default_language(hreflang: Sequence[Alternate]) -> str | None:
    """The site's default language by its alternate links; null where they do not tell.

    It is that of x-default, else the only version without a language code in its address.
    """
    versions = [(_primary(link["lang"]), link["url"] or "") for link in hreflang]
    fallback = {url for lang, url in versions if lang == "x"}
    languages = {(lang, url) for lang, url in versions if lang and lang != "x"}
    by_default = {lang for lang, url in languages if url in fallback}
    bare = {lang for lang, url in languages if not _names_language(url, lang)}
    for found in (by_default, bare if len(languages) > 1 else set()):
        if len(found) == 1:
            return found.pop()
    return None


def _primary(tag: str | None) -> str | None:
    code = re.split("[-_]", (tag or "").strip().lower())[0]
    return _SAME.get(code, code)


def _names_language(url: str, language: str) -> bool:
    """A language code as a part of the path, the first part of the host, or a value of the query."""
    places = re.split(r"[/.?&=:]+", url.lower())
    codes = (re.fullmatch(r"([a-z]{2,3})(?:[-_][a-z]{2,4})?", place) for place in places)
    return any(_SAME.get(code.group(1), code.group(1)) == language for code in codes if code)


GENERATED = frozenset({"ai-generated", "ai-originated", "machine-generated", "autonomous", "true", "yes", "1"})
ASSISTED = frozenset({"ai-assisted", "ai-modified"})
# Names of IPTC; those of schema.org end in "DigitalSource".
SOURCE_TYPES = {
    "trainedalgorithmicmedia": DECLARED,
    "compositewithtrainedalgorithmicmedia": 0.5,
    "compositesynthetic": 0.5,
}
AUTHORS = {"author": DECLARED, "creator": DECLARED, "coauthor": 0.5, "cocreator": 0.5}


def _read_disclosure(mark: str) -> Hit:
    place, _, rest = mark.partition(":")
    name, _, value = rest.partition("=")
    if place == "part":
        return NOTHING, mark, "says so of a part of the page"
    if place == "media":
        return NOTHING, mark, "says so of a picture, sound or video"
    if place == "link":
        return NOTHING, mark, f"{value} link(s) to other sites as {name} cites them: copied out of an answer"
    worth = _worth_in_json(name, value) if place == "jsonld" else _worth(name, value)
    said = {DECLARED: "declares that AI made the text", 0.5: "declares that AI had a part in the text"}
    return worth, mark, said.get(worth, "declares no AI")


def _worth_in_json(name: str, value: str) -> float:
    """Worth of a source type, or of an author that is an AI tool."""
    return AUTHORS.get(name) or SOURCE_TYPES.get(value.lower().removesuffix("digitalsource"), NOTHING)


def _worth(name: str, value: str) -> float:
    """Worth of a value: a plain word, or a structured field with a `mode` (RFC 9651; the draft's dictionary).

    A generator that is a chat model may have written the page's code only.
    """
    if name == "generator":
        return DECLARED if re.search(r"ai[- ]generated|generated (?:by|with) ai", value.lower()) else 0.5
    mode = re.search(r"\bmode\s*=\s*\"?([a-z-]+)", value.lower())
    word = mode.group(1) if mode else re.split(r"[\s;,]", value.strip().lower())[0].strip('"')
    return DECLARED if word in GENERATED else 0.5 if word in ASSISTED else NOTHING


def _count_links(mark: str) -> int:
    """How many links a mark "link:chatgpt.com=3" tells of."""
    n = mark.rpartition("=")[2]
    return int(n) if mark.startswith("link:") and n.isdecimal() else 0
