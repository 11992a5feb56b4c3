"""One archive file -> an iterator of captures and rejects, in file order."""

import os
import re
import zlib
from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from provenance.archive.framing.arc import ARC_START, read_arc
from provenance.archive.framing.careful import CarefulReader
from provenance.archive.framing.fast import read_fast
from provenance.archive.framing.members import MAGIC, Codec
from provenance.archive.framing.stream import WARC, MemberStream
from provenance.archive.payload.capture import make_capture
from provenance.archive.record import RawRecord, ReadOptions, ReadTally, Record
from provenance.errors import Reason, RecordError, ShardError, Stage

_HEAD_ROOM = 1024 * 1024  # what HTTP headers and chunk sizes may add to a payload of the allowed size
_SNIFF = 1024
_ARC_LINE = re.compile(rb"\S+ \S+ \d{14} ")


class ArchiveReader:
    """Iterates over the records of one archive: a `Record` for each capture, a `RecordError` value for the others.

    Raises ShardError alone: the file cannot be opened, or there is no record in it. `tally` is complete after
    iteration. An empty file has no records, and its tally says so.
    """

    def __init__(self, path: Path, options: ReadOptions | None = None) -> None:
        self.path = path
        self.options = options or ReadOptions()
        self.tally = ReadTally(0, complete=False, why="not read to its end")

    def __iter__(self) -> Iterator[Record | RecordError]:
        """All records, from the first byte."""
        try:
            fd = os.open(self.path, os.O_RDONLY)
        except OSError as error:
            raise ShardError(str(self.path), error.strerror or str(error)) from None
        try:
            yield from self._read(fd)
        except OSError as error:
            raise ShardError(str(self.path), f"cannot be read: {error.strerror or error}") from None
        finally:
            os.close(fd)

    def _read(self, fd: int) -> Iterator[Record | RecordError]:
        size = os.fstat(fd).st_size
        if size == 0:
            self.tally = ReadTally(0, why="the file is empty")
            return
        head = os.pread(fd, _SNIFF, 0)
        items = self._read_arc(fd, size) if _is_arc(head) else self._read_warc(fd, size, _sniff(head))
        yield from self._insist(items)

    def _insist(self, items: Iterable[RawRecord | RecordError]) -> Iterator[Record | RecordError]:
        """The items made captures; bytes without a record wait until there is one, else they are no archive."""
        waiting: list[RecordError] = []
        found = False
        for item in items:
            if isinstance(item, RawRecord):
                found = True
                yield from waiting
                waiting.clear()
                yield make_capture(item, self.options)
            elif found or item.reason is Reason.TRUNCATED_RECORD:
                found = True
                yield from waiting
                waiting.clear()
                yield item
            else:
                waiting.append(item)
        if not found:
            detail = waiting[0].detail if waiting else "nothing in it"
            raise ShardError(str(self.path), f"no WARC or ARC record in this file ({detail})")

    def _read_warc(self, fd: int, size: int, codec: Codec) -> Generator[RawRecord | RecordError, None, None]:
        cap = self.options.max_payload + _HEAD_ROOM
        start = yield from read_fast(self.path, fd, codec, cap)
        careful = CarefulReader(MemberStream(fd, codec, start, size), cap)
        yield from careful
        skipped = min(careful.bytes_skipped, size)
        self.tally = ReadTally(size, skipped, careful.complete, careful.why or None)

    def _read_arc(self, fd: int, size: int) -> Generator[RawRecord | RecordError, None, None]:
        complete, end = True, 0
        with os.fdopen(os.dup(fd), "rb") as file:
            file.seek(0)
            records = read_arc(file, self.options.max_payload + _HEAD_ROOM)
            for raw in records:
                end = raw.offset + (raw.length or 0)
                complete = not raw.flawed
                yield raw if complete else _arc_truncated(raw)
        rest = size - end
        why = None if complete else "the file ends inside a record"
        if complete and rest > 0:
            why = f"no ARC record at byte {end}"
            yield RecordError(Stage.ARCHIVE, Reason.UNREADABLE_BYTES, f"{why} ({rest} bytes)", offset=end)
        self.tally = ReadTally(size, rest if complete else 0, complete, why)


def read_records(path: Path, options: ReadOptions) -> Iterator[Record | RecordError]:
    """One item per record of an archive, in file order; see ArchiveReader."""
    yield from ArchiveReader(path, options)


def read_record_at(
    path: Path, offset: int, options: ReadOptions, *, record_id: str | None = None
) -> Record | RecordError:
    """One record read again by its place. Where records share a member, `record_id` says which of them.

    Raises ShardError when the file cannot be read or nothing that could be a record is there.
    """
    try:
        fd = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise ShardError(str(path), error.strerror or str(error)) from None
    try:
        size = os.fstat(fd).st_size
        head = os.pread(fd, _SNIFF, offset)
        for item in _items_at(fd, offset, size, head, options) if head else ():  # a wrong length shows by what follows
            if isinstance(item, RecordError):
                if record_id is None:
                    return item
            elif record_id is None or item.headers.get("warc-record-id") == record_id:
                return make_capture(item, options)
    finally:
        os.close(fd)
    raise ShardError(str(path), f"no record at byte {offset}")


def _items_at(fd: int, offset: int, end: int, head: bytes, options: ReadOptions) -> Iterator[RawRecord | RecordError]:
    cap = options.max_payload + _HEAD_ROOM
    codec = _sniff(head)
    start = _inflated_start(head) if codec is Codec.GZIP else head
    if start.startswith(WARC) or not _ARC_LINE.match(start):
        yield from CarefulReader(MemberStream(fd, codec, offset, end), cap)
        return
    with os.fdopen(os.dup(fd), "rb") as file:
        file.seek(offset)
        for raw in read_arc(file, cap):
            yield replace(raw, offset=offset)


def _sniff(head: bytes) -> Codec:
    """How a file is stored, by its first bytes, of which there may be very few."""
    for codec, magic in MAGIC.items():
        if head.startswith(magic) or magic.startswith(head):
            return codec
    return Codec.PLAIN


def _is_arc(head: bytes) -> bool:
    return head.startswith(ARC_START) or (
        head.startswith(MAGIC[Codec.GZIP]) and _inflated_start(head).startswith(ARC_START)
    )


def _inflated_start(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(head, _SNIFF)
    except zlib.error:
        return b""


def _arc_truncated(raw: RawRecord) -> RecordError:
    return RecordError(Stage.ARCHIVE, Reason.TRUNCATED_RECORD, "the file ends inside a record", offset=raw.offset)
