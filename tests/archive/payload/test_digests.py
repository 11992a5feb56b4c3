"""Digests of captures are compared with the bytes that were read, whichever of a body's forms they were made of."""

import base64
import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from provenance.archive import ReadOptions, Record
from provenance.archive.payload.capture import CAPTURES
from provenance.archive.payload.digests import DigestCheck, check_digest
from provenance.errors import RecordError
from tests.archive.made_archives import HTML, gzipped, outcomes, page, read, read_one, response, warc_record, write

DATA = b"The bytes that a digest is made of."
CHECKING = ReadOptions(check_digests=True)
ZIPPED = {"Content-Type": HTML, "Content-Encoding": "gzip"}
CHUNKED = {"Content-Type": HTML, "Transfer-Encoding": "chunked"}


def sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


def chunked(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(data), data)


def with_payload_digest(digest: str, body: bytes, http: dict[str, str], **headers: str) -> bytes:
    fields = {"WARC-Payload-Digest": digest, "WARC-Block-Digest": "unknown:1", **headers}
    return warc_record("response", "http://e.example/", body, http=http, headers=fields)


def check_of(folder: Path, record: bytes, options: ReadOptions = CHECKING) -> str | None:
    return read_one(folder, record, options).digest_check


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "sha3_256"])
@pytest.mark.parametrize(
    "spell", [bytes.hex, lambda d: base64.b32encode(d).decode(), lambda d: base64.b64encode(d).decode()]
)
def test_every_algorithm_and_spelling_is_known(algorithm: str, spell: Callable[[bytes], str]) -> None:
    written = f"{algorithm}:{spell(hashlib.new(algorithm, DATA).digest())}"
    assert check_digest(written, [DATA]) is DigestCheck.MATCH
    assert check_digest(written, [DATA + b"x"]) is DigestCheck.MISMATCH


@pytest.mark.parametrize("label", ["sha1", "SHA1", "sha-1", "SHA-1", " sha1 "])
def test_labels_and_values_are_read_in_any_case(label: str) -> None:
    value = base64.b32encode(hashlib.sha1(DATA).digest()).decode()
    assert check_digest(f"{label}:{value}", [DATA]) is DigestCheck.MATCH
    assert check_digest(f"{label}: {value.lower()} ", [DATA]) is DigestCheck.MATCH
    assert check_digest(f"{label}:{hashlib.sha1(DATA).hexdigest().upper()}", [DATA]) is DigestCheck.MATCH


@pytest.mark.parametrize(
    "written", ["crc32:00000000", "sha1:", "sha1:ABC", "ABCDEF", "shake_128:00", ":", "sha1:" + "A" * 33]
)
def test_what_is_no_digest_that_we_know_cannot_be_checked(written: str) -> None:
    assert check_digest(written, [DATA]) is DigestCheck.UNCHECKABLE


@pytest.mark.parametrize("written", [None, ""])
def test_without_a_digest_there_is_no_answer(written: str | None) -> None:
    assert check_digest(written, [DATA]) is None


def test_one_of_several_digests_that_differs_decides() -> None:
    right, wrong = sha1(DATA), sha1(b"other")
    assert check_digest(f"{right}, crc32:1", [DATA]) is DigestCheck.MATCH
    assert check_digest(f"{right}, md5:{'0' * 32}", [DATA]) is DigestCheck.MISMATCH
    assert check_digest(wrong, [b"something", b"other"]) is DigestCheck.MATCH


def test_digests_are_checked_on_demand_only(tmp_path: Path) -> None:
    assert check_of(tmp_path, response(1), ReadOptions()) is None
    assert check_of(tmp_path, response(1)) == "match"


@pytest.mark.parametrize(
    ("body", "http"),
    [
        (page(1), {"Content-Type": HTML}),
        (gzip.compress(page(1)), ZIPPED),
        (chunked(page(1)), CHUNKED),
        (chunked(gzip.compress(page(1))), {**ZIPPED, **CHUNKED}),
        (page(1), {**ZIPPED, **CHUNKED}),
    ],
    ids=["plain", "gzip", "chunked", "both", "denied"],
)
def test_a_digest_of_the_body_as_stored_or_decoded_matches(tmp_path: Path, body: bytes, http: dict[str, str]) -> None:
    assert check_of(tmp_path, with_payload_digest(sha1(body), body, http)) == "match"
    assert check_of(tmp_path, with_payload_digest(sha1(page(1)), body, http)) == "match"
    assert check_of(tmp_path, with_payload_digest(sha1(page(2)), body, http)) == "mismatch"


def test_a_digest_of_the_compressed_body_without_its_chunks_matches(tmp_path: Path) -> None:
    body = gzip.compress(page(1))
    record = with_payload_digest(sha1(body), chunked(body), {**ZIPPED, **CHUNKED})
    assert check_of(tmp_path, record) == "match"


def test_a_body_that_does_not_decode_can_still_match(tmp_path: Path) -> None:
    broken = b"\x1f\x8b\x08" + bytes(80)
    item = read_one(tmp_path, with_payload_digest(sha1(broken), broken, ZIPPED), CHECKING)
    assert isinstance(item, RecordError)
    assert (item.reason, item.digest_check) == ("undecodable_body", "match")


@pytest.mark.parametrize("kind", ["resource", "conversion"])
def test_the_block_of_a_record_without_http_is_its_payload(tmp_path: Path, kind: str) -> None:
    def made(digest: str) -> bytes:
        headers = {"WARC-Payload-Digest": digest, "WARC-Block-Digest": digest}
        return warc_record(kind, "http://e.example/", DATA, headers=headers, content_type="text/plain")

    assert check_of(tmp_path, made(sha1(DATA))) == "match"
    assert check_of(tmp_path, made(sha1(b"other"))) == "mismatch"


def test_a_flipped_byte_in_a_plain_file_is_seen_and_the_record_is_kept(tmp_path: Path) -> None:
    data = b"".join(response(number) for number in range(3))
    at = data.index(b"page 1 says") + 5
    flipped = data[:at] + b"7" + data[at + 1 :]
    items, tally = read(write(tmp_path, flipped, "made.warc"), CHECKING)
    assert [item.digest_check for item in items] == ["match", "mismatch", "match"]
    assert outcomes(items) == ["ok"] * 3
    assert isinstance(items[1], Record)
    assert b"page 7 says" in items[1].payload
    assert tally.complete


def test_a_changed_header_inside_the_block_is_seen_by_the_block_digest(tmp_path: Path) -> None:
    data = response(1).replace(b"HTTP/1.1 200 OK", b"HTTP/1.1 203 OK")
    assert check_of(tmp_path, data) == "mismatch"


def test_a_reject_tells_of_its_digests_too(tmp_path: Path) -> None:
    made = warc_record("response", "http://e.example/", page(1), http={"Content-Type": HTML}, status="404 Not Found")
    items, _ = read(write(tmp_path, gzipped(made, made.replace(b"says", b"SAYS"))), CHECKING)
    assert outcomes(items) == ["http_status"] * 2
    assert [item.digest_check for item in items] == ["match", "mismatch"]


def test_records_that_are_no_captures_are_not_checked(tmp_path: Path) -> None:
    revisit = warc_record("revisit", "http://e.example/", b"", http={}, headers={"WARC-Payload-Digest": sha1(page(1))})
    assert check_of(tmp_path, revisit) is None


def test_a_record_longer_than_what_is_read_of_it_cannot_be_checked(tmp_path: Path) -> None:
    record = response(1, b"<p>word</p>" * 200_000)
    assert check_of(tmp_path, record, ReadOptions(max_payload=1000, check_digests=True)) == "uncheckable"


def test_a_body_that_decodes_to_more_than_the_limit_is_compared_undecoded(tmp_path: Path) -> None:
    options = ReadOptions(max_payload=1000, check_digests=True)
    text = b"<p>word</p>" * 1000
    body = gzip.compress(text)
    assert check_of(tmp_path, with_payload_digest(sha1(body), body, ZIPPED), options) == "match"
    assert check_of(tmp_path, with_payload_digest(sha1(text), body, ZIPPED), options) == "uncheckable"


def test_the_digest_of_what_a_writer_cut_off_cannot_be_checked(tmp_path: Path) -> None:
    whole, start = page(1), page(1)[:100]
    http = {"Content-Type": HTML}
    cut = {"WARC-Truncated": "length"}
    assert check_of(tmp_path, with_payload_digest(sha1(whole), start, http, **cut)) == "uncheckable"
    assert check_of(tmp_path, with_payload_digest(sha1(start), start, http, **cut)) == "match"


DATA_FOLDER = Path(__file__).parents[3].parent / "shared" / "data" / "warc" / "correct"
UNREADABLE_FOR_WARCIO = (".lz4", "filter_test_1.wet.gz", "CommonCrawl-sample.warc.gz")  # lz4, and files in one member
REFEREED = [path for path in sorted(DATA_FOLDER.glob("*")) if not path.name.endswith(UNREADABLE_FOR_WARCIO)]


def verdicts(path: Path) -> dict[int, str | None]:
    """What `warcio check` says of each capture, by its offset; None where there is no digest."""
    found: dict[int, str | None] = {}
    names = {True: "match", False: "mismatch", None: None}
    with path.open("rb") as file:
        records = ArchiveIterator(file, check_digests=True)
        for record in records:
            record.content_stream().read()
            if record.rec_type in CAPTURES:
                found[records.get_record_offset()] = names[record.digest_checker.passed]
    return found


@pytest.mark.shared
@pytest.mark.skipif(not DATA_FOLDER.is_dir(), reason="needs ../shared/data")
@pytest.mark.parametrize("path", REFEREED, ids=lambda path: path.name)
def test_warcio_comes_to_the_same_verdicts(path: Path) -> None:
    theirs = verdicts(path)
    items, _ = read(path, CHECKING)
    ours = {item.offset: item.digest_check for item in items if item.offset in theirs}
    assert ours == theirs
