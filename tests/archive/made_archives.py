"""Archives written by warcio, for the tests to read and to break."""

import io
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from provenance.archive import ArchiveReader, ReadOptions, ReadTally, Record
from provenance.errors import RecordError

DATE = "2019-07-16T10:00:00Z"
HTML = "text/html; charset=utf-8"


def page(number: int, size: int = 400) -> bytes:
    line = b"<p>page %d says something of its own, line %%d</p>\n" % number
    return b"<html><body>\n" + b"".join(line % n for n in range(size // 40)) + b"</body></html>"


def warc_record(
    record_type: str,
    url: str,
    payload: bytes,
    *,
    http: Mapping[str, str] | None = None,
    status: str = "200 OK",
    headers: Mapping[str, str] | None = None,
    content_type: str = "",
) -> bytes:
    """One record as warcio writes it, uncompressed."""
    writer = WARCWriter(io.BytesIO(), gzip=False)
    head = StatusAndHeaders(status, list(http.items()), protocol="HTTP/1.1") if http is not None else None
    fields = {"WARC-Date": DATE, "WARC-Record-ID": f"<urn:uuid:{record_type}-{url}>", **(headers or {})}
    made = writer.create_warc_record(
        url,
        record_type,
        payload=io.BytesIO(payload),
        length=len(payload),
        http_headers=head,
        warc_headers_dict=fields,
        warc_content_type=content_type,
    )
    writer.write_record(made)
    data: bytes = writer.out.getvalue()
    return data


def response(number: int, body: bytes | None = None, *, http: Mapping[str, str] | None = None) -> bytes:
    fields = {"Content-Type": HTML} if http is None else http
    return warc_record("response", f"http://e.example/{number}", page(number) if body is None else body, http=fields)


def gzipped(*records: bytes) -> bytes:
    """Each record a gzip member."""
    return b"".join(_member(record) for record in records)


def _member(data: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def write(folder: Path, data: bytes, name: str = "made.warc.gz") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def read(path: Path, options: ReadOptions | None = None) -> tuple[list[Record | RecordError], ReadTally]:
    reader = ArchiveReader(path, options)
    return list(reader), reader.tally


def read_one(folder: Path, record: bytes, options: ReadOptions | None = None) -> Record | RecordError:
    (item,), _ = read(write(folder, gzipped(record)), options)
    return item


def outcomes(items: Iterable[Record | RecordError]) -> list[str]:
    """`ok` for a record, the reason for a reject."""
    return ["ok" if isinstance(item, Record) else item.reason.value for item in items]


def payloads(items: Iterable[Record | RecordError]) -> list[bytes]:
    return [item.payload for item in items if isinstance(item, Record)]
