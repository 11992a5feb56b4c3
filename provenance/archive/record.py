"""What archives are read into: records, the options of reading, and the tally of a file's bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

MAX_PAYLOAD = 5 * 1024 * 1024  # Common Crawl's own limit since 2025; 1 MiB before
MOST_PAYLOAD = 1024**3  # a payload is held whole, and the room for it is asked for before it is read
HEAD_ROOM = 1024 * 1024  # what HTTP headers and chunk sizes may add to a payload of the allowed size


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """`max_payload`: decoded bytes kept of one payload; a longer one is cut and says so in `content_truncated`.

    `check_digests`: whether captures are compared with the digests their archive gives them.
    """

    max_payload: int = MAX_PAYLOAD
    check_digests: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.max_payload <= MOST_PAYLOAD:
            raise ValueError(f"max_payload must be 1 to {MOST_PAYLOAD} bytes, not {self.max_payload}")


@dataclass(frozen=True, slots=True)
class Record:
    """One capture: a response, resource or conversion record with its body decoded; or what was noted of one.

    The latter is a `metadata` record whose block is JSON, as WAT files have them: see `archive.wat`.

    `offset` and `length` are stored bytes, as in Common Crawl's index; `length` is None where records share a
    compressed member, and `offset` is then where that member begins. Names of HTTP headers are lower case, repeated
    ones joined with a comma. `content_truncated` is why the payload is not whole: `length` when it was cut at the
    limit, `unspecified` when its encoding or its record ended early, else what WARC-Truncated says. `digest_check` is
    what `payload.digests` found; None where nothing was checked. `refers_to` is the id of the record that this one was
    made from.
    """

    record_type: str
    record_id: str | None
    url: str
    fetch_time: datetime | None
    http_status: int | None
    http_headers: Mapping[str, str]
    media_type: str | None
    charset: str | None
    payload: bytes
    content_digest: str | None
    content_truncated: str | None
    offset: int
    length: int | None
    digest_check: str | None = None
    refers_to: str | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A stretch of stored bytes that became part of no record, and why (`framing.account.Skip`).

    Inside a compressed piece that holds records too, its place is that of the data in proportion.
    """

    offset: int
    length: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReadTally:
    """What became of a file's bytes: `bytes_read` into records and `bytes_skipped` are `bytes_total` together.

    `complete` is False when the file ends inside a record; `why` tells what was wrong.
    """

    bytes_total: int
    skipped: tuple[Skipped, ...] = ()
    complete: bool = True
    why: str | None = None

    @property
    def bytes_skipped(self) -> int:
        """Stored bytes that belong to no record."""
        return sum(stretch.length for stretch in self.skipped)

    @property
    def bytes_read(self) -> int:
        """Stored bytes of records, their headers and separators included."""
        return self.bytes_total - self.bytes_skipped


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record as it lies in the archive: WARC headers with lower-case names, and the start of its block.

    `cut` says that the block goes on beyond what was kept; `flawed` that its declared length is wrong.
    """

    headers: Mapping[str, str]
    block: bytes
    cut: bool
    flawed: bool
    offset: int
    length: int | None
