"""A raw record -> a capture with its body decoded, or the reason why it is none."""

from collections.abc import Mapping
from dataclasses import replace

from provenance.archive.payload.body import Body, UndecodableBodyError, decode_body
from provenance.archive.payload.digests import check_digests
from provenance.archive.payload.headers import HttpHead, parse_date, parse_http, parse_media_type
from provenance.archive.record import RawRecord, ReadOptions, Record
from provenance.errors import Reason, RecordError, Stage

CAPTURES = frozenset({"response", "resource", "conversion"})
_TEXTUAL = ("text/", "application/xhtml", "application/xml", "application/json")


def make_capture(raw: RawRecord, options: ReadOptions) -> Record | RecordError:
    """The capture a raw record holds, or a RecordError value saying why it holds none."""
    record_type = raw.headers.get("warc-type", "").lower()
    if record_type in CAPTURES:
        http = record_type == "response" and _is_http(raw)
        item = _http_capture(raw, options) if http else _plain_capture(raw, record_type, options)
        return _with_digest_check(item, raw, options, http=http) if options.check_digests else item
    if record_type == "revisit":
        return _reject(raw, Reason.REVISIT, raw.headers.get("warc-profile", ""))
    if not record_type:
        return _reject(raw, Reason.MALFORMED_RECORD, "no WARC-Type")
    if has_page_facts(raw.headers):
        return _plain_capture(raw, record_type, options)
    return _reject(raw, Reason.RECORD_TYPE, record_type)


def has_page_facts(headers: Mapping[str, str]) -> bool:
    """Whether a record may be one of a WAT file: what was noted of a page, as JSON."""
    return headers.get("warc-type", "").lower() == "metadata" and headers.get("content-type", "").lower().startswith(
        "application/json"
    )


def _with_digest_check(
    item: Record | RecordError, raw: RawRecord, options: ReadOptions, *, http: bool
) -> Record | RecordError:
    check = check_digests(raw, parse_http(raw.block) if http else None, limit=options.max_payload)
    if isinstance(item, Record):
        return replace(item, digest_check=check)
    item.digest_check = check
    return item


def _is_http(raw: RawRecord) -> bool:
    if raw.block[:5].upper() == b"HTTP/":
        return True
    declared = raw.headers.get("content-type", "").lower()
    if declared:
        return declared.startswith("application/http")
    return raw.headers.get("warc-target-uri", "").lstrip("<").lower().startswith("http")


def _http_capture(raw: RawRecord, options: ReadOptions) -> Record | RecordError:
    if not raw.block:
        return _reject(raw, Reason.EMPTY_PAYLOAD, "no HTTP message")
    head = parse_http(raw.block)
    if head is None:
        return _reject(raw, Reason.MALFORMED_HTTP, "HTTP headers without an end")
    if head.status is not None and not 200 <= head.status < 300:
        return _reject(raw, Reason.HTTP_STATUS, str(head.status))
    media_type, _ = parse_media_type(head.headers.get("content-type"))
    textual = media_type is None or media_type.startswith(_TEXTUAL)
    encoded = raw.block[head.body_start :]
    try:
        body = decode_body(encoded, head.headers, limit=options.max_payload, textual=textual)
    except UndecodableBodyError as error:
        return _reject(raw, Reason.UNDECODABLE_BODY, str(error))
    if not body.data:
        return _reject(raw, Reason.EMPTY_PAYLOAD, "HTTP headers only")
    return _capture(raw, "response", head, body)


def _plain_capture(raw: RawRecord, record_type: str, options: ReadOptions) -> Record | RecordError:
    if not raw.block:
        return _reject(raw, Reason.EMPTY_PAYLOAD, "no block")
    head = HttpHead(None, {}, 0)
    over = len(raw.block) > options.max_payload
    return _capture(raw, record_type, head, Body(raw.block[: options.max_payload], over=over))


def _capture(raw: RawRecord, record_type: str, head: HttpHead, body: Body) -> Record | RecordError:
    if not body.data:
        return _reject(raw, Reason.EMPTY_PAYLOAD, "HTTP headers only")
    fields = head.headers if record_type == "response" and head.headers else raw.headers
    media_type, charset = parse_media_type(fields.get("content-type"))
    return Record(
        record_type=record_type,
        record_id=raw.headers.get("warc-record-id") or None,
        url=_strip_brackets(raw.headers.get("warc-target-uri", "")),
        fetch_time=parse_date(raw.headers.get("warc-date")),
        http_status=head.status,
        http_headers=head.headers,
        media_type=media_type,
        charset=charset,
        payload=body.data,
        content_digest=raw.headers.get("warc-payload-digest") or None,
        content_truncated=_truncated(raw, body),
        offset=raw.offset,
        length=raw.length,
        refers_to=raw.headers.get("warc-refers-to") or None,
    )


def _truncated(raw: RawRecord, body: Body) -> str | None:
    declared = raw.headers.get("warc-truncated", "").lower()
    if declared:
        return declared
    if raw.cut or body.over:
        return "length"
    return "unspecified" if raw.flawed or body.short else None


def _strip_brackets(url: str) -> str:
    """WARC 1.0 tools write `<uri>`, by a grammar the standard later called an error."""
    return url[1:-1].strip() if url.startswith("<") and url.endswith(">") else url


def _reject(raw: RawRecord, reason: Reason, detail: str) -> RecordError:
    return RecordError(Stage.ARCHIVE, reason, detail, offset=raw.offset)
