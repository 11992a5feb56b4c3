"""The fast reader gives what the careful one gives, or leaves it to it: the same bytes, the same records."""

from pathlib import Path

import pytest

from provenance.archive import ArchiveReader, ReadTally, Record
from provenance.archive.source import BytesSource
from provenance.errors import RecordError
from tests.archive.made_archives import gzipped, outcomes, page, payloads, read, response, warc_record, write

PAGES = [response(number) for number in range(4)]
REQUEST = warc_record("request", "http://e.example/1", b"", http={}, status="GET / HTTP/1.1")


def in_line_feeds(record: bytes) -> bytes:
    return record.replace(b"\r\n", b"\n")


def without_length(record: bytes) -> bytes:
    start = record.index(b"Content-Length")
    return record[:start] + record[record.index(b"\r\n", start) + 2 :]


def flag(item: Record | RecordError) -> str | None:
    return item.content_truncated if isinstance(item, Record) else None


def read_both(folder: Path, stored: bytes) -> list[tuple[list[Record | RecordError], ReadTally]]:
    """What is read of the bytes from a file, and of the same bytes from memory."""
    reader = ArchiveReader("memory")
    return [read(write(folder, stored)), (list(reader.read(BytesSource("memory", stored))), reader.tally)]


@pytest.mark.parametrize("packed", [b"".join, lambda parts: gzipped(*parts)], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    "doubtful",
    [
        in_line_feeds(PAGES[1]),
        PAGES[1].replace(b"\r\n", b"\n", 1),
        PAGES[1].replace(b"response\r\n", b"response\n", 1),
        in_line_feeds(REQUEST),
        REQUEST.replace(b"\r\n\r\n", b"\n\n", 1),
        without_length(PAGES[1]),
        without_length(REQUEST),
        PAGES[1].replace(b"Content-Length", b"Content-Length: 0\r\nContent-Length", 1),
    ],
    ids=["lf", "lf first line", "lf in a line", "lf request", "lf blank line", "no length", "request", "two lengths"],
)
def test_a_doubtful_record_is_the_same_from_a_file_and_costs_no_neighbour(
    packed: object, doubtful: bytes, tmp_path: Path
) -> None:
    stored = packed([PAGES[0], doubtful, PAGES[2], PAGES[3]])  # type: ignore[operator]
    (fast, fast_tally), (careful, careful_tally) = read_both(tmp_path, stored)
    assert outcomes(fast) == outcomes(careful)
    assert payloads(fast) == payloads(careful)
    assert [flag(item) for item in fast] == [flag(item) for item in careful]
    assert fast_tally == careful_tally
    assert set(payloads(fast)) >= {page(0), page(2), page(3)}
    assert len(fast) == 4


def test_a_record_without_length_block_and_line_ends_does_not_swallow_the_next(tmp_path: Path) -> None:
    empty = b"WARC/1.0\r\nWARC-Type: warcinfo\r\n\r\n"
    for items, tally in read_both(tmp_path, empty + PAGES[0]):
        assert outcomes(items) == ["record_type", "ok"]
        assert tally.bytes_skipped == 0


def test_line_ends_that_were_written_twice_end_the_headers_too(tmp_path: Path) -> None:
    head, body = PAGES[0].split(b"\r\n\r\n", 1)
    record = head.replace(b"\r\n", b"\r\r\n") + b"\r\r\n\r\r\n" + body
    assert payloads(read(write(tmp_path, record + PAGES[1]))[0]) == [page(0), page(1)]


def test_a_record_with_line_ends_written_twice_is_found_behind_one_without_a_length(tmp_path: Path) -> None:
    head, body = PAGES[1].split(b"\r\n\r\n", 1)
    record = head.replace(b"\r\n", b"\r\r\n") + b"\r\r\n\r\r\n" + body
    for items, _tally in read_both(tmp_path, without_length(PAGES[0]) + record + PAGES[2]):
        assert payloads(items) == [page(0), page(1), page(2)]
