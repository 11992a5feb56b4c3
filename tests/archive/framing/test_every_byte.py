"""A shard of 50 records cut at every byte, or with a byte changed: what is whole is read, and all is counted."""

import random
import zlib
from collections.abc import Iterator
from itertools import accumulate, pairwise
from pathlib import Path

import pytest

from provenance.archive import ArchiveReader, ReadTally, Record
from provenance.errors import Reason, RecordError, ShardError
from tests.archive.made_archives import gzipped, warc_record

N_RECORDS, N_FLIPS, N_PARTS = 50, 10_000, 10  # parts, so that the processes of a test run share the work


def small_record(number: int) -> bytes:
    body = b"<p>%d: %s</p>" % (number, random.Random(number).randbytes(20).hex().encode())
    return warc_record("response", f"http://e.example/{number}", body, http={"Content-Type": "text/html"})


RECORDS = [small_record(number) for number in range(N_RECORDS)]
SHARDS = {"plain": RECORDS, "gzip": [gzipped(record) for record in RECORDS]}
ENDS = {name: list(accumulate(map(len, parts))) for name, parts in SHARDS.items()}
SEPARATOR = {"plain": 4, "gzip": 0}  # bytes at a record's end that it can do without


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("every-byte")


def read_all(path: Path) -> tuple[list[Record | RecordError], ReadTally]:
    reader = ArchiveReader(path)
    items = list(reader)
    stretches = reader.tally.skipped
    assert reader.tally.bytes_total == path.stat().st_size
    assert reader.tally.bytes_read + sum(stretch.length for stretch in stretches) == reader.tally.bytes_total
    assert all(a.offset + a.length <= b.offset for a, b in pairwise(stretches))
    return items, reader.tally


def whole(folder: Path, name: str) -> list[Record]:
    path = folder / f"whole-{name}"
    path.write_bytes(b"".join(SHARDS[name]))
    items, tally = read_all(path)
    assert (tally.bytes_skipped, tally.complete) == (0, True)
    records = [item for item in items if isinstance(item, Record)]
    assert len(records) == N_RECORDS
    return records


@pytest.mark.parametrize("part", range(N_PARTS))
@pytest.mark.parametrize("name", sorted(SHARDS))
def test_cut_at_every_byte(folder: Path, name: str, part: int) -> None:
    stored, ends, records = b"".join(SHARDS[name]), ENDS[name], whole(folder, name)
    path = folder / f"cut-{name}-{part}"
    for at in range(1 + part, len(stored), N_PARTS):
        path.write_bytes(stored[:at])
        items, tally = read_all(path)
        n_whole = sum(end - SEPARATOR[name] <= at for end in ends)
        last = max((end for end in ends if end - SEPARATOR[name] <= at), default=0)
        assert [place_free(item) for item in items[:n_whole]] == [place_free(item) for item in records[:n_whole]]
        if at <= last:
            assert (len(items), tally.complete, tally.bytes_skipped) == (n_whole, True, 0)
            continue
        (cut,) = items[n_whole:]
        assert isinstance(cut, RecordError)
        assert (cut.reason, cut.offset, tally.complete) == (Reason.TRUNCATED_RECORD, last, False)
        assert [(s.offset, s.length, s.reason) for s in tally.skipped] == [(last, at - last, "truncated")]


def place_free(item: Record | RecordError) -> object:
    """What a record holds, without its length: the last one's may lack a separator."""
    return (item.record_id, item.url, item.payload, item.offset) if isinstance(item, Record) else item


def flips(size: int, part: int) -> Iterator[tuple[int, int]]:
    chance = random.Random(part)
    for _ in range(N_FLIPS // N_PARTS):
        yield chance.randrange(size), chance.randrange(1, 256)


@pytest.mark.parametrize("part", range(N_PARTS))
@pytest.mark.parametrize("name", sorted(SHARDS))
def test_a_changed_byte_costs_its_own_record_at_most(folder: Path, name: str, part: int) -> None:
    stored, ends, records = b"".join(SHARDS[name]), ENDS[name], whole(folder, name)
    path = folder / f"flip-{name}-{part}"
    for at, change in flips(len(stored), part):
        path.write_bytes(stored[:at] + bytes([stored[at] ^ change]) + stored[at + 1 :])
        items, _tally = read_all(path)
        hit = next(number for number, end in enumerate(ends) if at < end)
        found = {item.offset: place_free(item) for item in items if isinstance(item, Record)}
        others = [record for number, record in enumerate(records) if number != hit]
        missing = [record.url for record in others if found.get(record.offset) != place_free(record)]
        assert missing == [], f"byte {at} ^ {change:#x} of record {hit}"
        assert any(item.offset == records[hit].offset for item in items), f"byte {at} ^ {change:#x} of record {hit}"


def test_a_member_that_swallows_its_neighbours_gives_them_back(folder: Path) -> None:
    """A stored block whose length is changed goes on decoding through the members behind it."""
    packer = zlib.compressobj(0, zlib.DEFLATED, 31)
    stored = packer.compress(RECORDS[0]) + packer.flush()
    longer = len(RECORDS[0]) + 2000
    broken = stored[:11] + longer.to_bytes(2, "little") + (longer ^ 0xFFFF).to_bytes(2, "little") + stored[15:]
    path = folder / "swallow"
    path.write_bytes(b"".join([broken, *SHARDS["gzip"][1:]]))
    items, _tally = read_all(path)
    assert [isinstance(item, Record) for item in items] == [False] + [True] * (N_RECORDS - 1)


def test_bytes_that_are_no_archive_are_refused(folder: Path) -> None:
    path = folder / "noise"
    path.write_bytes(random.Random(1).randbytes(5000))
    with pytest.raises(ShardError, match="no WARC or ARC record"):
        list(ArchiveReader(path))
