"""Records -> bounded batches of documents and rejects. The broad border around a record stands here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from provenance.archive import Record
from provenance.errors import Reason, RecordError, Stage
from provenance.extract.document import (
    ExtractOptions,
    Row,
    clean,
    load_main_text,
    made_id,
    read_document,
)
from provenance.extract.main_text import MainText
from provenance.schema import DOCUMENTS, REJECTS
from provenance.text.words import count_words

_LATER = ("language", "language_score", "n_chars", "n_words")  # measured on the whole batch
_MADE = pl.Schema({name: dtype for name, dtype in DOCUMENTS.schema.items() if name not in _LATER})


class IdentifiesLanguage(Protocol):
    """What `LanguageIdentifier` does."""

    def identify(self, texts: pl.Series) -> pl.DataFrame:
        """Columns `language` and `language_score`, a row for each text, in order."""
        ...


@dataclass(frozen=True, slots=True)
class ExtractedBatch:
    """Documents and rejects of consecutive records, each in the order of the records."""

    documents: pl.DataFrame
    rejects: pl.DataFrame


def extract_batches(
    items: Iterable[Record | RecordError],
    options: ExtractOptions,
    *,
    crawl: str,
    warc_filename: str,
    identify: IdentifiesLanguage,
) -> Iterator[ExtractedBatch]:
    """Batches of `schema.DOCUMENTS` and `schema.REJECTS`: every item becomes one row of one of them.

    No batch without rows; what a row holds does not depend on where batches end. Raises ConfigError when the
    extractor's package is missing.
    """
    main_text = load_main_text(options)
    made = _Rows(warc_filename)
    for item in items:
        if isinstance(item, RecordError):
            made.add_reject(item)
        else:
            _add_record(made, item, options, main_text, crawl)
        if made.count >= options.batch_rows or made.size >= options.batch_bytes:
            yield made.take(identify)
    if made.count:
        yield made.take(identify)


def _add_record(made: "_Rows", record: Record, options: ExtractOptions, main_text: MainText, crawl: str) -> None:
    try:
        row = read_document(record, options, main_text, crawl=crawl, warc_filename=made.warc_filename)
    except RecordError as error:
        made.add_reject(error)
    except Exception as error:  # noqa: BLE001  the border around a record: whatever a page does, the shard goes on
        made.add_reject(_failed(record, error))
    else:
        made.add_document(row)


def _failed(record: Record, error: Exception) -> RecordError:
    detail = f"{type(error).__name__}: {error}"[:500]
    return RecordError(Stage.EXTRACT, Reason.EXTRACTION_FAILED, detail, offset=record.offset)


@dataclass(slots=True)
class _Rows:
    """Rows gathered for the next batch, and the ids given so far in the shard."""

    warc_filename: str
    documents: list[Row] = field(default_factory=list)
    rejects: list[Row] = field(default_factory=list)
    size: int = 0
    given: set[str] = field(default_factory=set)

    @property
    def count(self) -> int:
        return len(self.documents) + len(self.rejects)

    def add_document(self, row: Row) -> None:
        self.documents.append({**row, "doc_id": self._give_id(row)})
        self.size += len(str(row["text"]).encode())

    def add_reject(self, error: RecordError) -> None:
        reject = {"stage": error.stage.value, "reason": error.reason.value, "detail": clean(error.detail)}
        self.rejects.append({"warc_filename": self.warc_filename, "warc_record_offset": error.offset, **reject})

    def _give_id(self, row: Row) -> str:
        doc_id, repeat = row["doc_id"], 0
        while not isinstance(doc_id, str) or doc_id in self.given:
            doc_id = made_id(self.warc_filename, int(str(row["warc_record_offset"])), repeat)
            repeat += 1
        self.given.add(doc_id)
        return doc_id

    def take(self, identify: IdentifiesLanguage) -> ExtractedBatch:
        """The gathered rows as tables; nothing is gathered afterwards."""
        documents = pl.from_dicts(self.documents, schema=_MADE)
        documents = documents.with_columns(
            *identify.identify(documents["text"]),
            n_chars=pl.col("text").str.len_chars(),
            n_words=count_words(pl.col("text")),
        )
        batch = ExtractedBatch(DOCUMENTS.conform(documents), pl.DataFrame(self.rejects, schema=REJECTS.schema))
        self.documents, self.rejects, self.size = [], [], 0
        return batch
