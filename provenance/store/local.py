"""A folder of this process on this machine, for copies of objects and for what is to become objects.

It lies where temporary files lie (TMPDIR), goes with the process, and with the next one where that was killed.
"""

import atexit
import fcntl
import shutil
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

_NAME = "provenance-copies-"
_HELD = "held"  # a file that is locked for as long as the process lives
_guard = threading.Lock()
_folder: list[tuple[Path, BinaryIO]] = []


def local_folder() -> Path:
    """A folder of this process alone. Raises OSError, which says where it was to be."""
    with _guard:
        if not _folder:
            _remove_orphans()
            _folder.append(_make_folder())
        return _folder[0][0]


@atexit.register
def remove_local_folder() -> None:
    """Deletes the folder with all that is in it; it is made anew when it is needed."""
    with _guard:
        while _folder:
            folder, held = _folder.pop()
            shutil.rmtree(folder, ignore_errors=True)
            held.close()


def _make_folder() -> tuple[Path, BinaryIO]:
    folder = Path(tempfile.mkdtemp(prefix=_NAME))
    new = folder / f"{_HELD}.new"
    held = new.open("wb")
    fcntl.flock(held, fcntl.LOCK_EX)
    new.rename(folder / _HELD)
    return folder, held


def _remove_orphans() -> None:
    """Deletes what killed processes have left: whose lock nobody holds, whichever container they were in."""
    for held in Path(tempfile.gettempdir()).glob(f"{_NAME}*/{_HELD}"):
        with suppress(OSError), held.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(held.parent, ignore_errors=True)
