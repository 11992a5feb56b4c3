"""Records of hand-written pages for the tests of extraction."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import polars as pl

from provenance.archive import Record
from provenance.errors import RecordError
from provenance.extract import ExtractOptions, extract_batches

SENTENCE = "The museum opens at ten and closes at five on every day of the week but Monday. "
PAGE = f"<html><head><title>t</title></head><body><article><p>{SENTENCE * 3}</p></article></body></html>"


class Fixed:
    """A language identifier that answers without a model: the first letter and the length of the text."""

    def identify(self, texts: pl.Series) -> pl.DataFrame:
        return pl.DataFrame({"language": texts.str.head(1), "language_score": texts.str.len_chars() * 0.0})


def record(
    payload: bytes | str = PAGE,
    *,
    url: str = "https://www.example.org/en/page",
    record_id: str | None = "<urn:uuid:1>",
    media_type: str | None = "text/html",
    charset: str | None = None,
    headers: Mapping[str, str] | None = None,
    status: int | None = 200,
    offset: int = 0,
) -> Record:
    return Record(
        record_type="response",
        record_id=record_id,
        url=url,
        fetch_time=datetime(2024, 5, 6, tzinfo=UTC),
        http_status=status,
        http_headers=headers or {},
        media_type=media_type,
        charset=charset,
        payload=payload.encode() if isinstance(payload, str) else payload,
        content_digest="sha1:ABC",
        content_truncated=None,
        offset=offset,
        length=100,
    )


def extract(
    items: Iterable[Record | RecordError], options: ExtractOptions | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All documents and all rejects."""
    batches = list(
        extract_batches(items, options or ExtractOptions(), crawl="TEST", warc_filename="a.warc", identify=Fixed())
    )
    return pl.concat([batch.documents for batch in batches]), pl.concat([batch.rejects for batch in batches])


def document(item: Record, options: ExtractOptions | None = None) -> dict[str, object]:
    """The one document of a record."""
    documents, rejects = extract([item], options)
    assert rejects.is_empty(), rejects.row(0)
    return documents.row(0, named=True)


def reject(item: Record) -> dict[str, object]:
    """The one reject of a record."""
    documents, rejects = extract([item])
    assert documents.is_empty()
    return rejects.row(0, named=True)
