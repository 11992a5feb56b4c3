"""What the user named, as a list of shards: archives with a crawl and a name each."""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from provenance.errors import ConfigError
from provenance.jobs.sources.inputs import InputOptions, find_archives
from provenance.jobs.sources.places import STDIN, Found, identify_place, path_of

_SUFFIX = re.compile(r"(\.warc)?(?:\.(?:warc|wet|arc)|(\.wat))(\.(gz|zst|lz4|bz2|xz))?$")
_PARTITION = re.compile(r"(?:^|/)crawl=([A-Za-z0-9][A-Za-z0-9._-]{0,79})(?=/)")
_CRAWL = re.compile(r"CC-MAIN-\d{4}(?:-\d{2,4})?(?![\d-])")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_LONGEST = 160  # characters of a shard's name: file systems end at 255, and tables add to it
DEFAULT_CRAWL = "local"
DEFAULT_NAME = "stdin"  # of an archive from standard input


@dataclass(frozen=True, slots=True)
class Shard:
    """One archive of the input; `name` is unique within its crawl.

    `size` (bytes) is 0 where it is not known. `version` tells states of the archive apart (size and time of a file):
    with another version it is read again.
    """

    crawl: str
    name: str
    place: str
    size: int
    version: str = ""

    @property
    def flat_name(self) -> str:
        """Crawl and name as one file name, which two shards of a folder never share."""
        return f"{self.crawl}.{self.name}"

    @property
    def warc_filename(self) -> str:
        """The path inside the crawl as Common Crawl's index has it, else the file's name."""
        if self.place == STDIN:
            return self.name
        parts = path_of(self.place).rstrip("/").split("/")
        start = parts.index("crawl-data") if "crawl-data" in parts[:-1] else -1
        return "/".join(parts[start:])


def find_shards(inputs: Iterable[str], crawl: str | None, options: InputOptions | None = None) -> list[Shard]:
    """The shards of everything named, ordered by crawl and name; an archive named twice, or linked to, counts once.

    Without `crawl`, the name is read off the path (`crawl=NAME`, else CC-MAIN-YYYY-WW), else it is "local". Raises
    ConfigError for an input that is not there or names no archive, and for an unusable name.
    """
    options = options or InputOptions()
    _check_name("--crawl", crawl)
    _check_name("--name", options.name)
    archives: dict[str, Found] = {}
    for found in find_archives(inputs, options):
        archives.setdefault(identify_place(found.place), found)
    shards = [_make_shard(found, crawl, options.name or DEFAULT_NAME) for found in archives.values()]
    return sorted(_name_apart(shards), key=lambda shard: (shard.crawl, shard.name))


def _check_name(option: str, name: str | None) -> None:
    if name is not None and not _NAME.fullmatch(name):
        raise ConfigError(f"{option} {name!r}: a name has letters, digits, '.', '_' and '-' only, 80 at most")


def _make_shard(found: Found, crawl: str | None, piped: str) -> Shard:
    path = piped if found.place == STDIN else path_of(found.place)
    name = piped if found.place == STDIN else _stem(path.rpartition("/")[2])
    return Shard(crawl or _crawl_of(path), name, found.place, found.size, found.version)


def _crawl_of(path: str) -> str:
    named = _PARTITION.findall(path)
    if named:
        return str(named[-1])
    found = _CRAWL.search(path)
    return found.group() if found else DEFAULT_CRAWL


def _stem(name: str) -> str:
    stem = _SUFFIX.sub(r"\2", name)  # a WAT file lies beside the WET file of its name
    clean = re.sub(r"[^A-Za-z0-9._-]", "_", stem) or "shard"
    return clean if len(clean) <= _LONGEST else f"{clean[: _LONGEST - 9]}-{_digest(stem)}"


def _name_apart(shards: Sequence[Shard]) -> list[Shard]:
    """Shards that would share a file get a digest of their place behind the name."""
    counts = Counter(shard.flat_name for shard in shards)
    return [shard if counts[shard.flat_name] == 1 else replace(shard, name=_digested(shard)) for shard in shards]


def _digested(shard: Shard) -> str:
    return f"{shard.name}-{_digest(identify_place(shard.place))}"


def _digest(name: str) -> str:
    return hashlib.sha256(os.fsencode(name)).hexdigest()[:8]
