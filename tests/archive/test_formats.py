"""Every container, version and dialect that people hold: the same six records out of each, sound or damaged."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from provenance.archive import ReadOptions, ReadTally, Record, read_record_at
from provenance.errors import RecordError, ShardError
from tests.archive.fuzz.seeds import ARC_1, ARC_2, arc_records
from tests.archive.made_archives import gzipped, outcomes, page, payloads, read, response, warc_record, write
from tests.archive.made_containers import (
    CONTAINERS,
    MEMBERS,
    gzip_member,
    made_dictionary,
    skippable_frame,
    zstd_frame,
)

PAGES = [page(number) for number in range(6)]
RECORDS = [response(number) for number in range(6)]
# Stored bytes that hold no record by design: the dictionary's frame, and frames to be passed over.
EXTRA = {
    "zst with a dictionary": len(skippable_frame(made_dictionary())),
    "zst with a compressed dictionary": len(skippable_frame(zstd_frame(made_dictionary()))),
    "zst among skippable frames": 6 * len(skippable_frame(b"x" * 20)),
}
CODECS = sorted(MEMBERS)

Items = list[Record | RecordError]


def read_stored(folder: Path, stored: bytes) -> tuple[Items, ReadTally]:
    """Items and tally of a file, and that every byte of it is accounted for once."""
    items, tally = read(write(folder, stored, "made"))
    assert tally.bytes_total == len(stored)
    assert tally.bytes_read + tally.bytes_skipped == tally.bytes_total
    assert all(a.offset + a.length <= b.offset for a, b in pairwise(tally.skipped))
    return items, tally


@pytest.mark.parametrize("container", sorted(CONTAINERS))
def test_the_records_of_a_container_are_those_put_in(container: str, tmp_path: Path) -> None:
    items, tally = read_stored(tmp_path, CONTAINERS[container](RECORDS))
    assert payloads(items) == PAGES
    assert (tally.complete, tally.why, tally.bytes_skipped) == (True, None, EXTRA.get(container, 0))
    assert {part.reason for part in tally.skipped} <= {"empty_member"}


@pytest.mark.parametrize("container", sorted(CONTAINERS))
def test_a_record_is_read_again_by_its_place_in_any_container(container: str, tmp_path: Path) -> None:
    path = write(tmp_path, CONTAINERS[container](RECORDS), "made")
    for item in read(path)[0]:
        assert isinstance(item, Record)
        assert (item.length is None) == container.endswith("whole")
        assert read_record_at(path, item.offset, ReadOptions(), record_id=item.record_id) == item


@pytest.mark.parametrize("version", [b"WARC/0.17", b"WARC/0.18", b"WARC/1.0", b"WARC/1.1"])
@pytest.mark.parametrize("container", ["plain", "gz per record", "zst whole"])
def test_every_version_of_warc_is_read(version: bytes, container: str, tmp_path: Path) -> None:
    records = [record.replace(b"WARC/1.0", version, 1) for record in RECORDS]
    assert all(record.startswith(version + b"\r\n") for record in records)
    items, tally = read_stored(tmp_path, CONTAINERS[container](records))
    assert payloads(items) == PAGES
    assert (tally.complete, tally.bytes_skipped) == (True, 0)


@pytest.mark.parametrize("container", ["plain", "gz per record", "gz whole", "zst per record", "bz2 whole"])
def test_record_headers_may_end_in_bare_line_feeds(container: str, tmp_path: Path) -> None:
    heads_and_blocks = [record.split(b"\r\n\r\n", 1) for record in RECORDS]
    records = [head.replace(b"\r\n", b"\n") + b"\n\n" + block for head, block in heads_and_blocks]
    items, tally = read_stored(tmp_path, CONTAINERS[container](records))
    assert payloads(items) == PAGES
    assert {item.content_truncated for item in items if isinstance(item, Record)} == {None}
    assert (tally.complete, tally.bytes_skipped) == (True, 0)


@pytest.mark.parametrize("codec", CODECS)
def test_garbage_between_members_costs_nothing_but_itself(codec: str, tmp_path: Path) -> None:
    members = [MEMBERS[codec](record) for record in RECORDS]
    garbage = b"these bytes are no member " * 3
    items, tally = read_stored(tmp_path, b"".join([*members[:3], garbage, *members[3:]]))
    assert payloads(items) == PAGES
    assert outcomes(items)[3] == "unreadable_bytes"
    assert (tally.bytes_skipped, tally.complete) == (len(garbage), True)


@pytest.mark.parametrize("codec", CODECS)
def test_a_member_with_its_middle_overwritten_costs_its_own_record(codec: str, tmp_path: Path) -> None:
    members = [MEMBERS[codec](record) for record in RECORDS]
    middle = len(members[2]) // 2
    members[2] = members[2][:middle] + bytes(byte ^ 0x5A for byte in members[2][middle:-12]) + members[2][-12:]
    items, tally = read_stored(tmp_path, b"".join(members))
    assert payloads(items) == PAGES[:2] + PAGES[3:]
    assert outcomes(items)[2] == "unreadable_bytes"
    assert tally.bytes_skipped == len(members[2])


@pytest.mark.parametrize("codec", CODECS)
def test_a_file_cut_in_its_last_member_keeps_the_others(codec: str, tmp_path: Path) -> None:
    members = [MEMBERS[codec](record) for record in RECORDS]
    left = len(members[5]) // 2
    items, tally = read_stored(tmp_path, b"".join(members[:5]) + members[5][:left])
    assert payloads(items) == PAGES[:5]
    assert outcomes(items)[5:] == ["truncated_record"]
    assert (tally.complete, tally.bytes_skipped) == (False, left)
    assert [part.reason for part in tally.skipped] == ["truncated"]


@pytest.mark.parametrize("codec", CODECS)
def test_empty_members_are_passed_over_and_counted(codec: str, tmp_path: Path) -> None:
    empty = MEMBERS[codec](b"")
    stored = empty + empty.join(MEMBERS[codec](record) for record in RECORDS) + empty
    items, tally = read_stored(tmp_path, stored)
    assert payloads(items) == PAGES
    assert (tally.complete, tally.bytes_skipped) == (True, 7 * len(empty))
    assert {part.reason for part in tally.skipped} == {"empty_member"}


@pytest.mark.parametrize("codec", CODECS)
def test_a_member_of_all_records_that_is_cut_gives_the_first_ones(codec: str, tmp_path: Path) -> None:
    noisy = [zlib.adler32(b"%d" % n).to_bytes(4, "big").hex().encode() for n in range(60_000)]
    bodies = [b"".join(noisy[n * 10_000 : (n + 1) * 10_000]) for n in range(6)]  # more than one block of bzip2
    whole = MEMBERS[codec](b"".join(response(n, body) for n, body in enumerate(bodies)))
    items, tally = read_stored(tmp_path, whole[: len(whole) * 9 // 10])
    kept = payloads(items)
    assert kept == bodies[: len(kept)]
    assert not tally.complete
    assert len(kept) >= (0 if codec == "bz2" else 3)
    assert set(outcomes(items[len(kept) :])) == {"truncated_record"}


@pytest.mark.parametrize("change", [lambda data: data[:-600], lambda data: data[:8] + b"?" * 200 + data[208:]])
def test_a_damaged_dictionary_costs_its_records_and_says_so(change: Callable[[bytes], bytes], tmp_path: Path) -> None:
    dictionary = change(made_dictionary())
    frames = [zstd_frame(record, made_dictionary()) for record in RECORDS]
    items, tally = read_stored(tmp_path, skippable_frame(dictionary, 13) + zstd_frame(RECORDS[0]) + b"".join(frames))
    assert payloads(items) == PAGES[:1]
    assert outcomes(items)[1:] == ["unreadable_bytes"]
    assert tally.bytes_skipped == tally.bytes_total - len(zstd_frame(RECORDS[0]))


@pytest.mark.parametrize("version", [ARC_1, ARC_2], ids=["1", "2"])
@pytest.mark.parametrize("container", ["plain", "gz per record", "gz whole", "zst per record"])
def test_arc_is_read_in_both_versions(version: bytes, container: str, tmp_path: Path) -> None:
    items, tally = read_stored(tmp_path, CONTAINERS[container](arc_records(version)))
    assert outcomes(items) == ["record_type", "ok", "ok"]
    assert [item.url for item in items if isinstance(item, Record)] == ["http://e.example/1", "http://e.example/2"]
    assert {(item.media_type, item.http_status) for item in items if isinstance(item, Record)} == {("text/html", 200)}
    assert (tally.complete, tally.bytes_skipped) == (True, 0)


@pytest.mark.parametrize("version", [ARC_1, ARC_2], ids=["1", "2"])
def test_an_arc_damaged_in_its_middle_is_read_on(version: bytes, tmp_path: Path) -> None:
    head, first, second = arc_records(version)
    broken = bytearray(gzip_member(first))
    broken[20:40] = bytes(20)
    items, tally = read_stored(tmp_path, gzip_member(head) + bytes(broken) + gzip_member(second))
    assert outcomes(items) == ["record_type", "unreadable_bytes", "ok"]
    assert tally.bytes_skipped == len(broken)


def test_bytes_between_the_records_of_an_arc_may_be_of_the_one_before_which_is_flagged(tmp_path: Path) -> None:
    head, first, second = arc_records()
    items, tally = read_stored(tmp_path, head + first + b"no line of an ARC\n" + second)
    assert outcomes(items) == ["record_type", "ok", "ok"]
    assert [item.content_truncated for item in items if isinstance(item, Record)] == ["unspecified", None]
    assert tally.bytes_skipped == 0


@pytest.mark.parametrize("packed", [b"".join, lambda parts: gzipped(*parts)], ids=["plain", "gzip"])
def test_an_arc_that_is_cut_is_incomplete(packed: Callable[[list[bytes]], bytes], tmp_path: Path) -> None:
    items, tally = read_stored(tmp_path, packed(arc_records())[:-20])
    assert outcomes(items) == ["record_type", "ok", "truncated_record"]
    assert not tally.complete


ORIGINAL = "http://e.example/1"
DIGEST = "sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
REFERENCES = {
    "record id": {"WARC-Refers-To": f"<urn:uuid:response-{ORIGINAL}>"},
    "url and date": {"WARC-Refers-To-Target-URI": ORIGINAL, "WARC-Refers-To-Date": "2019-07-16T10:00:00Z"},
    "payload digest": {"WARC-Payload-Digest": DIGEST},
}


def original() -> bytes:
    fields = {"WARC-Payload-Digest": DIGEST}
    return warc_record("response", ORIGINAL, page(1), http={"Content-Type": "text/html"}, headers=fields)


def revisit(fields: dict[str, str]) -> bytes:
    headers = {"WARC-Date": "2020-01-02T03:04:05Z", **fields}
    return warc_record("revisit", "http://e.example/again", b"", http={}, headers=headers)


@pytest.mark.parametrize("container", ["plain", "gz per record", "zst per record", "bz2 per record"])
@pytest.mark.parametrize("reference", sorted(REFERENCES))
def test_a_revisit_is_the_capture_it_names(reference: str, container: str, tmp_path: Path) -> None:
    stored = CONTAINERS[container]([response(0), original(), revisit(REFERENCES[reference])])
    items, tally = read_stored(tmp_path, stored)
    first, again = items[1:]
    assert isinstance(first, Record)
    assert isinstance(again, Record)
    assert (again.record_type, again.payload, again.offset) == ("revisit", first.payload, first.offset)
    assert (again.url, again.fetch_time) != (first.url, first.fetch_time)
    assert tally.complete


@pytest.mark.parametrize("reference", sorted(REFERENCES))
def test_a_revisit_whose_original_is_elsewhere_is_counted(reference: str, tmp_path: Path) -> None:
    items, tally = read_stored(tmp_path, gzipped(response(0), revisit(REFERENCES[reference])))
    assert outcomes(items) == ["ok", "revisit"]
    assert tally.bytes_skipped == 0


def test_a_revisit_of_a_record_that_shares_its_member_is_counted(tmp_path: Path) -> None:
    items, _ = read_stored(tmp_path, gzip_member(original() + revisit(REFERENCES["record id"])))
    assert outcomes(items) == ["ok", "revisit"]


def test_a_page_of_431_mb_in_a_small_file_is_capped_in_bounded_memory(tmp_path: Path) -> None:
    size = 431_000_000
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    fields = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://e.example/big\r\n"
    start = fields + b"Content-Type: application/http\r\nContent-Length: %d\r\n\r\n" % (len(head) + size) + head
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    big = packer.compress(start) + b"".join(packer.compress(b"<p>." * 250_000) for _ in range(size // 1_000_000))
    stored = gzip.compress(RECORDS[0]) + big + packer.compress(b"\r\n\r\n") + packer.flush() + gzip.compress(RECORDS[1])
    assert len(stored) < 4_000_000
    path = write(tmp_path, stored)
    tracemalloc.start()
    items, tally = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64_000_000
    assert [len(payload) for payload in payloads(items)] == [len(PAGES[0]), ReadOptions().max_payload, len(PAGES[1])]
    assert [item.content_truncated for item in items if isinstance(item, Record)] == [None, "length", None]
    assert (tally.complete, tally.bytes_skipped) == (True, 0)


@pytest.mark.parametrize("codec", CODECS)
def test_members_without_a_record_are_no_archive(codec: str, tmp_path: Path) -> None:
    with pytest.raises(ShardError, match="no WARC or ARC record"):
        read(write(tmp_path, MEMBERS[codec](b"nothing to see here " * 20), "made"))
