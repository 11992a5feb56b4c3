"""How warcio and FastWARC read an archive, and how we do, in the same terms: the referees of the archive tests."""

import io
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path

from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator as WarcioIterator
from warcio.exceptions import ArchiveLoadFailed

from provenance.archive import ArchiveReader, Record
from provenance.archive.framing.places import read_raw_at
from provenance.archive.payload.headers import parse_length
from provenance.archive.record import RawRecord, ReadTally
from provenance.archive.source import FileSource
from provenance.errors import RecordError, ShardError

NO_CAP = 1 << 40


@dataclass(frozen=True, slots=True)
class Seen:
    """A record as a reader gave it: type, block, declared length (None where it has none) and place."""

    kind: str
    block: bytes
    declared: int | None
    offset: int

    @property
    def is_whole(self) -> bool:
        """Whether the block is as long as its headers declare."""
        return self.declared == len(self.block)


@dataclass(frozen=True, slots=True)
class Reading:
    """The records a reader gave before it ended; `failure` is the error it ended with, empty if none."""

    records: tuple[Seen, ...]
    failure: str = ""

    @property
    def n_whole(self) -> int:
        """How many of the records are whole."""
        return sum(record.is_whole for record in self.records)


@dataclass(frozen=True, slots=True)
class Decoded:
    """The payload of a record as warcio decodes it; whether all its digests hold, None where it has none."""

    kind: str
    payload: bytes
    offset: int
    digests_hold: bool | None


@dataclass(frozen=True, slots=True)
class OurReading:
    """What we make of an archive: raw records, then what the reader gives; `refused` says why if it is no archive."""

    raw: tuple[RawRecord, ...]
    items: tuple[Record | RecordError, ...] = ()
    tally: ReadTally | None = None
    refused: str = ""


def read_with_warcio(path: Path) -> Reading:
    """All records as warcio gives them; what it prints is dropped."""
    with redirect_stderr(io.StringIO()), redirect_stdout(io.StringIO()):
        return _read_all(_iterate_warcio(path))


def decode_with_warcio(path: Path) -> list[Decoded]:
    """Payloads as warcio decodes them, and what it finds of their digests, up to where it fails."""
    decoded: list[Decoded] = []
    with path.open("rb") as file, redirect_stderr(io.StringIO()), suppress(ArchiveLoadFailed):
        records = WarcioIterator(file, check_digests=True)
        for record in records:
            payload = record.content_stream().read()  # first: asking for the offset reads on to the next record
            offset, holds = records.get_record_offset(), record.digest_checker.passed
            decoded.append(Decoded(record.rec_type or "", payload, offset, holds))
    return decoded


def read_with_fastwarc(path: Path) -> Reading:
    """All records as FastWARC gives them."""
    return _read_all(_iterate_fastwarc(path))


def read_with_us(path: Path) -> OurReading:
    """The raw records as the careful reader gives them, and what becomes of the file in a run."""
    with FileSource(path) as source:
        raw = tuple(item for item in read_raw_at(source, 0, NO_CAP) if isinstance(item, RawRecord))
    reader = ArchiveReader(path)
    try:
        items = tuple(reader)
    except ShardError as error:
        return OurReading(raw, refused=error.reason)
    return OurReading(raw, items, reader.tally)


def _read_all(records: Iterator[Seen]) -> Reading:
    seen: list[Seen] = []
    try:
        seen.extend(records)
    except Exception as error:  # noqa: BLE001 - referees fail in ways of their own, and that is what we want to know
        return Reading(tuple(seen), type(error).__name__)
    return Reading(tuple(seen))


def _iterate_warcio(path: Path) -> Iterator[Seen]:
    with path.open("rb") as file:
        records = WarcioIterator(file, no_record_parse=True)
        for record in records:
            block = record.raw_stream.read()
            declared = parse_length(record.rec_headers.get_header("Content-Length"))
            yield Seen(record.rec_type or "", block, declared, records.get_record_offset())


def _iterate_fastwarc(path: Path) -> Iterator[Seen]:
    for record in FastIterator(str(path), parse_http=False, auto_decode="none", fsspec_args=False):
        kind: str = getattr(record.record_type, "name", str(record.record_type))
        offset, declared = record.stream_pos, parse_length(record.headers.get("Content-Length"))
        yield Seen(kind, record.reader.read(), declared, offset)


def find_lost(reading: Reading, ours: OurReading) -> list[Seen]:
    """Records that a referee gives whole and of which we have no equal block."""
    left = [raw.block for raw in ours.raw]
    lost = []
    for record in reading.records:
        if record.block in left:
            left.remove(record.block)
        elif record.is_whole:
            lost.append(record)
    return lost


def describe_difference(reading: Reading, ours: OurReading) -> str:
    """How a referee's records differ from ours, in a few words; empty where they are the same."""
    theirs, raw = reading.records, ours.raw
    told = []
    if len(theirs) != len(raw):
        told.append(f"{len(theirs)} records, ours {len(raw)}")
    pairs = list(zip(theirs, raw, strict=False))
    blocks = sum(record.block != our.block for record, our in pairs)
    kinds = sum(record.kind != our.headers.get("warc-type", "") for record, our in pairs)
    told += [f"{n} {name}" for n, name in ((blocks, "blocks"), (kinds, "types")) if n]
    return ", ".join([*told, reading.failure] if reading.failure else told)
