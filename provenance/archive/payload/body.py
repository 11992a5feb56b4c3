"""The HTTP body as the server meant it: transfer and content encodings undone by what the bytes are.

Headers often lie: Common Crawl before 2017 kept `Content-Encoding: gzip` over bodies it had decoded, others store
chunked bodies without saying so. So a header only ever proposes, the bytes decide. No decoder is asked for more than
the limit, so a bomb is never inflated.

Sources: RFC 9112 section 7.1 (chunked), RFC 9110 section 8.4, RFC 1950 to 1952, 7932, 8878.
"""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import brotli  # type: ignore[import-untyped]
import zstandard

MAX_LAYERS = 3  # gzip inside gzip happens; more is no page
MAX_MEMBERS = 1000  # gzip members or zstd frames of one body; a bgzip page of 5 MiB has 80
ZSTD_WINDOW = 8 * 1024 * 1024  # RFC 8878 section 3.1.1.1.2: what a decoder must support, and the most we allow
_ZSTD_PIECE = 64  # its decoder has no limit on what it gives; four bytes can be 128 KiB
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9a-fA-F]{1,16})[ \t]*(?:;[^\r\n]*)?\r?\n")
_TRAILERS = re.compile(rb"(?:[!-9;-~]+[ \t]*:[^\r\n]*\r?\n)*(?:\r?\n)*")
_GZIP, _ZSTD = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"
_ZLIB = (b"\x78\x01", b"\x78\x9c", b"\x78\xda")  # the fourth level reads "x^", which is text
_MAGIC = (_GZIP, _ZSTD, *_ZLIB)
_CHUNK_START = b"0123456789abcdefABCDEF \t"
_PLAIN = frozenset({"", "identity", "none", "utf-8", "8bit", "binary"})
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 27})


class UndecodableBodyError(Exception):
    """The bytes carry an encoding that cannot be undone; the message names it."""


@dataclass(frozen=True, slots=True)
class Body:
    """Decoded bytes; `over` when the limit cut them, `short` when their encoding ended early."""

    data: bytes
    over: bool = False
    short: bool = False


def decode_body(raw: bytes, headers: Mapping[str, str], *, limit: int, textual: bool) -> Body:
    """The body decoded, at most `limit` bytes of it.

    `textual`: the media type is text or unknown; only then bytes without a declared encoding are taken for compressed
    text, and bytes that fit no reading are an error.
    """
    coding = headers.get("content-encoding")
    if not coding and not raw.startswith(_MAGIC) and raw[:1] not in _CHUNK_START:  # nothing to undo: nearly all
        return Body(raw) if len(raw) <= limit else Body(raw[:limit], over=True)
    body = undo_chunks(raw, headers, limit=limit)
    declared = [name.strip() for name in (coding or "").lower().split(",")]
    codings = [name.removeprefix("x-") for name in declared if name not in _PLAIN]
    for _ in range(MAX_LAYERS):
        layer = _decode_layer(body.data, codings, limit=limit, textual=textual)
        if layer is None:
            break
        body = Body(layer.data, body.over or layer.over, body.short or layer.short)
        codings = codings[:-1]
    return body if len(body.data) <= limit else Body(body.data[:limit], over=True, short=body.short)


def undo_chunks(raw: bytes, headers: Mapping[str, str], *, limit: int) -> Body:
    """The body without chunked framing, at most `limit` bytes of it; the body itself where it has none.

    Without the header it needs more than a first line that looks like one: either its last chunk, or a second one.
    """
    declared = "chunked" in headers.get("transfer-encoding", "").lower()
    parts: list[bytes] = []
    at = size = 0
    while match := _CHUNK_SIZE.match(raw, at):
        length, start = int(match[1], 16), match.end()
        if length == 0:
            return _end_chunks(raw, start, parts, declared=declared)
        part = raw[start : start + min(length, limit - size)]
        parts.append(part)
        size, at = size + len(part), start + length
        if len(part) < length and start + len(part) < len(raw):
            return Body(b"".join(parts), over=True) if declared or len(parts) > 1 else Body(raw)
        if raw[at : at + 2] == b"\r\n":
            at += 2
        elif raw[at : at + 1] in (b"\r", b"\n"):
            at += 1
        else:
            break
    # No last chunk. Only the header can now say whether this was chunked at all.
    return Body(b"".join(parts), short=True) if declared and parts else Body(raw)


def _end_chunks(raw: bytes, at: int, parts: list[bytes], *, declared: bool) -> Body:
    """What the chunks hold, if what follows the last one may follow it: text can start with a line of a number."""
    whole = _TRAILERS.fullmatch(raw, at) is not None
    return Body(b"".join(parts)) if whole or (declared and parts) else Body(raw)


def _decode_layer(data: bytes, codings: list[str], *, limit: int, textual: bool) -> Body | None:
    """One content encoding undone; None when the bytes need none."""
    declared = codings[-1] if codings else ""
    if data.startswith(_GZIP) and (textual or declared):
        return _inflate(data, (31,), "gzip", limit)
    if data.startswith(_ZSTD) and (textual or declared):
        return _decode_zstd(data, limit)
    try:
        if declared == "br":
            return _decode_brotli(data, limit)
        if declared == "deflate" and (data.startswith(_ZLIB) or not _is_text(data)):
            return _inflate(data, (15, -15), "deflate", limit)
        if textual and data.startswith(_ZLIB):
            return _inflate(data, (15,), "zlib", limit)
        if declared and textual and not _is_text(data):
            raise UndecodableBodyError(f"content encoding {declared!r}, and the bytes are neither that nor text")
    except UndecodableBodyError:
        if not _is_text(data):
            raise
    return None


def _inflate(data: bytes, windows: tuple[int, ...], name: str, limit: int) -> Body:
    for window in windows:
        try:
            return _inflate_members(data, window, limit)
        except zlib.error:
            continue
    raise UndecodableBodyError(f"{name} data do not inflate")


def _inflate_members(data: bytes, window: int, limit: int) -> Body:
    parts: list[bytes] = []
    size, rest = 0, data
    while rest and (not parts or rest.startswith(_GZIP)):
        decoder = zlib.decompressobj(window)
        try:
            part = decoder.decompress(rest, limit + 1 - size)
        except zlib.error:
            if size == 0:
                raise
            return Body(b"".join(parts), short=True)
        parts.append(part)
        size += len(part)
        if size > limit:
            return Body(b"".join(parts)[:limit], over=True)
        if not decoder.eof or len(parts) == MAX_MEMBERS:
            if size == 0:
                raise zlib.error("ends before the first byte")
            return Body(b"".join(parts), short=True)
        rest = decoder.unused_data
    return Body(b"".join(parts))


def _decode_zstd(data: bytes, limit: int) -> Body:
    """Frames after one another; bytes behind the last one are passed over, as with gzip."""
    parts: list[bytes] = []
    size = at = 0
    for _ in range(MAX_MEMBERS):
        if not data.startswith(_ZSTD, at):
            return Body(b"".join(parts))
        decoder = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW).decompressobj()
        while not decoder.eof and at < len(data):
            try:
                part = decoder.decompress(data[at : at + _ZSTD_PIECE])
            except zstandard.ZstdError as error:
                raise UndecodableBodyError(f"zstd data do not decode: {error}") from None
            parts.append(part)
            size, at = size + len(part), at + _ZSTD_PIECE
            if size > limit:
                return Body(b"".join(parts)[:limit], over=True)
        if not decoder.eof:
            break
        at -= len(decoder.unused_data) + max(0, at - len(data))
    if size == 0:
        raise UndecodableBodyError("zstd data end before the first byte")
    return Body(b"".join(parts), short=True)


def _decode_brotli(data: bytes, limit: int) -> Body:
    decoder = brotli.Decompressor()
    parts: list[bytes] = []
    size, rest = 0, data
    try:
        while size <= limit and not decoder.is_finished():
            part = decoder.process(rest, output_buffer_limit=limit + 1 - size)
            if not part and decoder.can_accept_more_data():
                break
            parts.append(part)
            size, rest = size + len(part), b""
    except brotli.error:
        raise UndecodableBodyError("brotli data do not decode") from None
    short = size <= limit and not decoder.is_finished()
    if short and (size == 0 or _is_text(data)):
        raise UndecodableBodyError("brotli data end early")
    return Body(b"".join(parts)[:limit], over=size > limit, short=short)


def _is_text(data: bytes) -> bool:
    """Whether bytes read like text in some charset: hardly any control characters, or a UTF-16 mark."""
    head = data[:1024]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    n_control = len(head) - len(head.translate(None, _CONTROL))
    return n_control * 50 <= len(head)
