"""The HTTP body is decoded by what its bytes are; headers only propose."""

import gzip
import tracemalloc
import zlib
from pathlib import Path

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from provenance.archive import ReadOptions, Record
from provenance.archive.payload.body import MAX_MEMBERS, Body, UndecodableBodyError, decode_body
from tests.archive.made_archives import HTML, outcomes, read_one, response

PAGE = "<html><body><p>Grüße, 漢字 and plain words.</p></body></html>".encode() * 20
LIMIT = 1_000_000
GZIP, ZLIB, BROTLI, ZSTD = gzip.compress(PAGE), zlib.compress(PAGE), brotli.compress(PAGE), zstandard.compress(PAGE)
RAW_DEFLATE = zlib.compress(PAGE)[2:-4]


def chunked(data: bytes, size: int = 100, *, end: bytes = b"0\r\n\r\n") -> bytes:
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + end


def decode(data: bytes, *, coding: str = "", transfer: str = "", limit: int = LIMIT, textual: bool = True) -> Body:
    headers = {"content-encoding": coding, "transfer-encoding": transfer}
    return decode_body(data, headers, limit=limit, textual=textual)


@pytest.mark.parametrize(
    ("data", "coding", "transfer"),
    [
        (PAGE, "", ""),
        (GZIP, "gzip", ""),
        (GZIP, "x-gzip", ""),
        (ZLIB, "deflate", ""),
        (RAW_DEFLATE, "deflate", ""),
        (BROTLI, "br", ""),
        (ZSTD, "zstd", ""),
        (gzip.compress(GZIP, mtime=0), "gzip, gzip", ""),
        (chunked(PAGE), "", "chunked"),
        (chunked(GZIP), "gzip", "chunked"),
        (chunked(PAGE, end=b"0;x=y\r\nTrailer: a\r\n\r\n"), "", "chunked"),
        (GZIP[:-8] + GZIP[-8:] + b"trailing", "gzip", ""),
        (ZSTD + b"trailing", "zstd", ""),
        (zstandard.compress(PAGE[:500]) + zstandard.compress(PAGE[500:]), "zstd", ""),
        (chunked(PAGE).replace(b"\r\n", b"\n"), "", "chunked"),
        (chunked(PAGE).replace(b"64\r\n", b"000000000064 ;name=value\r\n"), "", "chunked"),
        (gzip.compress(PAGE[:500]) + gzip.compress(PAGE[500:]), "gzip", ""),
    ],
)
def test_what_the_headers_declare_is_undone(data: bytes, coding: str, transfer: str) -> None:
    assert decode(data, coding=coding, transfer=transfer) == Body(PAGE)


@pytest.mark.parametrize("data", [GZIP, ZLIB, ZSTD, chunked(PAGE), chunked(GZIP), gzip.compress(GZIP, mtime=0)])
def test_an_encoding_that_no_header_names_is_seen_in_the_bytes(data: bytes) -> None:
    assert decode(data) == Body(PAGE)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "compress", "dcb", "gzip, br"])
def test_text_under_a_header_that_no_longer_holds_stays_as_it_is(coding: str) -> None:
    assert decode(PAGE, coding=coding, transfer="chunked") == Body(PAGE)


def test_another_encoding_than_the_declared_one_is_seen() -> None:
    assert decode(GZIP, coding="br") == Body(PAGE)


@pytest.mark.parametrize("text", [b"0\nis a number", b"5\nhello\n0\nand more text", b"0\r\n\r\n<p>zero</p>"])
@pytest.mark.parametrize("transfer", ["", "identity"])
def test_text_that_starts_with_a_number_on_its_own_line_stays_as_it_is(text: bytes, transfer: str) -> None:
    assert decode(text, transfer=transfer) == Body(text)


def test_an_empty_chunked_body_is_empty() -> None:
    assert decode(b"0\r\n\r\n", transfer="chunked") == Body(b"")
    assert decode(b"0\r\nTrailer: a\r\n\r\n", transfer="chunked") == Body(b"")


def test_chunks_beyond_the_limit_are_cut_also_where_no_header_names_them() -> None:
    assert decode(chunked(PAGE), limit=250) == Body(PAGE[:250], over=True)


@pytest.mark.parametrize("text", [b";(function () {})", b"? who", b"= heading =", b"plain words", b""])
def test_text_under_a_brotli_header_that_no_longer_holds_stays_as_it_is(text: bytes) -> None:
    assert decode(text, coding="br") == Body(text)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "zstd", "br"])
def test_a_short_body_is_decoded_too(coding: str) -> None:
    made = {"gzip": gzip.compress, "deflate": zlib.compress, "zstd": zstandard.compress, "br": brotli.compress}
    for n in range(1, 40):
        assert decode(made[coding](b"a word or two, and then some more letters"[:n]), coding=coding).data


@pytest.mark.parametrize("text", [b"5\r\nhello world", b"ff\n", b"a\r\n<p>no chunk</p>", b"0", b"x^2 + y^2 = z^2"])
def test_text_that_looks_a_little_like_an_encoding_stays_as_it_is(text: bytes) -> None:
    assert decode(text) == Body(text)


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate", "compress"])
def test_bytes_that_are_neither_the_declared_encoding_nor_text_are_an_error(coding: str) -> None:
    with pytest.raises(UndecodableBodyError):
        decode(bytes(range(256)), coding=coding)


@pytest.mark.parametrize("data", [b"\x1f\x8b\x08" + bytes(50), b"\x28\xb5\x2f\xfd" + b"\xff" * 50])
def test_a_magic_number_without_its_data_is_an_error(data: bytes) -> None:
    with pytest.raises(UndecodableBodyError):
        decode(data)


def test_a_damaged_gzip_body_is_an_error() -> None:
    with pytest.raises(UndecodableBodyError):
        decode(GZIP[:40] + b"\xff\x00\xff\x00" + GZIP[44:], coding="gzip")


@pytest.mark.parametrize(("data", "coding"), [(GZIP, "gzip"), (ZLIB, "deflate"), (BROTLI, "br")])
def test_a_body_that_ends_early_gives_what_there_is_and_says_so(data: bytes, coding: str) -> None:
    body = decode(data[:-12], coding=coding)
    assert body.short
    assert PAGE.startswith(body.data)


def test_a_zstd_frame_that_ends_early_gives_its_whole_blocks() -> None:
    words = b"".join(b"<p>word %d</p>" % number for number in range(30_000))
    body = decode(zstandard.compress(words)[:-12], coding="zstd")
    assert body.short
    assert len(body.data) >= 128 * 1024
    assert words.startswith(body.data)


def test_a_second_gzip_member_that_is_none_costs_only_itself() -> None:
    assert decode(GZIP + b"\x1f\x8b\x08 and then no member", coding="gzip") == Body(PAGE, short=True)


@pytest.mark.parametrize("end", [b"zz\r\n<p>lost</p>", b"", b"64\r\nonly a few", b"ffffffff\r\nfew", b"-5\r\nx"])
def test_broken_chunks_give_the_bytes_so_far_and_say_so(end: bytes) -> None:
    body = decode(chunked(PAGE, end=end), transfer="chunked")
    assert body.short or body.over
    assert body.data.startswith(PAGE)


def test_an_archive_for_download_is_not_inflated() -> None:
    assert decode(GZIP, textual=False) == Body(GZIP)


@pytest.mark.parametrize(
    ("bomb", "coding"),
    [
        (zlib.compress(bytes(50_000_000)), "deflate"),
        (gzip.compress(bytes(50_000_000), 9), "gzip"),
        (brotli.compress(bytes(50_000_000), quality=5), "br"),
        (zstandard.compress(bytes(50_000_000)), "zstd"),
        (gzip.compress(gzip.compress(bytes(50_000_000))), "gzip, gzip"),
        (gzip.compress(brotli.compress(bytes(50_000_000), quality=5)), "br, gzip"),
        (gzip.compress(bytes(1_000_000)) * 50, "gzip"),
    ],
)
def test_a_bomb_is_cut_at_the_limit_and_never_inflated(bomb: bytes, coding: str) -> None:
    tracemalloc.start()
    body = decode(bomb, coding=coding, limit=10_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (len(body.data), body.over) == (10_000, True)
    assert peak < 5_000_000


@pytest.mark.parametrize("empty", [gzip.compress(b""), zstandard.compress(b"")])
def test_more_members_than_a_page_can_have_are_given_up(empty: bytes) -> None:
    try:
        body = decode(empty * (MAX_MEMBERS + 5) + gzip.compress(b"at last"), coding="gzip")
    except UndecodableBodyError:
        return
    assert body == Body(b"", short=True)


def test_a_chunk_size_is_never_believed() -> None:
    body = decode(b"7fffffff\r\nfew bytes", transfer="chunked", limit=1000)
    assert body.data == b"few bytes"


@given(st.binary(max_size=300), st.sampled_from(["", "gzip", "deflate", "br", "zstd", "other"]), st.booleans())
def test_any_bytes_decode_or_are_an_error_of_their_own(data: bytes, coding: str, textual: bool) -> None:
    try:
        body = decode(data, coding=coding, transfer="chunked", limit=200, textual=textual)
    except UndecodableBodyError:
        return
    assert len(body.data) <= 200


@given(st.integers(10, len(GZIP)), st.sampled_from([("gzip", GZIP), ("deflate", ZLIB), ("br", BROTLI), ("zstd", ZSTD)]))
def test_a_body_cut_anywhere_decodes_to_its_beginning_or_is_an_error(at: int, body: tuple[str, bytes]) -> None:
    coding, data = body
    try:
        decoded = decode(data[:at], coding=coding).data
    except UndecodableBodyError:
        return
    assert PAGE.startswith(decoded)


def test_an_undecodable_body_is_a_reject(tmp_path: Path) -> None:
    record = response(1, b"\x1f\x8b\x08" + bytes(80), http={"Content-Type": HTML, "Content-Encoding": "gzip"})
    assert outcomes([read_one(tmp_path, record)]) == ["undecodable_body"]


def test_a_bomb_in_an_archive_is_cut_and_says_so(tmp_path: Path) -> None:
    record = response(1, gzip.compress(bytes(30_000_000)), http={"Content-Type": HTML, "Content-Encoding": "gzip"})
    item = read_one(tmp_path, record, ReadOptions(max_payload=5000))
    assert isinstance(item, Record)
    assert (len(item.payload), item.content_truncated) == (5000, "length")


def test_a_body_that_ends_early_is_marked_in_its_record(tmp_path: Path) -> None:
    record = response(1, GZIP[:-12], http={"Content-Type": HTML, "Content-Encoding": "gzip"})
    item = read_one(tmp_path, record)
    assert isinstance(item, Record)
    assert item.content_truncated == "unspecified"
