"""What the user named to `provenance dedup`, as files of rows with a name each."""

import glob
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from provenance.errors import ConfigError
from provenance.jobs.sources.places import find_file
from provenance.textfiles import LINES, PARQUET

_KNOWN = (PARQUET, *LINES)
_FORMATS = ".parquet and .jsonl or .ndjson, these also with .gz or .zst"


@dataclass(frozen=True, slots=True)
class Input:
    """A file of rows; `version` changes when it is written again."""

    name: str
    path: str
    size: int
    version: str


def find_inputs(named: Iterable[str]) -> list[Input]:
    """The files of paths, globs and folders, ordered by name. Raises ConfigError for what cannot be read.

    A name is what sets the file's path apart from the others', with dots for slashes and without its ending.
    """
    paths = dict.fromkeys(os.path.abspath(path) for text in named for path in _find(text))
    base = os.path.commonpath([os.path.dirname(path) for path in paths]) if paths else ""
    relative = {path: os.path.relpath(path, base).replace(os.sep, ".") for path in paths}
    short = {path: _strip(name) for path, name in relative.items()}
    taken = Counter(name.lower() for name in short.values())  # some file systems take a.parquet and A.parquet for one
    found = []
    for path in paths:
        place = find_file(Path(path))
        alone = taken[short[path].lower()] == 1
        found.append(Input(short[path] if alone else relative[path], place.place, place.size, place.version))
    return sorted(found, key=lambda one: one.name)


def _find(text: str) -> Iterator[str]:
    path = Path(text)
    if "://" in text or text == "-":
        raise ConfigError(f"{text}: dedup reads its input several times; copy it to this machine and name the file")
    if path.is_dir():
        inner = sorted(str(one) for one in path.rglob("*") if one.is_file() and one.name.lower().endswith(_KNOWN))
        if not inner:
            raise ConfigError(f"{text}: no file to read in this folder; known are {_FORMATS}")
        yield from inner
    elif path.exists():
        if not text.lower().endswith(_KNOWN):
            raise ConfigError(f"{text}: unknown format; known are {_FORMATS}")
        yield text
    else:
        matches = sorted(glob.glob(text, recursive=True))
        if not matches:
            raise ConfigError(f"{text}: no such file or folder")
        for match in matches:
            yield from _find(match)


def _strip(name: str) -> str:
    ending = max((one for one in _KNOWN if name.lower().endswith(one)), key=len)
    return name[: -len(ending)] or name
