"""The jobs that find boilerplate: a shard's paragraphs as rows that can be cut, and those of a range that recur."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.dedup import DedupOptions
from provenance.dedup.paragraphs import PARAGRAPH, Paragraphs, find_paragraphs, find_repeated
from provenance.jobs.dedup.documents import Documents
from provenance.jobs.dedup.scratch import Part, Scratch, read_parts
from provenance.jobs.dedup.spread import part_name, write_runs
from provenance.jobs.pieces.cuts import CutWriter, cut_paths
from provenance.run import Progress, Receipt, Stopwatch, Task
from provenance.store import Place

PARAGRAPH_MEMORY = 4 * PARAGRAPH.itemsize  # bytes a paragraph needs at the height of the search


@dataclass(frozen=True, slots=True)
class SpreadParagraphs:
    """Lays a shard's paragraphs in the scratch folder, cut into `n_cuts` ranges of their keys."""

    documents: Documents
    options: DedupOptions
    scratch: Scratch
    n_cuts: int

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt counts documents and paragraphs. Raises OutputError when the folder cannot be written."""
        watch = Stopwatch()
        name = part_name(task.crawl, task.shard)
        n_documents, n_paragraphs = write_runs(
            self.scratch.paragraphs_path(name, self.n_cuts), self.n_cuts, self._read(task)
        )
        return watch.receipt(task, {"documents": n_documents, "paragraphs": n_paragraphs})

    def outputs(self, task: Task) -> Iterator[Place]:
        """The files a finished task leaves."""
        yield from cut_paths(self.scratch.paragraphs_path(part_name(task.crawl, task.shard), self.n_cuts))

    def _read(self, task: Task) -> Iterator[tuple[Paragraphs, int]]:
        numbers = _number_texts(self.documents.read_facts(task.crawl, task.shard, [])["exact_hash"])
        for batch in self.documents.read_texts(task.crawl, task.shard):
            texts = numbers[batch["item"].to_numpy()]
            yield find_paragraphs(batch, texts, least_words=self.options.paragraph_words), batch.height


@dataclass(frozen=True, slots=True)
class RepeatRange:
    """Finds the paragraphs of one of `n_ranges` ranges that many documents have; each range is of whole cuts."""

    options: DedupOptions
    scratch: Scratch
    parts: tuple[Part, ...]
    n_ranges: int
    n_cuts: int

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt counts paragraphs and those repeated. Raises OutputError when the folder cannot be written."""
        watch = Stopwatch()
        places = [self.scratch.paragraphs_path(part.name, self.n_cuts) for part in self.parts]
        first, end = ((int(task.shard) + more) * self.n_cuts // self.n_ranges for more in (0, 1))
        rows = read_parts(places, self.parts, first, end, PARAGRAPH)
        repeated = find_repeated(rows, least_texts=self.options.paragraph_documents)
        with CutWriter(self._path(task), len(self.parts)) as writer:
            writer.add_rows(repeated, np.searchsorted(repeated["item"], [part.start for part in self.parts]))
        return watch.receipt(task, {"paragraphs": len(rows), "repeated": len(repeated)})

    def outputs(self, task: Task) -> Iterator[Place]:
        """The files a finished task leaves."""
        yield from cut_paths(self._path(task))

    def _path(self, task: Task) -> Place:
        return self.scratch.repeated_path(task.shard, self.n_ranges)


def _number_texts(exact_hashes: pl.Series) -> NDArray[np.uint64]:
    """Equal numbers for equal texts; that of a missing text, which has no paragraphs, does not matter."""
    data = b"".join((value or bytes(8))[:8].ljust(8, b"\0") for value in exact_hashes.to_list())
    return np.frombuffer(data, "<u8")
