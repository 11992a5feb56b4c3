"""Documents compared with their archive: their records fetched again by file, offset and length."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace

import polars as pl

from provenance.archive import Record
from provenance.archive.fetch import RecordPlace, fetch_records
from provenance.archive.source import open_source
from provenance.errors import RecordError, ShardError
from provenance.extract import extract_batches
from provenance.jobs.checks.verification import Verification
from provenance.jobs.read import load_instruments
from provenance.jobs.settings import RunConfig
from provenance.jobs.sources.places import STDIN, is_hidden, show_place
from provenance.jobs.sources.plan import Shard

LOCATION = ("doc_id", "text", "url", "warc_record_offset", "warc_record_length")
_MADE = "^<urn:uuid:.{14}5"  # an id made here (UUID 5): the record has none, or shares it
_DIGESTS = {  # other bytes are no problem of the run: a digest is of the body as stored, or decoded, as writers please
    "match": "digests that match",
    "mismatch": "digests of other bytes",
    "uncheckable": "digests that cannot be checked",
}


@dataclass(frozen=True, slots=True)
class ShardReader:
    """Reads documents of one shard again, as they were read."""

    config: RunConfig
    shard: Shard

    def compare(self, documents: pl.DataFrame, result: Verification) -> None:
        """Counts the documents that are in the archive as in the table, and notes those that are not.

        Takes the columns of LOCATION, rows in the order of the table: neighbours are read in one go.
        """
        nameless = (
            pl.col("warc_record_length").is_null() & pl.col("url").is_null() & pl.col("doc_id").str.contains(_MADE)
        )
        placed = documents.filter(pl.col("warc_record_offset").is_not_null() & ~nameless)
        _count(result, "documents without a place", documents.height - placed.height)
        if why := _find_obstacle(self.shard):
            _count(result, f"documents that cannot be read again ({why})", placed.height)
            return
        rows = placed.iter_rows(named=True)
        try:
            for row, item in zip(rows, self._fetch(placed), strict=True):
                where = f"{show_place(self.shard.place)} at {row['warc_record_offset']}: document {row['doc_id']}"
                self._compare_one(where, str(row["text"]), item, result)
        except ShardError as error:
            result.problems.append(f"{error} ({len(list(rows)) + 1} documents not read again)")

    def _fetch(self, documents: pl.DataFrame) -> Iterator[Record | RecordError]:
        options = replace(self.config.archive, check_digests=True)
        places = (
            RecordPlace(offset, length, doc_id, url)
            for doc_id, _, url, offset, length in documents.select(LOCATION).iter_rows()
        )
        with closing(open_source(self.shard.place, self.config.fetch, at_once=False)) as source:
            for _, item in fetch_records(source, places, options):
                yield item

    def _compare_one(self, where: str, text: str, item: Record | RecordError, result: Verification) -> None:
        if isinstance(item, RecordError):
            result.problems.append(f"{where}: {item}")
            return
        result.checked["documents read again"] += 1
        result.checked[_DIGESTS.get(item.digest_check or "", "documents without a digest")] += 1
        result.expect(f"{where}: text read again is the same", self._extract(item) == text, True)

    def _extract(self, record: Record) -> str | None:
        batches = extract_batches(
            [record],
            self.config.extract,
            crawl=self.shard.crawl,
            warc_filename=self.shard.warc_filename,
            identify=load_instruments(self.config.models).identify,
        )
        documents = next(iter(batches)).documents
        return str(documents["text"][0]) if documents.height else None


def _count(result: Verification, what: str, n: int) -> None:
    if n:
        result.checked[what] += n


def _find_obstacle(shard: Shard) -> str | None:
    if shard.place == STDIN:
        return "standard input"
    return "the password or query of the URL is not kept" if is_hidden(shard.place) else None
