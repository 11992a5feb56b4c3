"""A decoded stream that knows where its members begin, and finds its feet again after damage.

Writers put one record into one member. Where they did not, a record may go on in the next member; the reader decides,
since only it knows whether it still needs bytes.
"""

import os
import re
from enum import Enum, auto

from provenance.archive.framing.members import (
    MAGIC,
    Codec,
    Member,
    MemberCutError,
    MemberDamagedError,
    could_start,
    open_member,
)

WARC = b"WARC/"
STEP = 256 * 1024  # decoded bytes asked for at a time
_SCAN = 1024 * 1024  # stored bytes searched at a time for the next member
_PADDING = re.compile(rb"[\0\r\n]*")


class Edge(Enum):
    """What lies behind the bytes in the buffer."""

    OPEN = auto()  # more of this member
    MEMBER = auto()  # its clean end, and perhaps another one
    END = auto()  # the end of the file
    CUT = auto()  # the end of the file inside a member
    DAMAGE = auto()  # bytes that do not decode


class MemberStream:
    """Decoded bytes of the members of an open file, from `start` to `end`.

    `buffer` holds what is decoded and not yet taken, `member` is where its member starts in the file, `fresh` whether
    nothing of that member was taken yet, `edge_at` the stored byte at which the edge lies.
    """

    def __init__(self, fd: int, codec: Codec, start: int, end: int) -> None:
        self.codec, self.end = codec, end
        self._fd = fd
        self.buffer = bytearray()
        self.why = ""
        self.member = self.edge_at = start
        self.fresh, self.edge = True, Edge.OPEN
        self._taken = 0
        self._decoder: Member = open_member(fd, codec, start, end)

    @property
    def offset(self) -> int:
        """Where in the file the next byte lies; for a compressed file, where its member starts."""
        return self.member + self._taken if self.codec is Codec.PLAIN else self.member

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
        data = bytes(self.buffer[:n])
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

    def next_member(self) -> None:
        """Goes from a clean end into the next member; empty ones and padding give nothing."""
        if self.edge_at >= self.end or self._only_padding(self.edge_at):
            self.edge = Edge.END
        elif not could_start(self._fd, self.codec, self.edge_at):
            self.member, self.fresh = self.edge_at, True
            self.edge, self.why = Edge.DAMAGE, "bytes between members"
        else:
            self._open(self.edge_at)

    def resync(self) -> int:
        """Goes on at the next member that decodes to a record, else to the end; stored bytes passed over."""
        start, found = self.member, self._find_member()
        self.buffer.clear()
        if found is None:
            self.edge, self.edge_at = Edge.END, self.end
            return self.end - start
        self._open(found)
        return found - start

    def rewind(self, offset: int) -> None:
        """Goes back to a byte of a plain file."""
        self.buffer.clear()
        self._open(offset)

    def _open(self, start: int) -> None:
        self.member, self._taken, self.fresh = start, 0, True
        self._decoder = open_member(self._fd, self.codec, start, self.end)
        self.edge, self.edge_at = Edge.OPEN, start

    def _step(self) -> None:
        try:
            data = self._decoder.read(STEP)
        except MemberCutError as error:
            # A member that another one follows did not end with the file: its length is nonsense
            self.edge = Edge.CUT if self._find_member() is None else Edge.DAMAGE
            self.edge_at, self.why = self.end, str(error) if self.edge is Edge.CUT else "a member without an end"
            return
        except MemberDamagedError as error:
            self.edge, self.why = Edge.DAMAGE, f"{self.codec} data do not decode: {error}"
            return
        self.buffer += data
        if self._decoder.end is not None:
            self.edge_at = self._decoder.end
            self.edge = Edge.END if self.codec is Codec.PLAIN else Edge.MEMBER

    def _join(self) -> bool:
        """Appends the next member where a record goes on in it, not where it starts one."""
        if self.edge is not Edge.MEMBER or self.edge_at >= self.end:
            return False
        if not could_start(self._fd, self.codec, self.edge_at):
            return False
        head = _first_bytes(open_member(self._fd, self.codec, self.edge_at, self.end))
        if head is None or WARC.startswith(head := head.lstrip(b"\r\n")[: len(WARC)]):
            return False
        fresh, held = self.fresh, len(self.buffer)
        self._open(self.edge_at)
        self.fresh = fresh and held == 0
        return True

    def _only_padding(self, offset: int) -> bool:
        while offset < self.end:
            piece = os.pread(self._fd, min(_SCAN, self.end - offset), offset)
            if not piece:
                return True
            if not _PADDING.fullmatch(piece):
                return False
            offset += len(piece)
        return True

    def _find_member(self) -> int | None:
        """The next stored byte after the current member's start at which a member with a record starts."""
        magic = MAGIC.get(self.codec)
        if magic is None or self.codec is Codec.LZ4:
            return None
        at = self.member + 1
        while at < self.end:
            piece = os.pread(self._fd, min(_SCAN, self.end - at), at)
            found = piece.find(magic)
            while found >= 0:
                head = _first_bytes(open_member(self._fd, self.codec, at + found, self.end))
                if head is not None and head.lstrip(b"\r\n").startswith(WARC):
                    return at + found
                found = piece.find(magic, found + 1)
            if len(piece) < len(magic):
                return None
            at += max(1, len(piece) - len(magic) + 1)
        return None


def _first_bytes(member: Member) -> bytes | None:
    """The first few bytes of a member; None if it does not decode."""
    data = b""
    try:
        while len(data.lstrip(b"\r\n")) < len(WARC) and (more := member.read(64)):
            data += more
    except MemberCutError:
        pass
    except MemberDamagedError:
        return data if data.lstrip(b"\r\n").startswith(WARC) else None
    return data
