"""Changes that a fuzzer would not find by flipping bits: the records of an archive are changed, then packed anew."""

import bz2
import lzma
import re
import zlib
from collections.abc import Callable
from itertools import pairwise
from random import Random
from typing import Any

import lz4.frame
import zstandard

from tests.archive.made_containers import CONTAINERS, MEMBERS, gzip_member, skippable_frame

Mutate = Callable[[bytes, int], bytes]

MAX_DECODED = 256 * 1024  # decoded bytes of one archive that are taken apart
_MAGIC = {b"\x1f\x8b": "gz", b"\x28\xb5": "zst", b"\x04\x22": "lz4", b"BZ": "bz2", b"\xfd7": "xz"}
_RECORD = re.compile(rb"(?m)^(?=WARC/|https?://[^\r\n]+ \d{14} )")
_FIELD = re.compile(rb"(?m)^[A-Za-z-]+:[^\r\n]*")
_NUMBER = re.compile(rb"\b\d{1,9}\b")
_FIELDS = (
    b"Content-Length: 0",
    b"Content-Length: 7",
    b"Content-Length: 99999999",
    b"Content-Length: -1",
    b"Content-Length: 9223372036854775807",
    b"Content-Length:",
    b"Content-Encoding: br",
    b"Content-Encoding: gzip",
    b"Content-Encoding: zstd",
    b"Content-Encoding: deflate",
    b"Transfer-Encoding: chunked",
    b"Content-Type: application/json",
    b"Content-Type: application/http",
    b"Content-Type: text/html",
    b"WARC-Type: response",
    b"WARC-Type: revisit",
    b"WARC-Type: metadata",
    b"WARC-Type: conversion",
    b"WARC-Type: warcinfo",
    b"WARC-Refers-To: <urn:uuid:response-http://e.example/1>",
    b"WARC-Truncated: length",
    b"\tfolded: line",
    b"",
)
_JUNK = (b"\r\n", b"\0" * 9, b"garbage", b"WARC/1.0\r\n", b"\x1f\x8b\x08\0", gzip_member(b""), skippable_frame(b"ab"))


def mutate(data: bytes, max_size: int, chance: Random, inner: Mutate) -> bytes:
    """An input like this one; `inner` is the fuzzer's own mutation, which knows nothing of archives."""
    kind = chance.random()
    if kind < 0.3 or len(data) < 2:
        return inner(data, max_size)
    if kind < 0.35:
        return (bytes([chance.randrange(256)]) + data[1:])[:max_size]
    stored = _pack(_change(take_apart(data[1:]), chance, inner), chance, _container(data[1:], chance))
    for _ in range(chance.choice((0, 0, 0, 1, 2))):
        stored = _damage(stored, chance)
    return (data[:1] + stored)[:max_size]


def cross(data: bytes, other: bytes, max_size: int, chance: Random) -> bytes:
    """Records of two inputs in one archive."""
    parts = take_apart(data[1:])[: chance.randrange(1, 6)] + take_apart(other[1:])[-chance.randrange(1, 6) :]
    chance.shuffle(parts)
    return (data[:1] + _pack(parts, chance, _container(data[1:], chance)))[:max_size]


def take_apart(stored: bytes) -> list[bytes]:
    """The decoded members of an archive, or its records where they lie in one piece; what does not decode is left."""
    codec = _MAGIC.get(stored[:2])
    members = _decode_members(stored, codec) if codec else [stored]
    if len(members) > 1:
        return members
    decoded = members[0] if members else stored
    starts = [match.start() for match in _RECORD.finditer(decoded)]
    edges = [0, *(at for at in starts if at), len(decoded)]
    return [decoded[a:b] for a, b in pairwise(edges)]


def _decode_members(stored: bytes, codec: str) -> list[bytes]:
    members: list[bytes] = []
    room = MAX_DECODED
    while stored and room > 0:
        decoder = _open(codec)
        try:
            decoded = decoder.decompress(stored) if codec == "zst" else decoder.decompress(stored, room)
        except (OSError, EOFError, RuntimeError, ValueError, zlib.error, lzma.LZMAError, zstandard.ZstdError):
            break
        members.append(decoded[:room])
        room -= len(decoded)
        stored = decoder.unused_data or b"" if decoder.eof else b""
    return members


def _open(codec: str) -> Any:
    if codec == "gz":
        return zlib.decompressobj(31)
    if codec == "zst":
        return zstandard.ZstdDecompressor(max_window_size=1 << 20).decompressobj()
    if codec == "lz4":
        return lz4.frame.LZ4FrameDecompressor()
    return bz2.BZ2Decompressor() if codec == "bz2" else lzma.LZMADecompressor(lzma.FORMAT_XZ, 1 << 26)


def _container(stored: bytes, chance: Random) -> str:
    """Mostly as it was packed."""
    codec = _MAGIC.get(stored[:2])
    if chance.random() < 0.2:
        return chance.choice(list(CONTAINERS))
    return f"{codec} per record" if codec else "plain"


def _change(parts: list[bytes], chance: Random, inner: Mutate) -> list[bytes]:
    parts = list(parts)
    for _ in range(chance.choice((1, 1, 2, 3))):
        at = chance.randrange(len(parts)) if parts else 0
        part = parts[at] if parts else b""
        kind = chance.randrange(10)
        if kind == 0 and len(parts) < 40:
            parts.insert(chance.randrange(len(parts) + 1), part)
        elif kind == 1:
            parts[at : at + 1] = []
        elif kind == 2:
            cut = chance.randrange(len(part) + 1)
            parts[at : at + 1] = chance.choice(([part[:cut]], [part[:cut], part[cut:]], [part[cut:]]))
        elif kind == 3:
            parts.insert(at, chance.choice(_JUNK))
        elif kind == 4:
            parts[at : at + 1] = [part.replace(b"\r\n", chance.choice((b"\n", b"\r\r\n", b"\r")))]
        elif kind == 5:
            parts[at : at + 1] = [inner(part, 8192)]
        else:
            parts[at : at + 1] = [_change_field(part, chance)]
    return parts


def _change_field(part: bytes, chance: Random) -> bytes:
    """Another value of one header field, or another number."""
    pattern = chance.choice((_FIELD, _NUMBER))
    found = list(pattern.finditer(part[:4096]))
    if not found:
        return part
    match = chance.choice(found)
    if pattern is _FIELD:
        return part[: match.start()] + chance.choice(_FIELDS) + part[match.end() :]
    number = int(match[0]) + chance.choice((-1000, -4, -2, -1, 1, 2, 4, 1000))
    return part[: match.start()] + b"%d" % max(0, number) + part[match.end() :]


def _pack(parts: list[bytes], chance: Random, container: str) -> bytes:
    if sum(map(len, parts)) > MAX_DECODED:
        parts = parts[:4]
    if chance.random() < 0.1:  # members that hold more or less than a record
        joined = b"".join(parts)
        step = max(50, len(joined) // chance.randrange(1, 9))
        parts = [joined[at : at + step] for at in range(0, len(joined), step)]
    return CONTAINERS[container](parts)


def _damage(stored: bytes, chance: Random) -> bytes:
    """Stored bytes cut, flipped, copied, or with something between them."""
    if not stored:
        return stored
    at = chance.randrange(len(stored))
    kind = chance.randrange(4)
    if kind == 0:
        return stored[:at]
    if kind == 1:
        return stored[:at] + bytes([stored[at] ^ (1 << chance.randrange(8))]) + stored[at + 1 :]
    if kind == 2:
        end = chance.randrange(at, len(stored))
        return stored[:at] + stored[end:]
    joint = stored.find(next((magic for magic in _MAGIC if stored.startswith(magic)), b"WARC/"), at)
    at = joint if joint > 0 else at
    noise = chance.choice((*_JUNK, *(member(b"no record") for member in MEMBERS.values())))
    return stored[:at] + noise + stored[at:]
