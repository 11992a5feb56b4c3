"""The fast path: FastWARC reads, and nothing it says about the end of a file is believed.

FastWARC stops without a word at a truncated member, an empty one or the end of a damaged file, so the record before
its last word is held back and read again with care. What it gives before that is checked only for its place: a record
must start where a member starts, or its offset leads nowhere.
"""

import zlib
from collections.abc import Generator

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from provenance.archive.framing.dialects import WARC
from provenance.archive.framing.members import MAGIC, Codec
from provenance.archive.payload.headers import decode_text, join_fields
from provenance.archive.record import RawRecord
from provenance.archive.source import FileSource

CODECS = frozenset({Codec.PLAIN, Codec.GZIP, Codec.LZ4})
_READ = int(WarcRecordType.response | WarcRecordType.resource | WarcRecordType.conversion | WarcRecordType.revisit)
_PROBE = 512  # stored bytes that inflate to the first five: code tables of a dynamic block included


def read_fast(source: FileSource, codec: Codec, cap: int) -> Generator[RawRecord, None, int]:
    """Raw records whose reading is beyond doubt; returns the byte at which the careful reader has to go on.

    Blocks of records that are neither a capture nor of a WAT file are not read.
    """
    records = _iterate(source.place)
    held: RawRecord | None = None
    for record in records:
        offset = record.stream_pos
        if not _starts_record(source, codec, offset) or offset <= (held.offset if held is not None else -1):
            break
        if held is None and offset > 0:
            return 0
        if held is not None:
            yield _with_length(held, offset - held.offset)
        held = _raw(record, offset, cap)
        if held is None:
            return offset
    return held.offset if held is not None else 0


def _iterate(path: str) -> Generator[WarcRecord, None, None]:
    """FastWARC's records until it ends or fails; both mean that the rest needs care."""
    try:
        records = ArchiveIterator(path, parse_http=False, auto_decode="none", fsspec_args=False)
        yield from records
    except (OSError, ValueError, TypeError):  # a TypeError is how 2.0.1 meets headers that end in bare line feeds
        return


def _raw(record: WarcRecord, offset: int, cap: int) -> RawRecord | None:
    if not int(record.record_type) & _READ and not _notes_a_page(record):
        fields = ((name, record.headers.get(name)) for name in ("WARC-Type", "WARC-Profile"))
        headers = {name.lower(): value for name, value in fields if value}
        return RawRecord(headers, b"", False, False, offset, None)
    headers = join_fields((decode_text(name), decode_text(value)) for name, value in record.headers.items_bytes())
    try:
        block = record.reader.read(cap + 1)
    except (OSError, ValueError):
        return None
    return RawRecord(headers, block[:cap], len(block) > cap, False, offset, None)


def _notes_a_page(record: WarcRecord) -> bool:
    """Whether this may be a record of a WAT file, whose block is wanted though it is no capture."""
    if record.record_type != WarcRecordType.metadata:
        return False
    content_type: str = record.headers.get("Content-Type") or ""
    return content_type.lower().startswith("application/json")


def _with_length(raw: RawRecord, length: int) -> RawRecord:
    return RawRecord(raw.headers, raw.block, raw.cut, raw.flawed, raw.offset, length)


def _starts_record(source: FileSource, codec: Codec, offset: int) -> bool:
    stored = source.read_at(offset, _PROBE)
    if codec is Codec.PLAIN:
        return stored.startswith(WARC)
    if codec is not Codec.GZIP:
        return stored.startswith(MAGIC[codec])
    try:
        return zlib.decompressobj(31).decompress(stored, len(WARC)) == WARC
    except zlib.error:
        return False
