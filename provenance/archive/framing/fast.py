"""The fast path: FastWARC reads, and nothing it says about the end of a file is believed.

FastWARC stops without a word at a truncated member, an empty one or the end of a damaged file, so the record before
its last word is held back and read again with care. What it gives before that is checked only for its place: a record
must start where a member starts, or its offset leads nowhere.
"""

import zlib
from collections.abc import Generator, Mapping

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from provenance.archive.framing.dialects import WARC
from provenance.archive.framing.members import MAGIC, Codec
from provenance.archive.payload.headers import decode_text, join_fields
from provenance.archive.record import RawRecord
from provenance.archive.source import FileSource

CODECS = frozenset({Codec.PLAIN, Codec.GZIP, Codec.LZ4})
# Records of which nothing is wanted but their type. A `metadata` record may be one of a WAT file, which is read.
_UNREAD = {int(getattr(WarcRecordType, name)): {"warc-type": name} for name in ("warcinfo", "request", "metadata")}
_METADATA = int(WarcRecordType.metadata)
_JSON = b"application/json"
_PROBE = 512  # stored bytes that inflate to the first five: code tables of a dynamic block included


def read_fast(source: FileSource, codec: Codec, cap: int) -> Generator[RawRecord, None, int]:
    """Raw records whose reading is beyond doubt; returns the byte at which the careful reader has to go on.

    Blocks are read of captures, revisits and metadata in JSON only.
    """
    held: tuple[Mapping[str, str], bytes] | None = None
    at = 0  # where the held record starts
    for record in _iterate(source.place):
        offset: int = record.stream_pos
        if not _starts_record(source, codec, offset) or (held is not None and offset <= at):
            break
        if held is None and offset > 0:
            return 0
        if held is not None:
            headers, block = held
            yield RawRecord(headers, block[:cap], len(block) > cap, False, at, offset - at)
        held, at = _read(record, cap), offset
        if held is None:
            return offset
    return at


def _iterate(path: str) -> Generator[WarcRecord, None, None]:
    """FastWARC's records until it ends or fails; both mean that the rest needs care."""
    try:
        records = ArchiveIterator(path, parse_http=False, auto_decode="none", fsspec_args=False)
        yield from records
    except (OSError, ValueError, TypeError):  # a TypeError is how 2.0.1 meets headers that end in bare line feeds
        return


def _read(record: WarcRecord, cap: int) -> tuple[Mapping[str, str], bytes] | None:
    """Headers and block, the latter somewhat longer than the cap at most; None where it cannot be read."""
    kind = int(record.record_type)
    if kind in _UNREAD and not (kind == _METADATA and _is_json(record)):
        return _UNREAD[kind], b""
    headers = join_fields((decode_text(name), decode_text(value)) for name, value in record.headers.items_bytes())
    try:
        return headers, record.reader.read(cap + 1)
    except (OSError, ValueError):
        return None


def _is_json(record: WarcRecord) -> bool:
    return (record.headers.get_bytes(b"Content-Type") or b"").lower().startswith(_JSON)


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
