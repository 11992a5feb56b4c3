"""What is written is WARC 1.1 to warcio, to FastWARC and to `warcio check`; blocks are the bytes that were read."""

import base64
import hashlib
import io
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord

from provenance.archive.record import RawRecord
from provenance.archive.write import NO_DATE, WarcInfo, WarcWriter

INFO = WarcInfo("made.warc.gz", "digest/made", {"software": "provenance", "description": "kept\nrecords"})
BLOCK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>caf\xe9</html>"
BODY = b"<html>caf\xe9</html>"
ID = "<urn:uuid:1>"
HEADERS = {
    "warc-type": "response",
    "warc-record-id": ID,
    "warc-date": "2019-07-16T10:00:00Z",
    "warc-target-uri": "http://e.example/1",
    "warc-ip-address": "192.0.2.7",
    "content-type": "application/http; msgtype=response",
    "content-length": str(len(BLOCK)),
}


def raw(block: bytes = BLOCK, *, cut: bool = False, flawed: bool = False, **changes: str | None) -> RawRecord:
    """A record with some headers changed, or left out where null; underscores stand for hyphens."""
    fields = HEADERS | {name.replace("_", "-"): value for name, value in changes.items()}
    return RawRecord({k: v for k, v in fields.items() if v is not None}, block, cut, flawed, 0, None)


def write(path: Path, *records: RawRecord, record_id: str = ID) -> WarcWriter:
    with path.open("wb") as file, WarcWriter(file, INFO) as writer:
        for record in records:
            writer.write(record, record_id)
    return writer


def reread(path: Path) -> list[tuple[ArcWarcRecord, bytes]]:
    """Every record behind the warcinfo, with its block."""
    with path.open("rb") as file:
        found = [(record, record.raw_stream.read()) for record in ArchiveIterator(file, no_record_parse=True)]
    assert found[0][0].rec_type == "warcinfo"
    return found[1:]


def header(path: Path, name: str) -> str | None:
    """A header of the only record."""
    ((record, _),) = reread(path)
    return record.rec_headers.get_header(name)  # type: ignore[no-any-return]


def warcio_check(path: Path) -> tuple[int, str]:
    code = "import sys; from warcio.cli import main; main(sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", code, "check", "-v", path], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "made.warc.gz"


def test_a_block_is_byte_for_byte_what_was_read(path: Path) -> None:
    write(path, raw())
    ((record, block),) = reread(path)
    assert block == BLOCK
    assert record.rec_headers.protocol == "WARC/1.1"


def test_fastwarc_reads_the_same_blocks(path: Path) -> None:
    write(path, raw(), raw(b"text", warc_type="conversion", content_type="text/plain"))
    found = [(r.headers["WARC-Type"], r.reader.read()) for r in FastIterator(str(path), parse_http=False)]
    assert found[1:] == [("response", BLOCK), ("conversion", b"text")]


def test_every_digest_is_one_that_warcio_confirms(path: Path) -> None:
    write(path, raw(), raw(b"text", warc_type="conversion", content_type="text/plain"), raw(b""))
    status, told = warcio_check(path)
    assert (status, told.count("digest pass")) == (0, 4)


def test_headers_keep_their_values(path: Path) -> None:
    write(path, raw(warc_identified_payload_type="text/html"))
    ((record, _),) = reread(path)
    found = dict(record.rec_headers.headers)
    kept = {name: value for name, value in HEADERS.items() if name != "content-length"}
    assert {name.lower(): value for name, value in found.items()}.items() >= kept.items()
    assert found["WARC-Identified-Payload-Type"] == "text/html"
    assert found["WARC-IP-Address"] == "192.0.2.7"


def test_a_right_digest_stays_as_it_is_written(path: Path) -> None:
    written = "sha256:" + hashlib.sha256(BODY).hexdigest()
    assert write(path, raw(warc_payload_digest=written)).n_digests_replaced == 0
    assert header(path, "WARC-Payload-Digest") == written
    assert header(path, "X-Original-WARC-Payload-Digest") is None


@pytest.mark.parametrize("written", ["sha1:" + "A" * 32, "sha1", "crc9:1234", "shake_128:1234", "sha1:$$$"])
def test_a_wrong_digest_is_replaced_and_kept_beside(path: Path, written: str) -> None:
    assert write(path, raw(warc_payload_digest=written)).n_digests_replaced == 1
    assert header(path, "WARC-Payload-Digest") == sha1(BODY)
    assert header(path, "X-Original-WARC-Payload-Digest") == written
    assert warcio_check(path)[0] == 0


def test_a_digest_in_a_spelling_that_warcio_does_not_read_is_spelled_anew(path: Path) -> None:
    write(path, raw(warc_payload_digest=sha1(BODY).lower(), warc_block_digest="md5:" + hashlib.md5(BLOCK).hexdigest()))
    assert warcio_check(path)[0] == 0


def test_a_block_that_was_cut_says_so_and_its_digest_is_of_what_is_there(path: Path) -> None:
    write(path, raw(cut=True, warc_block_digest=sha1(BLOCK + b"more")))
    assert header(path, "WARC-Truncated") == "length"
    assert header(path, "WARC-Block-Digest") == sha1(BLOCK)
    assert header(path, "Content-Length") == str(len(BLOCK))


def test_a_record_of_a_wrong_length_is_truncated_for_reasons_unknown(path: Path) -> None:
    write(path, raw(flawed=True, content_length="999999"))
    assert header(path, "WARC-Truncated") == "unspecified"
    assert header(path, "Content-Length") == str(len(BLOCK))


def test_a_reason_the_archive_gave_is_not_overwritten(path: Path) -> None:
    write(path, raw(cut=True, warc_truncated="time"))
    assert header(path, "WARC-Truncated") == "time"


def test_uris_lose_the_brackets_of_1_0_and_ids_keep_them(path: Path) -> None:
    write(path, raw(warc_target_uri="<http://e.example/a b>", warc_refers_to="<urn:uuid:2>"))
    *_, record = FastIterator(str(path))  # warcio would mend the URI by itself
    assert record.headers["WARC-Target-URI"] == "http://e.example/a%20b"
    assert record.headers["WARC-Refers-To"] == "<urn:uuid:2>"


def test_a_record_is_written_under_the_id_it_is_given(path: Path) -> None:
    write(path, raw(), record_id="urn:uuid:new")
    assert header(path, "WARC-Record-ID") == "<urn:uuid:new>"
    assert header(path, "X-Original-WARC-Record-ID") == ID


def test_a_record_names_the_warcinfo_of_this_file_and_keeps_its_own(path: Path) -> None:
    write(path, raw(warc_warcinfo_id="<urn:uuid:crawler>"))
    with path.open("rb") as file:
        info = next(iter(ArchiveIterator(file))).rec_headers.get_header("WARC-Record-ID")
    assert header(path, "WARC-Warcinfo-ID") == info
    assert header(path, "X-Original-WARC-Warcinfo-ID") == "<urn:uuid:crawler>"


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2019-07-16T10:00:00.123456Z", "2019-07-16T10:00:00.123456Z"),
        ("20190716100000", "2019-07-16T10:00:00Z"),
        ("2019-07-16T12:00:00+02:00", "2019-07-16T10:00:00Z"),
        ("last Tuesday", NO_DATE),
        (None, NO_DATE),
    ],
)
def test_dates_are_w3c_dates(path: Path, written: str | None, date: str) -> None:
    write(path, raw(warc_date=written))
    assert header(path, "WARC-Date") == date
    assert header(path, "X-Original-WARC-Date") == (written if date != written else None)


def test_a_record_of_an_arc_becomes_a_whole_warc_record(path: Path) -> None:
    arc: Mapping[str, str] = {
        "warc-type": "response",
        "warc-target-uri": "http://e.example/1",
        "warc-date": "20080430204825",
        "content-type": "application/http",
        "warc-ip-address": "192.0.2.7",
        "content-length": str(len(BLOCK)),
    }
    write(path, RawRecord(arc, BLOCK, False, False, 0, 10))
    ((record, block),) = reread(path)
    names = {name for name, _ in record.rec_headers.headers}
    assert {"WARC-Type", "WARC-Record-ID", "WARC-Date", "WARC-Target-URI", "Content-Length"} <= names
    assert block == BLOCK
    assert warcio_check(path)[0] == 0


def test_a_revisit_keeps_its_block_and_the_digest_of_what_it_refers_to(path: Path) -> None:
    block, digest = b"HTTP/1.1 200 OK\r\nX: y\r\n\r\n", sha1(b"the payload of another record")
    write(path, raw(block, warc_type="revisit", warc_payload_digest=digest))
    ((_, found),) = reread(path)
    assert found == block
    assert header(path, "WARC-Payload-Digest") == digest
    assert warcio_check(path)[0] == 0


def test_a_capture_without_a_uri_can_be_read(path: Path) -> None:
    write(path, raw(warc_target_uri=None))
    with path.open("rb") as file:
        assert len([record.content_stream().read() for record in ArchiveIterator(file)]) == 2


def test_repeated_fields_are_repeated_again(path: Path) -> None:
    write(path, raw(warc_concurrent_to="<urn:uuid:2>, <urn:uuid:3>"))
    ((record, _),) = reread(path)
    assert [value for name, value in record.rec_headers.headers if name == "WARC-Concurrent-To"] == [
        "<urn:uuid:2>",
        "<urn:uuid:3>",
    ]


def test_control_characters_do_not_break_a_header(path: Path) -> None:
    write(path, raw(warc_target_uri="http://e.example/\rWARC-Type: x\x00\x85\u2028", warc_filename="caf\xe9"))
    ((record, block),) = reread(path)
    assert (record.rec_type, block) == ("response", BLOCK)
    assert header(path, "WARC-Filename") == "caf\xe9"


def test_a_name_that_is_no_field_name_is_left_out(path: Path) -> None:
    write(path, RawRecord({**HEADERS, "a name\r\nx": "y", "": "z"}, BLOCK, False, False, 0, None))
    ((record, block),) = reread(path)
    assert block == BLOCK
    assert "z" not in dict(record.rec_headers.headers).values()


def test_the_warcinfo_says_what_made_the_file(path: Path) -> None:
    write(path, raw())
    with path.open("rb") as file:
        info = next(iter(ArchiveIterator(file)))
        block = info.raw_stream.read()
    assert block == b"software: provenance\r\ndescription: kept records\r\n"
    assert info.rec_headers.get_header("WARC-Filename") == "made.warc.gz"
    assert info.rec_headers.get_header("WARC-Date") == HEADERS["warc-date"]


def test_a_file_without_records_has_a_warcinfo(path: Path) -> None:
    write(path)
    assert reread(path) == []


def test_the_same_records_give_the_same_bytes(path: Path, tmp_path: Path) -> None:
    write(path, raw(), raw(b"", warc_date=None))
    write(tmp_path / "again.warc.gz", raw(), raw(b"", warc_date=None))
    assert path.read_bytes() == (tmp_path / "again.warc.gz").read_bytes()


def test_a_file_left_on_an_error_gets_no_late_warcinfo() -> None:
    out = io.BytesIO()
    with pytest.raises(KeyError), WarcWriter(out, INFO):
        raise KeyError
    assert out.getvalue() == b""
