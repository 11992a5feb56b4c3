"""Records read by their places alone: a few of the bytes of an archive, neighbours in one go.

What an index says of a record, its offset and length, is enough where the record has a compressed member of its own or
lies in a plain file (ISO 28500 annex D). Records that share a member have no length there, and the member is read from
its start until the record with the given id comes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from provenance.archive.framing.members import MAGIC, SKIPPABLE, Codec, read_dictionary
from provenance.archive.framing.places import read_raw_at
from provenance.archive.payload.capture import make_capture
from provenance.archive.record import HEAD_ROOM, RawRecord, ReadOptions, Record
from provenance.archive.source import BytesSource, Source, SourceError
from provenance.errors import Reason, RecordError, ShardError, Stage

GAP = 64 * 1024  # a line of 10 Mbit/s brings as much in the 50 ms that another request takes
GROUP = 8 * 1024 * 1024  # bytes held at once: seconds of such a line, beside which a request's wait is little
TAIL = 4 * 1024  # bytes behind a record; what starts there tells whether the record's own length is right


@dataclass(frozen=True, slots=True)
class RecordPlace:
    """Where a record lies: stored bytes, as in Common Crawl's index. Raises ValueError for what can be no place.

    `length` is None where records share a compressed member that starts at `offset`; `record_id` says which of them is
    meant, and `url` where no id is known or they have none (ARC); without either it is the first.
    """

    offset: int
    length: int | None = None
    record_id: str | None = None
    url: str | None = None

    def __post_init__(self) -> None:
        if self.offset < 0 or (self.length is not None and self.length < 1):
            raise ValueError(f"no record can lie at byte {self.offset} and have {self.length} bytes")

    @property
    def end(self) -> int:
        """The byte behind the record, or behind its first byte where its length is not known."""
        return self.offset + (self.length or 1)


@dataclass(slots=True)
class FetchTally:
    """What was read for what was wanted: reads and their bytes, and the bytes of the records themselves."""

    n_reads: int = 0
    bytes_asked: int = 0
    bytes_wanted: int = 0


def fetch_records(
    source: Source, wanted: Iterable[RecordPlace], options: ReadOptions, tally: FetchTally | None = None
) -> Iterator[tuple[RecordPlace, Record | RecordError]]:
    """Each place with its capture, or with why there is none, in the order asked; see fetch_raw_records."""
    for place, item in fetch_raw_records(source, wanted, options, tally):
        yield place, make_capture(item, options) if isinstance(item, RawRecord) else item


def fetch_raw_records(
    source: Source, wanted: Iterable[RecordPlace], options: ReadOptions, tally: FetchTally | None = None
) -> Iterator[tuple[RecordPlace, RawRecord | RecordError]]:
    """Each place with its record as stored, its block up to `max_payload` and room for HTTP headers.

    Places that follow each other in the order asked are read together, so ask in the order of offsets. A place with
    other bytes, or none, gives a RecordError value. Raises ShardError when the source cannot be read.
    """
    fetcher = _Fetcher(_Counted(source, tally or FetchTally()), options.max_payload + HEAD_ROOM)
    try:
        for group in _group(wanted):
            yield from fetcher.fetch(group)
    except SourceError as error:
        raise ShardError(source.place, str(error)) from None


def _group(wanted: Iterable[RecordPlace]) -> Iterator[list[RecordPlace]]:
    """Neighbours that are read in one go; a place without a length stands alone."""
    group: list[RecordPlace] = []
    end = 0
    for place in wanted:
        if group and not _joins(group, end, place):
            yield group
            group, end = [], 0
        group.append(place)
        end = max(end, place.end)
    if group:
        yield group


def _joins(group: list[RecordPlace], end: int, place: RecordPlace) -> bool:
    start = group[0].offset
    if place.length is None or group[0].length is None:
        return False
    return start <= place.offset <= end + GAP and max(end, place.end) - start <= GROUP


class _Fetcher:
    """Reads groups of places; goes on inside a shared member where the place before left it."""

    def __init__(self, source: "_Counted", cap: int) -> None:
        self._source, self._cap = source, cap
        self._dictionary: bytes | None = None
        self._shared: tuple[int, Iterator[RawRecord | RecordError]] | None = None

    def fetch(self, group: list[RecordPlace]) -> Iterator[tuple[RecordPlace, RawRecord | RecordError]]:
        start, end = group[0].offset, max(place.end for place in group)
        if group[0].length is None:
            yield group[0], self._find_shared(group[0])
            return
        self._source.tally.bytes_wanted += sum(place.length or 0 for place in group)
        if end - start > GROUP:  # one record: too large to hold, or a length that is no length
            yield group[0], self._first(self._source, group[0])
            return
        data = self._source.read_at(start, end - start + TAIL)
        for place in group:
            stored = data[place.offset - start : place.end - start + TAIL]
            yield place, self._first(BytesSource(self._source.place, stored, place.offset), place)

    def _first(self, source: Source, place: RecordPlace) -> RawRecord | RecordError:
        item = next(self._read(source, place.offset), None)
        if item is None:
            return _lost(place, Reason.UNREADABLE_BYTES, "the archive ends before that byte")
        if isinstance(item, RecordError) and item.reason is Reason.TRUNCATED_RECORD:
            return _lost(place, item.reason, f"the record does not end within {place.length} bytes")
        return item

    def _find_shared(self, place: RecordPlace) -> RawRecord | RecordError:
        """The record of that id in a member; read on from the record found before, then once from the start."""
        if self._shared and self._shared[0] == place.offset and (found := self._search(place)):
            return found
        self._shared = place.offset, self._read(self._source, place.offset)
        return self._search(place) or _lost(place, Reason.UNREADABLE_BYTES, f"no record {place.record_id or ''} there")

    def _search(self, place: RecordPlace) -> RawRecord | RecordError | None:
        assert self._shared is not None
        for item in self._shared[1]:
            if item.offset is not None and item.offset > place.offset:
                return None
            if _is_meant(item, place):
                return item
        return None

    def _read(self, source: Source, offset: int) -> Iterator[RawRecord | RecordError]:
        head = source.read_at(offset, 4)
        if self._dictionary is None and (head == MAGIC[Codec.ZSTD] or head[1:] == SKIPPABLE):
            self._dictionary = read_dictionary(self._source)
        return read_raw_at(source, offset, self._cap, dictionary=self._dictionary)


class _Counted:
    """A source whose reads are counted."""

    def __init__(self, source: Source, tally: FetchTally) -> None:
        self.place, self.size, self.earliest = source.place, source.size, source.earliest
        self.tally, self._source = tally, source

    def read_at(self, offset: int, n: int) -> bytes:
        if self.size is not None and offset >= self.size:  # also an offset too large for any system call
            return b""
        data = self._source.read_at(offset, n)
        self.size = self._source.size
        self.tally.n_reads += 1
        self.tally.bytes_asked += len(data)
        return data

    def close(self) -> None:
        """Whoever opened the source closes it."""


def _is_meant(item: RawRecord | RecordError, place: RecordPlace) -> bool:
    if place.record_id is None and place.url is None:
        return True
    if isinstance(item, RecordError):
        return False
    record_id = item.headers.get("warc-record-id")
    if record_id and place.record_id:
        return record_id == place.record_id
    return item.headers.get("warc-target-uri", "").strip("<> ") == (place.url or "")


def _lost(place: RecordPlace, reason: Reason, detail: str) -> RecordError:
    return RecordError(Stage.ARCHIVE, reason, detail, offset=place.offset)
