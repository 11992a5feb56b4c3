"""The two ways in which a record announces itself: the header block of WARC, and the one line of ARC.

Sources: ISO 28500 clause 4; "Arc File Format", Burner and Kahle 1996 (version 1: URL, address, date, type, length;
version 2 has five more fields between type and length).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from provenance.archive.payload.headers import BLANK_LINE, parse_fields

WARC: Final = b"WARC/"
_ARC_LINE = rb"[A-Za-z][A-Za-z0-9+.-]{0,30}:[^\r\n]{1,8192}? \d{14} [^\r\n]{0,512}?(?<!\d)\d{1,18}[ \t]*\r?\n"
_ARC_START = re.compile(_ARC_LINE)
_ARC_CUT = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]{0,30}(?::[^\r\n]*)?\r?")
_ARC_FIELDS = re.compile(rb"(?s)(.+?) (\S+) (\d{14}) (.*?)(\d+)\s*")

Bytes = bytes | bytearray


@dataclass(frozen=True, slots=True)
class Dialect:
    """How records begin and end.

    `starts` says whether a record starts with the bytes, of which `peek` are enough; `may_start` whether the last
    bytes of a file could have become a start. `next` finds the line end before a record, `head_end` the end of its
    headers, which `parse` reads, `separator` what closes a record.
    """

    peek: int
    starts: Callable[[Bytes], bool]
    may_start: Callable[[Bytes], bool]
    next: re.Pattern[bytes]
    head_end: re.Pattern[bytes]
    parse: Callable[[bytes], dict[str, str]]
    separator: re.Pattern[bytes]


def parse_arc_line(line: bytes) -> dict[str, str]:
    """The header fields of an ARC record under the names WARC has for them; `{}` if it is no such line."""
    fields = _ARC_FIELDS.fullmatch(line)
    if fields is None:
        return {}
    url, address, date, media_type, length = (field.decode("utf-8", "replace") for field in fields.groups())
    if url.startswith("filedesc:"):
        return {"warc-type": "warcinfo", "content-length": length}
    is_http = url.lower().startswith("http")
    return {
        "warc-type": "response" if is_http else "resource",
        "warc-target-uri": url,
        "warc-date": date,
        "warc-ip-address": address,
        "content-type": "application/http" if is_http else media_type.split(" ")[0],
        "content-length": length,
    }


WARC_DIALECT: Final = Dialect(
    peek=len(WARC),
    starts=lambda data: data.startswith(WARC),
    may_start=lambda data: 0 < len(data) < len(WARC) and WARC.startswith(data),
    next=re.compile(rb"(?s)(?:\n|\r.)(?=WARC/[01]\.\d{1,2}[ \t\r]{0,8}\n)"),  # the line end itself may be damaged
    head_end=BLANK_LINE,
    parse=parse_fields,
    separator=re.compile(rb"\r?\n\r?\n|(?:\r?\n){0,2}(?=WARC/)"),
)
ARC_DIALECT: Final = Dialect(
    peek=9 * 1024,
    starts=lambda data: _ARC_START.match(data) is not None,
    may_start=lambda data: _ARC_CUT.fullmatch(data) is not None,
    next=re.compile(rb"\n(?=" + _ARC_LINE + rb")"),
    head_end=re.compile(rb"(?<=\n)"),
    parse=parse_arc_line,
    separator=re.compile(rb"(?:\r?\n){0,2}(?=" + _ARC_LINE + rb")"),
)
