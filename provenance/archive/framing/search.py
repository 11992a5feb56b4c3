"""The way on after damage: the next stored byte at which a compressed member with a record in it starts."""

import re

from provenance.archive.framing.dialects import Dialect
from provenance.archive.framing.members import (
    MAGIC,
    Codec,
    Member,
    MemberCutError,
    MemberDamagedError,
    open_member,
)
from provenance.archive.source import Source

SCAN = 1024 * 1024  # stored bytes searched at a time
_HEAD = 32  # stored bytes that tell a member's start from three bytes that look like one
# A gzip header without reserved flags (RFC 1952, 2.3.1), then, where it has no optional field, a block of a known type.
_RESERVED_BLOCK = b"".join(re.escape(bytes([first])) for first in range(256) if first & 6 == 6)
_STARTS = {
    Codec.GZIP: re.compile(rb"(?s)\x1f\x8b\x08(?=[\x00-\x1f])(?!\x00.{6}[" + _RESERVED_BLOCK + rb"])"),
    Codec.BZIP2: re.compile(rb"BZh(?=[1-9]1AY&SY)"),
}
_PADDING = re.compile(rb"[\0\r\n]*")


def find_member(source: Source, codec: Codec, start: int, dialect: Dialect, dictionary: bytes = b"") -> int | None:
    """The first byte from `start` on at which a member starts whose data start a record; None if there is none."""
    magic = MAGIC.get(codec)
    if magic is None:
        return None
    pattern = _STARTS.get(codec) or re.compile(re.escape(magic))
    at = max(start, source.earliest)
    while piece := source.read_at(at, SCAN):
        last = len(piece) < SCAN
        for match in pattern.finditer(piece, 0, len(piece)):
            if match.start() > len(piece) - _HEAD and not last:
                break
            if starts_record(open_member(source, codec, at + match.start(), dictionary), dialect):
                return at + match.start()
        if last:
            return None
        at += len(piece) - _HEAD
    return None


def find_data(source: Source, offset: int) -> int:
    """The first byte from `offset` on that is no padding, or the end."""
    while piece := source.read_at(offset, SCAN):
        match = _PADDING.match(piece)
        n = match.end() if match else 0
        offset += n
        if n < len(piece):
            break
    return offset


def starts_record(member: Member, dialect: Dialect) -> bool:
    """Whether a member decodes to the start of a record."""
    head = first_bytes(member, dialect)
    return head is not None and dialect.starts(head)


def first_bytes(member: Member, dialect: Dialect) -> bytes | None:
    """The first data of a member after leading line ends, enough to see a record start; None if damaged."""
    data = b""
    try:
        while len(data) < dialect.peek and not dialect.starts(data) and (more := member.read(64)):
            data = (data + more).lstrip(b"\r\n")
    except MemberCutError:
        return data
    except MemberDamagedError:
        return None
    return data
