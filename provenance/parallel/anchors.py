"""What of a document stays when it is translated, as hashes: numbers and names of its text, images and links.

The least hashes of a set are a sample of it that is the same in every set (bottom-k MinHash: Broder 1997, section 3):
what stands on all pages of a site can be taken out of it afterwards, which values of permutations would not allow.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.parallel.addresses import hash_text, read_address
from provenance.parallel.codes import read_tag
from provenance.schema import ANCHORS
from provenance.text.shingles import hash_words
from provenance.text.words import UNSPACED

SKETCH = 96  # hashes kept of a document
HEAD = 8_000  # characters of a text that are read
MAX_ALTERNATES = 80
LEAST_SCORE = 0.5  # of a language
_NUMBER = "[0-9][0-9.,'’\u00a0\u202f]*[0-9]"
_OTHER_DIGITS = ("ar", "bn", "fa", "hi", "mr", "my", "ne", "th", "ur")
_DIGITS = {chr(zero + digit): str(digit) for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0x1040) for digit in range(10)}
# Without scripts that are hashed letter by letter: a name is one word.
_CAPITALISED = rf"\p{{Lu}}[\p{{L}}\p{{N}}--[{UNSPACED}]]{{2,}}"
_NAME = rf"[\p{{Ll}}\p{{N}},;:(„“\"'«] (?:{_CAPITALISED}[ -]?)+"
# German writes all nouns large: names are two together, or stand behind a preposition without an article.
_GERMAN_NAME = (
    rf" (?:in|aus|von|nach|bei|für|und|mit) {_CAPITALISED}|[\p{{Ll}},;:(„] {_CAPITALISED}(?:[ -]{_CAPITALISED})+"
)
_LATIN_WORD = r"[A-Za-z][A-Za-z0-9]{2,}"
_GERMAN = ("de", "lb", "gsw", "nds")
_NOT_LATIN = (
    "am", "ar", "be", "bg", "bn", "el", "fa", "gu", "he", "hi", "hy", "ja", "ka", "kk", "km", "kn", "ko", "ky", "lo",
    "mk", "ml", "mn", "mr", "my", "ne", "pa", "ru", "sr", "ta", "te", "th", "uk", "ur", "zh",
)  # fmt: skip
_PREFIX = 5  # letters of a name: what follows may be an ending of the language
_LINES = 32
_NORWEGIAN = {"nn": "no", "nb": "no"}
_TOLD = ("url", "canonical_url", "hreflang", "html_lang", "translation_marks")
_SAVED = ("google_class", "google_meta", "google_proxy", "google_font", "yandex_span", "edge_hash")
_DESCRIBED = pl.Schema(
    {
        name: ANCHORS.schema[name]
        for name in (
            *("site", "address", "page_key", "url_language", "is_root"),
            *("alternates", "lists_itself", "html_language", "translated_from"),
        )
    }
)


def sign_pages(documents: pl.DataFrame, outline: pl.DataFrame) -> pl.DataFrame:
    """The table `anchors`: a row for each document, in order.

    `documents` has the columns of the table of that name, `outline` images, links and piece_languages, row for row.
    """
    language = pl.when(pl.col("language_score") >= LEAST_SCORE).then(pl.col("language").replace(_NORWEGIAN))
    described = pl.DataFrame(list(_describe(documents)), schema=_DESCRIBED)
    frame = documents.select("doc_id", "fetch_time", "n_chars", language=language).with_columns(
        *described.get_columns(),
        *_sketch(documents, outline).get_columns(),
        outline["piece_languages"].list.eval(pl.element().replace(_NORWEGIAN)),
        outline=_lines(documents),
    )
    return ANCHORS.conform(frame)


def _sketch(documents: pl.DataFrame, outline: pl.DataFrame) -> pl.DataFrame:
    """Columns `anchors` and `n_anchors`."""
    found = np.unique(np.concatenate([_hash(_text_anchors(documents), 1), _hash(_page_anchors(outline), 0)]))
    rows = (found >> np.uint64(32)).astype(np.int64)
    starts = np.searchsorted(rows, np.arange(documents.height + 1))
    kept = np.arange(len(found)) - starts[rows] < SKETCH
    frame = pl.DataFrame({"row": rows[kept], "anchors": found[kept].astype(np.uint32)})
    grouped = frame.group_by("row", maintain_order=True).agg("anchors")
    counted = pl.DataFrame({"row": np.arange(documents.height), "n_anchors": np.diff(starts)})
    joined = counted.join(grouped, on="row", how="left", maintain_order="left")
    return joined.select(pl.col("anchors").fill_null(pl.lit([], dtype=pl.List(pl.UInt32))), "n_anchors")


def _hash(words: pl.DataFrame, last_bit: int) -> NDArray[np.uint64]:
    """Row and anchor in one number for columns `row` and `word`; the last bit tells texts' anchors from pages'."""
    hashes = hash_words([" ".join(words["word"].to_list())]).hashes
    anchors = ((hashes >> np.uint64(32)) & np.uint64(0xFFFFFFFE)) | np.uint64(last_bit)
    return anchors | (words["row"].cast(pl.UInt64).to_numpy() << np.uint64(32))


def _text_anchors(documents: pl.DataFrame) -> pl.DataFrame:
    """Numbers of three digits and more and the beginnings of names in each text: columns `row` and `word`."""
    texts = documents.with_row_index("row").select("row", "language", text=pl.col("text").str.head(HEAD))
    texts = texts.with_columns(pl.col("language").fill_null(""))
    own_digits = pl.col("language").is_in(_OTHER_DIGITS)
    plain = texts.filter(own_digits).with_columns(pl.col("text").str.replace_many(_DIGITS))
    numbers = _find_words(pl.concat([texts.filter(~own_digits), plain]), _NUMBER, r"[^0-9]")
    german, foreign = pl.col("language").is_in(_GERMAN), pl.col("language").is_in(_NOT_LATIN)
    names = pl.concat(
        [
            _find_words(_join_found(texts.filter(german), _GERMAN_NAME), _CAPITALISED),
            _find_words(_join_found(texts.filter(~german & ~foreign), _NAME), _CAPITALISED),
            _find_words(texts.filter(foreign), _LATIN_WORD),
        ]
    )
    begun = pl.col("word").str.to_lowercase().str.normalize("NFD").str.replace_all(r"\p{M}", "").str.head(_PREFIX)
    return pl.concat([numbers.filter(pl.col("word").str.len_chars() >= 3), names.with_columns(begun)])


def _find_words(texts: pl.DataFrame, pattern: str, left_out: str | None = None) -> pl.DataFrame:
    found = texts.select("row", word=pl.col("text").str.extract_all(pattern)).explode("word").drop_nulls()
    return found.with_columns(pl.col("word").str.replace_all(left_out, "")) if left_out else found


def _join_found(texts: pl.DataFrame, pattern: str) -> pl.DataFrame:
    return texts.with_columns(pl.col("text").str.extract_all(pattern).list.join(" "))


def _page_anchors(outline: pl.DataFrame) -> pl.DataFrame:
    """Images and links of each page without what is no letter or digit: columns `row` and `word`."""
    rows = outline.with_row_index("row")
    bare = pl.col("word").str.to_lowercase().str.replace_all(r"[^a-z0-9]", "")
    kinds = [
        rows.select("row", word=kind).explode("word").drop_nulls().with_columns(word=pl.lit(kind[0]) + bare)
        for kind in ("images", "links")
    ]
    return pl.concat(kinds).filter(pl.col("word").str.len_chars() > 3)


def _lines(documents: pl.DataFrame) -> pl.Series:
    """Lengths of the first lines of each text."""
    lines = pl.col("text").str.head(HEAD).str.split("\n")
    lengths = lines.list.eval(pl.element().str.strip_chars().str.len_chars().clip(0, 0xFFFF).cast(pl.UInt16))
    return documents.select(lengths.list.eval(pl.element().filter(pl.element() > 0)).list.head(_LINES)).to_series()


def _describe(documents: pl.DataFrame) -> Iterator[dict[str, object]]:
    """What address and markup of each document tell."""
    for url, canonical, tags, html_lang, marks in documents.select(_TOLD).iter_rows():
        own = read_address(url) if url else None
        alternates, lists_itself = _alternates({own.whole, *_whole(canonical)}, tags) if own and tags else ([], False)
        yield {
            "site": own and own.site,
            "address": own and hash_text(own.whole),
            "page_key": own and hash_text(f"{own.site} {own.key}"),
            "url_language": own and own.language,
            "is_root": own and own.root,
            "alternates": alternates,
            "lists_itself": lists_itself,
            "html_language": read_tag(html_lang) if html_lang else None,
            "translated_from": _source(html_lang or "", marks or []),
        }


def _whole(url: str | None) -> list[str]:
    address = read_address(url) if url else None
    return [] if address is None or address.root else [address.whole]


def _alternates(own: set[str], tags: list[dict[str, str]]) -> tuple[list[dict[str, object]], bool]:
    """The versions a page declares, and whether it lists itself; left out are roots, and itself but as x-default.

    `own` has the addresses the page is known by: that it was captured at, and its canonical one.
    """
    found: dict[tuple[str | None, int], None] = {}
    lists_itself = False
    for tag in tags[:MAX_ALTERNATES]:
        address, language = read_address(tag["url"]), read_tag(tag["lang"])
        same = address is not None and address.whole in own
        lists_itself = lists_itself or same
        if address is not None and not address.root and not (same and language):
            found[language, hash_text(address.whole)] = None
    return [{"language": language, "address": address} for language, address in found], lists_itself


def _source(html_lang: str, marks: list[str]) -> str | None:
    """The source language that a machine-translated page declares; und where it declares no more than that."""
    _, declared, source = html_lang.lower().partition("-x-mtfrom-")
    named = [mark.partition("=")[2] for mark in marks if mark.startswith("mtfrom_link")]
    if declared or named:
        return next((language for tag in (source, *named) if (language := read_tag(tag))), "und")
    return "und" if any(mark in _SAVED for mark in marks) else None
