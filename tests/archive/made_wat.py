"""WAT records for the tests: an Envelope, and the record it lies in."""

import json

from fixtures.wat import Observer, envelope
from provenance.archive import Record
from tests.archive.made_archives import DATE, warc_record

URL = "https://www.example.org/de/seite"
PAGE_ID = "<urn:uuid:page>"

__all__ = ["PAGE_ID", "URL", "Observer", "made_envelope", "wat_bytes", "wat_record"]


def made_envelope(html: str | None = "<html></html>", **options: object) -> dict[str, object]:
    """An Envelope about a response."""
    given: dict[str, object] = {"record_id": PAGE_ID, "url": URL, "date": DATE, **options}
    return envelope(html, **given)  # type: ignore[arg-type]


def wat_record(block: object, *, url: str = URL, refers_to: str | None = PAGE_ID, offset: int = 0) -> Record:
    """A WAT record as the reader gives it; `block` is bytes, or becomes JSON."""
    return Record(
        record_type="metadata",
        record_id="<urn:uuid:wat>",
        url=url,
        fetch_time=None,
        http_status=None,
        http_headers={},
        media_type="application/json",
        charset=None,
        payload=block if isinstance(block, bytes) else json.dumps(block).encode(),
        content_digest=None,
        content_truncated=None,
        offset=offset,
        length=100,
        refers_to=refers_to,
    )


def wat_bytes(block: object, *, refers_to: str = PAGE_ID, url: str = URL) -> bytes:
    """A WAT record as it lies in an archive, uncompressed."""
    data = block if isinstance(block, bytes) else json.dumps(block).encode()
    headers = {"WARC-Refers-To": refers_to, "WARC-Record-ID": f"<urn:uuid:wat-{refers_to}>"}
    return warc_record("metadata", url, data, headers=headers, content_type="application/json")
