"""One record to one row: what decides the media type, what is rejected, where the row comes from."""

import pytest

from provenance.config import load_config
from provenance.errors import ConfigError
from provenance.extract import ExtractOptions
from provenance.extract.document import host_name, registered_domain
from tests.extract.pages import PAGE, SENTENCE, document, extract, record, reject


def test_a_page_keeps_where_it_came_from():
    row = document(record(offset=12))
    assert {name: row[name] for name in ("crawl", "warc_filename", "warc_record_offset", "warc_record_length")} == {
        "crawl": "TEST",
        "warc_filename": "a.warc",
        "warc_record_offset": 12,
        "warc_record_length": 100,
    }


def test_the_main_text_is_without_tags():
    assert document(record())["text"] == (SENTENCE * 3).strip()


@pytest.mark.parametrize("status", [301, 404, 500])
def test_a_status_other_than_success_is_rejected(status: int):
    assert reject(record(status=status))["reason"] == "http_status"


def test_a_record_without_http_is_read():
    assert document(record(status=None))["fetch_status"] is None


@pytest.mark.parametrize("payload", [b"", b" \r\n "])
def test_an_empty_payload_is_rejected(payload: bytes):
    assert reject(record(payload))["reason"] == "empty_payload"


def test_a_page_of_scripts_has_no_text():
    assert reject(record("<html><script>var text = 1</script></html>"))["reason"] == "no_text"


def test_a_text_below_min_chars_is_no_document():
    options = ExtractOptions(min_chars=5000)
    assert extract([record()], options)[1]["reason"].to_list() == ["no_text"]


@pytest.mark.parametrize("media_type", ["image/png", "application/json", "application/pdf", "text/css"])
def test_other_media_types_are_rejected(media_type: str):
    row = reject(record(media_type=media_type))
    assert (row["reason"], row["detail"]) == ("media_type", media_type)


def test_a_pdf_that_calls_itself_html_is_rejected():
    assert reject(record(b"%PDF-1.7 " + PAGE.encode()))["reason"] == "media_type"


def test_xhtml_is_parsed():
    assert document(record(media_type="application/xhtml+xml"))["html_lang"] is None
    assert "<p>" not in str(document(record(media_type="application/xhtml+xml"))["text"])


def test_plain_text_is_taken_as_it_stands():
    assert document(record("a <b> c\nd", media_type="text/plain"))["text"] == "a <b> c\nd"


def test_plain_text_has_no_markup_facts():
    row = document(record("words", media_type="text/plain"))
    assert (row["translation_marks"], row["ai_disclosure_marks"], row["hreflang"]) == (None, None, None)


def test_html_without_a_type_is_sniffed():
    assert document(record(media_type=None))["content_mime_type"] == "text/html"


def test_text_without_a_type_is_sniffed():
    assert document(record("Größe".encode("latin-1"), media_type=None))["content_mime_type"] == "text/plain"


@pytest.mark.parametrize(
    "payload", [b"\x00\x01\x02\x03", b'<?xml version="1.0"?><rss>words</rss>', b"\x89PNG\r\n\x1a\n"]
)
def test_other_bytes_without_a_type_are_rejected(payload: bytes):
    assert reject(record(payload, media_type=None))["reason"] == "media_type"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://WWW.Example.org:8080/a", "www.example.org"),
        ("no url", None),
        ("http://[broken", None),
        ("", None),
    ],
)
def test_the_host_of_a_url(url: str, host: str | None):
    assert host_name(url) == host


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("a.b.example.co.uk", "example.co.uk"),
        ("me.blogspot.com", "blogspot.com"),
        ("192.168.0.1", None),
        ("localhost", None),
        ("co.uk", None),
    ],
)
def test_the_registered_domain_of_a_host(host: str, domain: str | None):
    assert registered_domain(host) == domain


def test_options_below_one_are_refused():
    with pytest.raises(ConfigError, match="batch_rows must be at least 1, not 0"):
        load_config(ExtractOptions, {"batch_rows": 0}, "run.toml")
