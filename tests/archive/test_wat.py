"""WAT records: facts of a page, whatever their writer left out or wrote oddly; all else is refused with a reason."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.archive import Record
from provenance.archive.wat import MAX_ELEMENTS, Link, PageFacts, is_page_facts, read_page_facts
from provenance.errors import RecordError
from tests.archive.made_archives import gzipped, read, read_one, warc_record, write
from tests.archive.made_wat import PAGE_ID, URL, made_envelope, wat_bytes, wat_record

PAGE = """<html lang="de" xml:lang="de-AT"><head><base href="/x/"><title>Der  Hafen</title>
<meta name="generator" content="Hugo"><meta http-equiv="content-language" content="de">
<link rel="alternate" hreflang="en" href="/en/page"><link rel="stylesheet" href="a.css" type="text/css"></head>
<body><img src="i.png"><a name="top"></a><a href="one" rel="nofollow">Eins</a><a href="two"></a></body></html>"""


def facts(block: object, **options: Any) -> PageFacts:
    return read_page_facts(wat_record(block), **options)


def refused(block: object) -> tuple[str, str]:
    with pytest.raises(RecordError) as caught:
        facts(block)
    return caught.value.reason.value, caught.value.detail


def changed(path: str, value: object) -> dict[str, object]:
    """An Envelope of PAGE with another value at a dotted path."""
    block: Any = made_envelope(PAGE)
    *way, last = path.split("/")
    inner = block
    for name in way:
        inner = inner[name]
    inner[last] = value
    return block  # type: ignore[no-any-return]


HTTP = "Envelope/Payload-Metadata/HTTP-Response-Metadata"
WARC = "Envelope/WARC-Header-Metadata"


def test_a_page_is_told_by_its_record_its_answer_and_its_head():
    found = facts(made_envelope(PAGE, headers=(("Content-Type", "text/html; charset=utf-8"), ("X-A", "b"))))
    assert (found.record_id, found.url, found.fetch_time) == (PAGE_ID, URL, datetime(2019, 7, 16, 10, tzinfo=UTC))
    assert (found.http_status, found.media_type, found.http_headers["x-a"]) == (200, "text/html", "b")
    assert (found.is_html, found.title, found.base) == (True, "Der Hafen", "/x/")


def test_the_language_of_the_html_element_is_taken_out_of_the_metas():
    found = facts(made_envelope(PAGE))
    assert found.root == {"lang": "de", "xml:lang": "de-AT"}
    assert found.metas == (
        {"name": "generator", "content": "Hugo"},
        {"http-equiv": "content-language", "content": "de"},
    )


def test_link_elements_have_the_names_of_their_attributes():
    assert facts(made_envelope(PAGE)).link_elements == (
        {"href": "/en/page", "rel": "alternate", "hreflang": "en"},
        {"href": "a.css", "rel": "stylesheet", "type": "text/css"},
    )


def test_hyperlinks_are_listed_and_images_are_not():
    found = facts(made_envelope(PAGE))
    assert found.links == (Link("one", "Eins", "nofollow"), Link("two", None, None))
    assert found.n_links == 2


def test_links_are_counted_beyond_what_is_kept():
    found = facts(made_envelope(PAGE), max_links=1)
    assert (len(found.links), found.n_links) == (1, 2)


def test_endless_heads_are_cut():
    block = changed(f"{HTTP}/HTML-Metadata/Head/Metas", [{"name": "a"}] * 5000)
    assert len(facts(block).metas) == MAX_ELEMENTS


def test_a_page_that_is_no_html_has_no_markup():
    found = facts(made_envelope(None, headers=(("Content-Type", "application/pdf"),)))
    assert (found.is_html, found.media_type, found.metas, found.n_links) == (False, "application/pdf", (), 0)


def test_without_a_header_the_type_is_what_the_crawler_found():
    block: Any = made_envelope(PAGE, headers=())
    block["Envelope"]["WARC-Header-Metadata"]["WARC-Identified-Payload-Type"] = "text/html"
    assert facts(block).media_type == "text/html"


def test_repeated_headers_are_joined():
    block = changed(f"{HTTP}/Headers", {"Content-Language": ["de", "en"], "content-LANGUAGE": "fr"})
    assert facts(block).http_headers == {"content-language": "de, en, fr"}


def test_the_record_of_the_page_is_also_named_in_the_envelope():
    assert read_page_facts(wat_record(made_envelope(PAGE), refers_to=None)).record_id == PAGE_ID


def test_a_page_of_an_arc_file_is_told_by_its_arc_header():
    block: Any = made_envelope(PAGE)
    del block["Envelope"]["WARC-Header-Metadata"]
    block["Envelope"]["ARC-Header-Metadata"] = {"Target-URI": "http://arc.example/", "Date": "20080430204825"}
    found = read_page_facts(wat_record(block, url="", refers_to="<urn:arc:x.arc.gz:77>"))
    assert (found.record_id, found.url) == ("<urn:arc:x.arc.gz:77>", "http://arc.example/")
    assert found.fetch_time == datetime(2008, 4, 30, 20, 48, 25, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["request", "warcinfo", "metadata", "revisit"])
def test_what_is_told_of_other_records_is_no_page(kind: str):
    assert refused(changed(f"{WARC}/WARC-Type", kind)) == ("record_type", f"metadata of a {kind} record")


@pytest.mark.parametrize("block", [{}, [], "text", 7, None, {"Envelope": []}, {"pages": [1]}, {"Envelope": {}}])
def test_other_json_is_no_page(block: object):
    assert refused(block) == ("record_type", "metadata")


@pytest.mark.parametrize("block", [b"", b"{", b'{"Envelope": ', b"a: b\r\n", b"[" * 200_000, b"\xff\xfe{}"])
def test_what_is_no_json_is_malformed(block: bytes):
    reason, detail = refused(block)
    assert reason == "malformed_record"
    assert detail.startswith(f"metadata that is no JSON ({len(block)} bytes): ")


def test_bytes_that_are_no_utf8_spoil_their_text_only():
    block = json.dumps(made_envelope(PAGE.replace("Eins", "E!ns"))).encode().replace(b"E!ns", b"E\xffns")
    assert facts(block).links[0].text == "E\ufffdns"


ODD = [None, 7, True, 1.5, "text", [], {}, [None, 7, [], {}], {"a": {"b": []}}]
FIELDS = [
    *(f"{WARC}/{name}" for name in ("WARC-Date", "WARC-Record-ID", "WARC-Target-URI")),
    *(f"{HTTP}/{name}" for name in ("Headers", "Response-Message", "HTML-Metadata")),
    *(f"{HTTP}/HTML-Metadata/{name}" for name in ("Head", "Links")),
    *(f"{HTTP}/HTML-Metadata/Head/{name}" for name in ("Title", "Base", "Metas", "Link")),
    "Envelope/Payload-Metadata",
    HTTP,
]


@pytest.mark.parametrize("path", FIELDS)
@pytest.mark.parametrize("value", ODD, ids=str)
def test_any_field_may_be_of_another_type(path: str, value: object):
    found = facts(changed(path, value))
    assert (found.record_id, found.url) == (PAGE_ID, URL)


@pytest.mark.parametrize(
    "item", [{"path": [7], "url": "x"}, {"path": "A@/href"}, {"path": "A@/href", "url": {}}, 3, None, "A"]
)
def test_a_link_of_another_shape_is_passed_over(item: object):
    block = changed(f"{HTTP}/HTML-Metadata/Links", [item, {"path": "A@/href", "url": "x", "text": 3, "rel": [1]}])
    assert facts(block).links == (Link("x", "3", None),)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["path", "url", "name", "content", "rel", "hreflang", "Links"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200)
@given(path=st.sampled_from(FIELDS), value=JSON)
def test_nothing_in_a_field_raises(path: str, value: object):
    assert isinstance(facts(changed(path, value)), PageFacts)


@given(st.binary(max_size=80))
def test_any_bytes_are_facts_or_refused(data: bytes):
    with pytest.raises(RecordError):
        facts(data)


@pytest.mark.parametrize("stored", [b"".join, lambda records: gzipped(*records)], ids=["plain", "gzip"])
def test_the_reader_gives_wat_records_with_their_block(stored: Any, tmp_path: Path):
    blocks = [wat_bytes(made_envelope(PAGE), refers_to=f"<urn:uuid:{n}>") for n in range(5)]
    items, tally = read(write(tmp_path, stored(blocks)))
    assert [read_page_facts(item).record_id for item in items if isinstance(item, Record)] == [
        f"<urn:uuid:{n}>" for n in range(5)
    ]
    assert tally.bytes_skipped == 0


def test_other_metadata_records_stay_rejects(tmp_path: Path):
    item = read_one(tmp_path, warc_record("metadata", "http://e.example/", b"{}", content_type="text/x-json"))
    assert isinstance(item, RecordError)
    assert (item.reason, item.detail) == ("record_type", "metadata")


def test_a_conversion_record_tells_what_it_was_made_from(tmp_path: Path):
    headers = {"WARC-Refers-To": PAGE_ID}
    item = read_one(tmp_path, warc_record("conversion", URL, b"text", headers=headers, content_type="text/plain"))
    assert isinstance(item, Record)
    assert (item.refers_to, is_page_facts(item)) == (PAGE_ID, False)


WHIRLWIND = sorted(
    (Path(__file__).parents[2].parent / "shared" / "data" / "warc" / "correct").glob("*whirlwind.warc.wat*")
)


@pytest.mark.shared
@pytest.mark.skipif(not WHIRLWIND, reason="needs the development data")
@pytest.mark.parametrize("path", WHIRLWIND, ids=lambda path: path.name)
def test_a_request_of_common_crawls_own_sample_is_no_page(path: Path):
    items, _ = read(path)
    (record,) = [item for item in items if isinstance(item, Record)]
    with pytest.raises(RecordError, match="of a request record"):
        read_page_facts(record)
