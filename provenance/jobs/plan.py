"""What the user named, as a list of shards: paths, globs and folders to archive files with a crawl and a name each."""

import glob
import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from provenance.errors import ConfigError
from provenance.jobs.places import identify_place, path_of, place_of

SUFFIXES = tuple(
    f".{kind}{packed}" for kind in ("warc", "wet", "warc.wet", "arc") for packed in ("", ".gz", ".zst", ".lz4")
)
_ARCHIVE = re.compile(r"\.(warc|wet|wat|arc)(\.(gz|zst|lz4|bz2|xz))?(\.open)?$")  # read, or lost with a reason
_CRAWL = re.compile(r"CC-MAIN-\d{4}(?:-\d{2,4})?(?![\d-])")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_LONGEST = 160  # characters of a shard's name: file systems end at 255, and tables add to it
DEFAULT_CRAWL = "local"


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
    def warc_filename(self) -> str:
        """The path inside the crawl as Common Crawl's index has it, else the file's name."""
        parts = path_of(self.place).rstrip("/").split("/")
        start = parts.index("crawl-data") if "crawl-data" in parts[:-1] else -1
        return "/".join(parts[start:])


def find_shards(inputs: Iterable[str], crawl: str | None) -> list[Shard]:
    """The shards of paths, globs and folders, ordered by crawl and name; a file named twice, or linked to, counts once.

    Without `crawl`, the name is read off the path (CC-MAIN-YYYY-WW), else it is "local". Raises ConfigError for an
    input that is not there, a folder without archives, or an unusable crawl name.
    """
    if crawl is not None and not _NAME.fullmatch(crawl):
        raise ConfigError(f"--crawl {crawl!r}: a crawl's name has letters, digits, '.', '_' and '-' only, 80 at most")
    places: dict[str, str] = {}
    for path in (path for text in inputs for path in _expand(text)):
        place = place_of(path)
        places.setdefault(identify_place(place), place)
    shards = [_describe(place, crawl or _crawl_of(place)) for place in places.values()]
    return sorted(_name_apart(shards), key=lambda shard: (shard.crawl, shard.name))


def _expand(text: str) -> list[Path]:
    if text == "-" or "://" in text:
        raise ConfigError(f"{text}: only files and folders on this machine can be read by this version")
    path = Path(text)
    if path.is_dir():
        found = sorted(inner for inner in path.rglob("*") if inner.is_file() and _ARCHIVE.search(inner.name))
        if not found:
            raise ConfigError(
                f"{text}: no archive in this folder; looked for names ending in {', '.join(SUFFIXES[:8])}"
            )
        return found
    if path.exists():
        return [path]
    matches = [Path(match) for match in sorted(glob.glob(text, recursive=True))]
    if not matches:
        raise ConfigError(f"{text}: no such file or folder")
    return [file for match in matches for file in (_expand(str(match)) if match.is_dir() else [match])]


def _crawl_of(place: str) -> str:
    found = _CRAWL.search(path_of(place))
    return found.group() if found else DEFAULT_CRAWL


def _stem(name: str) -> str:
    suffix = max((suffix for suffix in SUFFIXES if name.endswith(suffix)), key=len, default="")
    stem = name[: len(name) - len(suffix)] if suffix else name
    clean = re.sub(r"[^A-Za-z0-9._-]", "_", stem) or "shard"
    return clean if len(clean) <= _LONGEST else f"{clean[: _LONGEST - 9]}-{_digest(stem)}"


def _describe(place: str, crawl: str) -> Shard:
    try:
        place.encode()
        found = os.stat(place)
    except OSError as error:
        raise ConfigError(f"{place}: cannot be read: {error.strerror}") from error
    except UnicodeEncodeError as error:
        raise ConfigError(f"{place!r}: the name is not UTF-8, which tables need; rename the file") from error
    version = f"{found.st_size} bytes, written {found.st_mtime_ns}"
    return Shard(crawl, _stem(os.path.basename(place)), place, found.st_size, version)


def _name_apart(shards: Sequence[Shard]) -> list[Shard]:
    """Shards of one name in one crawl get a digest of their path behind the name."""
    counts = Counter((shard.crawl, shard.name) for shard in shards)
    return [
        shard if counts[shard.crawl, shard.name] == 1 else replace(shard, name=_digested(shard)) for shard in shards
    ]


def _digested(shard: Shard) -> str:
    return f"{shard.name}-{_digest(identify_place(shard.place))}"


def _digest(name: str) -> str:
    return hashlib.sha256(os.fsencode(name)).hexdigest()[:8]
