"""What a WAT record tells of a page is what the page says itself, as far as a WAT can carry it."""

import json
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.archive import Record
from provenance.errors import Reason, RecordError, Stage
from provenance.extract import ExtractOptions, MarkupIndex, extract_batches
from provenance.schema import MARKUP, MARKUP_TABLE
from tests.archive.made_wat import PAGE_ID, URL, Observer, made_envelope, wat_record
from tests.extract.pages import SENTENCE, Fixed, document, record

HEADS = {
    "languages": '<link rel="alternate" hreflang="en" href="/en"><link rel=ALTERNATE hreflang=x-default href=//e.org>',
    "base": '<base href="https://other.org/x/"><link rel="canonical" href="p"><link rel=alternate hreflang=fr href=f>',
    "generator": '<meta name="Generator" content=" WordPress 6.5 "><meta name="generator" content="Second">',
    "two names": '<meta name="generator" http-equiv="Content-Language" content="fr, en">',
    "canonical": '<link rel="canonical" href="  "><link rel="shortlink canonical" href="../page?a=1&amp;b=2#top">',
    "broken": '<link rel="canonical" href="http://[broken"><link rel=alternate hreflang=en href="http://[broken">',
    "declared": '<link rel="alternate machine-translated-from" hreflang="EN" href="https://www.example.org/en/page">',
    "declared of itself": f'<link rel="alternate machine-translated-from" hreflang="en" href="{URL}">',
    "saved": '<meta http-equiv="X-Translated-By" content="Google">',
    "plugin": '<meta name="translation-stats" content=\'{"total_phrases":9}\'>',
    "documentation": '<meta name="ms.translationtype" content="MT"><meta name="translator" content="DeepL">',
    "counted": '<meta name="translation-stats" content=\'{"total_phrases":9,"translated_phrases":9}\'>',
    "disclosed": '<meta name="AI-Disclosure" content="mode=ai-assisted"><meta name="ai-generated" content="true">',
    "nothing": "<meta charset=utf-8><link rel=stylesheet href=a.css><script src=a.js></script>",
    "many": "".join(f'<link rel="alternate" hreflang="l{n}" href="/{n}">' for n in range(600)),
    "surrogate": '<meta name="generator" content="a&#xD800;b">',
}
ROOTS = [
    "<html>",
    '<html lang="de-AT">',
    '<html xml:lang="fr">',
    '<html lang="" xml:lang="it">',
    '<html lang="de-t-en-t0-und">',
    '<html lang="de-x-mtfrom-en">',
]
HEADERS = {"Content-Type": "text/html", "Content-Language": "de", "AI-Disclosure": "mode=ai-generated"}


def page(head: str, root: str = "<html>", body: str = "") -> str:
    return f"{root}<head><title>t</title>{head}</head><body>{body}<p>{SENTENCE * 3}</p></body></html>"


def from_page(html: str, headers: dict[str, str], url: str = URL) -> dict[str, object]:
    lower = {name.lower(): value for name, value in headers.items()}
    return markup(document(record(html, url=url, headers=lower)))


def from_wat(html: str | None, headers: dict[str, str], url: str = URL, **options: Any) -> dict[str, object]:
    block = made_envelope(html, headers=tuple(headers.items()), url=url, **options)
    return markup(row(wat_record(block, url=url)))


def markup(columns: dict[str, object]) -> dict[str, object]:
    return {name: columns[name] for name in MARKUP}


def row(item: Record) -> dict[str, object]:
    """The one row of the markup table that a WAT record gives."""
    (batch,) = read([item])
    assert batch.markup.schema == MARKUP_TABLE.schema
    return batch.markup.row(0, named=True)


def read(items: list[Record | RecordError], **options: Any) -> list[Any]:
    given = {"crawl": "TEST", "warc_filename": "a.warc.wat", "identify": Fixed(), **options}
    return list(extract_batches(items, given.pop("options", ExtractOptions()), **given))


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
@pytest.mark.parametrize("root", ROOTS)
def test_page_and_wat_tell_the_same(head: str, root: str):
    html = page(head, root)
    assert from_wat(html, HEADERS) == from_page(html, HEADERS)


def test_the_made_pages_have_something_in_every_column():
    found = from_wat(page("".join(HEADS.values()), ROOTS[-1]), HEADERS)
    assert all(found.values())
    assert found["translation_marks"] == [
        "mtfrom_lang", "mtfrom_link=en", "microsoft_mt", "google_meta", "translated_by=deepl", "transposh",
    ]  # fmt: skip
    assert len(found["ai_disclosure_marks"]) == 3  # type: ignore[arg-type]


def test_the_address_is_a_mark_too():
    url = "https://www-example-org.translate.goog/de/seite"
    assert from_wat(page(""), {}, url)["translation_marks"] == ["google_proxy"]
    assert from_page(page(""), {}, url)["translation_marks"] == ["google_proxy"]


def test_links_that_google_rewrote_are_in_a_wat_as_well():
    linked = [f'<a href="https://a-org.translate.goog/{n}?_x_tr_tl=de">{n}</a>' for n in range(5)]
    assert from_wat(page("", body="".join(linked)), {})["translation_marks"] == ["google_links"]
    assert from_page(page("", body="".join(linked)), {})["translation_marks"] == ["google_links"]
    assert from_wat(page("", body="".join(linked[1:])), {})["translation_marks"] == []


@pytest.mark.parametrize(
    "body",
    [
        '<font style="vertical-align: inherit;"><font style="vertical-align: inherit;">x</font></font>' * 9,
        "<!-- delivered by GTranslate -->",
        '<div id="weglot_here"></div>',
        '<h1 data-trp-gettext="">x</h1>',
        '<p lang="de-x-mtfrom-en">x</p>',
        "<p>This page was machine-translated.</p>",
        '<article ai-disclosure="ai-generated">x</article>',
        '<script type="application/ld+json">{"digitalSourceType": "trainedAlgorithmicMedia"}</script>',
    ],
)
def test_marks_in_the_body_are_not_in_a_wat(body: str):
    html = page("", body=body)
    told = from_wat(html, {})
    assert (told["translation_marks"], told["ai_disclosure_marks"]) == ([], [])
    assert from_page(html, {}) != told


def test_links_that_a_chat_model_cited_are_in_a_wat_as_well():
    html = page("", body='<a href="https://a.org/?utm_source=chatgpt.com">a</a><a href="/b?utm_source=openai">b</a>')
    assert from_wat(html, {})["ai_disclosure_marks"] == ["link:chatgpt.com=1"]
    assert from_page(html, {})["ai_disclosure_marks"] == ["link:chatgpt.com=1"]


def test_an_old_writer_notes_no_languages():
    html = page(HEADS["languages"], '<html lang="de">')
    told = from_wat(html, {}, observer=Observer(link_hreflang=False, html_lang=False))
    assert (told["html_lang"], told["hreflang"]) == (None, [])


def test_what_was_not_read_as_html_has_no_markup():
    found = row(wat_record(made_envelope(None, headers=tuple(HEADERS.items()))))
    assert set(markup(found).values()) == {None}
    assert (found["n_links"], found["n_links_external"], found["links"]) == (None, None, None)
    assert (found["doc_id"], found["fetch_status"], found["content_mime_type"]) == (PAGE_ID, 200, "text/html")


LINKS = (
    '<a href="/a">A</a><a href="b">B</a><a href="#c"></a><a href="https://blog.example.org/">same site</a>'
    '<a href="//example.com/" rel="nofollow">other</a><a href="HTTPS://User@Sub.Example.NET:8080/x">other</a>'
    '<a href="mailto:a@example.com">m</a><a href="javascript:x()">j</a><a href="http://[broken">x</a>'
)


def test_links_are_listed_resolved_and_those_to_other_sites_counted():
    found = row(wat_record(made_envelope(page("", body=LINKS))))
    assert (found["n_links"], found["n_links_external"]) == (9, 3)
    links = found["links"]
    assert isinstance(links, list)
    assert links[0] == {"url": "https://www.example.org/a", "text": "A", "rel": None}
    assert links[4] == {"url": "https://example.com/", "text": "other", "rel": "nofollow"}
    assert len(links) == 8  # the broken address is none


def test_relative_links_lead_where_the_base_is_and_mail_leads_nowhere():
    body = '<a href="a">A</a><a href="https://www.example.org/">B</a><a href="mailto:c@example.com">C</a>'
    found = row(wat_record(made_envelope(page('<base href="https://other.net/">', body=body))))
    assert (found["n_links"], found["n_links_external"]) == (3, 1)


def test_no_more_than_two_hundred_links_are_listed():
    found = row(wat_record(made_envelope(page("", body='<a href="https://example.com/">x</a>' * 300))))
    assert (found["n_links"], found["n_links_external"], len(found["links"])) == (300, 300, 200)  # type: ignore[arg-type]


def test_the_row_says_which_page_and_where_it_was_read():
    found = row(wat_record(made_envelope(page("")), offset=77))
    place = {name: found[name] for name in ("doc_id", "url", "url_host_name", "crawl", "title", "warc_filename")}
    assert place == {
        "doc_id": PAGE_ID,
        "url": URL,
        "url_host_name": "www.example.org",
        "crawl": "TEST",
        "title": "t",
        "warc_filename": "a.warc.wat",
    }
    assert (found["warc_record_offset"], found["warc_record_length"]) == (77, 100)


def test_a_wat_record_is_one_reject_with_its_address():
    (batch,) = read([wat_record(made_envelope(page("")), offset=77)])
    assert batch.rejects.row(0) == ("a.warc.wat", 77, "extract", "page_facts", URL)
    assert (batch.documents.height, batch.rejects.height, batch.markup.height) == (0, 1, 1)


def test_a_metadata_record_of_no_page_is_a_reject_without_a_row():
    (batch,) = read([wat_record({"Envelope": {}}), wat_record(b"{")])
    assert batch.rejects["reason"].to_list() == ["record_type", "malformed_record"]
    assert batch.markup.is_empty()


def test_rows_do_not_depend_on_where_batches_end():
    items = [wat_record(made_envelope(page(head)), offset=n) for n, head in enumerate(HEADS.values())]
    whole = pl.concat([batch.markup for batch in read(items)])
    cut = read(items, options=ExtractOptions(batch_bytes=1))
    assert len(cut) == len(items)
    assert pl.concat([batch.markup for batch in cut]).equals(whole)


def test_rows_can_be_written_whatever_the_page_says():
    body = '<a href="/\ud800" rel="\ud800">\x00\ud800</a>'
    block = made_envelope(page('<meta name="generator" content="\ud800\x00">', body=body), url="http://\ud800/")
    found = row(wat_record(block, refers_to="\ud800"))
    json.dumps(found, default=str, ensure_ascii=False).encode()
    assert "\x00" not in str(found)


WET = replace(
    record(SENTENCE * 3, media_type="text/plain", record_id="<urn:uuid:wet>", url=URL),
    record_type="conversion",
    refers_to=PAGE_ID,
)


def index(*items: Record | RecordError) -> MarkupIndex:
    found = MarkupIndex()
    for item in items:
        found.add(item)
    return found


def test_a_wet_document_has_the_markup_of_its_page():
    html = page("".join(HEADS.values()), ROOTS[-1])
    known = index(wat_record(made_envelope(html, headers=tuple(HEADERS.items()))))
    (batch,) = read([WET], markup_of=known.find)
    assert markup(batch.documents.row(0, named=True)) == from_page(html, HEADERS)
    assert batch.documents["doc_id"].to_list() == ["<urn:uuid:wet>"]


@pytest.mark.parametrize(
    "item",
    [replace(WET, refers_to="<urn:uuid:other>"), replace(WET, refers_to=None), replace(WET, record_type="resource")],
    ids=["another page", "no page", "no conversion"],
)
def test_a_text_of_no_known_page_has_no_markup(item: Record):
    (batch,) = read([item], markup_of=index(wat_record(made_envelope(page("")))).find)
    assert set(markup(batch.documents.row(0, named=True)).values()) == {None}


def test_a_page_keeps_its_own_markup():
    known = index(wat_record(made_envelope(page('<meta name="generator" content="WAT">'))))
    item = replace(record(page('<meta name="generator" content="page">')), refers_to=PAGE_ID)
    (batch,) = read([item], markup_of=known.find)
    assert batch.documents["generator"].to_list() == ["page"]


def test_only_pages_are_in_the_index_and_the_first_of_an_id_stays():
    made = [wat_record(made_envelope(page(f'<meta name="generator" content="{n}">'))) for n in range(2)]
    reject = RecordError(Stage.ARCHIVE, Reason.RECORD_TYPE)
    other = wat_record(made_envelope(None), refers_to="<urn:uuid:pdf>")
    known = index(reject, wat_record(b"{"), other, *made)
    assert len(known) == 1
    found = known.find(PAGE_ID)
    assert found is not None
    assert found.generator == "0"


HTML = st.lists(
    st.sampled_from(
        [*HEADS.values(), *ROOTS, LINKS, "</head>", "<body>", "<title>", "<a href='http://[", "\ud800", "\x00"]
    )
).map("".join)


@settings(deadline=None)
@given(html=HTML, url=st.sampled_from([URL, "", "http://[", "\ud800", "x:y"]))
def test_any_page_told_of_is_one_row_and_can_be_looked_up(html: str, url: str):
    item = wat_record(made_envelope(html, url=url), url=url)
    found = markup(row(item))
    known = index(item).find(PAGE_ID)
    assert known is not None
    assert known.generator == found["generator"]
