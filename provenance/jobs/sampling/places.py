"""The files of the index that the user named, by crawl: Parquet files, folders, globs, prefixes, lists of files."""

import glob
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from provenance.archive.source import FetchOptions, list_objects
from provenance.errors import ConfigError, ShardError
from provenance.jobs.sources.listing import check_base, may_be_list, read_list
from provenance.jobs.sources.places import find_file, find_url, identify_place, is_remote, path_of, show_place

COMMON_CRAWL = "https://data.commoncrawl.org/"
DEFAULT_CRAWL = "local"
SUBSET = "warc"  # the part of the table with successful captures
_PARTITION = re.compile(r"(?:^|/)(crawl|subset)=([^/]+)(?=/)")
_CRAWL = re.compile(r"CC-MAIN-\d{4}(?:-\d{2,4})?(?![\d-])")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


@dataclass(frozen=True, slots=True, order=True)
class IndexPlace:
    """A file of the index; `subset` is as its path tells it, `warc` where it tells none."""

    crawl: str
    subset: str
    place: str

    @property
    def shown(self) -> str:
        """The place for people and files, without secrets."""
        return show_place(self.place)


def find_index(
    inputs: Iterable[str], crawls: Iterable[str], base: str | None, fetch: FetchOptions
) -> dict[str, list[IndexPlace]]:
    """The files by crawl, each once, crawls and files in order of their names.

    The crawl is read off the path (`crawl=NAME`, else CC-MAIN-YYYY-WW). With `crawls` only those are taken; a single
    one names files whose paths tell none. Raises ConfigError for what is not there, and for a crawl without a file.
    """
    wanted, base = tuple(crawls), check_base(base or COMMON_CRAWL)
    for name in wanted:
        if not _NAME.fullmatch(name):
            raise ConfigError(f"--crawl {name!r}: a name has letters, digits, '.', '_' and '-' only, 80 at most")
    unnamed = wanted[0] if len(wanted) == 1 else DEFAULT_CRAWL
    places = {identify_place(place): place for text in inputs for place in _find(text, base, fetch)}
    found: dict[str, list[IndexPlace]] = {}
    for one in sorted(_describe(place, unnamed) for place in places.values()):
        if not wanted or one.crawl in wanted:
            found.setdefault(one.crawl, []).append(one)
    for name in wanted or list(found):
        if not any(one.subset == SUBSET for one in found.get(name, [])):
            raise ConfigError(f"no file of the index is of the crawl {name} and its subset {SUBSET}")
    if not found:
        raise ConfigError("no file of the index was named")
    return found


def _describe(place: str, unnamed: str) -> IndexPlace:
    path = path_of(place)
    told = dict(_PARTITION.findall(path))
    named = _CRAWL.search(path)
    crawl = told.get("crawl") or (named.group() if named else unnamed)
    if not _NAME.fullmatch(crawl):
        raise ConfigError(f"{show_place(place)}: {crawl!r} is no name of a crawl")
    return IndexPlace(crawl, told.get("subset", SUBSET), place)


def _find(text: str, base: str | None, fetch: FetchOptions) -> Iterable[str]:
    if may_be_list(path_of(text)) and (is_remote(text) or Path(text).is_file()):
        origin = find_url(text).place if is_remote(text) else find_file(Path(text)).place
        return [found.place for found in read_list(origin, base, fetch) or []]
    if text.startswith("s3://"):
        return _find_in_bucket(text, fetch)
    if is_remote(text):
        if "*" in path_of(find_url(text).place):
            raise ConfigError(f"{show_place(text)}: a web server has no globs; name the files in a list, one a line")
        return [find_url(text).place]
    return _find_local(text)


def _find_in_bucket(text: str, fetch: FetchOptions) -> list[str]:
    try:
        found = [item.url for item in list_objects(text, fetch) if item.url.endswith(".parquet")]
    except ShardError as error:
        raise ConfigError(str(error)) from error
    if not found:
        raise ConfigError(f"{text}: no Parquet file there; a prefix ends with a slash")
    return found


def _find_local(text: str) -> list[str]:
    path = Path(text)
    if path.is_dir():
        named = sorted(path.rglob("*.parquet"))
    else:
        named = [path] if path.exists() else [Path(one) for one in sorted(glob.glob(text, recursive=True))]
    if not named:
        raise ConfigError(f"{text}: " + ("no Parquet file in this folder" if path.is_dir() else "no such file"))
    return [find_file(one).place for one in named]
