"""What a WAT record says of a page, as columns: those of a page's own markup, and its links.

A WAT record carries no elements of the body but links, and of the head neither scripts' text nor attributes other
than those it names. So of the columns of `schema.MARKUP` these are weaker than from the page: `translation_marks` has
those of headers, of the html element's language, of meta and link elements, of the address and of links, and no
notices; `ai_disclosure_marks` those of headers, meta elements and links; `html_lang` and `hreflang` are empty where
the writer of the WAT was too old to note them. Meta and link elements deep in a body, which are not read of a page,
are noted of it.
"""

import json
import re
import zlib

from provenance.archive import Record
from provenance.archive.wat import Link, PageFacts, read_page_facts
from provenance.errors import RecordError
from provenance.extract.document import Row, clean, host_name, locate, markup_columns, registered_domain
from provenance.extract.marks import Page
from provenance.extract.markup import MarkupFacts, add_meta, describe_page, resolve

MAX_LINKS = 200  # listed of one page, in its order; most pages have fewer
_ABSOLUTE = re.compile(r"https?://[a-z0-9]", re.IGNORECASE)
_SCHEME = re.compile(r"\s*(?:([a-z][a-z0-9+.-]*):)?(?://(?:[^/?#@]*@)?([^/?#:\s]*))?", re.IGNORECASE)


def describe_facts(facts: PageFacts) -> MarkupFacts | None:
    """The markup facts of a page as far as its WAT record tells; null where that did not read it as HTML."""
    if not facts.is_html:
        return None
    metas: dict[str, str] = {}
    for element in facts.metas:
        add_meta(metas, element)
    base = resolve(facts.url, facts.base) or facts.url
    links = list(facts.link_elements)
    hyperlinks = [link.url for link in facts.links]
    return describe_page(Page(None, "", facts.http_headers, facts.url, base, facts.root, metas, links, hyperlinks))


def read_markup_row(record: Record, *, crawl: str, warc_filename: str) -> Row:
    """The row of `schema.MARKUP_TABLE` for a WAT record. Raises RecordError where it tells of no page."""
    facts = read_page_facts(record)
    markup = describe_facts(facts)
    links = _columns(facts) if facts.is_html else {}
    return {
        "doc_id": clean(facts.record_id or "").strip() or None,
        **locate(facts.url),
        "fetch_time": facts.fetch_time,
        "crawl": crawl,
        "fetch_status": facts.http_status,
        "content_mime_type": clean(facts.media_type or "") or None,
        "title": clean(facts.title or "").strip() or None,
        **(markup_columns(markup) if markup is not None else {}),
        **links,
        "warc_filename": warc_filename,
        "warc_record_offset": record.offset,
        "warc_record_length": record.length,
    }


def _columns(facts: PageFacts) -> Row:
    base = resolve(facts.url, facts.base) or facts.url
    here, there = _site(host_name(facts.url)), _site(host_name(base))
    listed = [_listed(link, base) for link in facts.links[:MAX_LINKS]]
    outside = sum(_site_of(link.url, there) not in (here, None) for link in facts.links)
    return {"n_links": facts.n_links, "n_links_external": outside, "links": [link for link in listed if link["url"]]}


def _listed(link: Link, base: str) -> dict[str, str | None]:
    address = link.url.strip()
    whole = _ABSOLUTE.match(address)  # most links are, and joining takes half the time of a row
    return {
        "url": clean(address if whole else resolve(base, address) or ""),
        "text": clean(link.text or "") or None,
        "rel": clean(link.rel or "").strip() or None,
    }


def _site_of(address: str, base: str | None) -> str | None:
    """The site a link leads to, found without taking the whole address apart; null where it leads to no host."""
    found = _SCHEME.match(address)
    scheme, host = (found[1], found[2]) if found else (None, None)
    if scheme and scheme.lower() not in ("http", "https"):
        return None
    return _site(host.lower()) if host else base


def _site(host: str | None) -> str | None:
    """Registered domain, or the host itself where it has none."""
    return (registered_domain(host) or host) if host else None


class MarkupIndex:
    """Markup facts of a WAT file's pages by the id of the page's record, to be looked up by its WET file.

    They are held packed, in about 0.4 kB for a page with few alternate versions.
    """

    def __init__(self) -> None:
        self._packed: dict[str, bytes] = {}

    def __len__(self) -> int:
        return len(self._packed)

    def add(self, item: Record | RecordError) -> None:
        """Takes up a record of a WAT file; one that tells of no HTML page is passed over."""
        if isinstance(item, RecordError):
            return
        try:
            facts = read_page_facts(item, max_links=0)
        except RecordError:
            return
        markup = describe_facts(facts)
        if markup is not None and facts.record_id:
            self._packed.setdefault(facts.record_id, zlib.compress(json.dumps(markup_columns(markup)).encode(), 1))

    def find(self, record_id: str) -> MarkupFacts | None:
        """The markup facts of the page with this record."""
        packed = self._packed.get(record_id)
        return None if packed is None else MarkupFacts(**json.loads(zlib.decompress(packed)))
