"""The spread job: a shard's signatures become keys that can be cut into partitions, and rows that can be looked up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from provenance.dedup import DedupOptions
from provenance.dedup.clusters import read_signatures
from provenance.dedup.keys import make_rows
from provenance.jobs.dedup.documents import Documents
from provenance.jobs.dedup.scratch import Part, Scratch
from provenance.run import Progress, Receipt, Stopwatch, Task
from provenance.store import open_whole

RUN_BYTES = 48 * 1024 * 1024  # keys sorted at a time: those of about 120,000 documents


@dataclass(frozen=True, slots=True)
class SpreadKeys:
    """Lays a shard's keys and signatures in the scratch folder."""

    documents: Documents
    options: DedupOptions
    scratch: Scratch

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt counts documents and keys. Raises OutputError when the folder cannot be written."""
        watch = Stopwatch()
        name = part_name(task.crawl, task.shard)
        n_documents = n_keys = n_runs = 0
        self.scratch.forget_runs(name)
        with open_whole(self.scratch.signatures_path(name)) as file:
            for rows, n in gather_runs(self._read(task, file), RUN_BYTES):
                self.scratch.write_run(name, n_runs, rows)
                n_documents, n_keys, n_runs = n_documents + n, n_keys + len(rows), n_runs + 1
        return watch.receipt(task, {"documents": n_documents, "keys": n_keys})

    def outputs(self, task: Task) -> Iterator[Path]:
        """The files a finished task leaves."""
        yield self.scratch.signatures_path(part_name(task.crawl, task.shard))

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


def gather_runs(
    batches: Iterator[tuple[NDArray[np.void], int]], n_bytes: int
) -> Iterator[tuple[NDArray[np.void], int]]:
    """Batches of keys put together to about `n_bytes`, with the number of their documents."""
    waiting: list[NDArray[np.void]] = []
    n_documents = 0
    for rows, n in batches:
        waiting.append(rows)
        n_documents += n
        if sum(some.nbytes for some in waiting) >= n_bytes:
            yield np.concatenate(waiting), n_documents
            waiting, n_documents = [], 0
    if waiting:
        yield np.concatenate(waiting), n_documents
