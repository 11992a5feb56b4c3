"""ARC, the Internet Archive's format before WARC, read by warcio.

Source: "Arc File Format", Burner and Kahle 1996. A record has a URL, a date and a length, and no id of its own.
"""

import zlib
from collections.abc import Generator
from typing import BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from provenance.archive.record import RawRecord

ARC_START = b"filedesc://"
_SKIP = 1 << 20


def read_arc(file: BinaryIO, cap: int) -> Generator[RawRecord, None, int]:
    """The raw records of an ARC file, with headers named as in WARC; returns the byte at which reading ended."""
    records = ArchiveIterator(file, no_record_parse=True, arc2warc=False)
    end = 0
    try:
        for record in records:
            declared = record.length
            block, size = _read_block(record, cap)
            offset, length = records.get_record_offset(), records.get_record_length()  # they read what is left
            flawed = declared is not None and size < declared
            if length <= 0:  # warcio's word for members that records share
                return end
            end = offset + length
            yield RawRecord(_headers(record), block, size > cap, flawed, offset, length)
    except (ArchiveLoadFailed, EOFError, OSError, ValueError, AttributeError, IndexError, zlib.error):
        return end
    return end


def _read_block(record: ArcWarcRecord, cap: int) -> tuple[bytes, int]:
    """The start of the block and its whole size."""
    parts, size = [], 0
    while piece := record.raw_stream.read(_SKIP):
        if size < cap:
            parts.append(piece[: cap - size])
        size += len(piece)
    return b"".join(parts), size


def _headers(record: ArcWarcRecord) -> dict[str, str]:
    fields = record.rec_headers
    url = fields.get_header("uri") or ""
    if url.startswith(ARC_START.decode()):
        return {"warc-type": "warcinfo"}
    is_http = url.lower().startswith("http")
    return {
        "warc-type": "response" if is_http else "resource",
        "warc-target-uri": url,
        "warc-date": fields.get_header("archive-date") or "",
        "content-type": "application/http" if is_http else fields.get_header("content-type") or "",
    }
