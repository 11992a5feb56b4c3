"""Digests an archive gives its captures, compared with the bytes that were read.

A block digest is of the whole block as stored. A payload digest is of the HTTP body, and writers disagree on which:
the standard means the body without its chunks, most tools hash it as stored, and Common Crawl stores and hashes it
decoded. So a payload digest matches if it is that of the body as stored, or with its chunking undone, or decoded.

Sources: ISO 28500:2017 clauses 5.8 and 5.9; RFC 4648 (base16, base32, base64).
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from enum import StrEnum

from provenance.archive.payload.body import UndecodableBodyError, decode_body, undo_chunks
from provenance.archive.payload.headers import HttpHead
from provenance.archive.record import RawRecord


class DigestCheck(StrEnum):
    """What became of a record's digests."""

    MATCH = "match"
    MISMATCH = "mismatch"
    UNCHECKABLE = "uncheckable"  # unknown algorithm, no digest's length, or the record goes on beyond what was read


_ALGORITHMS = {  # labels as writers spell them: sha-1, SHA256, sha3_256; a SHAKE has no length of its own
    name.replace("_", ""): name for name in hashlib.algorithms_guaranteed if not name.startswith("shake")
}


def check_digests(raw: RawRecord, head: HttpHead | None, *, limit: int) -> DigestCheck | None:
    """Block and payload digest of a capture together: one that differs decides. None where the record has neither.

    `head` is that of its HTTP message, None where the block is the payload itself. A body that decodes to more than
    `limit` bytes is compared only undecoded.
    """
    of_block, of_payload = raw.headers.get("warc-block-digest"), raw.headers.get("warc-payload-digest")
    if raw.cut:
        return DigestCheck.UNCHECKABLE if of_block or of_payload else None
    checks = [check_digest(of_block, [raw.block])]
    if head is None:
        checks.append(check_digest(of_payload, [raw.block]))
    else:
        checks.append(check_payload_digest(of_payload, raw.block[head.body_start :], head.headers, limit=limit))
    if checks[1] is DigestCheck.MISMATCH and raw.headers.get("warc-truncated"):
        checks[1] = DigestCheck.UNCHECKABLE  # some writers hash what the server sent, and store its beginning
    return _worst(checks)


def check_payload_digest(
    written: str | None, body: bytes, headers: Mapping[str, str], *, limit: int
) -> DigestCheck | None:
    """A payload digest against the body of an HTTP message as stored, else with its encodings undone.

    `headers` are those of the message, by lower-case name; `limit` as in `check_digests`.
    """
    check = check_digest(written, [body])
    if check is not DigestCheck.MISMATCH:
        return check
    readings = [undo_chunks(body, headers, limit=len(body)).data]
    over = False
    try:
        decoded = decode_body(body, headers, limit=limit, textual=True)
        readings.append(decoded.data)
        over = decoded.over
    except UndecodableBodyError:
        pass
    check = check_digest(written, readings)
    return DigestCheck.UNCHECKABLE if over and check is DigestCheck.MISMATCH else check


def check_digest(written: str | None, readings: Iterable[bytes]) -> DigestCheck | None:
    """A labelled digest (`sha1:...`; several are parted by commas) against bytes, of which one has to fit.

    Values are base32, base16 or base64. None when there is no digest.
    """
    if not written:
        return None
    readings = list(readings)
    return _worst([_check_one(label.strip(), readings) for label in written.split(",") if label.strip()])


def _check_one(written: str, readings: list[bytes]) -> DigestCheck:
    label, _, value = written.partition(":")
    algorithm, value = _ALGORITHMS.get(label.strip().lower().replace("-", "").replace("_", "")), value.strip()
    if algorithm is None:
        return DigestCheck.UNCHECKABLE
    spelled: set[str] = set()
    for data in readings:
        spelled |= _spell(hashlib.new(algorithm, data, usedforsecurity=False).digest())
    value = value.rstrip("=")
    if value in spelled or value.lower() in spelled:
        return DigestCheck.MATCH
    return DigestCheck.MISMATCH if len(value) in map(len, spelled) else DigestCheck.UNCHECKABLE


def _spell(digest: bytes) -> set[str]:
    """The ways to write a digest, without padding; base16 and base32 in lower case."""
    base32, base64_ = base64.b32encode(digest).decode(), base64.b64encode(digest).decode()
    return {digest.hex(), base32.rstrip("=").lower(), base64_.rstrip("=")}


def _worst(checks: Iterable[DigestCheck | None]) -> DigestCheck | None:
    """A mismatch over a match, a match over what cannot be checked."""
    found = set(checks)
    order = (DigestCheck.MISMATCH, DigestCheck.MATCH, DigestCheck.UNCHECKABLE)
    return next((check for check in order if check in found), None)
