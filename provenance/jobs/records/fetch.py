"""The records that rows of an index name, fetched from their archives and written as one WARC."""

import hashlib
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, fields
from pathlib import Path

import polars as pl

from provenance import __version__
from provenance.archive import ReadOptions
from provenance.archive.fetch import FetchTally, RecordPlace, fetch_raw_records
from provenance.archive.record import RawRecord
from provenance.archive.source import FetchOptions, open_source
from provenance.archive.write import WarcInfo, WarcWriter
from provenance.errors import Reason, RecordError, ShardError, Stage
from provenance.extract.document import made_id
from provenance.jobs.records.index_rows import IndexRows, join_place
from provenance.jobs.records.kept_records import CONFORMS_TO
from provenance.schema import REJECTS
from provenance.store import Place, TableWriter, open_whole

MAX_BLOCK = 64 * 1024 * 1024  # of one record, in memory; Common Crawl's have 5 MiB at most
_SHOWN = 20  # rejects told to people one by one
_BATCH = 1000  # rejects held before they are written


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """What to fetch: rows of an index, the place their file names count from, and where records and rejects go."""

    rows: Path
    out: Place
    base: str | None = None
    rejects: Place | None = None
    options: ReadOptions = field(default_factory=lambda: ReadOptions(max_payload=MAX_BLOCK))
    network: FetchOptions = field(default_factory=FetchOptions)


@dataclass(slots=True)
class FetchReport:
    """What became of the rows: `rows` is fetched, repeated and rejected together.

    `bytes_read` is what was read for the `bytes_wanted` of the records, in `reads` pieces.
    """

    rows: int = 0
    repeated: int = 0
    fetched: int = 0
    rejects: Counter[str] = field(default_factory=Counter)
    files: int = 0
    reads: int = 0
    bytes_read: int = 0
    bytes_wanted: int = 0
    digests_replaced: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        """Rows without a record."""
        return self.rejects.total()

    def to_json(self) -> dict[str, object]:
        """All counts by name, with those of the rejects by reason, and the first few rejects in words."""
        plain = {one.name: getattr(self, one.name) for one in fields(self)}
        return {**plain, "rejected": self.rejected}


Listener = Callable[[str, int, int], None]  # told of each file: its name, how many rows it had, how many were fetched
RecordListener = Callable[[str, int, str], None]  # told of each record written: its file, its offset there, its id


def fetch_rows(request: FetchRequest, listener: Listener, on_record: RecordListener | None = None) -> FetchReport:
    """Writes the records of all rows, by file and offset; a row without a record goes to the rejects.

    `on_record` is told the id under which each record was written, which is the doc_id of its document.

    Raises ConfigError when the rows cannot be read, OutputError when a file cannot be written.
    """
    rows = IndexRows(request.rows)
    report = FetchReport(rows=rows.n_rows, repeated=rows.n_repeated)
    with ExitStack() as stack:
        rejects = _Rejects(report, stack.enter_context(_reject_writer(request.rejects)) if request.rejects else None)
        writer = stack.enter_context(WarcWriter(stack.enter_context(open_whole(request.out)), _describe(request)))
        for name, offset, detail in rows.unusable():
            rejects.add(name, RecordError(Stage.ARCHIVE, Reason.MALFORMED_RECORD, detail, offset=offset))
        for name, places in rows.by_file():
            report.files += 1
            n_before = writer.n_records
            _fetch_file(request, name, places, _Records(writer, name, on_record), report, rejects)
            listener(name, len(places), writer.n_records - n_before)
        report.fetched, report.digests_replaced = writer.n_records, writer.n_digests_replaced
        rejects.flush()
    return report


class _Rejects:
    """Counts rejects, keeps the first few for people, writes all where they are wanted."""

    def __init__(self, report: FetchReport, writer: TableWriter | None) -> None:
        self._report, self._writer = report, writer
        self._waiting: list[tuple[str, int | None, str, str, str]] = []

    def add(self, name: str, error: RecordError) -> None:
        self._report.rejects[error.reason.value] += 1
        if len(self._report.examples) < _SHOWN:
            where = name if error.offset is None else f"{name} at {error.offset}"
            self._report.examples.append(f"{where}: {error.detail}")
        if self._writer is not None:
            self._waiting.append((name, error.offset, error.stage.value, error.reason.value, error.detail))
            if len(self._waiting) >= _BATCH:
                self.flush()

    def flush(self) -> None:
        if self._writer is not None and self._waiting:
            self._writer.write(pl.DataFrame(self._waiting, schema=REJECTS.schema, orient="row"))
        self._waiting = []


@dataclass(frozen=True, slots=True)
class _Records:
    """Where the records of a file are written, and who is told of them."""

    writer: WarcWriter
    name: str
    told: RecordListener | None

    def write(self, record: RawRecord, offset: int) -> None:
        given = record.headers.get("warc-record-id") or made_id(self.name, offset)
        record_id = self.writer.write(record, given)
        if self.told is not None:
            self.told(self.name, offset, record_id)


def _fetch_file(
    request: FetchRequest,
    name: str,
    places: list[RecordPlace],
    records: "_Records",
    report: FetchReport,
    rejects: _Rejects,
) -> None:
    """The records of one file; when it cannot be read, or no further, the rest of its rows are rejected."""
    tally, n_done = FetchTally(), 0
    try:
        with closing(open_source(_place(request.base, name), request.network, at_once=False)) as source:
            for place, item in fetch_raw_records(source, places, request.options, tally):
                n_done += 1
                if isinstance(item, RawRecord):
                    records.write(item, place.offset)
                else:
                    rejects.add(name, item)
    except ShardError as error:
        for place in places[n_done:]:
            rejects.add(name, RecordError(Stage.ARCHIVE, Reason.UNREADABLE_BYTES, error.reason, offset=place.offset))
    report.reads += tally.n_reads
    report.bytes_read += tally.bytes_asked
    report.bytes_wanted += tally.bytes_wanted


def _place(base: str | None, name: str) -> str:
    try:
        return join_place(base, name)
    except ValueError as error:
        raise ShardError(name, str(error)) from None


def _reject_writer(path: Place) -> TableWriter:
    return TableWriter(path, REJECTS.schema, {"provenance:version": __version__})


def _describe(request: FetchRequest) -> WarcInfo:
    """Where the records come from; the id is of the rows and the base, so the same for the same request."""
    fields = {
        "software": f"provenance {__version__}",
        "format": "WARC File Format 1.1",
        "conformsTo": CONFORMS_TO,
        "description": f"Records fetched by the rows of {request.rows.name}; blocks are the bytes of the original",
    }
    return WarcInfo(request.out.name, f"{request.base or ''} {_digest(request.rows)}", fields)


def _digest(path: Path) -> str:
    """SHA-256 of a file, or of all Parquet files of a folder."""
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*.parquet")) if path.is_dir() else [path]:
        with file.open("rb") as data:
            digest.update(hashlib.file_digest(data, "sha256").digest())
    return digest.hexdigest()
