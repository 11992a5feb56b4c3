"""What the user named, as archives: paths, globs, folders, lists, URLs, buckets and standard input."""

import glob
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from provenance.archive.source import FetchOptions, describe_place, list_objects
from provenance.archive.source.opening import open_server
from provenance.errors import ConfigError, ShardError
from provenance.jobs.sources.listing import check_base, may_be_list, read_list
from provenance.jobs.sources.places import ARCHIVE, STDIN, Found, find_file, find_url, hide_secrets, is_remote, path_of

MOST_ASKED = 100  # URLs named one by one whose size and version are asked for before reading
ASKING_S = 10.0  # seconds after which a server that is asked for them is not waited for
_LOOKED_FOR = "looked for names ending in .warc, .wet, .wat, .arc, and these with .gz, .zst, .lz4, .bz2 or .xz"


@dataclass(frozen=True, slots=True)
class InputOptions:
    """`base`: where the relative lines of lists count from; `name`: of the archive on standard input."""

    base: str | None = None
    name: str | None = None
    fetch: FetchOptions = field(default_factory=FetchOptions)


def find_archives(inputs: Iterable[str], options: InputOptions) -> Iterator[Found]:
    """Every archive of the inputs, in their order; some may come twice. Raises ConfigError."""
    named = list(inputs)
    options = replace(options, base=check_base(options.base))
    ask = sum(map(is_remote, named)) <= MOST_ASKED
    ready = False
    for text in named:
        for found in _find(text, options, ask=ask):
            if not ready and found.place.startswith("s3://"):
                open_server(found.place, options.fetch).close()  # a missing package is found out before any work
                ready = True
            ask = ask and (found.version != "" or not is_remote(found.place))  # one that does not answer is enough
            yield found


def _find(text: str, options: InputOptions, *, ask: bool) -> Iterable[Found]:
    if text == STDIN:
        return [Found(STDIN)]
    if is_remote(text):
        return _find_remote(text, options, ask=ask)
    return _find_local(text, options)


def _find_remote(text: str, options: InputOptions, *, ask: bool) -> Iterable[Found]:
    """The archives of a URL; `ask` for what is known of one."""
    if text.startswith("s3://") and ("*" in text or text.endswith("/") or text.count("/") < 3):
        return _find_in_bucket(text, options.fetch)
    found = find_url(text)
    if "*" in path_of(found.place):
        raise ConfigError(f"{hide_secrets(text)}: a web server has no globs; name the archives in a list file")
    listed = _read_list(found, options)
    if listed is not None:
        return listed
    return [_describe(found, options.fetch) if ask else found]


def _find_in_bucket(text: str, fetch: FetchOptions) -> Iterator[Found]:
    try:
        objects = list_objects(text, fetch)
    except ShardError as error:
        raise ConfigError(str(error)) from error
    named = [item for item in objects if "*" in text or ARCHIVE.search(item.url)]
    if not named:
        raise ConfigError(f"{text}: no archive there; {_LOOKED_FOR}")
    for item in named:
        yield Found(item.url, item.size, f"{item.size} bytes, written {item.modified.isoformat()}")


def _describe(found: Found, fetch: FetchOptions) -> Found:
    """With size and version, where they can be had at once. Where not, reading it will say why."""
    try:
        facts = describe_place(found.place, replace(fetch, attempts=1, timeout_s=min(fetch.timeout_s, ASKING_S)))
    except ShardError:
        return found
    return Found(found.place, facts.size or 0, facts.version)


def _find_local(text: str, options: InputOptions) -> Iterator[Found]:
    path = Path(text)
    if path.is_dir():
        yield from _find_in_folder(path)
    elif path.exists():
        yield from _find_in_file(path, options)
    else:
        matches = sorted(glob.glob(text, recursive=True))
        if not matches:
            raise ConfigError(f"{text}: no such file or folder")
        for match in matches:
            yield from _find_local(match, options)


def _find_in_folder(folder: Path) -> Iterator[Found]:
    found = sorted(inner for inner in folder.rglob("*") if inner.is_file() and ARCHIVE.search(inner.name))
    if not found:
        raise ConfigError(f"{folder}: no archive in this folder; {_LOOKED_FOR}")
    yield from map(find_file, found)


def _find_in_file(path: Path, options: InputOptions) -> Iterable[Found]:
    found = find_file(path)
    listed = _read_list(found, options)
    return [found] if listed is None else listed


def _read_list(found: Found, options: InputOptions) -> list[Found] | None:
    """The archives of a list, None where the file is none."""
    return read_list(found.place, options.base, options.fetch) if may_be_list(path_of(found.place)) else None
