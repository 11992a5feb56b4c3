"""What is in a folder of tables, wherever it lies: questions, listings, deletions.

A folder of this machine is asked file by file. On object storage a question is a request, so whoever asks for many
files asks once: a listing costs a request a thousand files.
"""

import errno
import os
import shutil
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from provenance.errors import ConfigError
from provenance.objects.asking import FIRST, ask
from provenance.objects.folders import list_objects, remove_objects
from provenance.objects.place import ObjectPath, Place
from provenance.objects.requests import find_facts, get_bytes
from provenance.store.copies import forget_copies

_ASKED_SINGLY = 4  # files of a folder on object storage; more are looked up in its listing


def exists(place: Place) -> bool:
    """Whether there is such a file. Raises OSError when the object storage does not answer."""
    return place.exists() if isinstance(place, Path) else find_facts(place) is not None


def check_answers(place: Place) -> None:
    """Raises ConfigError where the object storage of a place does not answer within seconds, or lets nobody in."""
    if isinstance(place, ObjectPath):
        try:
            ask(place, "list_objects_v2", {"Prefix": place.key, "MaxKeys": 1}, FIRST)
        except FileNotFoundError as error:  # of no bucket, but of an address where nobody speaks the protocol
            raise ConfigError(f"{place}: no object storage answers there; mend AWS_ENDPOINT_URL") from error
        except OSError as error:
            raise ConfigError(f"{place}: cannot be read: {error.strerror}") from error


def file_size(place: Place) -> int:
    """Bytes of a file. Raises FileNotFoundError, OSError."""
    if isinstance(place, Path):
        return place.stat().st_size
    facts = find_facts(place)
    if facts is None:
        raise FileNotFoundError(errno.ENOENT, "no such object", str(place))
    return facts.size


def read_bytes(place: Place) -> bytes:
    """A whole file. Raises FileNotFoundError, OSError."""
    return place.read_bytes() if isinstance(place, Path) else get_bytes(place)


def read_span(place: Place, begin: int, end: int) -> bytes:
    """The bytes in [begin, end) of a file, into memory: one request. Raises FileNotFoundError, OSError."""
    if isinstance(place, Path):
        with place.open("rb") as file:
            file.seek(begin)
            found = file.read(end - begin)
    else:
        found = get_bytes(place, begin, end)
    if len(found) != end - begin:
        raise OSError(errno.EIO, f"there are no bytes {begin:,} to {end:,}", str(place))
    return found


def read_text(place: Place) -> str:
    """A whole text file. Raises FileNotFoundError, OSError, UnicodeDecodeError."""
    return read_bytes(place).decode("utf-8")


def find_absent(places: Iterable[Place]) -> set[Place]:
    """Those files that are not there; a listing for each folder of object storage that many are asked of."""
    absent: set[Place] = set()
    by_folder: dict[ObjectPath, list[ObjectPath]] = defaultdict(list)
    for place in places:
        if isinstance(place, ObjectPath):
            by_folder[place.parent].append(place)
        elif not place.exists():
            absent.add(place)
    for folder, asked in by_folder.items():
        if len(asked) <= _ASKED_SINGLY:
            absent.update(place for place in asked if find_facts(place) is None)
        else:
            there = {place for place, _ in list_objects(folder)}
            absent.update(place for place in asked if place not in there)
    return absent


def list_files(folder: Place, suffix: str = "") -> list[Place]:
    """All files below a folder whose names end so, sorted; none where there is no such folder. Raises OSError."""
    if isinstance(folder, Path):
        return sorted(path for path in folder.rglob(f"*{suffix}") if path.is_file())
    return sorted(place for place, _ in list_objects(folder) if place.name.endswith(suffix))


def remove(places: Iterable[Place]) -> None:
    """Deletes files; those that are not there are no error. Raises OSError."""
    objects: list[ObjectPath] = []
    for place in places:
        if isinstance(place, ObjectPath):
            objects.append(place)
        else:
            place.unlink(missing_ok=True)
    remove_objects(objects)
    forget_copies(objects)


def remove_folder(folder: Place) -> None:
    """Deletes a folder with all that is below it, as far as it is there. Raises OSError for object storage."""
    if isinstance(folder, Path):
        shutil.rmtree(folder, ignore_errors=True)
    else:
        remove(place for place, _ in list_objects(folder))


def absolute(place: Place) -> Place:
    """The place as any process names it, whatever folder it works in."""
    return Path(os.path.abspath(place)) if isinstance(place, Path) else place
