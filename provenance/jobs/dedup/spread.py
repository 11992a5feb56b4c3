"""The spread job: a shard's signatures become keys that can be cut into ranges, and rows that can be looked up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from provenance.dedup import DedupOptions
from provenance.dedup.clusters import read_signatures
from provenance.dedup.keys import make_rows
from provenance.jobs.dedup.documents import Documents
from provenance.jobs.dedup.scratch import Part, Scratch
from provenance.jobs.pieces.cuts import CutWriter, cut_paths
from provenance.run import Progress, Receipt, Stopwatch, Task
from provenance.store import Place, open_whole

RUN_BYTES = 48 * 1024 * 1024  # keys sorted at a time: those of about 120,000 documents
_ALL = 1 << 64


@dataclass(frozen=True, slots=True)
class SpreadKeys:
    """Lays a shard's signatures in the scratch folder, and its keys, cut into `n_cuts` ranges."""

    documents: Documents
    options: DedupOptions
    scratch: Scratch
    n_cuts: int

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt counts documents and keys. Raises OutputError when the folder cannot be written."""
        watch = Stopwatch()
        name = part_name(task.crawl, task.shard)
        with open_whole(self.scratch.signatures_path(name)) as file:
            n_documents, n_keys = write_runs(
                self.scratch.keys_path(name, self.n_cuts), self.n_cuts, self._read(task, file)
            )
        return watch.receipt(task, {"documents": n_documents, "keys": n_keys})

    def outputs(self, task: Task) -> Iterator[Place]:
        """The files a finished task leaves."""
        name = part_name(task.crawl, task.shard)
        yield self.scratch.signatures_path(name)
        yield from cut_paths(self.scratch.keys_path(name, self.n_cuts))

    def _read(self, task: Task, file: BinaryIO) -> Iterator[tuple[NDArray[np.void], int]]:
        start = 0
        for batch in self.documents.read_signatures(task.crawl, task.shard):
            signed, matrix = read_signatures(batch["signature"], self.options.num_perm)
            rows = make_rows(batch["exact_hash"], matrix, signed, self.options)
            rows["item"] += start
            whole = np.zeros((batch.height, self.options.num_perm), "<u4")
            whole[signed] = matrix
            file.write(whole.tobytes())
            start += batch.height
            yield rows, batch.height


def part_name(crawl: str, shard: str) -> str:
    """The name of a shard's pieces."""
    return f"{crawl}.{shard}"


def number_parts(names: Sequence[tuple[str, str]], n_documents: Sequence[int]) -> tuple[Part, ...]:
    """The shards (crawl, shard) of a search, each with the number of its first document."""
    starts = [total - n for total, n in zip(accumulate(n_documents), n_documents, strict=True)]
    rows = zip(names, n_documents, starts, strict=True)
    return tuple(Part(part_name(crawl, shard), n, start) for (crawl, shard), n, start in rows)


def number_names(n: int) -> list[str]:
    """A name for each of `n` ranges or portions: the numbers from 0 on."""
    return [f"{number:05}" for number in range(n)]


def range_of(number: int, n_ranges: int) -> tuple[int, int]:
    """The keys of a range: from the first on, below the second."""
    return number * _ALL // n_ranges, (number + 1) * _ALL // n_ranges


def write_runs(place: Place, n_cuts: int, batches: Iterator[tuple[NDArray[np.void], int]]) -> tuple[int, int]:
    """Writes rows with a `key`, cut into ranges of keys; gives how many documents and rows there were.

    Each batch comes with the number of its documents. Raises OutputError.
    """
    lows = np.array([range_of(number, n_cuts)[0] for number in range(n_cuts)], np.uint64)
    n_documents = n_rows = 0
    with CutWriter(place, n_cuts) as writer:
        for rows, n in _gather_runs(batches):
            rows = rows[np.argsort(rows["key"], kind="stable")]
            writer.add_rows(rows, np.searchsorted(rows["key"], lows))
            n_documents, n_rows = n_documents + n, n_rows + len(rows)
    return n_documents, n_rows


def _gather_runs(batches: Iterator[tuple[NDArray[np.void], int]]) -> Iterator[tuple[NDArray[np.void], int]]:
    """Batches of rows put together to about `RUN_BYTES`, with the number of their documents."""
    waiting: list[NDArray[np.void]] = []
    n_documents = 0
    for rows, n in batches:
        waiting.append(rows)
        n_documents += n
        if sum(some.nbytes for some in waiting) >= RUN_BYTES:
            yield np.concatenate(waiting), n_documents
            waiting, n_documents = [], 0
    if waiting:
        yield np.concatenate(waiting), n_documents
