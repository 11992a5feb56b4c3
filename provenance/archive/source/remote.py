"""An object on a byte server as a source: read forward through one answer, gone on with where it breaks off.

The size of an object is believed only from Content-Range. Without it the end is where a body ended and a second
request finds nothing more: a Content-Length may be wrong, and a connection closed early looks like an end.
"""

from dataclasses import replace
from typing import NoReturn, Self

from provenance.archive.source.answer import Answer, Body, ByteServer, Version
from provenance.archive.source.base import SourceError
from provenance.archive.source.options import FetchOptions
from provenance.archive.source.patience import PASSING, LostError, Patience
from provenance.archive.source.window import Window

_PIECE = 256 * 1024  # bytes asked of a connection at once
# What a refusal means for people.
_ADVICE = {
    401: ": it wants credentials",
    403: ": access is denied; check the address, the credentials and whether they have expired",
    404: ": there is no such object; check the address",
    410: ": the object is gone",
}


class RangeSource:
    """Reads an object of `server` by range requests; `place` is its name in messages.

    Nothing is asked before the first read, or `open`. Bytes read one after the other come from one answer; a few bytes
    here and there are asked for by themselves.
    """

    def __init__(self, place: str, server: ByteServer, options: FetchOptions, patience: Patience | None = None) -> None:
        self.place, self.earliest = place, 0
        self.size: int | None = None
        self._server, self._options, self._patience = server, options, patience or Patience(options)
        self._window, self._version = Window(options.window_bytes), Version()
        self._body: Body | None = None
        self._pass_over = 0  # bytes of the body that come before the one wanted
        self._gained = False  # whether the body gave a byte that was not had
        self._ended_at: int | None = None  # where a body of unknown size ended; a second one must end there too
        self._by_range = True
        self._begun = False  # whether there was an answer with bytes
        self._stop: int | None = None  # where the bytes that are asked for end, null for the object's end

    @property
    def version(self) -> Version:
        """What is known of the state of the object that is read."""
        return self._version

    @property
    def held(self) -> int:
        """Bytes in memory."""
        return len(self._window)

    def open(self) -> None:
        """Asks for the first bytes, so that a wrong address is known at once. Raises SourceError."""
        try:
            self._connect(0)
        except BaseException:
            self.close()
            raise

    def read_at(self, offset: int, n: int) -> bytes:
        """The n bytes from `offset` on, fewer at the end. Raises SourceError."""
        if n <= 0 or self._is_past(offset):
            return b""
        window = self._window
        self._aim(offset, n)
        while window.end < offset + n and self._pull(offset):
            pass
        return window.get(offset, n) if window.end > offset else b""

    def close(self) -> None:
        """Lets go of the connection."""
        self._hang_up()
        self._server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _aim(self, offset: int, n: int) -> None:
        """Sees to it that the next bytes pulled are wanted. A jump asks for its n bytes alone, going on for all."""
        window, gap = self._window, offset - self._window.end
        scattered = not self._begun or self._stop is not None
        far = gap > (0 if scattered else self._options.skip_bytes) and self.size is not None
        if not self._begun or offset < window.start or far:
            self._hang_up()
            window.move_to(offset)
            self._stop = offset + n
        elif self._stop is not None and offset + n > self._stop:
            self._hang_up()
            self._stop = None

    def _pull(self, wanted: int) -> bool:
        """Gets at least one more byte into the window; False at the end of the object."""
        while not self._is_past(self._window.end) and self._window.end != self._stop:
            if self._body is None:
                self._connect(self._window.end)
                continue
            try:
                piece = self._read(self._body)
            except LostError as error:
                self._broke_off(str(error))
                continue
            if piece:
                self._window.put(piece, wanted)
                self._gained = True
                self._patience.progress()
                return True
            self._ended()
        return False

    def _read(self, body: Body) -> bytes:
        """The next bytes that were not had; empty where the body ends."""
        while self._pass_over:
            passed = body.read(min(_PIECE, self._pass_over))
            if not passed:
                return b""
            self._pass_over -= len(passed)
        ends = [end - self._window.end for end in (self.size, self._stop) if end is not None]
        return body.read(min([_PIECE, *ends]))

    def _ended(self) -> None:
        """A body ended as if it were whole: the object's end if nobody knows its size and two bodies agree."""
        at = self._window.end
        if self.size is not None:
            self._broke_off(f"the answer ends before byte {self.size}")
        elif self._pass_over:
            self._broke_off("the answer is shorter than it was before")
        elif self._ended_at == at:
            self._settle(at)
        self._ended_at = at
        self._hang_up()

    def _broke_off(self, why: str) -> None:
        """Hangs up; waits if this answer had given nothing, goes on at once otherwise."""
        gained = self._gained
        self._hang_up()
        if not gained:
            self._patience.fail(f"at byte {self._window.end}: {why}")

    def _connect(self, at: int) -> None:
        """Opens a body with the bytes from `at` on, or finds that there are none and sets the size."""
        while self._body is None and not self._is_past(at):
            try:
                answer = self._server.ask(at if self._by_range else None, self._stop, self._version)
            except LostError as error:
                self._patience.fail(f"at byte {at}: {error}")
                continue
            self._weigh(answer, at)

    def _weigh(self, answer: Answer, at: int) -> None:
        """Takes the answer's body, or learns why there is none."""
        if answer.status in (200, 206):
            self._take(answer, at)
            return
        answer.body.close()
        if answer.status in PASSING:
            self._patience.fail(f"at byte {at}: the server answers {answer.said}", answer.retry_after)
        elif answer.status == 416:
            self._nothing_there(answer, at)
        elif answer.status == 412:
            self._changed(at, "it is no longer the version that was begun")
        else:
            raise SourceError(f"the server answers {answer.said}{_ADVICE.get(answer.status, '')}")

    def _take(self, answer: Answer, at: int) -> None:
        start, change = answer.start, self._version.change_to(answer.version)
        if change is not None or start is None or start > at:
            answer.body.close()
            if change is not None:
                self._changed(at, change)
            raise SourceError(f"at byte {at}: the server answers with other bytes than those asked for")
        self._version = self._version.also(answer.version)
        if answer.total is not None:
            self._settle(answer.total)
        elif answer.status == 200 and answer.claimed == at and self._ended_at == at:
            self._settle(at)  # the same claim a second time, from a server that knows no ranges
        if self._is_past(at):
            answer.body.close()
            return
        self._body, self._pass_over, self._gained, self._begun = answer.body, at - start, False, True

    def _nothing_there(self, answer: Answer, at: int) -> None:
        """The server has no byte at `at` (416)."""
        total, begun = answer.total, len(self._window) > 0
        if total is None and self._ended_at == at:
            self._settle(at)
        elif total is None and at == 0 and self._by_range:
            self._by_range, self._ended_at = False, 0  # empty, or a server that stumbles over ranges: ask without one
        elif total is not None and self.size is None and (total == at or (total < at and not begun)):
            self._settle(total)
        elif begun:
            self._changed(at, "it ends before that byte now" if total is None else f"it has {total} bytes now")
        else:
            raise SourceError(f"at byte {at}: the server answers {answer.said}")

    def _settle(self, size: int) -> None:
        """From now on the size is known, and another one is a change."""
        self.size, self._version = size, replace(self._version, total=size)

    def _is_past(self, at: int) -> bool:
        return self.size is not None and at >= self.size

    def _changed(self, at: int, how: str) -> NoReturn:
        raise SourceError(f"at byte {at}: the object changed while it was read ({how}); read it again from the start")

    def _hang_up(self) -> None:
        if self._body is not None:
            self._body.close()
        self._body, self._pass_over, self._gained = None, 0, False
