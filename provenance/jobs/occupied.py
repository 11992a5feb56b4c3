"""An output folder that one process alone works in."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provenance.errors import ConfigError

LOCK = ".lock"


def make_folder(out: Path) -> None:
    """Makes the folder where it is not there. Raises ConfigError when nothing can be written in it."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ConfigError(
            f"--out {out}: cannot write there: {error.strerror}; choose a folder you may write to"
        ) from error


@contextmanager
def occupy(out: Path) -> Iterator[None]:
    """Holds the folder's lock. Raises ConfigError when another process does."""
    with (out / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigError(f"--out {out}: another run is working in this folder; wait for it or stop it") from error
        yield


def check_foreign(out: Path, ours: str) -> None:
    """Raises ConfigError for a folder that holds files but not `ours`."""
    foreign = [path.name for path in sorted(out.iterdir()) if path.name != LOCK]
    if foreign and ours not in foreign:
        raise ConfigError(
            f"--out {out}: the folder holds {', '.join(foreign[:3])}{' ...' if len(foreign) > 3 else ''} and no run; "
            "choose an empty folder"
        )
