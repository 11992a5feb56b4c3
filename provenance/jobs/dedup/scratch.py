"""Where the search for copies lays its pieces: keys, signatures, pairs, members; deleted when it is done.

Arrays are little-endian and raw. A file under its own name is whole, so an interrupted search goes on with what lies
here. The name of what is cut, or belongs to a cut, says into how many parts: pieces of two ways to cut never mix.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenance.dedup.keys import ROW, Rows
from provenance.dedup.minhash import Signatures
from provenance.jobs.pieces.cuts import read_cuts
from provenance.jobs.pieces.stretches import find_stretches, read_stretches
from provenance.store import Place, file_size, open_whole, read_bytes, read_span

_PAIR_BYTES = 16
MEMBER = np.dtype([("item", "<i8"), ("component", "<i8")])


@dataclass(frozen=True, slots=True)
class Part:
    """One shard's share of the search: how many documents it has, and the number of its first."""

    name: str
    n_documents: int
    start: int


@dataclass(frozen=True, slots=True)
class Scratch:
    """The folder of one search."""

    folder: Place
    num_perm: int

    def keys_path(self, part: str, n_cuts: int) -> Place:
        """A shard's keys, cut by ranges of them; items count from 0 in the shard."""
        return self.folder / f"{part}.{n_cuts}.keys"

    def paragraphs_path(self, part: str, n_cuts: int) -> Place:
        """A shard's paragraphs, cut by ranges of their keys; items count from 0 in the shard."""
        return self.folder / f"{part}.{n_cuts}.paragraphs"

    def signatures_path(self, part: str) -> Place:
        """A shard's signatures, a row a document; zeros where there is none."""
        return self.folder / f"{part}.signatures"

    def shingles_path(self, part: str) -> Place:
        """The shingles of a shard's documents, each document's in order, where candidates are verified by them."""
        return self.folder / f"{part}.shingles"

    def offsets_path(self, part: str) -> Place:
        """Where each document's shingles begin, and where the last ones end."""
        return self.folder / f"{part}.offsets"

    def pairs_path(self, name: str, n_ranges: int) -> Place:
        """Pairs of items of the whole corpus, from one of so many ranges of keys."""
        return self.folder / f"{name}.{n_ranges}.pairs"

    def repeated_path(self, name: str, n_ranges: int) -> Place:
        """Paragraphs that many documents have, with items of the whole corpus, cut by shards."""
        return self.folder / f"{name}.{n_ranges}.repeated"

    def members_path(self, room: int) -> Place:
        """Items that have copies, with their components, cut into portions that `room` bytes suffice for."""
        return self.folder / f"{room}.members"

    def described_path(self, portion: int, n_portions: int) -> Place:
        """What is said of the members of a portion, cut by shards."""
        return self.folder / f"{portion:05}.{n_portions}.described"

    def write_pairs(self, place: Place, pairs: Rows) -> None:
        """Writes pairs of items. Raises OutputError."""
        with open_whole(place) as file:
            file.write(pairs.astype("<i8").tobytes())

    def read_pairs(self, place: Place) -> Rows:
        """The pairs of a range, shape (n, 2)."""
        return np.frombuffer(read_bytes(place), "<i8").reshape(-1, 2)

    def count_pairs(self, place: Place) -> int:
        """How many pairs a range has."""
        return file_size(place) // _PAIR_BYTES

    def read_some_pairs(self, place: Place, rows: Rows) -> Rows:
        """Those pairs of a range, shape (n, 2); `rows` in ascending order."""
        found = [np.zeros((0, 2), np.int64)]
        stretches = find_stretches(place, rows * _PAIR_BYTES, (rows + 1) * _PAIR_BYTES)
        for stretch, data in read_stretches(place, stretches):
            found.append(np.frombuffer(data, "<i8").reshape(-1, 2)[stretch.begins // _PAIR_BYTES])
        return np.concatenate(found)

    def read_signatures(self, part: Part, n_rows: int) -> Iterator[tuple[int, Signatures]]:
        """All signatures of a shard in stretches of `n_rows`, each with its first item in the shard."""
        width = 4 * self.num_perm
        for start in range(0, part.n_documents, n_rows):
            end = min(start + n_rows, part.n_documents)
            found = read_span(self.signatures_path(part.name), start * width, end * width)
            yield start, np.frombuffer(found, "<u4").reshape(-1, self.num_perm)


def share_out(items: Rows, parts: Sequence[Part]) -> Iterator[tuple[int, slice]]:
    """Which of the items, in ascending order, lie in which of the parts; parts without one are left out."""
    edges = np.searchsorted(items, [part.start for part in parts] + [part.start + part.n_documents for part in parts])
    for index, (begin, end) in enumerate(edges.reshape(2, -1).T.tolist()):
        if begin < end:
            yield index, slice(begin, end)


def read_parts(
    places: Sequence[Place], parts: Sequence[Part], first: int, end: int, dtype: np.dtype[np.void] = ROW
) -> NDArray[np.void]:
    """The rows of all shards between two cuts, with the items of the whole corpus; `places` are beside `parts`."""
    found = [np.empty(0, dtype)]
    for part, data in zip(parts, read_cuts(places, first, end), strict=True):
        rows = np.frombuffer(data, dtype).copy()
        rows["item"] += part.start
        found.append(rows)
    return np.concatenate(found)
