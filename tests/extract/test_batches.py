"""Records become documents or rejects, each exactly once, wherever batches end."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.archive import ReadOptions, Record, read_records
from provenance.errors import Reason, RecordError, Stage
from provenance.extract import ExtractOptions, batches, extract_batches
from provenance.schema import DOCUMENTS, REJECTS
from tests.extract.pages import PAGE, SENTENCE, Fixed, document, extract, record, reject

ITEMS = [
    record(offset=0),
    RecordError(Stage.ARCHIVE, Reason.RECORD_TYPE, "warcinfo", offset=10),
    record(b"", record_id="<urn:uuid:2>", offset=20),
    record(SENTENCE * 40, media_type="text/plain", record_id="<urn:uuid:3>", offset=30),
    record(record_id="<urn:uuid:1>", offset=40),
    record(PAGE.replace("museum", "zoo"), record_id=None, offset=50),
]


def test_documents_and_rejects_conform_to_their_tables():
    documents, rejects = extract(ITEMS)
    assert documents.schema == DOCUMENTS.schema
    assert rejects.schema == REJECTS.schema


def test_every_item_is_a_document_or_a_reject():
    documents, rejects = extract(ITEMS)
    assert documents["warc_record_offset"].to_list() == [0, 30, 40, 50]
    assert rejects["warc_record_offset"].to_list() == [10, 20]


@pytest.mark.parametrize(
    "options", [ExtractOptions(batch_rows=1), ExtractOptions(batch_rows=4), ExtractOptions(batch_bytes=600)]
)
def test_the_rows_do_not_depend_on_where_batches_end(options: ExtractOptions):
    whole, cut = extract(ITEMS), extract(ITEMS, options)
    assert whole[0].equals(cut[0])
    assert whole[1].equals(cut[1])


def test_batches_are_closed_by_rows():
    sizes = [len(batch.documents) + len(batch.rejects) for batch in _batches(ExtractOptions(batch_rows=4))]
    assert sizes == [4, 2]


def test_batches_are_closed_by_bytes_of_text():
    sizes = [len(batch.documents) + len(batch.rejects) for batch in _batches(ExtractOptions(batch_bytes=1000))]
    assert sizes == [4, 2]


def test_no_items_give_no_batch():
    assert list(extract_batches([], ExtractOptions(), crawl="", warc_filename="", identify=Fixed())) == []


def test_a_repeated_record_id_is_replaced():
    ids = extract(ITEMS)[0]["doc_id"].to_list()
    assert ids[0] == "<urn:uuid:1>"
    assert len(set(ids)) == len(ids)


def test_records_without_id_in_one_compressed_member_get_different_ids():
    documents, _ = extract([record(record_id=None, offset=7), record(record_id=None, offset=7)])
    assert documents["doc_id"].n_unique() == 2


def test_a_made_id_is_the_same_in_every_run():
    assert document(record(record_id=None, offset=7))["doc_id"] == "<urn:uuid:e82e59a4-fc42-551e-82d7-b0c04b31c975>"


def test_an_error_of_the_archive_passes_through():
    _, rejects = extract(ITEMS)
    assert rejects.row(0) == ("a.warc", 10, "archive", "record_type", "warcinfo")


def test_an_exception_in_the_extractor_is_a_reject_with_its_type_and_message(monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object, **__: object) -> None:
        raise KeyError("no such node")

    monkeypatch.setattr(batches, "read_document", fail)
    row = reject(record(offset=5))
    assert (row["reason"], row["detail"], row["warc_record_offset"]) == (
        "extraction_failed",
        "KeyError: 'no such node'",
        5,
    )


def test_words_and_characters_are_those_of_the_text():
    row = document(record("two wörds", media_type="text/plain"))
    assert (row["n_words"], row["n_chars"]) == (2, 9)


def test_invisible_characters_make_no_words_and_stay_in_the_text():
    row = document(record("t\u200bw\u200bo wo\u200brds", media_type="text/plain"))
    assert (row["n_words"], row["text"]) == (2, "t\u200bw\u200bo wo\u200brds")


def test_language_is_what_the_identifier_says():
    assert document(record("two words", media_type="text/plain"))["language"] == "t"


def _batches(options: ExtractOptions) -> list[batches.ExtractedBatch]:
    return list(extract_batches(ITEMS, options, crawl="TEST", warc_filename="a.warc", identify=Fixed()))


CHARSETS = st.sampled_from([None, "utf-8", "utf-16", "latin-1", "big5", "iso-2022-jp", "nonsense"])
TYPES = st.sampled_from([None, "text/html", "text/plain", "application/xhtml+xml", "image/png"])
SNIPPETS = (
    "<p>", "</p>", "<html lang=x>", "<meta charset=", "<link rel=canonical href='http://[", "&#xD800;", "\x00", "text",
    "<font style='vertical-align: inherit;'>", "<script type=application/ld+json>", "{", "rainedAlgorithmicMedia",
    "\ud800", "<!--", "<meta name=ai-generated>", "<a ai-disclosure>", "\ufeff",
)  # fmt: skip
MARKUP = st.lists(st.sampled_from(SNIPPETS)).map(lambda parts: "".join(parts).encode("utf-8", "surrogatepass"))


@given(payload=st.binary(max_size=400) | MARKUP, charset=CHARSETS, media_type=TYPES)
def test_any_bytes_are_exactly_one_document_or_reject(payload: bytes, charset: str | None, media_type: str | None):
    documents, rejects = extract([record(payload, charset=charset, media_type=media_type)])
    assert len(documents) + len(rejects) == 1
    documents.write_ipc(None)
    rejects.write_ipc(None)


@given(st.text(max_size=30) | st.just("http://\ud800/"), st.text(max_size=10))
def test_any_url_and_header_are_exactly_one_document(url: str, value: str):
    item = record(url=url, record_id=value, headers={"content-language": value, "ai-disclosure": value})
    assert extract([item])[0].height == 1


def test_lone_surrogates_of_headers_are_dropped():
    item: Record = record(headers={"content-language": "d\ud800e"})
    assert document(item)["content_language"] == "de"


def test_documents_can_be_written_with_nul_in_the_page():
    text = document(record("one\x00 two", media_type="text/plain"))["text"]
    assert text == "one two"
    assert pl.Series([text]).dtype == pl.String


SHARDS = sorted(Path("../shared/data/warc/throughput").glob("*.warc.gz"))


@pytest.mark.shared
@pytest.mark.skipif(not SHARDS, reason="needs the development data")
def test_real_pages_are_all_documents_or_rejects_for_want_of_text():
    documents, rejects = extract(record for shard in SHARDS for record in read_records(shard, ReadOptions()))
    assert len(documents) + rejects.filter(stage="extract").height == 1500
    assert rejects.filter(stage="extract")["reason"].unique().to_list() == ["no_text"]
