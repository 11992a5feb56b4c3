"""ARC, the format before WARC."""

from datetime import UTC, datetime
from pathlib import Path

from provenance.archive import ReadOptions, Record, read_record_at
from tests.archive.made_archives import gzipped, outcomes, read, write

ARC_HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>arc</p>"
ARC_VERSION = b"1 0 made\nURL IP-address Archive-date Content-type Archive-length\n"
ARC_HEAD = b"filedesc://made.arc 0.0.0.0 20080430204825 text/plain %d\n%s\n" % (len(ARC_VERSION), ARC_VERSION)
ARC_ENTRY = b"http://e.example/ 1.2.3.4 20080430204826 text/html %d\n%s\n" % (len(ARC_HTTP), ARC_HTTP)


def test_arc_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, gzipped(ARC_HEAD, ARC_ENTRY), "made.arc.gz")
    items, tally = read(path)
    record = items[1]
    assert isinstance(record, Record)
    assert outcomes(items) == ["record_type", "ok"]
    assert (record.url, record.payload, record.media_type) == ("http://e.example/", b"<p>arc</p>", "text/html")
    assert record.fetch_time == datetime(2008, 4, 30, 20, 48, 26, tzinfo=UTC)
    assert read_record_at(path, record.offset, ReadOptions()) == record
    assert (tally.complete, tally.bytes_skipped) == (True, 0)


def test_an_arc_cut_off_is_incomplete(tmp_path: Path) -> None:
    items, tally = read(write(tmp_path, ARC_HEAD + ARC_ENTRY + ARC_ENTRY[:-20], "made.arc"))
    assert outcomes(items) == ["record_type", "ok", "truncated_record"]
    assert not tally.complete


def test_bytes_after_an_arc_are_counted(tmp_path: Path) -> None:
    path = write(tmp_path, gzipped(ARC_HEAD, ARC_ENTRY) + b"no member", "made.arc.gz")
    items, tally = read(path)
    assert outcomes(items) == ["record_type", "ok", "unreadable_bytes"]
    assert tally.bytes_skipped == 9
