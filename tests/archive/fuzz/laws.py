"""What must hold of the reader for any bytes at all; the fuzzer and the replay of its corpus both ask it.

An input is one byte that chooses the options of reading, then the archive as stored. One bit of it makes blocks of a
few hundred bytes too large to be held, which would else take inputs of megabytes.
"""

import tempfile
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import provenance.archive.reader
import provenance.archive.revisit
from provenance.archive import ArchiveReader, ReadOptions, ReadTally, Record
from provenance.archive.framing.account import Skip
from provenance.archive.payload.digests import DigestCheck
from provenance.archive.source import BytesSource
from provenance.errors import Reason, RecordError, ShardError

LIMITS = (20, 1000, 50_000)  # payloads are kept up to this; small, so that small inputs meet it
ROOM = 300  # bytes of a block beyond the payload's limit, in place of HEAD_ROOM
MAX_ITEMS = 100_000  # far beyond what 64 KiB can hold, and far below "without end"
_SHARED = Path("/dev/shm")
_FOLDER = str(_SHARED) if _SHARED.is_dir() else None

Reading = tuple[list[Record | RecordError], ReadTally] | str


def parse_input(data: bytes) -> tuple[ReadOptions, bytes]:
    """The options and the archive of an input."""
    selector = data[0] if data else 0
    options = ReadOptions(max_payload=LIMITS[selector % len(LIMITS)], check_digests=bool(selector & 0x80))
    return options, data[1:]


def check_reading(data: bytes) -> Reading:
    """Reads an input with care from memory and fast from a file; AssertionError where a law does not hold."""
    if not data or not data[0] & 0x40:
        return _check_reading(data)
    with (
        patch.object(provenance.archive.reader, "HEAD_ROOM", ROOM),
        patch.object(provenance.archive.revisit, "HEAD_ROOM", ROOM),
    ):
        return _check_reading(data)


def _check_reading(data: bytes) -> Reading:
    options, stored = parse_input(data)
    careful = _read(ArchiveReader("memory", options), stored)
    with tempfile.NamedTemporaryFile(dir=_FOLDER, suffix=".fuzz") as file:
        file.write(stored)
        file.flush()
        fast = _read(ArchiveReader(file.name, options), None)
    for reading in (careful, fast):
        if not isinstance(reading, str):
            _check_items(reading[0], options, len(stored))
            _check_account(*reading, len(stored))
    _check_same(careful, fast)
    return careful


def _read(reader: ArchiveReader, stored: bytes | None) -> Reading:
    """All items and the tally, or why there are none."""
    items: list[Record | RecordError] = []
    try:
        for item in reader if stored is None else reader.read(BytesSource("memory", stored)):
            items.append(item)
            assert len(items) < MAX_ITEMS, "items without end"
    except ShardError as error:
        return error.reason
    return items, reader.tally


def _check_items(items: list[Record | RecordError], options: ReadOptions, size: int) -> None:
    for item in items:
        assert item.offset is not None
        assert 0 <= item.offset <= size, f"an item at {item.offset} of {size} bytes"
        if isinstance(item, Record):
            assert 0 < len(item.payload) <= options.max_payload, f"a payload of {len(item.payload)} bytes"
            assert item.length is None or 0 < item.length <= size - item.offset, f"a length of {item.length}"


def _check_account(items: list[Record | RecordError], tally: ReadTally, size: int) -> None:
    skipped = tally.skipped
    assert tally.bytes_total == size
    assert tally.bytes_read + tally.bytes_skipped == size
    assert tally.bytes_read >= 0
    assert all(a.offset + a.length <= b.offset for a, b in pairwise(skipped)), f"stretches overlap: {skipped}"
    assert all(part.length > 0 and 0 <= part.offset <= size - part.length for part in skipped), f"{skipped}"
    assert {part.reason for part in skipped} <= set(Skip)
    reasons = {item.reason for item in items if isinstance(item, RecordError)}
    if Reason.TRUNCATED_RECORD in reasons:
        assert not tally.complete, "a cut record in a file said to be complete"
    if tally.bytes_skipped and {part.reason for part in skipped} & {Skip.GARBAGE, Skip.DAMAGED, Skip.TRUNCATED}:
        assert tally.why, "bytes are lost and nobody says why"


def _check_same(careful: Reading, fast: Reading) -> None:
    """A capture that its digests prove whole is read from a file as from memory.

    Records that have fields twice, or their lines broken, may be understood in two ways, and both are counted.
    """
    missing = _proven(careful) ^ _proven(fast)
    assert not missing, f"read only with care, or only fast: {missing}"


def _proven(reading: Reading) -> set[tuple[str | None, int, bytes]]:
    if isinstance(reading, str):
        return set()
    records = [item for item in reading[0] if isinstance(item, Record)]
    return {(item.record_id, item.offset, item.payload) for item in records if item.digest_check is DigestCheck.MATCH}
