"""Where the lines of a ledger lie: a file that is appended to, or objects, to which nothing can be appended."""

import os
import threading
import time
from pathlib import Path
from typing import Protocol

from provenance.objects.folders import list_objects, remove_objects
from provenance.objects.place import ObjectPath, Place
from provenance.objects.requests import find_facts, get_bytes, put_bytes

SEGMENT_BYTES = 4 * 1024 * 1024  # of an object of lines, before another is begun
DELAY_S = 1.0  # seconds that a line may wait for others before it is written


class Lines(Protocol):
    """Lines that are kept."""

    def read(self) -> bytes:
        """All lines that are whole; nothing where there are none."""
        ...

    def read_from(self, offset: int) -> bytes | None:
        """Those after the first `offset` bytes of them; null where there are not so many: they are others by now.

        For whoever looks on while another process appends. Raises OSError.
        """
        ...

    def append(self, line: str) -> None:
        """Keeps a line. Raises OSError."""
        ...

    def close(self) -> None:
        """Keeps all lines there are, in one file. Raises OSError."""
        ...


def open_lines(place: Place) -> Lines:
    """The lines of a place; nothing is made before the first is appended."""
    return FileLines(place) if isinstance(place, Path) else ObjectLines(place)


class FileLines:
    """A file; a last line that a crash has cut is dropped when the next is appended."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._whole = False  # whether the file is known to end with a whole line

    def read(self) -> bytes:
        """All lines that are whole."""
        return _cut(self._path.read_bytes()) if self._path.exists() else b""

    def read_from(self, offset: int) -> bytes | None:
        """Those after the first `offset` bytes of them; null where there are not so many."""
        try:
            with self._path.open("rb") as file:
                if file.seek(0, os.SEEK_END) < offset:
                    return None
                file.seek(offset)
                return _cut(file.read())
        except FileNotFoundError:
            return None if offset else b""

    def append(self, line: str) -> None:
        """Writes the line through to the disk."""
        if not self._whole:
            self._drop_torn()
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._whole = True

    def close(self) -> None:
        """Nothing: every line is on disk."""

    def _drop_torn(self) -> None:
        if self._path.exists() and (length := len(self.read())) < self._path.stat().st_size:
            with self._path.open("r+b") as file:
                file.truncate(length)


class ObjectLines:
    """`NAME`, the lines of earlier calls, and `NAME.new/`, those of the call that works now, or was killed.

    Lines that come within a second are written together: a crash may lose those of the last one, and their tasks are
    then done again, to the same bytes.
    """

    def __init__(self, place: ObjectPath) -> None:
        self._place, self._folder = place, place.with_name(f"{place.name}.new")
        self._lock = threading.Lock()
        self._segment, self._number = b"", -1
        self._unwritten = False
        self._written_at = 0.0
        self._timer: threading.Timer | None = None
        self._failed: OSError | None = None

    def read(self) -> bytes:
        """All lines, those of earlier calls first."""
        return b"".join(_read_if_there(place) for place in [self._place, *self._list()])

    def read_from(self, offset: int) -> bytes | None:
        """Those after the first `offset` bytes of them; null where there are not so many."""
        first = find_facts(self._place)  # before the listing: what is put together in between is seen the next time
        pieces = [(self._place, first.size if first else 0), *list_objects(self._folder)]
        if sum(size for _, size in pieces) < offset:
            return None
        found = b""
        for place, size in pieces:
            if size > offset:
                found += _read_if_there(place, offset)
            offset = max(0, offset - size)
        return found

    def append(self, line: str) -> None:
        """Writes the line within a second."""
        with self._lock:
            if self._failed is not None:
                raise self._failed
            if self._number < 0:
                self._number = 1 + max((int(place.stem) for place in self._list()), default=-1)
            self._segment += f"{line}\n".encode()
            self._unwritten = True
            if time.monotonic() - self._written_at >= DELAY_S:
                self._write()
            elif self._timer is None:
                self._timer = threading.Timer(DELAY_S, self._write_later)
                self._timer.daemon = True
                self._timer.start()

    def close(self) -> None:
        """Puts all lines together in one object."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._unwritten:
                self._write()
            segments = self._list()
            if segments:
                put_bytes(self._place, self.read())
                remove_objects(segments)
            self._segment, self._number = b"", -1

    def _list(self) -> list[ObjectPath]:
        return [place for place, _ in list_objects(self._folder)]

    def _write_later(self) -> None:
        with self._lock:
            self._timer = None
            try:
                if self._unwritten:
                    self._write()
            except OSError as error:
                self._failed = error  # told to whoever appends next

    def _write(self) -> None:
        put_bytes(self._folder / f"{self._number:08}.jsonl", self._segment)
        self._unwritten, self._written_at = False, time.monotonic()
        if len(self._segment) >= SEGMENT_BYTES:
            self._segment, self._number = b"", self._number + 1


def _read_if_there(place: ObjectPath, begin: int = 0) -> bytes:
    try:
        return _cut(get_bytes(place, begin))
    except FileNotFoundError:  # put together with the others since it was listed
        return b""


def _cut(data: bytes) -> bytes:
    return data[: data.rfind(b"\n") + 1]
