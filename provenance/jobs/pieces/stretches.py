"""Single spans of large files, read in stretches: those near each other with one request, and some requests ahead."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from provenance.dedup.keys import Rows
from provenance.jobs.pieces.ahead import read_ahead
from provenance.store import Place, read_span

_GAP = 256 * 1024  # bytes between two spans that are rather read than asked around
_LONGEST = 4 * 1024 * 1024  # bytes of a stretch, its last span left out


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a file, and where in it the spans asked for begin and end."""

    place: Place
    begin: int
    end: int
    begins: Rows
    ends: Rows

    def read(self) -> tuple["Stretch", bytes]:
        """Itself, with its bytes. Raises OSError."""
        return self, read_span(self.place, self.begin, self.end)


def find_stretches(place: Place, begins: Rows, ends: Rows) -> Iterator[Stretch]:
    """Stretches for spans of a file that are in ascending order and do not overlap."""
    if not len(begins):
        return
    apart = begins[1:] > ends[:-1] + _GAP
    apart |= begins[1:] // _LONGEST != begins[:-1] // _LONGEST
    edges = [0, *(np.flatnonzero(apart) + 1).tolist(), len(begins)]
    for start, stop in pairwise(edges):
        begin = int(begins[start])
        yield Stretch(place, begin, int(ends[stop - 1]), begins[start:stop] - begin, ends[start:stop] - begin)


def read_stretches(folder: Place, stretches: Iterable[Stretch]) -> Iterator[tuple[Stretch, bytes]]:
    """The stretches with their bytes, in order; all lie in one folder."""
    return read_ahead(folder, stretches, Stretch.read)
