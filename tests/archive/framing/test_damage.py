"""Damage: no exception, nothing lost without a count, the records around it intact."""

import tracemalloc
import zlib
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.archive import ArchiveReader, Record
from provenance.archive.framing.members import PIECE
from provenance.errors import RecordError, ShardError
from tests.archive.made_archives import (
    gzipped,
    outcomes,
    page,
    payloads,
    read,
    response,
    write,
)

RECORDS = [response(n) for n in range(6)]
MEMBERS = [gzipped(record) for record in RECORDS]
FORMATS = {
    "plain": b"".join(RECORDS),
    "gzip": b"".join(MEMBERS),
    "zstd": b"".join(zstandard.compress(record) for record in RECORDS),
    "one member": gzipped(b"".join(RECORDS)),
}


def with_length(record: bytes, value: bytes) -> bytes:
    start = record.index(b"Content-Length: ") + len(b"Content-Length: ")
    return record[:start] + value + record[record.index(b"\r\n", start) :]


def body_length(record: bytes) -> int:
    return int(record.split(b"Content-Length: ")[1].split(b"\r\n")[0])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damage")


@settings(max_examples=150, deadline=None)
@given(data=st.data(), name=st.sampled_from(sorted(FORMATS)))
def test_a_file_cut_at_any_byte_gives_the_records_before_the_cut(folder: Path, data: st.DataObject, name: str) -> None:
    whole = FORMATS[name]
    at = data.draw(st.integers(0, len(whole)))
    items, _tally = read(write(folder, whole[:at]))
    complete = [page(n) for n in range(6)]
    kept = payloads(items)
    assert kept == complete[: len(kept)]
    if name in ("gzip", "plain"):
        sizes = [len(part) for part in (MEMBERS if name == "gzip" else RECORDS)]
        assert len(kept) >= sum(sum(sizes[: n + 1]) <= at for n in range(6))
    assert set(outcomes(items[len(kept) :])) <= {"truncated_record"}


@settings(max_examples=60, deadline=None)
@given(at=st.integers(1, len(FORMATS["gzip"]) - 1))
def test_a_gzip_file_cut_inside_a_member_is_incomplete(folder: Path, at: int) -> None:
    items, tally = read(write(folder, FORMATS["gzip"][:at]))
    ends = [sum(len(member) for member in MEMBERS[:n]) for n in range(7)]
    assert tally.complete == (at in ends)
    assert ("truncated_record" in outcomes(items)) == (at not in ends)


@settings(max_examples=150, deadline=None)
@given(data=st.data(), name=st.sampled_from(sorted(FORMATS)))
def test_bytes_overwritten_anywhere_raise_nothing_but_shard_errors(
    folder: Path, data: st.DataObject, name: str
) -> None:
    whole = FORMATS[name]
    at, noise = data.draw(st.integers(0, len(whole))), data.draw(st.binary(min_size=1, max_size=40))
    path = write(folder, whole[:at] + noise + whole[at + len(noise) :])
    try:
        items, tally = read(path)
    except ShardError:
        return
    assert all(isinstance(item, Record | RecordError) for item in items)
    assert 0 <= tally.bytes_skipped <= tally.bytes_total


@settings(max_examples=80, deadline=None)
@given(noise=st.binary(max_size=3000), name=st.sampled_from(sorted(FORMATS)))
def test_any_bytes_at_all_raise_nothing_but_shard_errors(folder: Path, noise: bytes, name: str) -> None:
    start = {"plain": b"WARC/1.0\r\n", "gzip": b"\x1f\x8b\x08", "zstd": b"\x28\xb5\x2f\xfd"}.get(name, b"")
    try:
        items, tally = read(write(folder, start + noise))
    except ShardError:
        return
    assert len(items) <= tally.bytes_total


@pytest.mark.parametrize(
    "noise", [b"garbage" * 10, b"\x1f\x8b\x08" * 30, gzipped(b"no record"), b"\x1f\x8b\x08\x00" + b"\xff" * 99]
)
def test_reading_goes_on_after_garbage_between_members(noise: bytes, tmp_path: Path) -> None:
    items, tally = read(write(tmp_path, b"".join(MEMBERS[:2]) + noise + b"".join(MEMBERS[2:])))
    assert outcomes(items) == ["ok", "ok", "unreadable_bytes", "ok", "ok", "ok", "ok"]
    assert (items[2].offset, tally.bytes_skipped) == (len(MEMBERS[0] + MEMBERS[1]), len(noise))
    assert tally.complete
    assert payloads(items) == [page(n) for n in range(6)]


def test_garbage_at_the_end_is_counted(tmp_path: Path) -> None:
    items, tally = read(write(tmp_path, FORMATS["gzip"] + b"not a member"))
    assert outcomes(items) == ["ok"] * 6 + ["unreadable_bytes"]
    assert (tally.bytes_skipped, tally.complete) == (12, True)
    assert tally.why is not None


def test_garbage_at_the_start_is_counted(tmp_path: Path) -> None:
    noise = b"\x1f\x8b\x08 broken from the first byte"
    items, tally = read(write(tmp_path, noise + FORMATS["gzip"]))
    assert outcomes(items) == ["unreadable_bytes"] + ["ok"] * 6
    assert tally.bytes_skipped == len(noise)


@pytest.mark.parametrize("padding", [b"\n", b"\r\n\r\n", bytes(512)])
def test_padding_at_the_end_is_no_damage(padding: bytes, tmp_path: Path) -> None:
    items, tally = read(write(tmp_path, FORMATS["gzip"] + padding))
    assert outcomes(items) == ["ok"] * 6
    assert [(part.length, part.reason) for part in tally.skipped] == [(len(padding), "padding")]
    assert tally.why is None


@pytest.mark.parametrize("stored", ["gzip", "zstd"])
def test_reading_goes_on_after_a_damaged_member(stored: str, tmp_path: Path) -> None:
    pack = gzipped if stored == "gzip" else zstandard.ZstdCompressor(write_checksum=True).compress
    members = [pack(record) for record in RECORDS]
    middle = len(members[2]) // 2
    members[2] = (
        members[2][:middle] + bytes(b ^ 0x5A for b in members[2][middle : middle + 8]) + members[2][middle + 8 :]
    )
    items, tally = read(write(tmp_path, b"".join(members)))
    assert outcomes(items) == ["ok", "ok", "unreadable_bytes", "ok", "ok", "ok"]
    assert tally.bytes_skipped == len(members[2])


def test_a_member_with_a_wrong_checksum_is_not_believed(tmp_path: Path) -> None:
    wrong = bytes([MEMBERS[1][-8] ^ 1])
    members = [MEMBERS[0], MEMBERS[1][:-8] + wrong + MEMBERS[1][-7:], *MEMBERS[2:]]
    items, _ = read(write(tmp_path, b"".join(members)))
    assert outcomes(items) == ["ok", "unreadable_bytes", "ok", "ok", "ok", "ok"]


def test_a_checksum_that_is_read_after_its_record_is_not_overlooked(tmp_path: Path) -> None:
    packer = zlib.compressobj(0, zlib.DEFLATED, 31)  # stored, so that the size can be chosen
    room = PIECE + 7 - len(packer.compress(response(9, b"")) + packer.flush())
    packer = zlib.compressobj(0, zlib.DEFLATED, 31)
    member = packer.compress(response(9, b"x" * (room - 3))) + packer.flush()
    assert PIECE + 5 <= len(member) <= PIECE + 8  # the second step reads the end of the checksum alone
    wrong = member[:-8] + bytes([member[-8] ^ 1]) + member[-7:]
    items, tally = read(write(tmp_path, MEMBERS[0] + wrong + MEMBERS[2]))
    assert outcomes(items) == ["ok", "unreadable_bytes", "ok"]
    assert tally.bytes_skipped == len(wrong)


def test_empty_members_are_passed_over(tmp_path: Path) -> None:
    empty = gzipped(b"")
    items, tally = read(write(tmp_path, empty + empty.join(MEMBERS) + empty))
    assert payloads(items) == [page(n) for n in range(6)]
    assert tally.complete


def test_only_empty_members_are_no_archive(tmp_path: Path) -> None:
    with pytest.raises(ShardError):
        read(write(tmp_path, gzipped(b"") * 3))


def test_a_record_may_go_on_in_the_next_member(tmp_path: Path) -> None:
    everything = b"".join(RECORDS)
    parts = [everything[at : at + 333] for at in range(0, len(everything), 333)]
    items, tally = read(write(tmp_path, gzipped(*parts)))
    assert payloads(items) == [page(n) for n in range(6)]
    assert tally.complete


def test_headers_that_end_in_bare_line_feeds_are_read(tmp_path: Path) -> None:
    fitted = [with_length(record, b"%d" % (body_length(record) - 3)).replace(b"\r\n", b"\n") for record in RECORDS]
    for stored in (gzipped(*fitted), b"".join(fitted)):
        items, _ = read(write(tmp_path, stored))
        assert payloads(items) == [page(n) for n in range(6)]


@pytest.mark.parametrize(
    "value", [b"-5", b"", b"many", b"99999999999999999999999", b"4611686018427387904", b"20", b"900", b"1900"]
)
@pytest.mark.parametrize("name", ["plain", "gzip", "one member"])
def test_a_wrong_content_length_leaves_its_neighbours_intact(value: bytes, name: str, tmp_path: Path) -> None:
    records = [*RECORDS[:2], with_length(RECORDS[2], value), *RECORDS[3:]]
    stored = {"plain": b"".join(records), "gzip": gzipped(*records), "one member": gzipped(b"".join(records))}[name]
    items, tally = read(write(tmp_path, stored))
    assert payloads(items) == [page(n) for n in range(6)]
    flagged = [item.content_truncated for item in items if isinstance(item, Record)]
    assert flagged == [None, None, "unspecified", None, None, None]
    assert tally.complete


def test_a_content_length_beyond_the_end_of_the_last_record_is_a_truncation(tmp_path: Path) -> None:
    items, tally = read(write(tmp_path, gzipped(*RECORDS[:2], with_length(RECORDS[2], b"5000"))))
    assert outcomes(items) == ["ok", "ok", "truncated_record"]
    assert not tally.complete


def test_junk_between_plain_records_is_counted_to_the_byte(tmp_path: Path) -> None:
    junk = b"a line that is no record\r\nWARC: neither\r\n\r\n"
    items, tally = read(write(tmp_path, RECORDS[0] + junk + RECORDS[1]))
    assert outcomes(items) == ["ok", "unreadable_bytes", "ok"]
    assert (items[1].offset, tally.bytes_skipped) == (len(RECORDS[0]), len(junk))


def test_warc_headers_without_an_end_are_malformed(tmp_path: Path) -> None:
    endless = b"WARC/1.0\r\n" + b"A: b\r\n" * 200_000
    items, _ = read(write(tmp_path, gzipped(RECORDS[0], endless, RECORDS[1])))
    assert outcomes(items) == ["ok", "malformed_record", "ok"]


def test_a_record_without_a_type_is_malformed(tmp_path: Path) -> None:
    items, _ = read(write(tmp_path, gzipped(RECORDS[0], RECORDS[1].replace(b"WARC-Type: response\r\n", b""))))
    assert outcomes(items) == ["ok", "malformed_record"]


def test_a_header_number_is_never_allocated(tmp_path: Path) -> None:
    path = write(tmp_path, gzipped(RECORDS[0], with_length(RECORDS[1], b"4000000000"), RECORDS[2]))
    tracemalloc.start()
    read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50_000_000


def test_a_member_that_inflates_without_end_is_read_in_bounded_memory(tmp_path: Path) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    head = with_length(response(1, b""), b"200000060")
    bomb = packer.compress(head.rstrip(b"\r\n") + b"\r\n\r\n")
    bomb += b"".join(packer.compress(bytes(1_000_000)) for _ in range(200)) + packer.flush()
    path = write(tmp_path, MEMBERS[0] + bomb + MEMBERS[2])
    tracemalloc.start()
    items, _ = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60_000_000
    assert [len(payload) for payload in payloads(items)][1] == 5 * 1024 * 1024


def test_a_damaged_member_does_not_take_the_fast_path_back(tmp_path: Path) -> None:
    reader = ArchiveReader(write(tmp_path, MEMBERS[0] + b"x" + b"".join(MEMBERS[1:])))
    assert payloads(reader) == payloads(reader) == [page(n) for n in range(6)]
