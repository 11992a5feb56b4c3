"""What the user named, as a list of shards: paths, globs and folders to archive files with a crawl and a name each."""

import glob
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from provenance.errors import ConfigError

SUFFIXES = tuple(
    f".{kind}{packed}" for kind in ("warc", "wet", "warc.wet", "arc") for packed in ("", ".gz", ".zst", ".lz4")
)
_CRAWL = re.compile(r"CC-MAIN-\d{4}(?:-\d{2,4})?(?![\d-])")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
DEFAULT_CRAWL = "local"


@dataclass(frozen=True, slots=True)
class Shard:
    """One archive file of the input; `name` is unique within its crawl."""

    crawl: str
    name: str
    path: Path
    size: int

    @property
    def warc_filename(self) -> str:
        """The path inside the crawl as Common Crawl's index has it, else the file's name."""
        posix = self.path.as_posix()
        start = posix.find("crawl-data/")
        return posix[start:] if start >= 0 else self.path.name


def find_shards(inputs: Iterable[str], crawl: str | None) -> list[Shard]:
    """The shards of paths, globs and folders, ordered by crawl and name; a file named twice counts once.

    Without `crawl`, the name is read off the path (CC-MAIN-YYYY-WW), else it is "local". Raises ConfigError for an
    input that is not there, a folder without archives, or an unusable crawl name.
    """
    if crawl is not None and not _NAME.fullmatch(crawl):
        raise ConfigError(f"--crawl {crawl!r}: a crawl's name has letters, digits, '.', '_' and '-' only")
    paths = dict.fromkeys(path for text in inputs for path in _expand(text))
    shards = [Shard(crawl or _crawl_of(path), _stem(path.name), path, _size(path)) for path in paths]
    return sorted(_name_apart(shards), key=lambda shard: (shard.crawl, shard.name))


def _expand(text: str) -> list[Path]:
    if text == "-" or "://" in text:
        raise ConfigError(f"{text}: only files and folders on this machine can be read by this version")
    path = Path(text)
    if path.is_dir():
        found = sorted(inner for inner in path.rglob("*") if inner.is_file() and inner.name.endswith(SUFFIXES))
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


def _crawl_of(path: Path) -> str:
    found = _CRAWL.search(str(path.absolute()))
    return found.group() if found else DEFAULT_CRAWL


def _stem(name: str) -> str:
    suffix = max((suffix for suffix in SUFFIXES if name.endswith(suffix)), key=len, default="")
    stem = name[: len(name) - len(suffix)] if suffix else name
    return re.sub(r"[^A-Za-z0-9._-]", "_", stem) or "shard"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error


def _name_apart(shards: Sequence[Shard]) -> list[Shard]:
    """Shards of one name in one crawl get a digest of their path behind the name."""
    counts = Counter((shard.crawl, shard.name) for shard in shards)
    return [
        shard if counts[shard.crawl, shard.name] == 1 else replace(shard, name=_digested(shard)) for shard in shards
    ]


def _digested(shard: Shard) -> str:
    return f"{shard.name}-{hashlib.sha256(str(shard.path).encode()).hexdigest()[:8]}"
