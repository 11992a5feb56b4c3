"""Records packed as people pack them: every codec, one record a member or all in one, with and without a dictionary."""

import bz2
import lzma
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial

import lz4.frame
import zstandard

from tests.archive.made_archives import response

Pack = Callable[[bytes], bytes]


def gzip_member(data: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def zstd_frame(data: bytes, dictionary: bytes = b"") -> bytes:
    trained = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
    return zstandard.ZstdCompressor(write_checksum=True, dict_data=trained).compress(data)


def lz4_frame(data: bytes) -> bytes:
    packed: bytes = lz4.frame.compress(data, content_checksum=True, block_checksum=True)
    return packed


def skippable_frame(data: bytes, number: int = 0) -> bytes:
    """A frame that decoders pass over (RFC 8878, 3.1.2); its first byte is 50 to 5f."""
    return struct.pack("<II", 0x184D2A50 + number, len(data)) + data


@cache
def made_dictionary() -> bytes:
    """A dictionary of records like those of the tests."""
    return zstandard.train_dictionary(2048, [response(number) for number in range(400)]).as_bytes()


MEMBERS: Mapping[str, Pack] = {
    "gz": gzip_member,
    "zst": zstd_frame,
    "lz4": lz4_frame,
    "bz2": bz2.compress,
    "xz": lzma.compress,
}


def pack_each(parts: Iterable[bytes], *, member: Pack) -> bytes:
    """Every part a member of its own."""
    return b"".join(member(part) for part in parts)


def pack_whole(parts: Iterable[bytes], *, member: Pack) -> bytes:
    """All parts in one member."""
    return member(b"".join(parts))


def pack_with_dictionary(parts: Iterable[bytes], *, stored: Pack) -> bytes:
    """The WARC-zst format: a skippable frame with the dictionary, then a frame for each record made with it."""
    dictionary = made_dictionary()
    frames = [zstd_frame(part, dictionary) for part in parts]
    return skippable_frame(stored(dictionary), 13) + b"".join(frames)


def pack_among_skippable(parts: Iterable[bytes]) -> bytes:
    """A frame without data before each frame of zstd."""
    return b"".join(skippable_frame(b"x" * 20, n % 16) + zstd_frame(part) for n, part in enumerate(parts))


CONTAINERS: Mapping[str, Callable[[Sequence[bytes]], bytes]] = {
    "plain": b"".join,
    **{f"{name} per record": partial(pack_each, member=member) for name, member in MEMBERS.items()},
    **{f"{name} whole": partial(pack_whole, member=member) for name, member in MEMBERS.items()},
    "zst with a dictionary": partial(pack_with_dictionary, stored=lambda data: data),
    "zst with a compressed dictionary": partial(pack_with_dictionary, stored=zstd_frame),
    "zst among skippable frames": pack_among_skippable,
}
