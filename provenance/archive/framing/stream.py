"""A decoded stream that knows where its members begin, and finds its feet again after damage.

Writers put one record into one member. Where they did not, a record may go on in the next member; the reader decides,
since only it knows whether it still needs bytes.
"""

from collections import deque
from enum import Enum, auto

from provenance.archive.framing.dialects import Dialect
from provenance.archive.framing.members import (
    Codec,
    Member,
    MemberCutError,
    MemberDamagedError,
    could_start,
    open_member,
)
from provenance.archive.framing.search import find_data, find_member, first_bytes
from provenance.archive.source import Source

STEP = 256 * 1024  # decoded bytes asked for at a time


class Edge(Enum):
    """What lies behind the bytes in the buffer."""

    OPEN = auto()  # more of this member
    MEMBER = auto()  # its clean end, and perhaps another one
    END = auto()  # the end of the file
    CUT = auto()  # the end of the file inside a member
    DAMAGE = auto()  # bytes that do not decode


class MemberStream:
    """Decoded bytes of the members of a source, from the stored byte `start` on.

    `buffer` holds what is decoded and not yet taken, `member` is where its member starts in the file, `fresh` whether
    nothing of that member was taken yet, `edge_at` the stored byte at which the edge lies. Before `floor` no member is
    looked for: what lies there has become records.
    """

    def __init__(self, source: Source, codec: Codec, start: int, dialect: Dialect, dictionary: bytes = b"") -> None:
        self.codec, self.dialect = codec, dialect
        self._source, self._dictionary = source, dictionary
        self.buffer = bytearray()
        self.why = ""
        self.member = self.edge_at = start
        self.fresh, self.edge = True, Edge.OPEN
        self._marks = deque([(0, start)])  # counts of decoded bytes, and the stored byte at which each was reached
        self._taken = self._decoded = 0
        self.floor = start
        self._open(start)

    @property
    def offset(self) -> int:
        """Where in the file the next byte lies; for a compressed file, where its member starts."""
        return self.position if self.codec is Codec.PLAIN else self.member

    @property
    def position(self) -> int:
        """The stored byte up to which the data are taken; inside a compressed piece the place in proportion."""
        marks = self._marks
        while len(marks) > 1 and marks[1][0] <= self._taken:
            marks.popleft()
        decoded, stored = marks[0]
        if self._taken <= decoded or len(marks) == 1:
            return stored + (self._taken - decoded if self.codec is Codec.PLAIN else 0)
        later, end = marks[1]
        return stored + (end - stored) * (self._taken - decoded) // (later - decoded)

    @property
    def bytes_left(self) -> int | None:
        """Stored bytes from the next one on; None where that is not known."""
        return None if self._source.size is None else self._source.size - self.offset

    def need(self, n: int, *, joining: bool = False) -> int:
        """Decodes until the buffer holds n bytes or an edge is met; how many it holds. `joining` crosses members."""
        while len(self.buffer) < n:
            if self.edge is Edge.OPEN:
                self._step()
            elif not (joining and self._join()):
                break
        return len(self.buffer)

    def take(self, n: int) -> bytes:
        """The next n bytes of the buffer, removed from it."""
        data = bytes(memoryview(self.buffer)[:n])
        self.drop(n)
        return data

    def drop(self, n: int) -> None:
        """Removes the next n bytes of the buffer."""
        self._taken += min(n, len(self.buffer))
        self.fresh = self.fresh and n == 0
        del self.buffer[:n]

    def skip_newlines(self) -> None:
        """Removes the line ends between records; a member that was fresh stays so."""
        fresh = self.fresh
        while self.need(1) and self.buffer[0] in b"\r\n":
            blank = len(self.buffer) - len(self.buffer.lstrip(b"\r\n"))
            self.drop(blank)
        self.fresh = fresh

    def starts_record(self) -> bool:
        """Whether a record starts at the next byte."""
        if self.dialect.starts(self.buffer):
            return True
        return self.need(self.dialect.peek) > 0 and self.dialect.starts(self.buffer)

    def pass_padding(self) -> int:
        """At a clean edge: goes over zero bytes and line ends behind it; the stored byte reached."""
        if not self.has_more():
            return self.edge_at
        if not could_start(self._source, self.codec, self.edge_at):
            self.edge_at = find_data(self._source, self.edge_at)
        return self.edge_at

    def next_member(self) -> None:
        """Goes from a clean edge into the next member, to the end, or into damage."""
        if not self.has_more():
            self.edge = Edge.END
        elif could_start(self._source, self.codec, self.edge_at):
            self._open(self.edge_at)
        else:
            self.member, self.fresh = self.edge_at, True
            self.edge, self.why = Edge.DAMAGE, "bytes between members"

    def resync(self) -> int:
        """Goes on at the next member that decodes to a record, else to the end; the stored byte reached."""
        found = self._find_member()
        self.drop(len(self.buffer))
        if found is None:
            self.edge, self.edge_at = Edge.END, self._find_end()
            return self.edge_at
        self._open(found)
        return found

    def has_more(self) -> bool:
        """At a clean edge: whether the file goes on behind it."""
        return bool(self._source.read_at(self.edge_at, 1))

    def pass_to_end(self) -> None:
        """Goes over all that is left."""
        self.drop(len(self.buffer))
        self.edge_at = self._find_end()
        self.edge = Edge.END

    def rewind(self, offset: int) -> bool:
        """Goes back to a byte of a plain file; False where the source no longer has it."""
        if offset < self._source.earliest:
            return False
        self.buffer.clear()
        self._open(offset)
        return True

    def _open(self, start: int) -> None:
        self.member, self.fresh = start, True
        self._decoder: Member = open_member(self._source, self.codec, start, self._dictionary)
        self.edge, self.edge_at, self.why = Edge.OPEN, start, ""
        self._decoded = self._taken + len(self.buffer)
        if not self.buffer:
            self._marks = deque([(self._decoded, start)])

    def _step(self) -> None:
        try:
            data = self._decoder.read(STEP)
        except MemberCutError as error:
            # A member that another one follows did not end with the file: its length is nonsense
            self.edge = Edge.CUT if self._find_member() is None else Edge.DAMAGE
            self.edge_at = self._find_end()
            self.why = str(error) if self.edge is Edge.CUT else "a member without an end"
            return
        except MemberDamagedError as error:
            self.edge, self.why = Edge.DAMAGE, f"{self.codec} data do not decode: {error}"
            return
        self.buffer += data
        self._decoded += len(data)
        self._mark(self._decoder.at)
        if self._decoder.end is not None:
            self.edge_at = self._decoder.end
            self.edge = Edge.END if self.codec is Codec.PLAIN else Edge.MEMBER

    def _mark(self, stored: int) -> None:
        """Notes that the data decoded so far end at a stored byte."""
        if self._marks[-1][0] == self._decoded:
            self._marks.pop()
        self._marks.append((self._decoded, stored))

    def _join(self) -> bool:
        """Appends the next member where a record goes on in it, not where it starts one."""
        if self.edge is not Edge.MEMBER or not self.has_more():
            return False
        if not could_start(self._source, self.codec, self.edge_at):
            return False
        member = open_member(self._source, self.codec, self.edge_at, self._dictionary)
        head = first_bytes(member, self.dialect)
        if not head or self.dialect.starts(head) or self.dialect.may_start(head):
            return False
        fresh, held = self.fresh, len(self.buffer)
        self._open(self.edge_at)
        self.fresh = fresh and held == 0
        return True

    def _find_member(self) -> int | None:
        """Where a member with a record starts, behind the start of this one and all records."""
        start = max(self.member + 1, self.floor)
        return find_member(self._source, self.codec, start, self.dialect, self._dictionary)

    def _find_end(self) -> int:
        if self._source.size is not None:
            return self._source.size
        at = self._decoder.at
        while piece := self._source.read_at(at, STEP):
            at += len(piece)
        return at
