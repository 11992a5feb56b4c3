"""The records that curation kept, written as WARC beside the curated table: read again from their archive."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime

import polars as pl

from provenance import __version__
from provenance.archive.fetch import RecordPlace, fetch_raw_records
from provenance.archive.payload.headers import parse_date
from provenance.archive.record import RawRecord
from provenance.archive.source import Source, open_source
from provenance.archive.write import WarcInfo, WarcWriter
from provenance.errors import ConfigError, ShardError
from provenance.jobs.settings import JobContext
from provenance.jobs.sources.places import STDIN, is_hidden, show_place
from provenance.run import Task
from provenance.store import open_whole, read_table, table_path, warc_path

CONFORMS_TO = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
_PLACE = ("doc_id", "url", "warc_record_offset", "warc_record_length")
_COLUMNS = (*_PLACE, "fetch_time", "warc_filename")

Row = Mapping[str, object]


def write_kept_records(context: JobContext, task: Task) -> dict[str, int]:
    """Writes the records of a shard's curated table, in its order; what was written, by name.

    A document's record has its doc_id as WARC-Record-ID. Records that share a compressed member and can be told apart
    neither by id nor by url are counted as `warc_missing`. Raises ShardError when the archive cannot be read, or is
    another one by now, and OutputError.
    """
    _check_source(task)
    config, rows = context.config, read_table(table_path(context.out, "curated", task.crawl, task.shard), _COLUMNS)
    path = warc_path(context.out, task.crawl, task.shard)
    info = _describe(context, task, str(rows["warc_filename"][0]) if rows.height else task.shard)
    n_missing = 0
    with open_whole(path) as file, WarcWriter(file, info) as writer, closing(_open(context, task)) as source:
        documents = rows.iter_rows(named=True)
        for row, (place, item) in zip(documents, fetch_raw_records(source, _places(rows), config.archive), strict=True):
            if isinstance(item, RawRecord):
                writer.write(_under_its_name(item, row), str(row["doc_id"]))
            elif place.length is None:
                n_missing += 1
            else:
                raise ShardError(
                    show_place(task.source), f"{row['doc_id']} cannot be read again: {item}; has the file changed?"
                )
    counts = {"warc_records": writer.n_records, "warc_missing": n_missing}
    return {**counts, "warc_digests_replaced": writer.n_digests_replaced}


def _check_source(task: Task) -> None:
    if task.source == STDIN:
        raise ConfigError(
            "--write-warc: standard input cannot be read a second time; give the archive as a file or URL"
        )
    if is_hidden(task.source):
        raise ShardError(show_place(task.source), "the password or query of this URL is not kept; name it again")


def _open(context: JobContext, task: Task) -> Source:
    return open_source(task.source, context.config.fetch, at_once=False)


def _places(rows: pl.DataFrame) -> Iterator[RecordPlace]:
    for doc_id, url, offset, length in rows.select(_PLACE).iter_rows():
        yield RecordPlace(offset, length, doc_id, url)


def _under_its_name(raw: RawRecord, row: Row) -> RawRecord:
    """A revisit's document has the bytes of the capture it refers to; its id, url and date are its own."""
    if raw.headers.get("warc-record-id", row["doc_id"]) == row["doc_id"]:
        return raw
    headers, date = dict(raw.headers), row["fetch_time"]
    if row["url"]:
        headers["warc-target-uri"] = str(row["url"])
    if isinstance(date, datetime) and date != parse_date(headers.get("warc-date")):
        headers["warc-date"] = date.isoformat().replace("+00:00", "Z")
    return replace(raw, headers=headers)


def _describe(context: JobContext, task: Task, warc_filename: str) -> WarcInfo:
    identity = dict(context.identity)
    fields = {
        "software": f"provenance {__version__}",
        "format": "WARC File Format 1.1",
        "conformsTo": CONFORMS_TO,
        "description": f"Records of {warc_filename} that curation kept; blocks are the bytes of the original",
        "isPartOf": task.crawl,
        "provenance-config-digest": identity["config_digest"],
        "provenance-models-digest": identity["models_digest"],
    }
    name = f"{' '.join(identity.values())} {task.crawl} {task.shard}"
    return WarcInfo(warc_path(context.out, task.crawl, task.shard).name, name, fields)
