"""One archive -> an iterator of captures and rejects, in file order."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from provenance.archive.framing.account import Skip
from provenance.archive.framing.careful import CarefulReader
from provenance.archive.framing.dialects import WARC_DIALECT
from provenance.archive.framing.fast import CODECS, read_fast
from provenance.archive.framing.places import find_framing, read_raw_at
from provenance.archive.payload.capture import make_capture
from provenance.archive.record import HEAD_ROOM, RawRecord, ReadOptions, ReadTally, Record
from provenance.archive.revisit import Revisits
from provenance.archive.source import FetchOptions, FileSource, Source, SourceError, open_source, redact
from provenance.errors import Reason, RecordError, ShardError


class ArchiveReader:
    """Iterates over the records of one archive: a `Record` for each capture, a `RecordError` value for the others.

    `place` is a path, `http(s)://`, `s3://` or `-` (standard input). Raises ShardError alone: the archive cannot be
    opened or read on, or there is no record in it. `tally` is complete after iteration. An empty file has no records,
    and its tally says so.
    """

    def __init__(
        self, place: str | Path, options: ReadOptions | None = None, fetch: FetchOptions | None = None
    ) -> None:
        self.place = redact(str(place))
        self.options = options or ReadOptions()
        self._open = partial(open_source, str(place), fetch)
        self.tally = ReadTally(0, complete=False, why="not read to its end")

    def __iter__(self) -> Iterator[Record | RecordError]:
        """All records, from the first byte."""
        with closing(self._open()) as source:
            yield from self.read(source)

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """All records of a source that is open."""
        try:
            if not source.read_at(0, 1):
                self.tally = ReadTally(0, why="the file is empty")
                return
            yield from self._insist(self._frame(source), source)
        except SourceError as error:
            raise ShardError(self.place, str(error)) from None

    def _insist(self, items: Iterable[RawRecord | RecordError], source: Source) -> Iterator[Record | RecordError]:
        """The items made captures; bytes without a record wait until there is one, else they are no archive."""
        waiting: list[RecordError] = []
        found = False
        revisits = Revisits(source, self.options)
        for item in items:
            if isinstance(item, RawRecord):
                resolved = revisits.resolve(item)
            elif found or item.reason is Reason.TRUNCATED_RECORD:
                resolved = item
            else:
                waiting.append(item)
                continue
            if not found:
                found = True
                yield from waiting
            yield resolved
        if not found:
            detail = waiting[0].detail if waiting else "nothing in it"
            raise ShardError(self.place, f"no WARC or ARC record in this file ({detail})")

    def _frame(self, source: Source) -> Generator[RawRecord | RecordError, None, None]:
        cap = self.options.max_payload + HEAD_ROOM
        framing = find_framing(source)
        start = 0
        if isinstance(source, FileSource) and framing.dialect is WARC_DIALECT and framing.codec in CODECS:
            start = yield from read_fast(source, framing.codec, cap)
        careful = CarefulReader(framing.open(source, start), cap)
        yield from careful
        total = careful.account.at if source.size is None else source.size
        careful.account.count_skipped(total, Skip.GARBAGE)
        self.tally = ReadTally(total, tuple(careful.account.skipped), careful.complete, careful.why or None)


def read_records(place: str | Path, options: ReadOptions) -> Iterator[Record | RecordError]:
    """One item per record of an archive, in file order; see ArchiveReader."""
    yield from ArchiveReader(place, options)


def read_record_at(
    place: str | Path, offset: int, options: ReadOptions, *, record_id: str | None = None
) -> Record | RecordError:
    """One record of a file read again by its place; see read_item_at. Raises ShardError."""
    with FileSource(Path(place)) as source:
        return read_item_at(source, offset, options, record_id=record_id)


def read_item_at(
    source: Source, offset: int, options: ReadOptions, *, record_id: str | None = None, dictionary: bytes | None = None
) -> Record | RecordError:
    """One record by its place. Where records share a member, `record_id` says which of them.

    `dictionary`: that of the archive's zstd frames, where `source` holds a part of the archive only. Raises ShardError
    when the source cannot be read or nothing that could be a record is there.
    """
    try:
        for item in read_raw_at(source, offset, options.max_payload + HEAD_ROOM, dictionary=dictionary):
            if isinstance(item, RecordError):
                if record_id is None:
                    return item
            elif record_id is None or item.headers.get("warc-record-id") == record_id:
                return make_capture(item, options)
    except SourceError as error:
        raise ShardError(source.place, str(error)) from None
    raise ShardError(source.place, f"no record at byte {offset}")
