"""Compressed members and plain files as one kind of thing: bytes pulled in bounded pieces, and where they end.

A gzip archive is a row of members, one per record if its writer was careful (ISO 28500 annex D); .zst has frames.
A plain file is one member that ends with the file. Every read asks for a bounded number of bytes.
"""

import os
import zlib
from enum import StrEnum
from typing import Protocol

import zstandard
from fastwarc.stream_io import Lz4Reader

PIECE = 16 * 1024  # stored bytes per step: small, since a decoder that fails drops what the step would have given
_ZSTD_PIECE = 1024  # a step cannot be capped here; a kilobyte inflates to 32 MB at the very most
_ZSTD_WINDOW = 128 * 1024 * 1024  # what `zstd` itself accepts without being asked


class Codec(StrEnum):
    """How an archive is stored."""

    PLAIN = "plain"
    GZIP = "gzip"
    ZSTD = "zstd"
    LZ4 = "lz4"


MAGIC = {Codec.GZIP: b"\x1f\x8b\x08", Codec.ZSTD: b"\x28\xb5\x2f\xfd", Codec.LZ4: b"\x04\x22\x4d\x18"}


class MemberDamagedError(Exception):
    """The member's bytes do not decode."""


class MemberCutError(Exception):
    """The file ends before the member does."""


class Member(Protocol):
    """Decoded bytes of one member; `end` is the first stored byte after it, None before that is known."""

    end: int | None

    def read(self, n: int) -> bytes:
        """At most about n further bytes; empty at the end. Raises MemberDamagedError or MemberCutError."""
        ...


def open_member(fd: int, codec: Codec, start: int, end: int) -> Member:
    """The member that starts at a byte of the open file; nothing at or after `end` is read."""
    match codec:
        case Codec.PLAIN:
            return _PlainMember(fd, start, end)
        case Codec.GZIP:
            return _GzipMember(fd, start, end)
        case Codec.ZSTD:
            return _ZstdMember(fd, start, end)
        case Codec.LZ4:
            return _Lz4Stream(fd, start, end)


def could_start(fd: int, codec: Codec, offset: int) -> bool:
    """Whether a member of this codec could start at the byte, of which the file may hold only the first few."""
    magic = MAGIC.get(codec, b"")
    return magic.startswith(os.pread(fd, len(magic), offset))


class _PlainMember:
    def __init__(self, fd: int, start: int, end: int) -> None:
        self._fd, self._at, self._stop = fd, start, end
        self.end: int | None = None

    def read(self, n: int) -> bytes:
        data = os.pread(self._fd, min(n, self._stop - self._at), self._at)
        self._at += len(data)
        if not data:
            self.end = self._at
        return data


class _GzipMember:
    def __init__(self, fd: int, start: int, end: int) -> None:
        self._fd, self._at, self._stop = fd, start, end
        self._inflater = zlib.decompressobj(31)
        self.end: int | None = None

    def read(self, n: int) -> bytes:
        while self.end is None:
            stored = self._inflater.unconsumed_tail or self._next_piece()
            try:
                data = self._inflater.decompress(stored, n)
            except zlib.error as error:
                raise MemberDamagedError(str(error)) from None
            if self._inflater.eof:
                self.end = self._at - len(self._inflater.unused_data)
            if data:
                return data
        return b""

    def _next_piece(self) -> bytes:
        piece = os.pread(self._fd, min(PIECE, self._stop - self._at), self._at)
        if not piece:
            raise MemberCutError("the file ends inside a gzip member")
        self._at += len(piece)
        return piece


class _ZstdMember:
    def __init__(self, fd: int, start: int, end: int) -> None:
        self._fd, self._at, self._stop = fd, start, end
        self._decoder = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        self._ready = b""
        self.end: int | None = None

    def read(self, n: int) -> bytes:
        while not self._ready and self.end is None:
            piece = os.pread(self._fd, min(_ZSTD_PIECE, self._stop - self._at), self._at)
            if not piece:
                raise MemberCutError("the file ends inside a zstd frame")
            self._at += len(piece)
            try:
                self._ready = self._decoder.decompress(piece)
            except zstandard.ZstdError as error:
                raise MemberDamagedError(str(error)) from None
            if self._decoder.eof:
                self.end = self._at - len(self._decoder.unused_data)
        data, self._ready = self._ready[:n], self._ready[n:]
        return data


class _Lz4Stream:
    """All frames to the end of the file: where one ends is not told, so what shares it cannot be addressed."""

    def __init__(self, fd: int, start: int, end: int) -> None:
        self._file = os.fdopen(os.dup(fd), "rb")
        self._file.seek(start)
        self._reader = Lz4Reader(self._file)
        self._stop = end
        self.end: int | None = None

    def read(self, n: int) -> bytes:
        try:
            data: bytes = self._reader.read(n)
        except (OSError, ValueError) as error:
            raise MemberDamagedError(str(error)) from None
        if not data:
            self.end = self._stop
            self._file.close()
        return data
