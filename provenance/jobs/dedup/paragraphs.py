"""The jobs that find boilerplate: a shard's paragraphs as rows that can be cut, and those of a range that recur."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.dedup import DedupOptions
from provenance.dedup.paragraphs import PARAGRAPH, Paragraphs, find_paragraphs, find_repeated
from provenance.jobs.dedup.documents import Documents
from provenance.jobs.dedup.link import range_of
from provenance.jobs.dedup.scratch import Part, Scratch
from provenance.jobs.dedup.spread import RUN_BYTES, gather_runs, part_name
from provenance.run import Progress, Receipt, Stopwatch, Task

PARAGRAPH_MEMORY = 4 * PARAGRAPH.itemsize  # bytes a paragraph needs at the height of the search
_KIND = "paragraphs"


@dataclass(frozen=True, slots=True)
class SpreadParagraphs:
    """Lays a shard's paragraphs in the scratch folder."""

    documents: Documents
    options: DedupOptions
    scratch: Scratch

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt counts documents and paragraphs. Raises OutputError when the folder cannot be written."""
        watch = Stopwatch()
        name = part_name(task.crawl, task.shard)
        self.scratch.forget_runs(name, _KIND)
        n_documents = n_paragraphs = n_runs = 0
        for rows, n in gather_runs(self._read(task), RUN_BYTES):
            self.scratch.write_run(name, n_runs, rows, _KIND)
            n_documents, n_paragraphs, n_runs = n_documents + n, n_paragraphs + len(rows), n_runs + 1
        if not n_runs:
            self.scratch.write_run(name, 0, np.empty(0, PARAGRAPH), _KIND)
        return watch.receipt(task, {"documents": n_documents, "paragraphs": n_paragraphs})

    def outputs(self, task: Task) -> Iterator[Path]:
        """The first of the files a finished task leaves; the last ones are written later."""
        yield self.scratch.run_path(part_name(task.crawl, task.shard), 0, _KIND)

    def _read(self, task: Task) -> Iterator[tuple[Paragraphs, int]]:
        numbers = _number_texts(self.documents.read_facts(task.crawl, task.shard, [])["exact_hash"])
        for batch in self.documents.read_texts(task.crawl, task.shard):
            texts = numbers[batch["item"].to_numpy()]
            yield find_paragraphs(batch, texts, least_words=self.options.paragraph_words), batch.height


@dataclass(frozen=True, slots=True)
class RepeatPartition:
    """Finds the paragraphs of one of `n_partitions` ranges that many documents have."""

    options: DedupOptions
    scratch: Scratch
    parts: tuple[Part, ...]
    n_partitions: int

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt counts paragraphs and those repeated. Raises OutputError when the folder cannot be written."""
        watch = Stopwatch()
        low, high = range_of(int(task.shard), self.n_partitions)
        found = [rows for part in self.parts for rows in self.scratch.read_runs(part, low, high, _KIND, PARAGRAPH)]
        rows = np.concatenate([np.empty(0, PARAGRAPH), *found])
        del found
        repeated = find_repeated(rows, least_texts=self.options.paragraph_documents)
        self.scratch.write_repeated(task.shard, repeated)
        return watch.receipt(task, {"paragraphs": len(rows), "repeated": len(repeated)})

    def outputs(self, task: Task) -> Iterator[Path]:
        """The files a finished task leaves."""
        yield self.scratch.repeated_path(task.shard)


def _number_texts(exact_hashes: pl.Series) -> NDArray[np.uint64]:
    """Equal numbers for equal texts; that of a missing text, which has no paragraphs, does not matter."""
    data = b"".join((value or bytes(8))[:8].ljust(8, b"\0") for value in exact_hashes.to_list())
    return np.frombuffer(data, "<u8")
