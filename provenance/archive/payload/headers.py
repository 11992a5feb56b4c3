"""Header blocks of WARC and HTTP, read leniently: any bytes, any line ends, folded lines, missing status lines.

Sources: ISO 28500 clause 4; RFC 9112 section 2.2 and 5.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

BLANK_LINE = re.compile(rb"\r?\n\r{0,2}\n")  # a text-mode write turns every CRLF into CR CR LF
_BLANK_LINES = (b"\n\r\n", b"\n\n", b"\n\r\r\n")  # the same, without the first carriage return
MAX_HEAD = 256 * 1024  # servers limit a header block to 8 to 64 KiB
_STATUS = re.compile(rb"\s*HTTP/?[\d.]*[ \t]+(\d{3})(?!\d)", re.IGNORECASE)  # a line end before it: RFC 9112, 2.2
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:[ \t]*[^\r\n]*\r?\n")
_FOLD = re.compile(r"[ \t]*\r?\n[ \t]+")
_MEDIA_TYPE = re.compile(r"[^\s;,]+")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.IGNORECASE)
_DIGITS14 = re.compile(r"\d{14}")
_REPEATED = 4096  # values of Content-Type remembered: a crawl has few of them, over and over


@dataclass(frozen=True, slots=True)
class HttpHead:
    """Status (None without a status line) and headers of an HTTP message, and where its body starts."""

    status: int | None
    headers: dict[str, str]
    body_start: int


def parse_http(block: bytes) -> HttpHead | None:
    """The head of an HTTP response; None when it starts like one but never ends within 256 KiB.

    A block that starts with neither a status line nor a header field is all body. Interim responses (1xx) before the
    final one are passed over.
    """
    status, start = _STATUS.match(block), 0
    if status is None and block[:5].upper() != b"HTTP/" and not _FIELD.match(block):
        return HttpHead(None, {}, 0)
    end, body_start = find_blank_line(block)
    while status is not None and status[1].startswith(b"1") and (final := _STATUS.match(block, body_start)):
        status, start = final, body_start
        end, body_start = find_blank_line(block, start)
    if end < 0 and len(block) - start >= MAX_HEAD:
        return None
    headers = parse_fields(block[start:end] if end >= 0 else block[start:])
    return HttpHead(int(status[1]) if status else None, headers, body_start)


def find_blank_line(block: bytes, start: int = 0) -> tuple[int, int]:
    """Where the header block from `start` on ends and what follows it starts; -1 and the block's end without one."""
    at, stop, width = -1, start + MAX_HEAD, 0
    for ends in _BLANK_LINES:  # three searches take a tenth of the time of one with the expression
        found = block.find(ends, start, stop)
        if found >= 0 and (at < 0 or found < at):
            at, stop, width = found, found + 3, len(ends)
    if at < 0:
        return -1, len(block)
    return at - 1 if at > start and block[at - 1] == 13 else at, at + width


def parse_fields(head: bytes) -> dict[str, str]:
    """Header fields by lower-case name; lines that are none (a status or version line) are passed over."""
    text = decode_text(head)
    if "\n " in text or "\n\t" in text:  # a folded line goes on with the one before (RFC 9112, 5.2)
        text = _FOLD.sub(" ", text)
    fields: dict[str, str] = {}
    for line in text.split("\n"):
        name, colon, value = line.partition(":")
        key = name.strip().lower()
        if colon and " " not in key:
            value = value.strip()
            fields[key] = f"{fields[key]}, {value}" if key in fields else value
    return fields


def join_fields(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Fields by lower-case name, those of one name joined with a comma (RFC 9110 section 5.3)."""
    fields: dict[str, str] = {}
    for name, value in pairs:
        key, text = name.strip().lower(), value.strip()
        fields[key] = f"{fields[key]}, {text}" if key in fields else text
    return fields


def decode_text(data: bytes) -> str:
    """UTF-8, else Latin-1: every sequence of bytes has a reading."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


@lru_cache(maxsize=_REPEATED)
def parse_media_type(value: str | None) -> tuple[str | None, str | None]:
    """Media type (lower case) and charset of a Content-Type field, None for what it does not say."""
    if not value:
        return None, None
    media_type, charset = _MEDIA_TYPE.match(value.strip()), _CHARSET.search(value)
    return media_type[0].lower() if media_type else None, charset[1].lower() if charset else None


def parse_date(value: str | None) -> datetime | None:
    """WARC-Date (ISO 8601) or an ARC's 14 digits as UTC; None if it is no date."""
    if not value:
        return None
    try:
        if _DIGITS14.fullmatch(value):
            return datetime.strptime(value, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def parse_length(value: str | None) -> int | None:
    """Content-Length as a number; None if it is none."""
    digits = (value or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None
