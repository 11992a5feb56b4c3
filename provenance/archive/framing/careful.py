"""The careful reader: records out of files that are damaged, oddly packed or written by their own rules.

It reads what the fast reader left, usually only the last record, to see that the file ends where the record does.
Whatever is wrong becomes a value: bytes without a record are one UNREADABLE_BYTES per stretch, a record that the file
ends in is a TRUNCATED_RECORD, and a record whose declared length does not lead to its end is read up to the next one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from provenance.archive.framing.members import Codec
from provenance.archive.framing.stream import STEP, WARC, Edge, MemberStream
from provenance.archive.payload.headers import BLANK_LINE, MAX_HEAD, parse_fields, parse_length
from provenance.archive.record import RawRecord
from provenance.errors import Reason, RecordError, Stage

_NEXT_RECORD = re.compile(rb"\n(?=WARC/[01]\.\d{1,2}[ \t]*\r?\n)")
_OVERLAP = 16  # bytes kept back while searching, so that a match across two pieces is seen
_TERMINATOR = re.compile(rb"\r?\n\r?\n|(?:\r?\n){0,2}(?=WARC/)")
# What a stored byte can give at most (RFC 1951, RFC 8878, LZ4 block format); a declared length beyond that is a lie.
_MAX_INFLATION = {Codec.PLAIN: 1, Codec.GZIP: 1032, Codec.ZSTD: 131_072, Codec.LZ4: 255}


@dataclass(frozen=True, slots=True)
class _Block:
    """The start of a record's block; `lost` is the reason where the record could not be read to its end."""

    data: bytes = b""
    cut: bool = False
    flawed: bool = False
    lost: Reason | None = None


class CarefulReader:
    """Iterates over what an archive holds from `stream` on, keeping at most `cap` bytes of a block.

    After iteration `bytes_skipped`, `complete` and `why` tell what was not read.
    """

    def __init__(self, stream: MemberStream, cap: int) -> None:
        self._stream, self._cap = stream, cap
        self.bytes_skipped, self.complete, self.why = 0, True, ""

    def __iter__(self) -> Iterator[RawRecord | RecordError]:
        stream = self._stream
        while stream.edge is not Edge.END or stream.buffer:
            stream.skip_newlines()
            n = stream.need(len(WARC))
            if n and stream.buffer.startswith(WARC):
                yield self._record()
            elif self._ends_in_a_start():
                yield self._truncated(stream.offset)
            elif stream.edge is Edge.CUT and n == 0:
                self._note(stream.why)
                return
            elif n or stream.edge is Edge.DAMAGE:
                why = stream.why or "no record starts here"
                yield self._junk(stream.offset, Reason.UNREADABLE_BYTES, why, whole=stream.fresh)
            elif stream.edge is Edge.MEMBER:
                stream.next_member()

    def _ends_in_a_start(self) -> bool:
        """Whether the file ends where a record could be about to start."""
        stream = self._stream
        if not WARC.startswith(stream.buffer):
            return False
        n = len(stream.buffer)
        return n > 0 if stream.edge is Edge.END else stream.edge is Edge.CUT and (n > 0 or stream.fresh)

    def _record(self) -> RawRecord | RecordError:
        stream = self._stream
        offset, fresh = stream.offset, stream.fresh
        head = self._head()
        if head is None and stream.edge in (Edge.CUT, Edge.END):
            return self._truncated(offset)
        if head is None:
            why = stream.why or "WARC headers without an end"
            damaged = stream.edge is Edge.DAMAGE
            reason = Reason.UNREADABLE_BYTES if damaged else Reason.MALFORMED_RECORD
            return self._junk(offset, reason, why, whole=fresh)
        headers = parse_fields(head)
        block = self._block(parse_length(headers.get("content-length")))
        stream.skip_newlines()
        alone = fresh and not stream.buffer
        lost = block.lost
        if alone and stream.edge is Edge.CUT:
            lost = Reason.TRUNCATED_RECORD
        if alone and stream.edge is Edge.DAMAGE:
            lost = Reason.UNREADABLE_BYTES
        if lost is Reason.TRUNCATED_RECORD:
            return self._truncated(offset)
        if lost is not None:
            return self._junk(offset, lost, stream.why, whole=fresh)
        return RawRecord(headers, block.data, block.cut, block.flawed, offset, self._length(offset, alone))

    def _length(self, offset: int, alone: bool) -> int | None:
        stream = self._stream
        if stream.codec is Codec.PLAIN:
            return stream.offset - offset
        return stream.edge_at - offset if alone and stream.edge is Edge.MEMBER else None

    def _head(self) -> bytes | None:
        """The record's headers, taken from the stream; None, nothing taken, where they have no end."""
        stream, wanted = self._stream, 1024
        while True:
            n = stream.need(wanted)
            blank = BLANK_LINE.search(stream.buffer)
            if blank is not None:
                return stream.take(blank.end())
            if wanted >= MAX_HEAD or (n < wanted and stream.need(n + 1, joining=True) == n):
                return None
            wanted = max(wanted * 4, n)

    def _block(self, declared: int | None) -> _Block:
        stream = self._stream
        if declared is None or declared > (stream.end - stream.offset) * _MAX_INFLATION[stream.codec]:
            return self._block_to_next_record(declared)
        if declared > self._cap:
            return self._big_block(declared)
        if stream.need(declared, joining=True) >= declared and self._terminated(declared):
            return _Block(stream.take(declared))
        return self._block_to_next_record(declared)

    def _terminated(self, at: int) -> bool:
        """Whether a record's end lies at a byte of the buffer: blank lines, another record or an edge."""
        stream = self._stream
        n = stream.need(at + len(WARC) + 4)
        after = bytes(stream.buffer[at : at + len(WARC) + 4])
        return n == at or _TERMINATOR.match(after) is not None or not after.strip(b"\r\n")

    def _big_block(self, declared: int) -> _Block:
        """A block beyond the cap: its start is kept, the rest passed over in steps."""
        stream = self._stream
        if stream.need(self._cap, joining=True) < self._cap:
            return self._block_to_next_record(declared)
        start, data = stream.offset, stream.take(self._cap)
        left = declared - len(data)
        while left and (n := min(stream.need(min(left, STEP), joining=True), left)):
            stream.drop(n)
            left -= n
        if left == 0 and self._terminated(0):
            return _Block(data, cut=True)
        if stream.codec is Codec.PLAIN:
            stream.rewind(start)
            return self._block_to_next_record(declared)
        return _Block(data, cut=True, flawed=True, lost=self._lost() if left else None)

    def _block_to_next_record(self, declared: int | None) -> _Block:
        """The block up to where the next record starts or the bytes end: its declared length is wrong, or they are."""
        data, size, found = self._take_to_next_record()
        lost = None
        if not found and (declared is None or size < declared):
            lost = self._lost() if declared is not None or self._stream.edge is not Edge.END else None
        data = _strip_terminator(data) if len(data) == size else data
        return _Block(data[: self._cap], cut=size > self._cap, flawed=True, lost=lost)

    def _take_to_next_record(self) -> tuple[bytes, int, bool]:
        """The bytes before the next record (somewhat more than the cap at most), how many there were, if one comes."""
        stream, kept, size = self._stream, bytearray(), 0
        while True:
            held = len(stream.buffer)
            more = stream.need(held + STEP) > held
            found = _NEXT_RECORD.search(stream.buffer)
            if found is not None or not more:
                data = stream.take(found.end() if found is not None else len(stream.buffer))
                return bytes(kept) + data, size + len(data), found is not None
            data = stream.take(max(0, len(stream.buffer) - _OVERLAP))
            size += len(data)
            if len(kept) <= self._cap:
                kept += data

    def _lost(self) -> Reason | None:
        """What became of a record that wants more bytes than there are; None if another record simply follows."""
        stream = self._stream
        if stream.edge is Edge.DAMAGE:
            return Reason.UNREADABLE_BYTES
        if stream.edge is Edge.MEMBER and stream.edge_at < stream.end:
            return None
        return Reason.TRUNCATED_RECORD

    def _junk(self, offset: int, reason: Reason, detail: str, *, whole: bool) -> RecordError:
        """Passes over bytes up to the next record, over as many members as it takes; one reject for all of them.

        `whole`: the stretch begins with its member, so that stored bytes can be counted.
        """
        stream, before = self._stream, self.bytes_skipped
        if stream.buffer.startswith(WARC):  # what looked like a record and was none
            self._drop(1)
        while True:
            mark = self.bytes_skipped
            self._drop_to_record()
            if stream.buffer or stream.edge is Edge.END:
                break
            if stream.edge is Edge.DAMAGE:
                self.bytes_skipped = mark + stream.resync()
            elif whole:
                self.bytes_skipped = mark + stream.edge_at - stream.member
            if stream.edge is Edge.CUT:
                self._note(stream.why)
                break
            if stream.edge is Edge.MEMBER:
                stream.next_member()
            whole = True
        n = self.bytes_skipped - before
        self.why = self.why or f"{detail} at byte {offset}"
        return RecordError(Stage.ARCHIVE, reason, f"{detail} ({n} bytes)", offset=offset)

    def _drop_to_record(self) -> None:
        """Leaves the buffer at the start of a record, or empty at an edge."""
        stream = self._stream
        if stream.fresh and stream.need(len(WARC)) and stream.buffer.startswith(WARC):
            return
        while stream.need(STEP):
            found = _NEXT_RECORD.search(stream.buffer)
            if found is not None:
                self._drop(found.end())
                return
            done = stream.edge is not Edge.OPEN
            self._drop(len(stream.buffer) if done else len(stream.buffer) - _OVERLAP)

    def _drop(self, n: int) -> None:
        self._stream.drop(n)
        self.bytes_skipped += n

    def _truncated(self, offset: int) -> RecordError:
        stream = self._stream
        stream.drop(len(stream.buffer))
        stream.edge = Edge.END
        why = stream.why or "the file ends inside a record"
        self._note(why)
        return RecordError(Stage.ARCHIVE, Reason.TRUNCATED_RECORD, why, offset=offset)

    def _note(self, why: str) -> None:
        self.complete, self.why = False, f"{self.why}; {why}" if self.why else why


def _strip_terminator(data: bytes) -> bytes:
    """A block without the two line ends that close a record."""
    for _ in range(2):
        data = data[:-2] if data.endswith(b"\r\n") else data.removesuffix(b"\n")
    return data
