"""Objects as files of this machine: copies of the same size in which the bytes that were asked for are filled in.

What reads a file (polars, pyarrow, numpy) reads a copy just as it reads a file, and comes to the same numbers; of a
Parquet file of which two columns are wanted only their bytes are fetched. Copies belong to a process and to the version
of the object they were begun with, and are forgotten after each task.
"""

import errno
import re
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from provenance.objects.place import ObjectPath, Place
from provenance.objects.requests import find_facts, get_pieces
from provenance.store.local import local_folder

Span = tuple[int, int]
_FOOTER = 64 * 1024  # bytes at the end of a Parquet file that are fetched first: mostly all that describes it
_GAP = 256 * 1024  # bytes between two spans that are rather fetched than asked around
_UNUSUAL = re.compile(r"[^A-Za-z0-9._-]")
_MAGIC = b"PAR1"  # at both ends of a Parquet file


@dataclass(slots=True)
class _Copy:
    path: Path
    size: int
    etag: str
    spans: list[Span] = field(default_factory=list)  # sorted, apart from each other
    guard: threading.RLock = field(default_factory=threading.RLock)


_copies: dict[ObjectPath, _Copy] = {}
_guard = threading.Lock()
_numbers = count()


def bring(place: Place) -> Path:
    """A file of this machine with all bytes of the place. Raises FileNotFoundError, OSError."""
    if isinstance(place, Path):
        return place
    copy = _begin(place)
    _fill(place, copy, [(0, copy.size)])
    return copy.path


def bring_spans(place: Place, spans: Iterable[Span]) -> Path:
    """A file of this machine in which the bytes of the spans [begin, end) can be read; the rest are zeros."""
    if isinstance(place, Path):
        return place
    copy = _begin(place)
    _fill(place, copy, spans)
    return copy.path


def bring_span(place: Place, begin: int, end: int) -> Path:
    """A file of this machine in which the bytes in [begin, end) can be read."""
    return bring_spans(place, [(begin, end)])


def bring_columns(place: Place, columns: Sequence[str] | None, groups: Iterable[int] | None = None) -> Path:
    """A Parquet file of which these columns of the top level (null: all) can be read, in all or some row groups."""
    if isinstance(place, Path):
        return place
    if columns is None and groups is None:
        return bring(place)
    copy = _begin(place)
    metadata = _bring_footer(place, copy)
    chosen = range(metadata.num_row_groups) if groups is None else groups
    _fill(place, copy, [span for group in chosen for span in _find_chunks(metadata.row_group(group), columns)])
    return copy.path


def bring_footer(place: Place) -> Path:
    """A Parquet file whose schema, metadata and statistics can be read."""
    if isinstance(place, Path):
        return place
    copy = _begin(place)
    _bring_footer(place, copy)
    return copy.path


def adopt_copy(place: ObjectPath, path: Path) -> None:
    """Takes a whole file for the copy of an object that it is to become; the file itself stays. Raises OSError."""
    forget_copies([place])
    with _guard:
        own, size = _name_copy(place), path.stat().st_size
        own.hardlink_to(path)
        _copies[place] = _Copy(own, size, "", [(0, size)])


def forget_copies(places: Iterable[Place] | None = None) -> None:
    """Deletes this process's copies of the places, or all of its copies."""
    with _guard:
        told = list(_copies) if places is None else [place for place in places if isinstance(place, ObjectPath)]
        for copy in [_copies.pop(place) for place in told if place in _copies]:
            copy.path.unlink(missing_ok=True)


def _begin(place: ObjectPath) -> _Copy:
    if found := _copies.get(place):
        return found
    facts = find_facts(place)
    if facts is None:
        raise FileNotFoundError(errno.ENOENT, "no such object", str(place))
    with _guard:
        if place not in _copies:
            path = _name_copy(place)
            with path.open("wb") as file:
                file.truncate(facts.size)
            _copies[place] = _Copy(path, facts.size, facts.etag)
        return _copies[place]


def _name_copy(place: ObjectPath) -> Path:
    return local_folder() / f"{next(_numbers)}-{_UNUSUAL.sub('_', place.name)[-100:]}"


def _fill(place: ObjectPath, copy: _Copy, spans: Iterable[Span]) -> None:
    within = [(begin, min(end, copy.size)) for begin, end in spans]
    with copy.guard, _keeping(place), copy.path.open("r+b") as file:
        for begin, end in _find_missing(copy, within):
            file.seek(begin)
            get_pieces(place, file.write, begin, end, copy.etag)
            file.flush()
            copy.spans = _join([*copy.spans, (begin, end)], 0)


@contextmanager
def _keeping(place: ObjectPath) -> Iterator[None]:
    """Says of a full disk what to do about it."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        said = f"no copy can be kept in {tempfile.gettempdir()} ({error.strerror})"
        raise OSError(
            error.errno, f"{said}; free some space, or set TMPDIR to a folder with more", str(place)
        ) from None


def _find_missing(copy: _Copy, spans: Iterable[Span]) -> list[Span]:
    missing: list[Span] = []
    for begin, end in _join([span for span in spans if span[0] < span[1]], _GAP):
        for had_begin, had_end in copy.spans:
            if begin < had_begin < end:
                missing.append((begin, had_begin))
            if had_begin <= begin < had_end or begin < had_begin < end:
                begin = max(begin, had_end)
        if begin < end:
            missing.append((begin, end))
    return missing


def _join(spans: Sequence[Span], gap: int) -> list[Span]:
    """Sorted spans; those that touch, or are no further apart than `gap` bytes, are one."""
    joined: list[Span] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1] + gap:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def _bring_footer(place: ObjectPath, copy: _Copy) -> pq.FileMetaData:
    """The footer tells how long it is; what begins the file is known, and is not asked for."""
    with copy.guard:
        _fill(place, copy, [(max(0, copy.size - _FOOTER), copy.size)])
        with copy.path.open("r+b") as file:
            file.seek(max(0, copy.size - 8))
            end = file.read(8)
            if end[4:] == _MAGIC and not copy.spans[0][0] < len(_MAGIC):
                file.seek(0)
                file.write(_MAGIC)
        _fill(place, copy, [(max(0, copy.size - 8 - int.from_bytes(end[:4], "little")), copy.size)])
    try:
        return pq.read_metadata(copy.path)
    except pa.ArrowException as error:
        raise type(error)(f"{place}: {error}") from None


def _find_chunks(group: pq.RowGroupMetaData, columns: Sequence[str] | None) -> Iterable[Span]:
    for number in range(group.num_columns):
        chunk = group.column(number)
        if columns is None or any(f"{chunk.path_in_schema}.".startswith(f"{name}.") for name in columns):
            starts = [chunk.data_page_offset, chunk.dictionary_page_offset]
            begin = min(start for start in starts if start is not None and start > 0)
            yield begin, begin + chunk.total_compressed_size
