"""One record -> one row of the documents table, or the reason why there is none."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

import tldextract
from resiliparse.parse.html import HTMLTree

from provenance.archive import Record
from provenance.errors import Reason, RecordError, Stage
from provenance.extract.charset import BYTE_ORDER_MARKS, decode_page
from provenance.extract.guard import find_excess
from provenance.extract.main_text import MainText, resiliparse_text, trim_edges
from provenance.extract.markup import MarkupFacts, read_markup
from provenance.extract.outline import read_outline

Row = dict[str, object]
LooksUpMarkup = Callable[[str], MarkupFacts | None]
"""The markup facts of the page whose record has this id, from elsewhere; null where none are known."""

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
PLAIN = "text/plain"
# Signatures of the WHATWG MIME Sniffing Standard (section 6) that servers often call text/html.
_NOT_TEXT = (b"%PDF-", b"\x89PNG\r\n", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"\x1f\x8b\x08", b"wOFF", b"wOF2")
_HTML_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?<(?:!--|!doctype html|(?:html|head|body|title|meta|link|script|style|"
    rb"iframe|h1|div|p|font|table|a|b|br)[\s>/])",
    re.IGNORECASE,
)
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")  # the standard's "binary data bytes"
_SNIFFED = 4096
_MARKUP = tuple(column.name for column in fields(MarkupFacts))
_BROKEN = re.compile("[\x00\ud800-\udfff]")
_registered = tldextract.TLDExtract(cache_dir=None, suffix_list_urls=())  # the bundled list, never the network


@dataclass(frozen=True, slots=True)
class ExtractOptions:
    """How records become documents; batches are closed when they reach `batch_rows` or `batch_bytes` of text."""

    extractor: Literal["resiliparse", "trafilatura"] = "resiliparse"
    edge_trim: bool = False
    min_chars: int = 1
    batch_rows: int = field(default=1000, metadata={"identity": False})
    batch_bytes: int = field(default=32 * 1024 * 1024, metadata={"identity": False})

    def __post_init__(self) -> None:
        for name in ("min_chars", "batch_rows", "batch_bytes"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")


def load_main_text(options: ExtractOptions) -> MainText:
    """The extractor the options name. Raises ConfigError when its package is not installed."""
    main_text = resiliparse_text
    if options.extractor == "trafilatura":
        from provenance.extract.trafilatura_text import trafilatura_text

        main_text = trafilatura_text
    return _trimmed(main_text) if options.edge_trim else main_text


def read_document(
    record: Record,
    options: ExtractOptions,
    main_text: MainText,
    *,
    crawl: str,
    warc_filename: str,
    markup_of: LooksUpMarkup = lambda _: None,
) -> Row:
    """The row of `schema.DOCUMENTS` for a record, without `language`, `language_score`, `n_chars` and `n_words`.

    Of a page, also `images` and `links` of its outline. `doc_id` may be missing (null) or repeated still. A text made
    from a page (a conversion record) has the markup facts that `markup_of` knows of that page. Raises RecordError when
    there is no document.
    """
    if record.http_status is not None and not 200 <= record.http_status < 300:
        raise _reject(record, Reason.HTTP_STATUS, str(record.http_status))
    if not record.payload or record.payload.isspace():
        raise _reject(record, Reason.EMPTY_PAYLOAD, f"{len(record.payload)} bytes")
    media_type = _media_type(record)
    html = media_type in HTML_TYPES
    page, charset = decode_page(record.payload, record.charset, html=html)
    markup = _read_html(record, page, charset, main_text) if html else {"text": page, **_noted(record, markup_of)}
    text = clean(str(markup.pop("text"))).strip()
    if len(text) < options.min_chars:
        raise _reject(record, Reason.NO_TEXT, f"{len(text)} characters of {len(page)}")
    return {**_origin(record, crawl, warc_filename), "text": text, "content_mime_type": media_type,
            "content_charset": charset, **markup}  # fmt: skip


def _trimmed(main_text: MainText) -> MainText:
    return lambda html, tree: trim_edges(main_text(html, tree))


def _reject(record: Record, reason: Reason, detail: str) -> RecordError:
    return RecordError(Stage.EXTRACT, reason, detail, offset=record.offset)


def _media_type(record: Record) -> str:
    declared = (record.media_type or "").strip().lower()
    head = record.payload[:_SNIFFED]
    if declared and declared not in HTML_TYPES and declared != PLAIN:
        raise _reject(record, Reason.MEDIA_TYPE, clean(declared)[:100])
    if head.startswith(_NOT_TEXT):
        raise _reject(record, Reason.MEDIA_TYPE, f"{declared or 'no type'}, but the bytes begin {head[:8]!r}")
    return declared or _sniff(record, head)


def _sniff(record: Record, head: bytes) -> str:
    if _HTML_START.match(head):
        return "text/html"
    marked = any(head.startswith(magic) for magic, _ in BYTE_ORDER_MARKS)
    if head.lstrip().startswith(b"<?xml") or (not marked and _BINARY.search(head)):
        raise _reject(record, Reason.MEDIA_TYPE, f"no type, and the bytes begin {head[:8]!r}")
    return PLAIN


def _read_html(record: Record, page: str, charset: str, main_text: MainText) -> Row:
    ascii_bytes = page.encode("utf-8", "replace") if charset.startswith("utf-16") else record.payload
    excess = find_excess(ascii_bytes)
    if excess:
        raise _reject(record, Reason.EXTRACTION_FAILED, excess)
    tree = HTMLTree.parse(page)
    facts = read_markup(tree, page, record.http_headers, record.url)
    outline = {name: _clean_all(found) for name, found in read_outline(page, record.url).items()}
    return {"text": main_text(page, tree), **markup_columns(facts), **outline}


def _noted(record: Record, markup_of: LooksUpMarkup) -> Row:
    made_from_page = record.record_type == "conversion" and record.refers_to is not None
    facts = markup_of(record.refers_to or "") if made_from_page else None
    return markup_columns(facts) if facts is not None else {}


def markup_columns(facts: MarkupFacts) -> Row:
    """The facts as columns, fit to be written."""
    return {name: _clean_all(getattr(facts, name)) for name in _MARKUP}


def _origin(record: Record, crawl: str, warc_filename: str) -> Row:
    return {
        "doc_id": clean(record.record_id or "").strip() or None,
        **locate(record.url),
        "fetch_time": record.fetch_time,
        "crawl": crawl,
        "content_digest": clean(record.content_digest or "") or None,
        "digest_check": None if record.digest_check is None else str(record.digest_check),
        "warc_filename": warc_filename,
        "warc_record_offset": record.offset,
        "warc_record_length": record.length,
        "fetch_status": record.http_status,
        "content_truncated": clean(record.content_truncated or "") or None,
    }


def made_id(warc_filename: str, offset: int, repeat: int = 0) -> str:
    """An id for a record whose own is missing or repeated: UUID 5 of file and offset, so the same in every run.

    `repeat` counts up where records share a compressed member and so an offset.
    """
    place = f"{warc_filename}#{offset}" + (f"#{repeat}" if repeat else "")
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, place)}>"


def locate(url: str) -> Row:
    """The columns of an address."""
    url = clean(url)
    host = host_name(url)
    domain = registered_domain(host) if host else None
    return {"url": url or None, "url_host_name": host, "url_host_registered_domain": domain}


def host_name(url: str) -> str | None:
    """Host of a URL, lower case, without port; null where there is none."""
    try:
        return urlsplit(url).hostname or None
    except ValueError:
        return None


@lru_cache(maxsize=100_000)
def registered_domain(host: str) -> str | None:
    """Domain under the public suffix (its ICANN part, as in Common Crawl's index); null for addresses and suffixes."""
    return _registered.extract_str(host).top_domain_under_public_suffix or None


def clean(text: str) -> str:
    """The text without NUL and lone surrogates: the first ends strings in C, the second cannot be written as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return _BROKEN.sub("", text)
    return text.replace("\x00", "")


def _clean_all(value: object) -> object:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_clean_all(item) for item in value]
    if isinstance(value, dict):
        return {key: _clean_all(item) for key, item in value.items()}
    return value
