"""A list file: a place a line, with Common Crawl's `warc.paths.gz` among them.

Empty lines and lines that begin with `#` are passed over. A relative path counts from the list's own folder, or from
`--base`. Lines of Common Crawl's lists begin with `crawl-data/` and name no host: they count from `--base`, else from
the folder beside or above the list that holds `crawl-data`. No line is asked for over a network.
"""

import codecs
import gzip
import io
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path, PurePosixPath

from provenance.archive.source import FetchOptions, SourceError, open_source
from provenance.errors import ConfigError, ShardError
from provenance.jobs.sources.places import Found, find_file, find_url, hide_secrets, is_file

LARGEST = 64 * 1024 * 1024  # bytes of a list, inflated: some 400,000 lines of Common Crawl's
_SHOWN = 300  # characters of a line in a message
_STEP = 256 * 1024  # bytes read at once
_GZIP = b"\x1f\x8b"
_LIST = re.compile(r"\.(txt|lst|list|paths)(\.gz)?$", re.IGNORECASE)
_ARCHIVE_START = re.compile(rb"WARC/|filedesc:|\S+ \S+ \d{14} ")  # WARC, or the first line of an ARC file
_CRAWL_DATA = "crawl-data/"
_BASES = "--base https://data.commoncrawl.org/ or --base s3://commoncrawl/, or the folder that holds crawl-data"


def may_be_list(name: str) -> bool:
    """Whether a file of this name may be a list of archives."""
    return _LIST.search(name) is not None


def read_list(origin: str, base: str | None, fetch: FetchOptions) -> list[Found] | None:
    """The archives that the list at a place names, in its order; None when it is an archive itself.

    `fetch` is how it is read where it is remote. Raises ConfigError when it cannot be read, and with the number of the
    line that names nothing readable.
    """
    stored = _read_stored(origin, fetch)
    if stored is None:
        return None
    found = list(_read_lines(_decode(_inflate(stored, hide_secrets(origin))), origin, base))
    if not found:
        raise ConfigError(f"{hide_secrets(origin)}: this list names no archive")
    return found


def check_base(base: str | None) -> str | None:
    """The base as a place with a slash at its end. Raises ConfigError when there is no such folder."""
    if base is None:
        return None
    if "://" in base:
        place = base.rstrip("/")
        find_url(f"{place}/crawl-data")
    else:
        if not os.path.isdir(base):
            raise ConfigError(f"--base {base}: no such folder")
        place = os.path.abspath(base).rstrip("/")
    return f"{place}/"


def _read_stored(place: str, fetch: FetchOptions) -> bytes | None:
    """The bytes of a list, compressed or not; None when they begin as an archive does."""
    try:
        with closing(open_source(place, fetch)) as source:
            head = source.read_at(0, _STEP)
            if _ARCHIVE_START.match(_inflate_head(head)):
                return None
            pieces = [head]
            while len(pieces[-1]) == _STEP and len(pieces) <= LARGEST // _STEP:
                pieces.append(source.read_at(len(pieces) * _STEP, _STEP))
    except ShardError as error:
        raise ConfigError(f"{hide_secrets(place)}: {error.reason}") from error
    except SourceError as error:
        raise ConfigError(f"{hide_secrets(place)}: {error}") from error
    return b"".join(pieces)


def _inflate_head(head: bytes) -> bytes:
    if not head.startswith(_GZIP):
        return head
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, _STEP)
    except zlib.error:
        return b""


def _inflate(stored: bytes, shown: str) -> bytes:
    if not stored.startswith(_GZIP):
        data = stored
    else:
        try:
            data = gzip.GzipFile(fileobj=io.BytesIO(stored)).read(LARGEST + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise ConfigError(f"{shown}: a damaged list: {error}; fetch it again") from error
    if len(data) > LARGEST:
        raise ConfigError(f"{shown}: larger than a list may be ({LARGEST:,} bytes); split it")
    return data


def _decode(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "surrogateescape")


def _read_lines(text: str, origin: str, base: str | None) -> Iterator[Found]:
    crawl_data = base
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip(" \t\r")
        if not line or line.startswith("#"):
            continue
        try:
            if line.startswith(_CRAWL_DATA):
                crawl_data = crawl_data or _find_crawl_data(origin)
                yield _find(crawl_data + line)
            else:
                yield _find(_resolve(line, origin, base))
        except ConfigError as error:
            raise ConfigError(f"{hide_secrets(origin)}, line {number}: {error}") from None


def _find(place: str) -> Found:
    if not is_file(place):
        return find_url(place)
    if not os.path.isfile(place):
        shown = place if len(place) < _SHOWN else f"{place[:_SHOWN]}..."
        what = "is a folder" if os.path.isdir(place) else "no such file, and no URL"
        raise ConfigError(f"{shown!r}: {what}; a list names an archive a line")
    return find_file(Path(place))


def _resolve(line: str, origin: str, base: str | None) -> str:
    """The place of a line; `base` ends with a slash."""
    if "://" in line:
        return line
    if not line.startswith("/"):
        return (base or f"{origin.partition('?')[0].rpartition('/')[0]}/") + line
    if not is_file(origin):
        raise ConfigError(f"{line!r}: a path of another machine")
    return line


def _find_crawl_data(origin: str) -> str:
    """Where `crawl-data` lies: the part of the list's own place before it, or a folder beside or above the list."""
    before, found, _ = origin.partition(f"/{_CRAWL_DATA}")
    if found:
        return f"{before}/"
    for folder in PurePosixPath(origin).parents if is_file(origin) else ():
        if os.path.isdir(folder / _CRAWL_DATA):
            return f"{folder}/"
    raise ConfigError(f"the line names no host or folder; say where crawl-data lies: {_BASES}")
