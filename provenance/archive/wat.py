"""WAT records: what is noted of a page beside its text, as facts.

A .wat file has a `metadata` record for every record of its .warc: JSON with an Envelope that holds the WARC and HTTP
headers, and of an HTML page the title, the meta and link elements and the links. Writers differ by their age: Common
Crawl's gives `rel` of links since August 2017, the language of the html element (a meta named `HTML@/lang`) since
December 2024, `hreflang` of link elements only lately; values that occur twice are a list or only the first. So any
field may be missing or of another type; only JSON that does not parse is an error.

Sources: ia-web-commons (WATExtractorOutput, ExtractingParseObserver, ResourceConstants), its issues 10 and 35;
cc-warc-examples, WATSampleOutLinks.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from provenance.archive.payload.headers import join_fields, parse_date, parse_media_type
from provenance.archive.record import Record
from provenance.errors import Reason, RecordError, Stage

RECORD_TYPE = "metadata"
MEDIA_TYPE = "application/json"
MAX_ELEMENTS = 2_000  # meta and link elements kept of one page, each; the largest heads have some hundreds
MAX_LINKS = 10_000  # links kept of one page; a page of 5 MiB may have more
_PAGES = frozenset({"response", "resource", "conversion"})
_HYPERLINKS = frozenset({"A@/href", "AREA@/href"})  # the rest are images, styles, scripts, forms
_ROOT = "HTML@/"
_decoder = json.JSONDecoder(strict=False)  # control characters inside strings are let pass


class Link(NamedTuple):
    """A hyperlink as written: relative addresses are not resolved, the text is cut at 128 characters by the writer."""

    url: str
    text: str | None
    rel: str | None


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a WAT record says of one page.

    `record_id` is that of the page's own record, and the one its WET record refers to. `is_html` says that the writer
    read it as HTML: only then are there `root` (attributes of the html element: `lang`, `xml:lang`), `metas` and
    `link_elements` (attributes by their HTML names, values as written), `base` and `title`. `links` are hyperlinks,
    `n_links` of them in all.
    """

    record_id: str | None
    url: str
    fetch_time: datetime | None
    http_status: int | None
    http_headers: Mapping[str, str]
    media_type: str | None
    is_html: bool
    title: str | None
    base: str
    root: Mapping[str, str]
    metas: tuple[Mapping[str, str], ...]
    link_elements: tuple[Mapping[str, str], ...]
    links: tuple[Link, ...]
    n_links: int


def is_page_facts(record: Record) -> bool:
    """Whether a record is one of those that `read_page_facts` reads."""
    return record.record_type == RECORD_TYPE


def read_page_facts(record: Record, *, max_links: int = MAX_LINKS) -> PageFacts:
    """The facts in a metadata record with a JSON block.

    Raises RecordError: `malformed_record` where the JSON does not parse, `record_type` where it tells of no page but
    of a request, a warcinfo or another metadata record, or is something else.
    """
    envelope = _object(_parse(record), "Envelope")
    warc = _lower(_object(envelope, "WARC-Header-Metadata"))
    arc = _lower(_object(envelope, "ARC-Header-Metadata"))
    payload = _object(envelope, "Payload-Metadata")
    http = _object(payload, "HTTP-Response-Metadata")
    _refuse_others(record, warc, is_page=bool(http) if arc else warc.get("warc-type", "").lower() in _PAGES)
    headers = join_fields(_fields(_object(http, "Headers")))
    html = http.get("HTML-Metadata")
    head = _object(html, "Head")
    links, n_links = _links(_object(html).get("Links"), max_links)
    root, metas = _split_root(_elements(head.get("Metas")))
    return PageFacts(
        record_id=record.refers_to or warc.get("warc-record-id") or None,
        url=record.url or warc.get("warc-target-uri") or arc.get("target-uri") or "",
        fetch_time=parse_date(warc.get("warc-date") or arc.get("date")),
        http_status=_status(_object(http, "Response-Message").get("Status")),
        http_headers=headers,
        media_type=_media_type(headers, warc, arc),
        is_html=isinstance(html, dict),
        title=_text(head.get("Title")),
        base=_text(head.get("Base")) or "",
        root=root,
        metas=metas,
        link_elements=tuple(_with_href(element) for element in _elements(head.get("Link"))),
        links=links,
        n_links=n_links,
    )


def _parse(record: Record) -> object:
    try:
        return _decoder.decode(record.payload.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        cut = ", cut" if record.content_truncated else ""
        detail = f"metadata that is no JSON ({len(record.payload)} bytes{cut}): {error}"
        raise RecordError(Stage.ARCHIVE, Reason.MALFORMED_RECORD, detail, offset=record.offset) from None


def _refuse_others(record: Record, warc: Mapping[str, str], *, is_page: bool) -> None:
    if not is_page:
        of = f" of a {warc['warc-type'][:40]} record" if warc.get("warc-type") else ""
        raise RecordError(Stage.ARCHIVE, Reason.RECORD_TYPE, f"{RECORD_TYPE}{of}", offset=record.offset)


def _object(value: object, name: str | None = None) -> Mapping[str, object]:
    """A JSON object, or the one under `name` in it; empty where there is none."""
    if name is not None:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    """A text, or the first of several; numbers as they are written."""
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, str)), None)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _lower(fields: Mapping[str, object]) -> dict[str, str]:
    texts = ((name.lower(), _text(value)) for name, value in fields.items())
    return {name: text for name, text in texts if text is not None}


def _fields(headers: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in headers.items():
        for item in value if isinstance(value, list) else [value]:
            text = _text(item)
            if text is not None:
                yield name, text


def _status(value: object) -> int | None:
    digits = (_text(value) or "").strip()
    return int(digits) if len(digits) == 3 and digits.isascii() and digits.isdigit() else None


def _media_type(headers: Mapping[str, str], warc: Mapping[str, str], arc: Mapping[str, str]) -> str | None:
    declared, _ = parse_media_type(headers.get("content-type"))
    noted = warc.get("warc-identified-payload-type") or arc.get("content-type")
    return declared or parse_media_type(noted)[0]


def _elements(value: object) -> tuple[Mapping[str, str], ...]:
    """Attributes of elements, in order; what is no object among them is passed over."""
    objects = (item for item in value if isinstance(item, dict)) if isinstance(value, list) else iter(())
    return tuple(_lower(item) for item in islice(objects, MAX_ELEMENTS))


def _split_root(metas: tuple[Mapping[str, str], ...]) -> tuple[Mapping[str, str], tuple[Mapping[str, str], ...]]:
    """The attributes of the html element, which are noted as if they were metas, and the metas."""
    root: dict[str, str] = {}
    rest = []
    for meta in metas:
        name = meta.get("name", "")
        if name.startswith(_ROOT):
            root.setdefault(name.removeprefix(_ROOT).lower(), meta.get("content", ""))
        else:
            rest.append(meta)
    return root, tuple(rest)


def _with_href(element: Mapping[str, str]) -> Mapping[str, str]:
    """A link element under its HTML names: the writer has `url` for `href`."""
    found = {name: element[name] for name in ("rel", "hreflang", "type") if name in element}
    address = element.get("url", element.get("href"))
    return found if address is None else {"href": address, **found}


def _links(value: object, limit: int) -> tuple[tuple[Link, ...], int]:
    """The first hyperlinks of a list of links of all kinds, and how many there are."""
    kept: list[Link] = []
    n = 0
    for item in value if isinstance(value, list) else []:
        if not isinstance(item, dict) or _text(item.get("path")) not in _HYPERLINKS:
            continue
        url = _text(item.get("url"))
        n += url is not None
        if url is not None and len(kept) < limit:
            kept.append(Link(url, _text(item.get("text")), _text(item.get("rel"))))
    return tuple(kept), n
