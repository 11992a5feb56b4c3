"""A folder on object storage that one process alone works in: an object that its holder writes anew all the time.

Whoever finds it watches it: one that changes has a living holder; one that stays the same has none any more, and is
taken over. No clocks are compared. Where the storage knows conditional writes (Amazon's, MinIO, Ceph, R2) no two can
take it at once; elsewhere the later of two that begin within a moment has it, and the other finds out.
"""

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from provenance.objects.asking import Pace
from provenance.objects.folders import remove_objects
from provenance.objects.place import ObjectPath
from provenance.objects.requests import ConflictError, find_facts, get_bytes, put_bytes

BEAT_S = 10.0  # seconds between two signs of life
PATIENCE_S = 45.0  # seconds without one after which the holder is taken for dead
SETTLE_S = 2.0  # seconds in which two that begin at once are sure to have written, where conditions are not known
_BRIEF = Pace(timeout_s=5.0, attempts=2)  # a sign of life that comes late is none


class HeldError(Exception):
    """Another process holds the lock; the message says which."""


@dataclass(slots=True)
class Lock:
    """A lock that is held, as long as it is not `lost`."""

    place: ObjectPath
    token: str
    etag: str
    taken: bool = False  # by somebody else
    beats: int = 0
    _last: float = field(default_factory=time.monotonic)

    @property
    def lost(self) -> bool:
        """Whether somebody else has it, or may have: no sign of life could be given for too long."""
        return self.taken or time.monotonic() - self._last > PATIENCE_S

    def beat(self) -> None:
        """Gives a sign of life, if the lock is still ours; a storage that does not answer is asked at the next one."""
        begun = time.monotonic()
        with suppress(OSError):
            if self._is_ours():
                self.beats += 1
                with suppress(ConflictError, FileNotFoundError):  # somebody came in between: the next beat tells whom
                    self.etag = put_bytes(self.place, _describe(self.token, self.beats), etag=self.etag, pace=_BRIEF)
                    self._last = begun
            else:
                self.taken = True

    def _is_ours(self) -> bool:
        """Looks at the object: the answer to our last sign may have been lost, and not all storages know conditions."""
        facts = find_facts(self.place, pace=_BRIEF)
        if facts is not None and facts.etag == self.etag:
            return True
        if facts is None or _read_holder(self.place).get("token") != self.token:
            return False
        self.etag = facts.etag
        return True


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
        beating.join(BEAT_S)
        with suppress(OSError):
            if not lock.taken and _read_holder(place).get("token") == token:
                remove_objects([place])


def _keep_beating(lock: Lock, ended: threading.Event) -> None:
    while not ended.wait(BEAT_S):
        lock.beat()


def _take(place: ObjectPath, token: str, wait: Callable[[float], object]) -> str:
    """Takes the lock where nobody living has it; its version. Raises HeldError."""
    stale = _watch(place, wait)
    with suppress(ConflictError):  # with one that was quicker, or with ourselves, the answer being lost
        try:
            put_bytes(place, _describe(token, 0), etag=stale, new=stale is None)
        except FileNotFoundError:  # given back just now
            put_bytes(place, _describe(token, 0), new=True)
    try:
        put_bytes(place, _describe(token, 0), new=True)
        wait(SETTLE_S)
    except ConflictError:  # as it should be: the storage knows conditions
        pass
    facts, holder = find_facts(place), _read_holder(place)
    if facts is None or holder.get("token") != token:
        raise HeldError(_tell(holder))
    return facts.etag


def _watch(place: ObjectPath, wait: Callable[[float], object]) -> str | None:
    """The version of a lock whose holder is dead; null where there is none. Raises HeldError."""
    first = find_facts(place)
    if first is None:
        return None
    holder = _read_holder(place)
    if holder.get("machine") == _name_machine() and not _lives(holder.get("pid")):
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
    told = {"token": token, "host": socket.gethostname(), "machine": _name_machine(), "pid": os.getpid()}
    return json.dumps({**told, "beats": beats}).encode()


def _name_machine() -> str:
    """Where numbers of processes mean the same: this start of this machine, and this container."""
    boot, numbers = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")
    try:
        return f"{socket.gethostname()} {boot.read_text().strip()} {numbers.readlink()}"
    except OSError:
        return socket.gethostname()


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
