"""Header blocks of WARC and HTTP, read leniently: any bytes, any line ends, folded lines, missing status lines.

Sources: ISO 28500 clause 4; RFC 9112 section 2.2 and 5.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

BLANK_LINE = re.compile(rb"\r?\n\r?\n")
MAX_HEAD = 256 * 1024  # servers limit a header block to 8 to 64 KiB
_STATUS = re.compile(rb"HTTP/?[\d.]*[ \t]+(\d{3})(?!\d)", re.IGNORECASE)
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:[ \t]*[^\r\n]*\r?\n")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.IGNORECASE)
_DIGITS14 = re.compile(r"\d{14}")


@dataclass(frozen=True, slots=True)
class HttpHead:
    """Status (None without a status line) and headers of an HTTP message, and where its body starts."""

    status: int | None
    headers: dict[str, str]
    body_start: int


def parse_http(block: bytes) -> HttpHead | None:
    """The head of an HTTP response; None when it starts like one but never ends within 256 KiB.

    A block that starts with neither a status line nor a header field is all body.
    """
    status = _STATUS.match(block)
    if status is None and block[:5].upper() != b"HTTP/" and not _FIELD.match(block):
        return HttpHead(None, {}, 0)
    blank = BLANK_LINE.search(block, 0, MAX_HEAD)
    if blank is None and len(block) >= MAX_HEAD:
        return None
    head, body_start = (block, len(block)) if blank is None else (block[: blank.start()], blank.end())
    headers = parse_fields(head)
    return HttpHead(int(status[1]) if status else None, headers, body_start)


def parse_fields(head: bytes) -> dict[str, str]:
    """Header fields by lower-case name; lines that are none (a status or version line) are passed over."""
    return join_fields(_fields(decode_text(head)))


def join_fields(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Fields by lower-case name, those of one name joined with a comma (RFC 9110 section 5.3)."""
    fields: dict[str, str] = {}
    for name, value in pairs:
        key = name.strip().lower()
        fields[key] = f"{fields[key]}, {value.strip()}" if key in fields else value.strip()
    return fields


def _fields(text: str) -> list[tuple[str, str]]:
    fields: list[tuple[str, str]] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if line[:1] in (" ", "\t") and fields:
            fields[-1] = (fields[-1][0], f"{fields[-1][1]} {line.strip()}")
            continue
        name, colon, value = line.partition(":")
        if colon and " " not in name.strip():
            fields.append((name, value))
    return fields


def decode_text(data: bytes) -> str:
    """UTF-8, else Latin-1: every sequence of bytes has a reading."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def parse_media_type(value: str | None) -> tuple[str | None, str | None]:
    """Media type (lower case) and charset of a Content-Type field, None for what it does not say."""
    if not value:
        return None, None
    media_type = value.split(";", 1)[0].split(",", 1)[0].strip().lower()
    charset = _CHARSET.search(value)
    return media_type or None, charset[1].lower() if charset else None


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
