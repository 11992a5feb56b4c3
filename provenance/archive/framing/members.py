"""Compressed members and plain files as one kind of thing: bytes pulled in bounded pieces, and where they end.

A gzip archive is a row of members, one per record if its writer was careful (ISO 28500 annex D); zstd and lz4 have
frames, bzip2 and xz streams. A plain file is one member that ends with the file. Every read asks for a bounded number
of bytes, and no decoder allocates by a number it has read.

Sources: RFC 1952 (gzip), RFC 8878 (zstd), LZ4 frame format 1.6, xz file format 1.2, and "The WARC-zst format"
(Archive Team) for the dictionary that a skippable frame at the start of a file may hold.
"""

import bz2
import lzma
import zlib
from enum import StrEnum
from typing import Protocol

import lz4.frame
import zstandard

from provenance.archive.source import Source

PIECE = 16 * 1024  # stored bytes per step: small, since a decoder that fails drops what the step would have given
_ZSTD_PIECE = 1024  # a step cannot be capped here; a kilobyte inflates to 32 MB at the very most
_ZSTD_WINDOW = 128 * 1024 * 1024  # what `zstd` itself accepts without being asked
_XZ_MEMORY = 128 * 1024 * 1024  # `xz -9` needs 65 MiB to decode
_MAX_DICTIONARY = 16 * 1024 * 1024


class Codec(StrEnum):
    """How an archive is stored."""

    PLAIN = "plain"
    GZIP = "gzip"
    ZSTD = "zstd"
    LZ4 = "lz4"
    BZIP2 = "bzip2"
    XZ = "xz"


MAGIC = {
    Codec.GZIP: b"\x1f\x8b\x08",
    Codec.ZSTD: b"\x28\xb5\x2f\xfd",
    Codec.LZ4: b"\x04\x22\x4d\x18",
    Codec.BZIP2: b"BZh",
    Codec.XZ: b"\xfd7zXZ\x00",
}
SKIPPABLE = b"\x2a\x4d\x18"  # bytes 2 to 4 of a frame to be passed over, of zstd and lz4 alike; the first is 50 to 5f
DICTIONARY = b"\x5d" + SKIPPABLE


class MemberDamagedError(Exception):
    """The member's bytes do not decode."""


class MemberCutError(Exception):
    """The file ends before the member does."""


class Member(Protocol):
    """Decoded bytes of one member.

    `end` is the first stored byte after it, None before that is known; `at` the first stored byte not yet decoded.
    """

    end: int | None
    at: int

    def read(self, n: int) -> bytes:
        """At most about n further bytes; empty at the end. Raises MemberDamagedError, MemberCutError, SourceError."""
        ...


class _Decoder(Protocol):
    """What the decoders of bz2, lzma and lz4 have in common."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes | None: ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


def open_member(source: Source, codec: Codec, start: int, dictionary: bytes = b"") -> Member:
    """The member that starts at a byte of the source; `dictionary` is for zstd frames that were made with one."""
    if codec is Codec.PLAIN:
        return _PlainMember(source, start)
    if codec is Codec.GZIP:
        return _GzipMember(source, start)
    if codec in (Codec.ZSTD, Codec.LZ4) and is_skippable(source.read_at(start, 4)):
        return _SkippedFrame(source, start)
    if codec is Codec.ZSTD:
        return _ZstdMember(source, start, dictionary)
    if codec is Codec.LZ4:
        return _StreamMember(source, start, lz4.frame.LZ4FrameDecompressor())
    if codec is Codec.BZIP2:
        return _StreamMember(source, start, bz2.BZ2Decompressor())
    return _StreamMember(source, start, lzma.LZMADecompressor(lzma.FORMAT_XZ, _XZ_MEMORY))


def could_start(source: Source, codec: Codec, offset: int) -> bool:
    """Whether a member of this codec could start at the byte, of which the file may hold only the first few."""
    magic = MAGIC.get(codec, b"")
    stored = source.read_at(offset, max(len(magic), 4))
    return magic.startswith(stored[: len(magic)]) or (codec in (Codec.ZSTD, Codec.LZ4) and is_skippable(stored))


def is_skippable(stored: bytes) -> bool:
    """Whether a skippable frame starts with these bytes."""
    return stored[1:4] == SKIPPABLE and stored[0] & 0xF0 == 0x50


def read_dictionary(source: Source) -> bytes:
    """The dictionary a zstd archive begins with, itself compressed or not; empty where it has none or it is damaged."""
    head = source.read_at(0, 8)
    if head[:4] != DICTIONARY or len(head) < 8:
        return b""
    dictionary = source.read_at(8, min(int.from_bytes(head[4:], "little"), _MAX_DICTIONARY))
    try:
        if dictionary.startswith(MAGIC[Codec.ZSTD]):
            dictionary = _make_decoder(b"").stream_reader(dictionary).read(_MAX_DICTIONARY)
        _make_decoder(dictionary)
    except zstandard.ZstdError:
        return b""
    return dictionary


class _PlainMember:
    def __init__(self, source: Source, start: int) -> None:
        self._source, self.at = source, start
        self.end: int | None = None

    def read(self, n: int) -> bytes:
        data = self._source.read_at(self.at, n)
        self.at += len(data)
        if len(data) < n:
            self.end = self.at
        return data


class _GzipMember:
    def __init__(self, source: Source, start: int) -> None:
        self._source, self._fetched = source, start
        self._inflater = zlib.decompressobj(31)
        self.at = start
        self.end: int | None = None

    def read(self, n: int) -> bytes:
        while self.end is None:
            stored = self._inflater.unconsumed_tail or self._next_piece()
            try:
                data = self._inflater.decompress(stored, n)
            except zlib.error as error:
                raise MemberDamagedError(str(error)) from None
            if self._inflater.eof:  # zlib then leaves what follows in both of its tails
                self.at = self.end = self._fetched - len(self._inflater.unused_data)
            else:
                self.at = self._fetched - len(self._inflater.unconsumed_tail)
            if data:
                return data
        return b""

    def _next_piece(self) -> bytes:
        piece = self._source.read_at(self._fetched, PIECE)
        if not piece:
            raise MemberCutError("the file ends inside a gzip member")
        self._fetched += len(piece)
        return piece


class _ZstdMember:
    def __init__(self, source: Source, start: int, dictionary: bytes) -> None:
        self._source, self.at = source, start
        self._decoder = _make_decoder(dictionary).decompressobj()
        self._ready = b""
        self.end: int | None = None

    def read(self, n: int) -> bytes:
        while not self._ready and self.end is None:
            piece = self._source.read_at(self.at, _ZSTD_PIECE)
            if not piece:
                raise MemberCutError("the file ends inside a zstd frame")
            try:
                self._ready = self._decoder.decompress(piece)
            except zstandard.ZstdError as error:
                raise MemberDamagedError(str(error)) from None
            self.at += len(piece)
            if self._decoder.eof:
                self.at -= len(self._decoder.unused_data)
                self.end = self.at
        data, self._ready = self._ready[:n], self._ready[n:]
        return data


def _make_decoder(dictionary: bytes) -> zstandard.ZstdDecompressor:
    trained = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
    return zstandard.ZstdDecompressor(dict_data=trained, max_window_size=_ZSTD_WINDOW)


class _StreamMember:
    """An lz4 frame, a bzip2 stream or an xz stream."""

    def __init__(self, source: Source, start: int, decoder: _Decoder) -> None:
        self._source, self._decoder, self.at = source, decoder, start
        self.end: int | None = None

    def read(self, n: int) -> bytes:
        while self.end is None:
            piece = self._next_piece() if self._decoder.needs_input else b""
            try:
                data = self._decoder.decompress(piece, n)
            except (OSError, EOFError, RuntimeError, lzma.LZMAError) as error:
                raise MemberDamagedError(str(error)) from None
            self.at += len(piece)
            if self._decoder.eof:
                self.at -= len(self._decoder.unused_data or b"")
                self.end = self.at
            if data:
                return data
        return b""

    def _next_piece(self) -> bytes:
        piece = self._source.read_at(self.at, PIECE)
        if not piece:
            raise MemberCutError("the file ends inside a compressed stream")
        return piece


class _SkippedFrame:
    """A frame that says of itself that it holds no data: a dictionary, padding, somebody's metadata."""

    def __init__(self, source: Source, start: int) -> None:
        self._source, self.at = source, start
        self.end: int | None = None

    def read(self, n: int) -> bytes:
        stored = self._source.read_at(self.at, 8)
        end = self.at + 8 + int.from_bytes(stored[4:8], "little")
        if len(stored) < 8 or not self._source.read_at(end - 1, 1):
            raise MemberCutError("the file ends inside a skippable frame")
        self.at = self.end = end
        return b""
