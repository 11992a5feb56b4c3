"""Files appear under their names when they are whole, never before.

In a folder of this machine a file is written under a temporary name and renamed. Object storage knows no renaming: a
file is written here and put as one object, which appears when its last byte has arrived. Objects written inside a
`publication` are all sent first and then appear one right after the other, so that a process killed before has
published nothing. One killed between the first and the last leaves some: the ledger tells what is finished.
"""

import errno
import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import BinaryIO

from provenance.errors import OutputError
from provenance.objects.folders import abort_uploads
from provenance.objects.place import ObjectPath, Place
from provenance.objects.upload import Upload
from provenance.store.copies import adopt_copy, forget_copies
from provenance.store.local import local_folder

TEMPORARY = ".part"
_OURS = re.compile(rf"\.(?:parquet|json|jsonl|html|md|warc\.gz)\.(?:\d+|[0-9a-f]{{12}})\{TEMPORARY}$")
_LAST = "documents"  # the table that the others stand beside: who finds a shard's finds all that its task has written
_waiting: ContextVar[list[Upload] | None] = ContextVar("uploads", default=None)


def begin_file(place: Place) -> Path:
    """Where the bytes of a file are to be written until it is whole; its folder is made. Raises OSError."""
    name = f"{place.name}.{secrets.token_hex(6)}{TEMPORARY}"
    if isinstance(place, ObjectPath):
        return local_folder() / name
    place.parent.mkdir(parents=True, exist_ok=True)
    return place.with_name(name)


def publish(part: Path, place: Place) -> None:
    """Gives a file that is whole its name; it is on disk, or at the storage, or will be with its publication.

    Raises OSError.
    """
    if isinstance(place, Path):
        _flush_to_disk(part)
        os.replace(part, place)
        return
    upload, waiting = Upload(part, place), _waiting.get()
    if waiting is not None:
        waiting.append(upload)
        adopt_copy(place, part)
    else:
        _send_all([upload])


@contextmanager
def publication() -> Iterator[None]:
    """Objects written inside appear at its clean end, all within a moment; else none does. Raises OutputError.

    Inside, this process reads what it has written there as if it had appeared.
    """
    uploads: list[Upload] = []
    token = _waiting.set(uploads)
    try:
        yield
    except BaseException:
        _drop(uploads)
        raise
    finally:
        _waiting.reset(token)
    _send_all(uploads)


@contextmanager
def writing(place: Place) -> Iterator[None]:
    """Turns what goes wrong into an OutputError that says where and what to do."""
    try:
        yield
    except OSError as error:
        raise output_error(place, error) from error


@contextmanager
def open_whole(place: Place) -> Iterator[BinaryIO]:
    """A file to write bytes to, which appears under its name on a clean exit only. Raises OutputError."""
    with writing(place):
        part = begin_file(place)
        try:
            with part.open("wb") as file:
                yield file
            publish(part, place)
        except BaseException:
            drop_part(part)
            raise


def write_text(place: Place, text: str) -> None:
    """Writes a text file, atomically. Raises OutputError."""
    with open_whole(place) as file:
        file.write(text.encode())


def drop_part(part: Path) -> None:
    """Deletes a file that did not become whole."""
    with suppress(OSError):
        part.unlink()


def remove_parts(root: Place) -> None:
    """Deletes what an interrupted run left under temporary names, or half sent, and nothing else."""
    if isinstance(root, ObjectPath):
        abort_uploads(root)
        return
    for part in root.rglob(f"*{TEMPORARY}"):
        if _OURS.search(part.name):
            part.unlink(missing_ok=True)


def output_error(place: Place, error: OSError) -> OutputError:
    """The error with what to do about it."""
    said = error.strerror or error
    if isinstance(place, ObjectPath):
        if error.errno in (errno.ENOSPC, errno.EDQUOT):  # of the disk on which it is made, before it is sent
            said = f"{said} in {tempfile.gettempdir()}; free some space there, or set TMPDIR to a folder with more"
        return OutputError(f"{place}: cannot write: {said}; then run the same command again, finished shards are kept")
    advice = {
        errno.ENOSPC: "free some space and run the same command again; finished shards are kept",
        errno.EDQUOT: "the quota is used up; free some space and run the same command again",
        errno.EACCES: "choose a folder you may write to",
        errno.EROFS: "choose a folder you may write to",
    }.get(error.errno or 0, "check the output folder and run the same command again")
    return OutputError(f"{place}: cannot write: {said}; {advice}")


def _send_all(uploads: list[Upload]) -> None:
    """All bytes are there before the first object appears; a small one is sent as it does, so these come first."""
    try:
        for upload in uploads:
            with writing(upload.place):
                upload.send()
        for upload in sorted(uploads, key=lambda upload: (_LAST in upload.place.parts, upload.is_begun)):
            with writing(upload.place):
                upload.appear()
            forget_copies([upload.place])
    finally:
        _drop(uploads)


def _drop(uploads: list[Upload]) -> None:
    """Deletes the files, and gives up what was sent, if the storage answers; the next run sees to the rest."""
    for upload in uploads:
        drop_part(upload.path)
    forget_copies(upload.place for upload in uploads)
    with suppress(OSError):
        for upload in uploads:
            upload.abort()


def _flush_to_disk(path: Path) -> None:
    """The ledger is written through: what it calls done must survive a power cut, too."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
