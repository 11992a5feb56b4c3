"""How an archive is framed, by its first bytes, and the raw records that start at a byte of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from provenance.archive.framing.careful import CarefulReader
from provenance.archive.framing.dialects import ARC_DIALECT, WARC, WARC_DIALECT, Dialect
from provenance.archive.framing.members import MAGIC, Codec, could_start, is_skippable, open_member, read_dictionary
from provenance.archive.framing.search import SCAN, find_member, first_bytes
from provenance.archive.framing.stream import MemberStream
from provenance.archive.record import RawRecord
from provenance.archive.source import BytesSource, Source
from provenance.errors import RecordError


@dataclass(frozen=True, slots=True)
class Framing:
    """How an archive is stored, how its records announce themselves, and the dictionary of its zstd frames."""

    codec: Codec
    dialect: Dialect
    dictionary: bytes = b""

    def open(self, source: Source, start: int) -> MemberStream:
        """The decoded stream from a stored byte on."""
        return MemberStream(source, self.codec, start, self.dialect, self.dictionary)


def find_framing(source: Source, offset: int = 0, *, dictionary: bytes | None = None) -> Framing:
    """The framing that the bytes at `offset` show. `dictionary` spares the look at the start of the archive."""
    codec = _find_codec(source, offset)
    if codec is Codec.ZSTD and dictionary is None:
        dictionary = read_dictionary(source)
    if codec is Codec.ZSTD and is_skippable(source.read_at(offset, 4)):
        return Framing(codec, WARC_DIALECT, dictionary or b"")
    member = open_member(source, codec, offset, dictionary or b"")
    head = first_bytes(member, ARC_DIALECT) or b""
    is_arc = not head.startswith(WARC) and ARC_DIALECT.starts(head)
    return Framing(codec, ARC_DIALECT if is_arc else WARC_DIALECT, dictionary or b"")


def read_raw_at(
    source: Source, offset: int, cap: int, *, dictionary: bytes | None = None
) -> Iterator[RawRecord | RecordError]:
    """The raw records from a stored byte on; nothing where the archive ends before it."""
    if source.read_at(offset, 1):
        stream = find_framing(source, offset, dictionary=dictionary).open(source, offset)
        yield from CarefulReader(stream, cap)


def _find_codec(source: Source, offset: int) -> Codec:
    """By the first bytes; where they are no start of anything, by what starts a record soonest after them."""
    codec = next((codec for codec in MAGIC if could_start(source, codec, offset)), None)
    if codec is not None:
        return codec
    head = source.read_at(offset, SCAN)
    if WARC_DIALECT.starts(head) or ARC_DIALECT.starts(head):
        return Codec.PLAIN
    plain = WARC_DIALECT.next.search(head)
    within = BytesSource(source.place, head[: plain.start()] if plain else head)
    found = {codec: find_member(within, codec, 1, WARC_DIALECT) for codec in MAGIC}
    starts = {at: codec for codec, at in found.items() if at is not None}
    return starts[min(starts)] if starts else Codec.PLAIN
