"""Records back into an archive: WARC 1.1, a gzip member per record, blocks byte for byte as they lay.

warcio writes; what it is given is made here, so that two runs write the same bytes. A header that WARC 1.1 has no room
for, or that is not true of the block that follows, is replaced, and what stood there is kept under `X-Original-` and
its name (readers pass over fields they do not know: ISO 28500 clause 4).

Source: ISO 28500:2017 (WARC 1.1), clauses 4 to 6.
"""

import base64
import hashlib
import io
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Self

from warcio.recordloader import ArcWarcRecord, ArcWarcRecordLoader
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from provenance.archive.payload.headers import parse_date
from provenance.archive.record import RawRecord

VERSION = "WARC/1.1"
ORIGINAL = "X-Original-"
NO_DATE = "1970-01-01T00:00:00Z"  # the field is mandatory; where nobody knows, the date nobody takes for one
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?Z)?)?)?")  # W3C profile of ISO 8601, UTC
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_REPEATABLE = frozenset({"warc-concurrent-to", "warc-protocol"})
_UPPER = frozenset({"warc", "id", "ip", "uri"})
_NO_PAYLOAD = frozenset({"warcinfo", "revisit"})  # of a revisit the block is not the payload that its digest is of
_PLAIN_URIS = frozenset({"warc-target-uri", "warc-profile", "warc-refers-to-target-uri"})  # 1.0 had them in brackets
_WARCINFO = "warcinfo"


@dataclass(frozen=True, slots=True)
class WarcInfo:
    """What the first record says of the file: its name, what its id is made of, and fields for people."""

    filename: str
    identity: str
    fields: Mapping[str, str]


class WarcWriter:
    """Writes records to an open file behind a warcinfo record; a context manager, which leaves the file open.

    The warcinfo takes its date from the first record, and its id from `info.identity`: no clock and no chance has a
    part in the bytes. After writing, `n_records` and `n_digests_replaced` tell what was written.
    """

    def __init__(self, file: BinaryIO, info: WarcInfo) -> None:
        self._out = WARCWriter(file, gzip=True, warc_version=VERSION)
        self._info = info
        self._info_id = f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'warcinfo {info.identity}')}>"
        self._begun = False
        self.n_records = self.n_digests_replaced = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and not self._begun:
            self._begin(NO_DATE)

    def write(self, raw: RawRecord, record_id: str) -> str:
        """Appends a record under this id, and gives it as written; a block that was cut says so.

        Its digests are then those of what is written. Raises OSError as the file does.
        """
        headers = _Headers(raw, record_id, self._info_id)
        if not self._begun:
            self._begin(headers.fields["warc-date"])
        self._write(headers.pairs(), raw.block)
        self.n_records += 1
        self.n_digests_replaced += headers.n_digests_replaced
        return headers.fields["warc-record-id"]

    def _begin(self, date: str) -> None:
        lines = [f"{name}: {_clean(value)}\r\n" for name, value in self._info.fields.items() if _clean(value)]
        block = "".join(lines).encode()
        pairs = [
            ("WARC-Type", _WARCINFO),
            ("WARC-Record-ID", self._info_id),
            ("WARC-Filename", _clean(self._info.filename)),
            ("WARC-Date", date),
            ("Content-Type", "application/warc-fields"),
            ("WARC-Block-Digest", _sha1(block)),
        ]
        self._write(pairs, block)
        self._begun = True

    def _write(self, pairs: list[tuple[str, str]], block: bytes) -> None:
        headers = StatusAndHeaders("", pairs, protocol=VERSION)
        # warcio adds no digest to a warcinfo, and writes its block as it is; of a revisit it writes none
        record = ArcWarcRecord("warc", _WARCINFO, headers, io.BytesIO(block), None, None, len(block))
        self._out.write_record(record)


class _Headers:
    """The header fields of a record as WARC 1.1 wants them, by lower-case name, with what they replaced."""

    def __init__(self, raw: RawRecord, record_id: str, info_id: str) -> None:
        self.fields = {name: _clean(value) for name, value in raw.headers.items() if _TOKEN.fullmatch(name)}
        self.originals: dict[str, str] = {}
        self.n_digests_replaced = 0
        self.fields.pop("content-length", None)
        self._replace("warc-record-id", _bracket(_clean(record_id)))
        self._replace("warc-warcinfo-id", info_id)
        self._set_date()
        self._set_uris()
        self.fields.setdefault("content-type", self._content_type(raw))
        if raw.cut or raw.flawed:
            self.fields.setdefault("warc-truncated", "length" if raw.cut else "unspecified")
        self._set_digests(raw.block)

    @property
    def kind(self) -> str:
        """The type of the record, lower case."""
        return self.fields.get("warc-type", "").lower()

    def pairs(self) -> list[tuple[str, str]]:
        """Names and values to write; warcio puts the length behind them."""
        first = ("warc-type", "warc-record-id", "warc-date", "warc-target-uri")
        rest = [name for name in self.fields if name not in first]
        named = [(name, self.fields[name]) for name in (*first, *rest) if self.fields.get(name)]
        pairs = [(spell_name(name), one) for name, value in named for one in _values(name, value)]
        return pairs + [(ORIGINAL + spell_name(name), value) for name, value in self.originals.items()]

    def _replace(self, name: str, value: str) -> None:
        before = self.fields.get(name)
        if before and before != value:
            self.originals[name] = before
        self.fields[name] = value

    def _set_date(self) -> None:
        written = self.fields.get("warc-date", "")
        if not _DATE.fullmatch(written):
            date = parse_date(written)
            self._replace("warc-date", date.isoformat().replace("+00:00", "Z") if date else NO_DATE)

    def _set_uris(self) -> None:
        for name in _PLAIN_URIS & self.fields.keys():
            value = self.fields[name]
            bare = value[1:-1].strip() if value.startswith("<") and value.endswith(">") else value
            self.fields[name] = bare.replace(" ", "%20")
        if not self.fields.get("warc-target-uri") and self.kind not in (_WARCINFO, "metadata"):
            self.fields["warc-target-uri"] = self.fields["warc-record-id"][1:-1]  # mandatory: it is named by its id

    def _content_type(self, raw: RawRecord) -> str:
        if self.kind in ("response", "revisit") and raw.block[:5].upper() == b"HTTP/":
            return "application/http; msgtype=response"
        return "application/octet-stream" if raw.block else ""

    def _set_digests(self, block: bytes) -> None:
        self._set_digest("warc-block-digest", block)
        if self.kind not in _NO_PAYLOAD and "warc-segment-number" not in self.fields:
            self._set_digest("warc-payload-digest", _payload(self.kind, self.fields.get("warc-target-uri", ""), block))

    def _set_digest(self, name: str, data: bytes) -> None:
        written = self.fields.get(name)
        if written and _agrees(written, data):
            return
        self.n_digests_replaced += bool(written)
        self._replace(name, _sha1(data))


def spell_name(name: str) -> str:
    """A field name as the standard writes it: `warc-target-uri` is `WARC-Target-URI`."""
    return "-".join(part.upper() if part in _UPPER else part.capitalize() for part in name.split("-"))


def _values(name: str, value: str) -> list[str]:
    """The values of a field that may stand more than once, which reading has joined."""
    return [one for one in re.split(r"\s*,\s*", value) if one] if name in _REPEATABLE else [value]


def _payload(kind: str, url: str, block: bytes) -> bytes:
    """What warcio takes for the payload, body as stored: where it sees the headers end decides if a digest holds."""
    stream = io.BytesIO(block)
    ArcWarcRecordLoader(verify_http=False, arc2warc=False).load_http_headers(kind, url, stream, len(block))
    return block[stream.tell() :]


def _agrees(written: str, data: bytes) -> bool:
    """Whether a digest is that of the data, spelled so that warcio sees it: base32 in capitals, or longer in base16."""
    algorithm, _, value = written.partition(":")
    try:
        found = hashlib.new(algorithm, data, usedforsecurity=False).digest()
    except (ValueError, TypeError):  # unknown, or of no length of its own
        return False
    base32 = base64.b32encode(found).decode()
    return value == base32 or (value.lower() == found.hex() and len(value) > len(base32))


def _sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def _bracket(identity: str) -> str:
    return identity if identity.startswith("<") and identity.endswith(">") else f"<{identity}>"


def _clean(value: str) -> str:
    """A value on one line, without control characters."""
    return _CONTROL.sub(" ", value).strip()
