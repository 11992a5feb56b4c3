"""A folder on object storage that one process alone works in: an object that its holder writes anew all the time.

Whoever finds it watches it: one that changes has a living holder; one that stays the same has none any more, and is
taken over. No clocks are compared. Where the storage knows conditional writes (Amazon's, MinIO, Ceph, R2) no two can
take it at once; elsewhere the later of two that begin within the same moment finds out and stops.
"""

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from uuid import uuid4

from provenance.objects.folders import remove_objects
from provenance.objects.place import ObjectPath
from provenance.objects.requests import ConflictError, find_facts, get_bytes, put_bytes

BEAT_S = 10.0  # seconds between two signs of life
PATIENCE_S = 45.0  # seconds without one after which the holder is taken for dead


class HeldError(Exception):
    """Another process holds the lock; the message says which."""


@dataclass(slots=True)
class Lock:
    """A lock that is held; `lost` once somebody else has taken it, or no sign of life could be given for too long."""

    place: ObjectPath
    token: str
    etag: str
    beats: int = 0
    lost: bool = False
    _last: float = field(default_factory=time.monotonic)

    def beat(self) -> None:
        """Gives a sign of life."""
        self.beats += 1
        try:
            self.etag = put_bytes(self.place, _describe(self.token, self.beats), etag=self.etag)
            self._last = time.monotonic()
        except ConflictError:
            self.lost = self.lost or not self._is_ours()
        except OSError:  # the storage does not answer: others may take us for dead
            self.lost = self.lost or time.monotonic() - self._last > PATIENCE_S

    def _is_ours(self) -> bool:
        """Whether the sign of life that met a conflict had arrived after all: its answer may have been lost."""
        try:
            ours = _read_holder(self.place).get("token") == self.token
            facts = find_facts(self.place) if ours else None
        except OSError:
            return True
        if facts is not None:
            self.etag, self._last = facts.etag, time.monotonic()
        return ours


@contextmanager
def hold_lock(place: ObjectPath, *, wait: Callable[[float], object] = time.sleep) -> Iterator[Lock]:
    """Holds the lock for as long as the block lasts. Raises HeldError when a living process has it, OSError."""
    token = uuid4().hex
    lock = Lock(place, token, _take(place, token, wait))
    ended = threading.Event()
    beating = threading.Thread(target=_keep_beating, args=(lock, ended), daemon=True)
    beating.start()
    try:
        yield lock
    finally:
        ended.set()
        beating.join()
        with suppress(OSError):
            if not lock.lost and _read_holder(place).get("token") == token:
                remove_objects([place])


def _keep_beating(lock: Lock, ended: threading.Event) -> None:
    while not ended.wait(BEAT_S):
        lock.beat()


def _take(place: ObjectPath, token: str, wait: Callable[[float], object]) -> str:
    """Takes the lock where nobody living has it; its version."""
    stale = _watch(place, wait)
    try:
        etag = put_bytes(place, _describe(token, 0), etag=stale, new=stale is None)
    except ConflictError:
        etag = ""
    if _read_holder(place).get("token") != token:
        raise HeldError(_tell(_read_holder(place)))
    if etag:
        return etag
    facts = find_facts(place)
    return facts.etag if facts else ""


def _watch(place: ObjectPath, wait: Callable[[float], object]) -> str | None:
    """The version of a lock whose holder is dead; null where there is none. Raises HeldError."""
    first = find_facts(place)
    if first is None:
        return None
    holder = _read_holder(place)
    if holder.get("host") == socket.gethostname() and not _lives(holder.get("pid")):
        return first.etag
    for _ in range(int(PATIENCE_S // (BEAT_S / 2))):
        wait(BEAT_S / 2)
        now = find_facts(place)
        if now is None:
            return None
        if now.etag != first.etag:
            raise HeldError(_tell(_read_holder(place)))
    return first.etag


def _describe(token: str, beats: int) -> bytes:
    told = {"token": token, "host": socket.gethostname(), "pid": os.getpid(), "beats": beats}
    return json.dumps(told).encode()


def _read_holder(place: ObjectPath) -> dict[str, object]:
    try:
        found = json.loads(get_bytes(place))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _tell(holder: dict[str, object]) -> str:
    return f"process {holder.get('pid', '?')} on {holder.get('host', '?')}"


def _lives(pid: object) -> bool:
    if not isinstance(pid, int):
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
