"""Stored bytes by their place, wherever they lie: what all readers of archives read from."""

import os
from pathlib import Path
from typing import Protocol, Self

from provenance.errors import ShardError


class SourceError(OSError):
    """Bytes that cannot be had, after all that could be tried; the message says where, why and what to do."""


class Source(Protocol):
    """The stored bytes of one archive.

    `size` is how many there are, None as long as that is not known (a pipe before its end). `earliest` is the first
    byte that can still be read: 0 wherever one can go back.
    """

    place: str
    size: int | None
    earliest: int

    def read_at(self, offset: int, n: int) -> bytes:
        """The n bytes from `offset` on, fewer only where the archive ends. Raises SourceError."""
        ...

    def close(self) -> None:
        """Lets go of the file or the connection."""
        ...


class FileSource:
    """A file of this machine. Raises ShardError when it cannot be opened."""

    def __init__(self, path: Path) -> None:
        self.place = str(path)
        self.earliest = 0
        try:
            self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise ShardError(self.place, error.strerror or str(error)) from None
        self.size: int | None = os.fstat(self._fd).st_size

    def read_at(self, offset: int, n: int) -> bytes:
        """The n bytes from `offset` on, fewer at the end. Raises SourceError."""
        try:
            data = os.pread(self._fd, n, offset)
            while len(data) < n and (more := os.pread(self._fd, n - len(data), offset + len(data))):
                data += more
        except OSError as error:
            raise SourceError(f"cannot be read at byte {offset}: {error.strerror or error}") from None
        return data

    def close(self) -> None:
        """Closes the file."""
        os.close(self._fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class BytesSource:
    """Bytes in memory that lie at `start` of an archive: what was fetched of it."""

    def __init__(self, place: str, data: bytes, start: int = 0) -> None:
        self.place, self.earliest = place, start
        self.size: int | None = start + len(data)
        self._data, self._start = data, start

    def read_at(self, offset: int, n: int) -> bytes:
        """The n bytes from `offset` on, fewer at the end. Raises SourceError before its start."""
        if offset < self._start:
            raise SourceError(f"byte {offset} was not fetched, only those from {self._start} on")
        return self._data[offset - self._start : offset - self._start + n]

    def close(self) -> None:
        """Nothing to let go of."""
