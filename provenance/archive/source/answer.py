"""What a byte server answers, and what can be learned from it: where the bytes lie, of how many, of which version."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from provenance.archive.source.patience import parse_retry_after

_CONTENT_RANGE = re.compile(r"\s*bytes\s+(?:(\d+)-(\d+)|\*)/(\d+|\*)\s*", re.IGNORECASE)


class Body(Protocol):
    """The bytes of an answer, as stored: no content coding is undone."""

    def read(self, n: int) -> bytes:
        """At most n further bytes as soon as some are there; empty at the end. Raises LostError."""
        ...

    def close(self) -> None:
        """Lets go of the connection."""
        ...


@dataclass(frozen=True, slots=True)
class Version:
    """What tells one state of an object from another; null where a server does not say."""

    etag: str | None = None
    modified: str | None = None
    total: int | None = None
    claimed: int | None = None  # Content-Length of the whole object, which may be wrong

    def change_to(self, other: "Version") -> str | None:
        """What differs, in words; null if nothing that both tell does.

        An ETag counts more than a Content-Length, which may be wrong, and less than the size in Content-Range.
        """
        if self.total is not None and other.total is not None and self.total != other.total:
            return f"it had {self.total} bytes and has {other.total}"
        if self.etag and other.etag:
            return None if self.etag == other.etag else f"its ETag was {self.etag} and is {other.etag}"
        if self.modified and other.modified and self.modified != other.modified:
            return f"it was last modified {self.modified} and is {other.modified}"
        if self.size is not None and other.size is not None and self.size != other.size:
            return f"it was said to have {self.size} bytes and then {other.size}"
        return None

    @property
    def size(self) -> int | None:
        """The size told, or else claimed."""
        return self.claimed if self.total is None else self.total

    def also(self, other: "Version") -> "Version":
        """All that is known of both."""
        return Version(
            self.etag or other.etag,
            self.modified or other.modified,
            other.total if self.total is None else self.total,
            other.claimed if self.claimed is None else self.claimed,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a request for bytes; names of headers are lower case, `said` is its status in words."""

    status: int
    said: str
    headers: Mapping[str, str]
    body: Body

    @property
    def start(self) -> int | None:
        """Which byte of the object the body starts with; null for a part that does not say.

        Content-Range counts more than the status: some servers send a part with status 200.
        """
        found = self._range()
        if found and found[1]:
            return int(found[1])
        return None if self.status == 206 else 0

    @property
    def total(self) -> int | None:
        """The object's size, where Content-Range tells it. Content-Length is a claim about the body only."""
        found = self._range()
        return int(found[3]) if found and found[3] != "*" else None

    @property
    def claimed(self) -> int | None:
        """The size of the body by Content-Length."""
        value = self.headers.get("content-length", "").strip()
        return int(value) if value.isdecimal() else None

    @property
    def version(self) -> Version:
        """Which state of the object this is an answer about."""
        claimed = self.claimed if self.status == 200 and self._range() is None else None
        return Version(self.headers.get("etag"), self.headers.get("last-modified"), self.total, claimed)

    @property
    def retry_after(self) -> float | None:
        """Seconds the server asks to wait."""
        return parse_retry_after(self.headers.get("retry-after"), self.headers.get("date"))

    def _range(self) -> re.Match[str] | None:
        return _CONTENT_RANGE.fullmatch(self.headers.get("content-range", ""))


class ByteServer(Protocol):
    """One object on a server that hands out its bytes."""

    def ask(self, start: int | None, stop: int | None, version: Version) -> Answer:
        """Asks for the bytes from `start` to before `stop`, null for the end; start null asks without naming a range.

        `version` is the state that is wanted, empty if any will do. Raises LostError, or SourceError where another
        attempt would be of no use.
        """
        ...

    def look(self) -> Answer:
        """Asks for what would be told about the object, not for its bytes. Raises as `ask` does."""
        ...

    def close(self) -> None:
        """Lets go of all connections."""
        ...


def format_range(start: int, stop: int | None) -> str:
    """The Range header of the bytes from `start` to before `stop`, null for all that follow."""
    return f"bytes={start}-{'' if stop is None else stop - 1}"
