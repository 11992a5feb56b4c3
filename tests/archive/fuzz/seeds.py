"""The first inputs of the fuzzer: small archives of every container, dialect and kind of record."""

import gzip
import json
import zlib
from collections.abc import Mapping

import brotli  # type: ignore[import-untyped]
import zstandard

from tests.archive.made_archives import HTML, response, warc_record
from tests.archive.made_containers import CONTAINERS

URL = "http://e.example/1"
PAGE = b"<html><body><p>a page</p></body></html>"
CHUNKED = b"10\r\n<p>sixteen bytes\r\n5;x=y\r\n</p>!\r\n0\r\nTrailer: 1\r\n\r\n"
ARC_HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE
ARC_1 = b"1 0 made\nURL IP-address Archive-date Content-type Archive-length\n"
ARC_2 = (
    b"2 0 made\nURL IP-address Archive-date Content-type Result-code Checksum Location Offset Filename Archive-length\n"
)


def arc_records(version: bytes = ARC_1) -> list[bytes]:
    """An ARC of version 1 or 2: its head and two pages."""
    more = b" 200 abc - 0 made.arc" if version is ARC_2 else b""
    line = b"%s 1.2.3.4 20080430204826 %s%s %d\n%s\n"
    head = line % (b"filedesc://made.arc", b"text/plain", more, len(version), version)
    page = line % (b"http://e.example/1", b"text/html", more, len(ARC_HTTP), ARC_HTTP)
    return [head, page, page.replace(b"example/1", b"example/2")]


def warc_records() -> list[bytes]:
    """One record of every type."""
    facts = json.dumps({"Envelope": {"Payload-Metadata": {}}}).encode()
    refers = {"WARC-Refers-To": f"<urn:uuid:response-{URL}>"}
    return [
        warc_record("warcinfo", "", b"a: b\r\n", content_type="application/warc-fields"),
        warc_record("request", URL, b"", http={}, status="GET / HTTP/1.1"),
        response(1, PAGE),
        warc_record("revisit", URL, b"", http={}, headers=refers),
        warc_record("conversion", URL, b"text", content_type="text/plain", headers=refers),
        warc_record("resource", URL, PAGE, content_type="text/html"),
        warc_record("metadata", URL, facts, content_type="application/json"),
    ]


def encoded_records() -> list[bytes]:
    """Bodies in every encoding, and some that are not what they say."""
    bodies: Mapping[str, bytes] = {
        "gzip": gzip.compress(PAGE, mtime=0),
        "br": brotli.compress(PAGE),
        "deflate": zlib.compress(PAGE),
        "zstd": zstandard.compress(PAGE),
        "gzip, br": PAGE,
    }
    fields = [{"Content-Type": HTML, "Content-Encoding": name} for name in bodies]
    chunked = {"Content-Type": HTML, "Transfer-Encoding": "chunked"}
    return [*map(_coded, bodies.values(), fields), _coded(CHUNKED, chunked), _coded(CHUNKED, {"Content-Type": HTML})]


def _coded(body: bytes, fields: Mapping[str, str]) -> bytes:
    return response(1, body, http=fields)


def make_seeds() -> dict[str, bytes]:
    """Inputs by name, the byte of options first."""
    pages = [response(number, PAGE) for number in range(3)]
    feeds = [record.replace(b"\r\n", b"\n") for record in pages]
    made = {f"pages {name}": pack(pages) for name, pack in CONTAINERS.items()}
    for name in ("plain", "gz per record", "zst per record"):
        made[f"types {name}"] = CONTAINERS[name](warc_records())
        made[f"bodies {name}"] = CONTAINERS[name](encoded_records())
        made[f"line feeds {name}"] = CONTAINERS[name](feeds)
        made[f"arc {name}"] = CONTAINERS[name](arc_records())
    made["arc of version 2"] = CONTAINERS["gz per record"](arc_records(ARC_2))
    made["cut"] = made["pages gz per record"][:-9]
    seeds = {name: bytes([0x81 + number % 3]) + stored for number, (name, stored) in enumerate(sorted(made.items()))}
    large = [response(number, PAGE * 40) for number in range(3)]
    return seeds | {f"large {name}": b"\xc0" + CONTAINERS[name](large) for name in CONTAINERS}
