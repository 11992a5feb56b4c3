"""The fast path: FastWARC reads, and nothing it says is believed before it adds up.

FastWARC stops without a word at a truncated member, an empty one or the end of a damaged file; gives the place of a
record that does not start its member as that of the next member; takes other records for headers where lines end in
bare line feeds, and 0 for a length it cannot read. So a record is held back until the next one starts, and given only
if what lies between is exactly as long as the record as it was understood: then it is alone in its member, and whole.
At the first one that is not, the careful reader goes on.
"""

from collections.abc import Generator, Mapping
from itertools import chain

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from provenance.archive.framing.dialects import WARC
from provenance.archive.framing.members import MAGIC, Codec
from provenance.archive.payload.headers import decode_text, join_fields, parse_length
from provenance.archive.record import RawRecord
from provenance.archive.source import FileSource

CODECS = frozenset({Codec.PLAIN, Codec.GZIP})  # the others do not say how long a member is when decoded
# Records of which nothing is wanted but their type. A `metadata` record may be one of a WAT file, which is read.
_UNREAD = {int(getattr(WarcRecordType, name)): {"warc-type": name} for name in ("warcinfo", "request", "metadata")}
_METADATA = int(WarcRecordType.metadata)
_JSON = b"application/json"
_MORE = len(": \r\n") - 2  # bytes of a field beside its name, its value and the line feeds that join them here
_BLANK_LINES = len("\r\n") + len("\r\n") + len("\r\n\r\n")  # after the version, the headers and the block
_ISIZE = 4  # bytes at the end of a gzip member: how many it holds, modulo 2^32 (RFC 1952 section 2.3.1)
_GZIP = MAGIC[Codec.GZIP]


# A record as FastWARC understood it: headers, block (a byte beyond the cap at most), and how long it then is.
_Held = tuple[Mapping[str, str], bytes, int]


def read_fast(source: FileSource, codec: Codec, cap: int) -> Generator[RawRecord, None, int]:
    """Raw records whose reading is beyond doubt; returns the byte at which the careful reader has to go on.

    Blocks are read of captures, revisits and metadata in JSON only.
    """
    fits = _fits_member if codec is Codec.GZIP else _fits_plain
    held: _Held | None = None
    at = 0  # where the held record starts
    for record in _iterate(source.place):
        offset: int = record.stream_pos
        if held is not None:
            headers, block, size = held
            if not fits(source, at, offset, size):
                break
            yield RawRecord(headers, block[:cap], len(block) > cap, False, at, offset - at)
        elif offset > 0:
            return 0
        held, at = _read(record, cap), offset
        if held is None:
            break
    return at


def _fits_member(source: FileSource, start: int, end: int, size: int) -> bool:
    """Whether a gzip member of that decoded size ends where another one starts."""
    closes = (size & 0xFFFFFFFF).to_bytes(_ISIZE, "little")
    return end > start and source.read_at(end - _ISIZE, _ISIZE + len(_GZIP)) == closes + _GZIP


def _fits_plain(source: FileSource, start: int, end: int, size: int) -> bool:
    return end - start == size and source.read_at(end, len(WARC)) == WARC


def _iterate(path: str) -> Generator[WarcRecord, None, None]:
    """FastWARC's records until it ends or fails; both mean that the rest needs care."""
    try:
        records = ArchiveIterator(path, parse_http=False, auto_decode="none", fsspec_args=False)
        yield from records
    except (OSError, ValueError, TypeError):  # a TypeError is how 2.0.1 meets headers that end in bare line feeds
        return


def _read(record: WarcRecord, cap: int) -> _Held | None:
    """The record as FastWARC has it; None where its block cannot be read or its headers leave doubt."""
    fields, declared = record.headers.items_bytes(), record.content_length
    spelled = b"\n".join(chain.from_iterable(fields))
    if spelled.count(b"\n") >= max(1, 2 * len(fields)):  # lines that are folded, or end in bare line feeds
        return None
    size = len(record.headers.status_line_bytes or b"") + len(spelled) + declared + _BLANK_LINES
    size += _MORE * len(fields) + (1 if fields else 0)
    kind = int(record.record_type)
    if kind in _UNREAD and not (kind == _METADATA and _JSON in spelled.lower()):
        return _UNREAD[kind], b"", size
    headers = _join(fields, spelled)
    try:
        block = record.reader.read(cap + 1)
    except (OSError, ValueError):
        return None
    sure = len(block) == min(declared, cap + 1) and declared == parse_length(headers.get("content-length"))
    return (headers, block, size) if sure else None


def _join(fields: tuple[tuple[bytes, bytes], ...], spelled: bytes) -> dict[str, str]:
    """The fields by name; decoded in one go where all of them are UTF-8."""
    try:
        texts = spelled.decode().split("\n")
    except UnicodeDecodeError:
        return join_fields((decode_text(name), decode_text(value)) for name, value in fields)
    return join_fields(zip(texts[::2], texts[1::2], strict=False))
