"""The careful reader: records out of files that are damaged, oddly packed or written by their own rules.

It reads what the fast reader left, usually only the last record, to see that the file ends where the record does; and
whatever is no local file of gzip members. What is wrong becomes a value: bytes without a record are one
UNREADABLE_BYTES per stretch, a record that the file ends in is a TRUNCATED_RECORD, and a record whose declared length
does not lead to its end is read up to the next one. Every byte passed goes to the account.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from provenance.archive.framing.account import Account, Skip
from provenance.archive.framing.members import Codec
from provenance.archive.framing.stream import STEP, Edge, MemberStream
from provenance.archive.payload.headers import MAX_HEAD, parse_length
from provenance.archive.record import RawRecord
from provenance.errors import Reason, RecordError, Stage

_OVERLAP = 9 * 1024  # bytes kept back while searching, so that a start across two pieces is seen
_AFTER = 64  # decoded bytes behind a block, besides a record's start, that show whether it ends there
_SEPARATOR = 4  # bytes between two records of a WARC
# What a stored byte can give at most (RFC 1951, RFC 8878, LZ4 block format); a declared length beyond that is a lie.
_MAX_INFLATION = {Codec.PLAIN: 1, Codec.GZIP: 1032, Codec.LZ4: 255}


@dataclass(frozen=True, slots=True)
class _Block:
    """The start of a record's block; `lost` is the reason where the record could not be read to its end."""

    data: bytes = b""
    cut: bool = False
    flawed: bool = False
    lost: Reason | None = None


class CarefulReader:
    """Iterates over what an archive holds from where `stream` stands, keeping at most `cap` bytes of a block.

    After iteration `account`, `complete` and `why` tell what was not read.
    """

    def __init__(self, stream: MemberStream, cap: int) -> None:
        self._stream, self._cap = stream, cap
        self.account = Account(stream.position)
        self.complete, self.why = True, ""

    def __iter__(self) -> Iterator[RawRecord | RecordError]:
        stream = self._stream
        while stream.edge is not Edge.END or stream.buffer:
            stream.skip_newlines()
            if stream.starts_record():
                yield self._record()
            elif self._ends_in_a_start():
                yield self._truncated(stream.offset)
            elif stream.edge is Edge.CUT and not stream.buffer:
                self._note(stream.why)
                self.account.count_skipped(stream.edge_at, Skip.TRUNCATED)
                return
            elif stream.buffer or stream.edge is Edge.DAMAGE:
                why = stream.why or "no record starts here"
                yield self._junk(stream.offset, Reason.UNREADABLE_BYTES, why)
            elif stream.edge is Edge.MEMBER:
                self._next_member()
        self.account.count_read(stream.position)

    def _next_member(self) -> None:
        stream = self._stream
        if stream.fresh:
            self.account.count_skipped(stream.edge_at, Skip.EMPTY_MEMBER)
        else:
            self.account.count_read(stream.edge_at)
        self.account.count_skipped(stream.pass_padding(), Skip.PADDING)
        stream.next_member()

    def _ends_in_a_start(self) -> bool:
        """Whether the file ends where a record could be about to start."""
        stream = self._stream
        if stream.buffer:
            return stream.edge in (Edge.CUT, Edge.END) and stream.dialect.may_start(stream.buffer)
        return stream.edge is Edge.CUT and stream.fresh

    def _record(self) -> RawRecord | RecordError:
        stream = self._stream
        offset, fresh = stream.offset, stream.fresh
        head = self._head()
        if head is None and stream.edge in (Edge.CUT, Edge.END):
            return self._truncated(offset)
        if head is None:
            damaged = stream.edge is Edge.DAMAGE
            reason = Reason.UNREADABLE_BYTES if damaged else Reason.MALFORMED_RECORD
            return self._junk(offset, reason, stream.why or "record headers without an end")
        headers = stream.dialect.parse(head)
        block = self._block(parse_length(headers.get("content-length")))
        stream.skip_newlines()
        alone = fresh and not stream.buffer
        lost = block.lost or self._lost_alone(alone)
        if lost is Reason.TRUNCATED_RECORD:
            return self._truncated(offset)
        if lost is not None:
            return self._junk(offset, lost, stream.why)
        length = self._length(offset, alone)
        self.account.count_read(stream.position)
        stream.floor = self.account.at
        return RawRecord(headers, block.data, block.cut, block.flawed, offset, length)

    def _lost_alone(self, alone: bool) -> Reason | None:
        """A record alone in its member is lost when the member fails behind it: its checksum does not hold."""
        if alone and self._stream.edge is Edge.CUT:
            return Reason.TRUNCATED_RECORD
        return Reason.UNREADABLE_BYTES if alone and self._stream.edge is Edge.DAMAGE else None

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
            end = stream.dialect.head_end.search(stream.buffer)
            if end is not None:
                return stream.take(end.end())
            if wanted >= MAX_HEAD or (n < wanted and stream.need(n + 1, joining=True) == n):
                return None
            wanted = max(wanted * 4, n)

    def _block(self, declared: int | None) -> _Block:
        stream = self._stream
        left, inflation = stream.bytes_left, _MAX_INFLATION.get(stream.codec)
        if declared is None or (left is not None and inflation is not None and declared > left * inflation):
            return self._block_to_next_record(declared)
        if declared > self._cap:
            return self._big_block(declared)
        if stream.need(declared, joining=True) < declared:
            return self._block_to_next_record(declared)
        separator = self._find_separator(declared)
        if separator is None:
            return self._block_to_next_record(declared)
        block = _Block(stream.take(declared))
        stream.drop(separator)
        return block

    def _find_separator(self, at: int) -> int | None:
        """Whether a record's end lies at a byte of the buffer: a separator, damaged or not, or an edge.

        Returns how many bytes of it are not line ends as they should be, None if there is no end.
        """
        stream = self._stream
        reach = at + _AFTER + stream.dialect.peek
        n = stream.need(reach)
        after = bytes(memoryview(stream.buffer)[at:reach])
        if n == at or stream.dialect.separator.match(after) or not after.strip(b"\r\n"):
            return 0
        found = stream.dialect.next.search(after)
        return found.end() if found is not None and found.end() <= _SEPARATOR else None

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
        separator = self._find_separator(0) if left == 0 else None
        if separator is not None:
            stream.drop(separator)
            return _Block(data, cut=True)
        if stream.codec is Codec.PLAIN and stream.rewind(start):
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
        if stream.starts_record():  # no block at all, and no line end before what follows
            return b"", 0, True
        while True:
            held = len(stream.buffer)
            more = stream.need(held + STEP) > held
            found = stream.dialect.next.search(stream.buffer)
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
        if stream.edge is Edge.MEMBER and stream.has_more():
            return None
        return Reason.TRUNCATED_RECORD

    def _junk(self, offset: int, reason: Reason, detail: str) -> RecordError:
        """Passes over bytes up to the next record, over as many members as it takes; one reject for all of them."""
        stream, account, n = self._stream, self.account, 0
        if stream.starts_record():  # what looked like a record and was none
            stream.drop(1)
        while True:
            self._drop_to_record()
            damaged = stream.edge is Edge.DAMAGE and not stream.buffer
            end = stream.resync() if damaged else stream.position
            kind = Skip.DAMAGED if damaged or reason is not Reason.UNREADABLE_BYTES else Skip.GARBAGE
            n += account.count_skipped(end, kind)
            if stream.edge is Edge.CUT and not stream.buffer:
                self._note(stream.why)
                n += account.count_skipped(stream.edge_at, Skip.TRUNCATED)
                stream.edge = Edge.END
            if stream.buffer or stream.edge is Edge.END or damaged:
                break
            n += account.count_skipped(stream.edge_at, Skip.GARBAGE)
            n += account.count_skipped(stream.pass_padding(), Skip.PADDING)
            stream.next_member()
        self.why = self.why or f"{detail} at byte {offset}"
        return RecordError(Stage.ARCHIVE, reason, f"{detail} ({n} bytes)", offset=offset)

    def _drop_to_record(self) -> None:
        """Leaves the buffer at the start of a record, or empty at an edge."""
        stream = self._stream
        if stream.fresh and stream.starts_record():
            return
        while stream.need(STEP):
            found = stream.dialect.next.search(stream.buffer)
            if found is not None:
                stream.drop(found.end())
                return
            done = stream.edge is not Edge.OPEN
            stream.drop(len(stream.buffer) if done else len(stream.buffer) - _OVERLAP)

    def _truncated(self, offset: int) -> RecordError:
        stream = self._stream
        why = stream.why or "the file ends inside a record"
        stream.pass_to_end()
        self._note(why)
        self.account.count_skipped(stream.edge_at, Skip.TRUNCATED)
        return RecordError(Stage.ARCHIVE, Reason.TRUNCATED_RECORD, why, offset=offset)

    def _note(self, why: str) -> None:
        self.complete, self.why = False, f"{self.why}; {why}" if self.why else why


def _strip_terminator(data: bytes) -> bytes:
    """A block without the two line ends that close a record."""
    for _ in range(2):
        data = data[:-2] if data.endswith(b"\r\n") else data.removesuffix(b"\n")
    return data
