"""Records -> bounded batches of documents and rejects. The broad border around a record stands here."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from provenance.archive import Record
from provenance.archive.wat import is_page_facts
from provenance.errors import Reason, RecordError, Stage
from provenance.extract.document import (
    ExtractOptions,
    LooksUpMarkup,
    Row,
    clean,
    load_main_text,
    made_id,
    read_document,
)
from provenance.extract.outline import OUTLINE, SURE, cut_pieces
from provenance.extract.page_facts import read_markup_row
from provenance.schema import DOCUMENTS, MARKUP_TABLE, REJECTS
from provenance.text.words import count_visible_words

_LATER = ("language", "language_score", "n_chars", "n_words")  # measured on the whole batch
_SHOWN = 200  # characters of an address in a reject's detail
_MADE = pl.Schema({name: dtype for name, dtype in DOCUMENTS.schema.items() if name not in _LATER})


class IdentifiesLanguage(Protocol):
    """What `LanguageIdentifier` does."""

    def identify(self, texts: pl.Series) -> pl.DataFrame:
        """Columns `language` and `language_score`, a row for each text, in order."""
        ...


@dataclass(frozen=True, slots=True)
class ExtractedBatch:
    """Documents and rejects of consecutive records, each in the order of the records.

    `markup` has a row for each reject `page_facts`: what a WAT record tells of a page. `outline` (columns of `OUTLINE`)
    has a row for each document: what of it does not depend on its language.
    """

    documents: pl.DataFrame
    rejects: pl.DataFrame
    markup: pl.DataFrame
    outline: pl.DataFrame


def extract_batches(
    items: Iterable[Record | RecordError],
    options: ExtractOptions,
    *,
    crawl: str,
    warc_filename: str,
    identify: IdentifiesLanguage,
    markup_of: LooksUpMarkup = lambda _: None,
) -> Iterator[ExtractedBatch]:
    """Batches of `schema.DOCUMENTS` and `schema.REJECTS`: every item becomes one row of one of them.

    A WAT record is a reject, and a row of `schema.MARKUP_TABLE` besides; `markup_of` gives texts that were made of
    pages (WET) the markup facts of those pages. No batch without rows; what a row holds does not depend on where
    batches end. Raises ConfigError when the extractor's package is missing.
    """
    main_text = load_main_text(options)
    made = _Rows(warc_filename)
    place = {"crawl": crawl, "warc_filename": warc_filename}

    def read(record: Record) -> Row:
        if is_page_facts(record):
            return read_markup_row(record, **place)
        return read_document(record, options, main_text, **place, markup_of=markup_of)

    for item in items:
        if isinstance(item, RecordError):
            made.add_reject(item)
        else:
            _add_record(made, item, read)
        if made.count >= options.batch_rows or made.size >= options.batch_bytes:
            yield made.take(identify)
    if made.count:
        yield made.take(identify)


def _add_record(made: "_Rows", record: Record, read: Callable[[Record], Row]) -> None:
    try:
        row = read(record)
    except RecordError as error:
        made.add_reject(error)
    except Exception as error:  # noqa: BLE001  the border around a record: whatever a page does, the shard goes on
        made.add_reject(_failed(record, error))
    else:
        if is_page_facts(record):
            made.add_markup(record, row)
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
    markup: list[Row] = field(default_factory=list)
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

    def add_markup(self, record: Record, row: Row) -> None:
        """A WAT record's row, and the reject that stands for the record in the counts."""
        self.markup.append(row)
        self.size += len(record.payload)
        url = str(row["url"] or "")
        self.add_reject(RecordError(Stage.EXTRACT, Reason.PAGE_FACTS, url[:_SHOWN], offset=record.offset))

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
            n_words=count_visible_words(pl.col("text")),
        )
        batch = ExtractedBatch(
            DOCUMENTS.conform(documents),
            pl.DataFrame(self.rejects, schema=REJECTS.schema),
            pl.from_dicts(self.markup, schema=MARKUP_TABLE.schema),
            self._outline(documents, identify),
        )
        self.documents, self.rejects, self.markup, self.size = [], [], [], 0
        return batch

    def _outline(self, documents: pl.DataFrame, identify: IdentifiesLanguage) -> pl.DataFrame:
        """The outline of the gathered documents: empty lists for what is no page."""
        found = [{name: row.get(name, []) for name in ("images", "links")} for row in self.documents]
        outline = pl.DataFrame(found, schema={name: OUTLINE[name] for name in ("images", "links")})
        return outline.with_columns(piece_languages=_identify_pieces(documents, identify))


def _identify_pieces(documents: pl.DataFrame, identify: IdentifiesLanguage) -> pl.Series:
    pieces = cut_pieces(documents)
    told = pieces.select("row").hstack(identify.identify(pieces["piece"]).get_columns())
    sure = told.filter(pl.col("language_score") >= SURE).group_by("row", maintain_order=True).agg("language")
    rows = documents.select(row=pl.int_range(pl.len(), dtype=pl.UInt32))
    found = rows.join(sure, on="row", how="left", maintain_order="left")["language"]
    return found.fill_null(pl.Series([[]], dtype=OUTLINE["piece_languages"]))
