"""Opens a dictionary file, plain or gzip, and reads it in the format that its content shows."""

import gzip
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from provenance.adapters.dictionaries.dictd import INDEX_LINE, read_dictd
from provenance.adapters.dictionaries.ding import SIDES, read_ding
from provenance.adapters.dictionaries.found import Found
from provenance.adapters.dictionaries.tei import read_tei
from provenance.errors import ConfigError
from provenance.train.calques.entries import Entry

_GZIP = b"\x1f\x8b"
_INDEX, _ARTICLES = (".index", ".index.gz"), (".dict.dz", ".dict")
_LOOKED_AT = 200  # lines, by which a format is told
_KNOWN = "known are Ding (word {m} :: translation), FreeDict TEI XML, and a dictd .index with its .dict or .dict.dz"


@dataclass(frozen=True, slots=True)
class ReadDictionary:
    """A dictionary as read: its format, its entries and what was wrong, place by place."""

    path: Path
    format: str
    entries: tuple[Entry, ...]
    bad: tuple[str, ...]


def read_dictionaries(paths: Sequence[Path]) -> list[ReadDictionary]:
    """Each dictionary. Raises ConfigError for one that is missing, damaged, of no known format or without entries."""
    return [_read(path) for path in paths]


def list_files(path: Path) -> list[Path]:
    """The file, and those beside it that are or would be parts of the same dictd database, where there are any."""
    stem = path.name
    for ending in (".gz", ".dz", ".index", ".dict"):
        stem = stem.removesuffix(ending)
    beside = [path.parent / f"{stem}{ending}" for ending in (*_INDEX, *_ARTICLES)]
    return [path, *(file for file in beside if file.is_file() and file != path)]


def _read(path: Path) -> ReadDictionary:
    told, found = _parse(path)
    if not found.entries:
        first = f" ({found.bad[0]})" if found.bad else ""
        raise ConfigError(
            f"{path}: read as {told}, but without a single entry{first}; is it a dictionary into English?"
        )
    return ReadDictionary(path, told, tuple(found.entries), tuple(found.bad))


def _parse(path: Path) -> tuple[str, Found]:
    content = _content(path)
    if content[:200].lstrip(b"\xef\xbb\xbf \r\n").startswith((b"<?xml", b"<TEI", b"<!DOCTYPE")):
        return "TEI", _parse_tei(path, content)
    if path.name.endswith((".dict", ".dict.dz")):
        path = _sibling(path, path.name.removesuffix(".dz").removesuffix(".dict"), _INDEX)
        return _parse(path)
    lines = _lines(path, content)
    looked_at = [line for line in lines[:_LOOKED_AT] if line.strip() and not line.startswith("#")]
    if looked_at and sum(INDEX_LINE.match(line) is not None for line in looked_at) > len(looked_at) / 2:
        stem = path.name.removesuffix(".gz").removesuffix(".index")
        return "dictd", read_dictd(lines, _content(_sibling(path, stem, _ARTICLES)))
    if sum(SIDES in line for line in looked_at) > len(looked_at) / 2:
        return "Ding", read_ding(lines)
    raise ConfigError(f"{path}, line 1: in no format of dictionaries that is known; {_KNOWN}")


def _parse_tei(path: Path, content: bytes) -> Found:
    try:
        return read_tei(content)
    except (LookupError, ValueError) as error:
        raise ConfigError(
            f"{path}, line 1: its encoding cannot be read ({error}); convert it to UTF-8 first"
        ) from error
    except ElementTree.ParseError as error:
        raise ConfigError(
            f"{path}, line {error.position[0]}: not well-formed XML ({error}); get the file anew"
        ) from error


def _sibling(path: Path, stem: str, endings: Sequence[str]) -> Path:
    for ending in endings:
        if (path.parent / f"{stem}{ending}").is_file():
            return path.parent / f"{stem}{ending}"
    raise ConfigError(f"{path}: a dictd database is two files; {stem}{endings[0]} is not beside it")


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if content.startswith(_GZIP) else content
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"{path}: the dictionary cannot be read ({reason}); get the file anew") from error


def _lines(path: Path, content: bytes) -> list[str]:
    try:
        return content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"{path}, line {line}: no UTF-8; convert it first, as with iconv -f latin1 -t utf-8"
        ) from error
