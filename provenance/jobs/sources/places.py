"""A place is where an archive lies, as one string.

An absolute path, `http(s)://...`, `s3://bucket/key`, or `-` for standard input. A URL may hold a secret: a password
before its host, a signature in its query. Only the process that was given it knows it; what is written or shown is
`hide_secrets(place)`.
"""

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from provenance.errors import ConfigError

STDIN = "-"
SCHEMES = ("http", "https", "s3")
ARCHIVE = re.compile(r"\.(warc|wet|wat|arc)(\.(gz|zst|lz4|bz2|xz))?(\.open)?$")  # read, or lost with a reason
_HIDDEN = re.compile(r"^https?://(\.\.\.@|[^?]*\?\.\.\.)")


@dataclass(frozen=True, slots=True)
class Found:
    """An archive that the input names; `size` (bytes) is 0 and `version` empty where they are not known."""

    place: str
    size: int = 0
    version: str = ""


def is_file(place: str) -> bool:
    """True for a path of this machine."""
    return place != STDIN and "://" not in place


def is_remote(place: str) -> bool:
    """True for a URL."""
    return "://" in place


def find_file(path: Path) -> Found:
    """A file with its size and when it was written. Raises ConfigError when it is not there or has no usable name."""
    place = _absolute(path)
    try:
        place.encode()
        found = os.stat(place)
    except OSError as error:
        raise ConfigError(f"{place}: cannot be read: {error.strerror}") from error
    except UnicodeEncodeError as error:
        raise ConfigError(f"{place!r}: the name is not UTF-8, which tables need; rename the file") from error
    if not stat.S_ISREG(found.st_mode):
        raise ConfigError(f"{place}: not a file; what comes through a pipe is read as -")
    return Found(place, found.st_size, f"{found.st_size} bytes, written {found.st_mtime_ns}")


def find_url(text: str) -> Found:
    """An archive at a URL, which is not asked for. Raises ConfigError for a URL that can name none."""
    scheme = text.partition("://")[0].lower()
    if scheme not in SCHEMES:
        raise ConfigError(f"{text}: {scheme}:// cannot be read; known are a path, http://, https://, s3:// and -")
    rest = text[len(scheme) :]
    place = scheme + (rest if scheme == "s3" else rest.partition("#")[0])
    try:
        host = place[len("s3://") :].partition("/")[0] if scheme == "s3" else urlsplit(place).hostname
    except ValueError:
        host = None
    if not host or path_of(place).rpartition("/")[2] == "":
        raise ConfigError(
            f"{hide_secrets(text)}: names no file on a host; give the URL of an archive, or a list of them"
        )
    return Found(place)


def path_of(place: str) -> str:
    """The path of a place: decoded and without host and query where it is a URL."""
    if place.startswith("s3://"):
        return place.removeprefix("s3://").partition("/")[2]
    return place if "://" not in place else unquote(urlsplit(place).path)


def identify_place(place: str) -> str:
    """Equal for places that are the same archive: links are followed, passwords and signatures are not looked at."""
    return (
        os.path.realpath(place)
        if is_file(place)
        else hide_secrets(place).replace("://...@", "://").removesuffix("?...")
    )


def hide_secrets(place: str) -> str:
    """The place for people and files: dots stand for what is before the host of a URL, and for its query.

    A query that says which archive it is (the path does not) leaves a digest behind the dots.
    """
    if not place.startswith(("http://", "https://")):
        return place
    head, asked, query = place.partition("?")
    scheme, _, rest = head.partition("://")
    host, slash, path = rest.partition("/")
    login, at, host = host.rpartition("@")
    shown = f"{scheme}://{'...@' if login or at else ''}{host.lower()}{slash}{path}"
    if not asked:
        return shown
    return f"{shown}?..." if ARCHIVE.search(unquote(path)) else f"{shown}?...{_digest_query(query)}"


def show_place(place: str) -> str:
    """The place as messages name it."""
    return "standard input" if place == STDIN else hide_secrets(place)


def is_hidden(place: str) -> bool:
    """True for a place of which only the shown form is left: nothing can be read with it."""
    return _HIDDEN.match(place) is not None


def _digest_query(query: str) -> str:
    return query.removeprefix("...") if query.startswith("...") else hashlib.sha256(query.encode()).hexdigest()[:8]


def _absolute(path: Path) -> str:
    """Without `.` and `..`; links are kept, also where `..` would lead elsewhere without them."""
    place = os.path.abspath(path)
    straight = ".." not in path.parts or os.path.realpath(place) == os.path.realpath(path)
    return place if straight else str(path.absolute())
