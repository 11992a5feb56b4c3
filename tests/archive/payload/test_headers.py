"""Header blocks are read as servers and old tools wrote them, not as the grammar has them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.archive.payload.headers import (
    BLANK_LINE,
    MAX_HEAD,
    HttpHead,
    find_blank_line,
    parse_fields,
    parse_http,
    parse_media_type,
)

FIELDS = b"Content-Type: text/html\r\nServer: made\r\n"
READ = {"content-type": "text/html", "server": "made"}


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"HTTP/1.1 200 OK", 200),
        (b"HTTP/1.1 200", 200),
        (b"HTTP/1.1 200 ", 200),
        (b"HTTP/2 200", 200),
        (b"HTTP/1.0  404 Not Found", 404),
        (b"http/1.1 301 Moved", 301),
        (b"HTTP 200 OK", 200),
        (b"HTTP/1.1\t503 Busy", 503),
        (b"\r\nHTTP/1.1 200 OK", 200),
        (b"HTTP/1.1 OK", None),
        (b"HTTP/1.1 2000 OK", None),
        (b"HTTP/1.1", None),
    ],
)
def test_status_lines(line: bytes, status: int | None) -> None:
    block = line + b"\r\n" + FIELDS + b"\r\nbody"
    assert parse_http(block) == HttpHead(status, READ, block.index(b"body"))


def test_headers_without_a_status_line() -> None:
    block = FIELDS + b"\r\nbody"
    assert parse_http(block) == HttpHead(None, READ, block.index(b"body"))


@pytest.mark.parametrize("block", [b"<html>\r\n\r\nbody", b"", b"plain words\n\nmore", b"\x00\x01\x02"])
def test_a_block_without_headers_is_all_body(block: bytes) -> None:
    assert parse_http(block) == HttpHead(None, {}, 0)


def test_headers_that_never_end_are_no_head_beyond_256_kib() -> None:
    assert parse_http(b"HTTP/1.1 200 OK\r\nA: " + bytes(MAX_HEAD)) is None
    assert parse_http(b"HTTP/1.1 200 OK\r\nServer: made") == HttpHead(200, {"server": "made"}, 29)


@pytest.mark.parametrize(
    "interim", [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"]
)
def test_interim_responses_are_passed_over(interim: bytes) -> None:
    block = interim * 2 + b"HTTP/1.1 200 OK\r\n" + FIELDS + b"\r\nbody"
    assert parse_http(block) == HttpHead(200, READ, block.index(b"body"))
    alone = parse_http(interim + b"<html>")
    assert alone is not None
    assert alone.status in (100, 103)


@pytest.mark.parametrize(
    ("head", "fields"),
    [
        (b"A: 1\r\n B\r\n\tC\r\nD: 2", {"a": "1 B C", "d": "2"}),
        (b"A: 1\n B", {"a": "1 B"}),
        (b"A:1\r\nA :2\r\n a : 3", {"a": "1, 2 a : 3"}),
        (b"Content Type: x\r\nB: y", {"b": "y"}),
        (b"no field\r\nB: y\r\n: empty\r\n", {"b": "y", "": "empty"}),
        (b"A: \xff\xe9", {"a": "ÿé"}),
        ("A: Grüße".encode(), {"a": "Grüße"}),
        (b"A: x\x00y", {"a": "x\x00y"}),
        (b"A: http://e.example:80/", {"a": "http://e.example:80/"}),
        (b"", {}),
    ],
)
def test_fields(head: bytes, fields: dict[str, str]) -> None:
    assert parse_fields(head) == fields


@pytest.mark.parametrize(
    ("value", "media_type", "charset"),
    [
        ("text/html; charset=utf-8", "text/html", "utf-8"),
        ("Text/HTML;charset='ISO-8859-1'", "text/html", "iso-8859-1"),
        ("text/html charset=utf-8", "text/html", "utf-8"),
        ("text/html, text/html; charset=x", "text/html", "x"),
        (" ; charset=utf-8", None, "utf-8"),
        ("text/html; charset=", "text/html", None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_media_types(value: str | None, media_type: str | None, charset: str | None) -> None:
    assert parse_media_type(value) == (media_type, charset)


@given(st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\r\n", b"\n\n"]), max_size=12).map(b"".join), st.integers(0, 3))
def test_the_first_blank_line_is_found_whatever_line_ends_there_are(block: bytes, start: int) -> None:
    found = re.compile(BLANK_LINE.pattern).search(block, start)
    expected = (-1, len(block)) if found is None else (found.start(), found.end())
    assert find_blank_line(block, start) == expected
