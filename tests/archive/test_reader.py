"""Well-formed archives: what is read is what warcio wrote, at the place where it lies."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard
from fastwarc.stream_io import Lz4Writer
from warcio.archiveiterator import ArchiveIterator

from provenance.archive import ArchiveReader, ReadOptions, Record, read_record_at, read_records
from provenance.errors import RecordError, ShardError
from tests.archive.made_archives import (
    gzipped,
    outcomes,
    page,
    payloads,
    read,
    read_one,
    response,
    warc_record,
    write,
)

RESPONSES = [response(n) for n in range(12)]


def _stored(codec: str) -> bytes:
    if codec == "gzip":
        return gzipped(*RESPONSES)
    if codec == "zstd":
        return b"".join(zstandard.compress(record) for record in RESPONSES)
    return b"".join(RESPONSES)


@pytest.fixture(params=["plain", "gzip", "zstd"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return write(tmp_path, _stored(request.param))


def test_payloads_are_those_written(archive: Path) -> None:
    assert payloads(read(archive)[0]) == [page(n) for n in range(12)]


def test_a_whole_file_is_complete_and_nothing_of_it_is_skipped(archive: Path) -> None:
    _, tally = read(archive)
    assert (tally.bytes_total, tally.bytes_skipped, tally.complete, tally.why) == (
        archive.stat().st_size,
        0,
        True,
        None,
    )


def test_lengths_cover_the_file_without_a_gap(archive: Path) -> None:
    items, _ = read(archive)
    ends = [item.offset + (item.length or 0) for item in items if isinstance(item, Record)]
    assert ends == [*(item.offset for item in items[1:]), archive.stat().st_size]


def test_every_record_is_read_again_by_its_place(archive: Path) -> None:
    for item in read(archive)[0]:
        assert isinstance(item, Record)
        assert read_record_at(archive, item.offset, ReadOptions()) == item


@pytest.mark.parametrize("codec", ["plain", "gzip"])
def test_offsets_and_lengths_are_those_of_warcio(codec: str, tmp_path: Path) -> None:
    path = write(tmp_path, _stored(codec))
    places = []
    with path.open("rb") as file:
        records = ArchiveIterator(file)
        for record in records:
            record.raw_stream.read()
            places.append((records.get_record_offset(), records.get_record_length()))
    ours = [(item.offset, item.length) for item in read(path)[0] if isinstance(item, Record)]
    # warcio leaves the two line ends after an uncompressed record out of its length
    assert ours == [(offset, length + (4 if codec == "plain" else 0)) for offset, length in places]


def test_read_records_gives_what_the_reader_gives(archive: Path) -> None:
    assert list(read_records(archive, ReadOptions())) == read(archive)[0]


def test_only_captures_become_records(tmp_path: Path) -> None:
    fields = "application/warc-fields"
    records = [
        warc_record("warcinfo", "", b"a: b\r\n", content_type=fields),
        warc_record("request", "http://e.example/", b"", http={}, status="GET / HTTP/1.1"),
        response(1),
        warc_record("metadata", "http://e.example/", b"a: b\r\n", content_type=fields),
        warc_record("revisit", "http://e.example/", b"", http={}),
        warc_record("resource", "http://e.example/r", b"<p>r</p>", content_type="text/html"),
        warc_record("conversion", "http://e.example/c", b"text", content_type="text/plain"),
    ]
    items, _ = read(write(tmp_path, gzipped(*records)))
    assert outcomes(items) == ["record_type", "record_type", "ok", "record_type", "revisit", "ok", "ok"]


def test_a_reject_names_the_record_type_it_met(tmp_path: Path) -> None:
    item = read_one(tmp_path, warc_record("metadata", "http://e.example/", b"a: b", content_type="text/x"))
    assert isinstance(item, RecordError)
    assert item.detail == "metadata"


def test_a_conversion_takes_its_media_type_from_the_warc_headers(tmp_path: Path) -> None:
    item = read_one(tmp_path, warc_record("conversion", "http://e.example/c", b"text", content_type="text/plain"))
    assert isinstance(item, Record)
    assert (item.record_type, item.media_type, item.http_status, item.payload) == (
        "conversion",
        "text/plain",
        None,
        b"text",
    )


def test_http_headers_have_lower_case_names_and_repeated_ones_are_joined(tmp_path: Path) -> None:
    record = response(1).replace(b"\r\nContent-Type: text", b"\r\nX-A: 1\r\nx-a: 2\r\nContent-Type: text", 2)
    grown = len(b"X-A: 1\r\nx-a: 2\r\n")
    length = int(record.split(b"Content-Length: ")[1].split(b"\r\n")[0])
    item = read_one(tmp_path, record.replace(b"Content-Length: %d" % length, b"Content-Length: %d" % (length + grown)))
    assert isinstance(item, Record)
    assert item.http_headers["x-a"] == "1, 2"


def test_media_type_and_charset_come_from_the_content_type(tmp_path: Path) -> None:
    item = read_one(tmp_path, response(1, http={"Content-Type": 'Text/HTML; x=y; charset="ISO-8859-1"'}))
    assert isinstance(item, Record)
    assert (item.media_type, item.charset) == ("text/html", "iso-8859-1")


def test_a_status_other_than_2xx_is_a_reject(tmp_path: Path) -> None:
    item = read_one(tmp_path, warc_record("response", "http://e.example/", b"gone", http={}, status="410 Gone"))
    assert isinstance(item, RecordError)
    assert (item.reason, item.detail) == ("http_status", "410")


def test_the_fetch_time_is_the_warc_date(tmp_path: Path) -> None:
    item = read_one(tmp_path, response(1))
    assert isinstance(item, Record)
    assert item.fetch_time == datetime(2019, 7, 16, 10, tzinfo=UTC)


@pytest.mark.parametrize("date", [b"last Tuesday", b"2019-13-45T00:00:00Z", b"0001-01-01T00:00:00+14:00", b""])
def test_a_date_that_is_none_is_null(date: bytes, tmp_path: Path) -> None:
    item = read_one(tmp_path, response(1).replace(b"2019-07-16T10:00:00Z", date))
    assert isinstance(item, Record)
    assert item.fetch_time is None


def test_brackets_around_a_uri_are_taken_off(tmp_path: Path) -> None:
    item = read_one(tmp_path, response(1).replace(b"URI: http://e.example/1", b"URI: <http://e.example/1>"))
    assert isinstance(item, Record)
    assert item.url == "http://e.example/1"


def test_header_bytes_that_are_no_utf8_are_read_as_latin1(tmp_path: Path) -> None:
    item = read_one(tmp_path, response(1).replace(b"URI: http://e.example/1", b"URI: http://e.example/\xe9"))
    assert isinstance(item, Record)
    assert item.url == "http://e.example/é"


def test_a_response_without_a_body_is_empty(tmp_path: Path) -> None:
    assert outcomes([read_one(tmp_path, response(1, b""))]) == ["empty_payload"]


def test_a_status_line_without_a_reason_is_read(tmp_path: Path) -> None:
    record = warc_record("response", "http://e.example/", b"<p>x</p>", http={"A": "b"}, status="200")
    item = read_one(tmp_path, record)
    assert isinstance(item, Record)
    assert (item.http_status, item.payload) == (200, b"<p>x</p>")


def test_a_body_without_http_headers_is_all_payload(tmp_path: Path) -> None:
    record = warc_record("resource", "http://e.example/", b"<p>bare</p>", content_type="application/http")
    item = read_one(tmp_path, record.replace(b"Type: resource", b"Type: response"))
    assert isinstance(item, Record)
    assert (item.http_status, item.payload) == (None, b"<p>bare</p>")


def test_http_headers_without_an_end_are_malformed(tmp_path: Path) -> None:
    block = b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 60_000
    record = warc_record("resource", "http://e.example/", block, content_type="application/http")
    record = record.replace(b"Type: resource", b"Type: response")
    assert outcomes([read_one(tmp_path, record)]) == ["malformed_http"]


def test_a_long_payload_is_cut_at_the_limit_and_says_so(archive: Path) -> None:
    for item in read(archive, ReadOptions(max_payload=100))[0]:
        assert isinstance(item, Record)
        assert (item.payload, item.content_truncated) == (page(int(item.url[-2:].strip("/")))[:100], "length")


def test_a_block_far_beyond_the_limit_is_passed_over_in_every_format(tmp_path: Path) -> None:
    records = [response(0), response(1, b"x" * 6_000_000), response(2)]
    for stored in (b"".join(records), gzipped(*records), b"".join(zstandard.compress(record) for record in records)):
        items, tally = read(write(tmp_path, stored), ReadOptions(max_payload=1000))
        assert outcomes(items) == ["ok", "ok", "ok"]
        assert tally.bytes_skipped == 0
        assert payloads(items)[2] == page(2)[:1000]


def test_warc_truncated_is_handed_on(tmp_path: Path) -> None:
    record = response(1).replace(b"\r\nWARC-Date", b"\r\nWARC-Truncated: disconnect\r\nWARC-Date")
    item = read_one(tmp_path, record)
    assert isinstance(item, Record)
    assert item.content_truncated == "disconnect"


def test_an_empty_file_has_no_records_and_a_tally_that_says_so(tmp_path: Path) -> None:
    items, tally = read(write(tmp_path, b""))
    assert items == []
    assert (tally.bytes_total, tally.complete, tally.why) == (0, True, "the file is empty")


def test_the_tally_is_incomplete_before_the_end_is_reached(archive: Path) -> None:
    reader = ArchiveReader(archive)
    next(iter(reader))
    assert not reader.tally.complete


@pytest.mark.parametrize(
    "content", [b"hello world\n" * 50, gzipped(b"hello" * 50), bytes(1000), b"BZh91AY&SY" + bytes(90)]
)
def test_a_file_that_is_no_archive_is_a_shard_error(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(ShardError, match="no WARC or ARC record"):
        read(write(tmp_path, content))


def test_a_missing_file_is_a_shard_error(tmp_path: Path) -> None:
    with pytest.raises(ShardError, match="No such file"):
        read(tmp_path / "absent.warc.gz")


def test_a_folder_is_a_shard_error(tmp_path: Path) -> None:
    with pytest.raises(ShardError):
        read(tmp_path)


def test_nothing_at_a_place_is_a_shard_error(tmp_path: Path) -> None:
    path = write(tmp_path, b"".join(RESPONSES), "made.warc")
    with pytest.raises(ShardError, match="no record at byte"):
        read_record_at(path, path.stat().st_size, ReadOptions())


def test_records_that_share_a_member_are_found_by_their_id(tmp_path: Path) -> None:
    path = write(tmp_path, gzipped(b"".join(RESPONSES)))
    items, tally = read(path)
    assert payloads(items) == [page(n) for n in range(12)]
    assert tally.complete
    for item in items:
        assert isinstance(item, Record)
        assert (item.offset, item.length) == (0, None)
        assert read_record_at(path, 0, ReadOptions(), record_id=item.record_id) == item


def test_a_record_behind_unreadable_bytes_of_its_member_is_found_by_its_id(tmp_path: Path) -> None:
    path = write(tmp_path, gzipped(b"the end of something\r\n" * 40 + b"".join(RESPONSES)))
    items, _ = read(path)
    records = [item for item in items if isinstance(item, Record)]
    assert len(records) == len(items) - 1 == 12
    for record in records:
        assert read_record_at(path, record.offset, ReadOptions(), record_id=record.record_id) == record


def test_lz4_is_read(tmp_path: Path) -> None:
    stored = io.BytesIO()
    writer = Lz4Writer(stored)
    for record in RESPONSES:
        writer.write(record)
    writer.close()
    items, tally = read(write(tmp_path, stored.getvalue(), "made.warc.lz4"))
    assert payloads(items) == [page(n) for n in range(12)]
    assert tally.complete


@pytest.mark.parametrize("size", [-1, 0, 1 << 35])
def test_a_limit_below_one_byte_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"max_payload must be 1 to 1073741824 bytes, not {size}"):
        ReadOptions(max_payload=size)
