"""A place is where an archive lies, as one string.

An absolute path, `http(s)://...`, `s3://bucket/key`, or `-` for standard input.
"""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

STDIN = "-"


def is_file(place: str) -> bool:
    """True for a path of this machine."""
    return place != STDIN and "://" not in place


def place_of(path: Path) -> str:
    """The absolute path without `.` and `..`; links are kept, also where `..` would lead elsewhere without them."""
    absolute = os.path.abspath(path)
    return absolute if ".." not in path.parts or os.path.realpath(absolute) == os.path.realpath(path) else str(path)


def path_of(place: str) -> str:
    """The path of a place: decoded and without host and query where it is a URL."""
    if place.startswith("s3://"):
        return place.removeprefix("s3://").partition("/")[2]
    return place if "://" not in place else unquote(urlsplit(place).path)


def identify_place(place: str) -> str:
    """Equal for places that are the same file: links are followed."""
    return os.path.realpath(place) if is_file(place) else place
