"""Standard input, or any stream that goes forward only."""

from typing import Protocol, Self

from provenance.archive.source.base import SourceError
from provenance.archive.source.options import FetchOptions
from provenance.archive.source.window import Window

_PIECE = 256 * 1024


class Stream(Protocol):
    """A binary file object."""

    def read(self, n: int, /) -> bytes | None:
        """At most n bytes, empty at the end."""
        ...

    def close(self) -> None:
        """Closes it."""
        ...


class PipeSource:
    """Reads a stream as far as it is asked and keeps the latest bytes; `size` is null before the end was seen."""

    def __init__(self, stream: Stream, place: str = "-", options: FetchOptions | None = None) -> None:
        self.place, self.earliest = place, 0
        self.size: int | None = None
        self._stream, self._window = stream, Window((options or FetchOptions()).window_bytes)

    @property
    def held(self) -> int:
        """Bytes in memory."""
        return len(self._window)

    def read_at(self, offset: int, n: int) -> bytes:
        """The n bytes from `offset` on, fewer at the end. Raises SourceError for bytes that went by."""
        if offset < self.earliest:
            raise SourceError(
                f"byte {offset} of a stream is gone: it goes forward only, and bytes before {self.earliest} are not "
                "held any more; store it in a file and read that"
            )
        window = self._window
        while self.size is None and window.end < offset + n:
            self._pull(min(_PIECE, offset + n - window.end), offset)
        return window.get(offset, n) if window.end > offset else b""

    def close(self) -> None:
        """Closes the stream."""
        self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _pull(self, n: int, wanted: int) -> None:
        try:
            piece = self._stream.read(n)
        except (OSError, ValueError) as error:
            raise SourceError(f"the stream cannot be read at byte {self._window.end}: {error}") from None
        if piece:
            self._window.put(piece, wanted)
            self.earliest = self._window.start
        elif piece is not None:
            self.size = self._window.end
