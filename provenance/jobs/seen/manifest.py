"""What belongs to an index: `index.json`, the one file that is replaced when all others lie on disk.

A file the manifest does not name is no part of the index: an interrupted `add` leaves some, the next one deletes them.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from provenance import __version__
from provenance.config import load_config, to_plain
from provenance.dedup import DedupOptions
from provenance.dedup.seen import KeyOptions
from provenance.errors import ConfigError
from provenance.store import open_whole, output_error

FORMAT: Final = 1
MANIFEST: Final = "index.json"
KIND: Final = "first-seen index"
LOCK: Final = "lock"  # held by the one process that adds
READERS: Final = "readers.lock"  # shared by those that ask: no file is deleted while one of them does
_DECIDE_KEYS = ("num_perm", "seed", "shingle_words", "bands", "rows")


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file: its name in the index, rows, bytes, BLAKE2b digest of its bytes, first and last key (or entry)."""

    name: str = ""
    rows: int = 0
    bytes: int = 0
    digest: str = ""
    first: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True)
class Level:
    """Sorted rows added together; a later level is much smaller than the one before it."""

    texts: tuple[FileEntry, ...] = ()
    bands: tuple[FileEntry, ...] = ()

    @property
    def n_texts(self) -> int:
        """Rows of texts."""
        return sum(file.rows for file in self.texts)

    @property
    def n_bands(self) -> int:
        """Rows of bands."""
        return sum(file.rows for file in self.bands)


@dataclass(frozen=True, slots=True)
class AddedRun:
    """What was added at a time. `digest` is that of all hashes and times, `earliest` and `latest` captures in UTC."""

    digest: str = ""
    crawls: tuple[str, ...] = ()
    documents: int = 0
    undated: int = 0
    recorded: int = 0
    earliest: str | None = None
    latest: str | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything an index is made of. `n_texts` counts texts, `n_entries` also captures that turned out to be later."""

    kind: str = KIND
    format: int = FORMAT
    version: str = __version__
    near: bool = True
    dedup: KeyOptions = field(default_factory=KeyOptions)
    generation: int = 0
    n_texts: int = 0
    n_entries: int = 0
    levels: tuple[Level, ...] = ()
    places: tuple[FileEntry, ...] = ()
    sketches: tuple[FileEntry, ...] = ()
    runs: tuple[AddedRun, ...] = ()

    def list_files(self) -> Iterator[FileEntry]:
        """All files of the index but the manifest."""
        for level in self.levels:
            yield from level.texts
            yield from level.bands
        yield from self.places
        yield from self.sketches


def read_manifest(folder: Path) -> Manifest:
    """The manifest of an index. Raises ConfigError when the folder holds none, or one of another format."""
    path = folder / MANIFEST
    if not path.exists():
        raise ConfigError(
            f"{folder}: no first-seen index here ({MANIFEST} is missing); `provenance seen add` makes one"
        )
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    if not isinstance(told, dict) or told.get("kind") != KIND:
        raise ConfigError(f"{path}: is not the manifest of a first-seen index")
    if told.get("format") != FORMAT:
        raise ConfigError(
            f"{folder}: the index has format {told.get('format')}, written by provenance {told.get('version')}; this "
            f"version reads format {FORMAT}. Use that version, or add the runs to a new index"
        )
    return load_config(Manifest, told, str(path))


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replaces the manifest, through to the disk. Raises OutputError."""
    with open_whole(folder / MANIFEST) as file:
        file.write(json.dumps(to_plain(manifest), indent=1, ensure_ascii=False).encode() + b"\n")
    flush_folder(folder)


def flush_folder(folder: Path) -> None:
    """Makes the names in a folder last. Raises OutputError."""
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise output_error(folder, error) from error


def check_options(folder: Path, manifest: Manifest, options: DedupOptions, what: str) -> None:
    """Refuses signatures that cannot be compared with those of the index. Raises ConfigError."""
    if not manifest.near:
        return
    given = KeyOptions.of(options)
    pairs = [(name, getattr(manifest.dedup, name), getattr(given, name)) for name in _DECIDE_KEYS]
    differing = [f"dedup.{name} is {there} there and {here} here" for name, there, here in pairs if there != here]
    if differing:
        raise ConfigError(
            f"{what}: was signed otherwise than the documents of {folder}: {'; '.join(differing)}. "
            "Run it with the options of the index, or add it to another one"
        )


@contextmanager
def lock_for_adding(folder: Path) -> Iterator[None]:
    """Holds the index for writing. Raises ConfigError when another process adds to it, or it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK).open("w")
    except OSError as error:
        raise ConfigError(f"{folder}: cannot write there: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigError(f"{folder}: another process is adding to this index; wait for it or stop it") from error
        yield


@contextmanager
def open_index(folder: Path) -> Iterator[Manifest]:
    """The manifest, whose files stay as long as the context does. Raises ConfigError when there is no index."""
    read_manifest(folder)  # before a lock file is made where no index is
    with _open_readers(folder) as lock:
        if lock is not None:
            fcntl.flock(lock, fcntl.LOCK_SH)
        yield read_manifest(folder)


@contextmanager
def try_alone(folder: Path) -> Iterator[bool]:
    """Whether nobody asks the index now, nor will while the context lasts."""
    with _open_readers(folder) as lock:
        try:
            if lock is not None:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


@contextmanager
def _open_readers(folder: Path) -> Iterator[int | None]:
    """The lock of those that ask; null where it cannot be made: then nobody can delete anything there either."""
    handle = None
    for flags in (os.O_RDWR | os.O_CREAT, os.O_RDONLY):
        with suppress(OSError):
            handle = os.open(folder / READERS, flags, 0o666)
            break
    try:
        yield handle
    finally:
        if handle is not None:
            os.close(handle)


def describe_options(options: KeyOptions) -> dict[str, int]:
    """The options that decide what is similar, by name."""
    return {name: getattr(options, name) for name in _DECIDE_KEYS}
