"""An output folder that one process alone works in."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from provenance.errors import ConfigError
from provenance.objects.asking import FIRST
from provenance.objects.folders import list_objects, remove_objects
from provenance.objects.lock import HeldError, Lock, hold_lock
from provenance.objects.place import ObjectPath
from provenance.objects.requests import put_bytes
from provenance.store import Place, exists

LOCK = ".lock"
_PROBE = ".writable"
_SHOWN = 3  # files that a message names
_ADVICE = "choose a folder you may write to"


def make_folder(out: Place) -> None:
    """Makes the folder where it is not there. Raises ConfigError when nothing can be written in it."""
    try:
        if isinstance(out, ObjectPath):
            put_bytes(out / _PROBE, b"", pace=FIRST)
            remove_objects([out / _PROBE])
        else:
            out.mkdir(parents=True, exist_ok=True)
            (out / _PROBE).touch()
            (out / _PROBE).unlink()
    except FileNotFoundError as error:
        advice = "no object storage answers there; mend AWS_ENDPOINT_URL" if isinstance(out, ObjectPath) else _ADVICE
        raise ConfigError(f"--out {out}: cannot write there: {error.strerror}; {advice}") from error
    except OSError as error:
        advice = "" if isinstance(out, ObjectPath) else f"; {_ADVICE}"  # object storage has told what to do
        raise ConfigError(f"--out {out}: cannot write there: {error.strerror}{advice}") from error


@contextmanager
def occupy(out: Place) -> Iterator[Lock | None]:
    """Holds the folder's lock; on object storage it may be lost. Raises ConfigError when another process has it."""
    if isinstance(out, ObjectPath):
        with _occupy_objects(out) as held:
            yield held
        return
    with (out / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigError(f"--out {out}: another run is working in this folder; wait for it or stop it") from error
        yield None


@contextmanager
def _occupy_objects(out: ObjectPath) -> Iterator[Lock]:
    held = hold_lock(out / LOCK)
    try:
        lock = held.__enter__()
    except HeldError as error:
        raise ConfigError(
            f"--out {out}: another run is working in this folder ({error}); wait for it or stop it"
        ) from error
    except OSError as error:
        raise ConfigError(f"--out {out}: cannot be locked: {error.strerror or error}") from error
    try:
        yield lock
    finally:
        held.__exit__(None, None, None)


def check_foreign(out: Place, ours: str) -> None:
    """Raises ConfigError for a folder that holds files but not `ours`."""
    if exists(out / ours):
        return
    foreign = _list_foreign(out)
    if foreign:
        shown = f"{', '.join(foreign[:_SHOWN])}{' ...' if len(foreign) > _SHOWN else ''}"
        raise ConfigError(f"--out {out}: the folder holds {shown} and no run; choose an empty folder")


def _list_foreign(out: Place) -> list[str]:
    if isinstance(out, Path):
        return [path.name for path in sorted(out.iterdir()) if path.name != LOCK]
    some = islice(list_objects(out), 2 * _SHOWN)
    return [str(place.relative_to(out)) for place, _ in some if place.name != LOCK][: _SHOWN + 1]
