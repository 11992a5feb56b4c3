"""The cluster job: a shard's clusters table, from what was said of its documents."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from provenance.dedup.clusters import fill_clusters
from provenance.dedup.paragraphs import PARAGRAPH, sum_boilerplate
from provenance.jobs.dedup.documents import Documents
from provenance.jobs.dedup.scratch import Part, Scratch
from provenance.jobs.pieces.cuts import read_cuts, unpack_frame
from provenance.run import Progress, Receipt, Stopwatch, Task
from provenance.store import Place, write_table


@dataclass(frozen=True, slots=True)
class FillClusters:
    """Writes the clusters table of a shard.

    `names` are crawl and shard of each of `parts`; `repeated` names the ranges of repeated paragraphs, null where
    hosts are not known; `metadata` gives what a shard's table says of itself.
    """

    documents: Documents
    scratch: Scratch
    names: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    n_portions: int
    repeated: tuple[str, ...] | None
    metadata: Callable[[Task], dict[str, str]]

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt counts documents by kind, clusters, words, and what is removed of documents and words.

        Raises OutputError when the table cannot be written.
        """
        watch = Stopwatch()
        index = self.names.index((task.crawl, task.shard))
        facts = self.documents.read_facts(
            task.crawl, task.shard, ["n_words", *(("n_chars", "host") if self.repeated else ())]
        )
        table = fill_clusters(facts, self._read_members(index), self._mark(index, facts))
        write_table(self.documents.clusters_path(task.crawl, task.shard), table, self.metadata(task))
        return watch.receipt(task, dict(sorted(_count(table, facts["n_words"]).items())))

    def outputs(self, task: Task) -> Iterator[Place]:
        """The files a finished task leaves."""
        yield self.documents.clusters_path(task.crawl, task.shard)

    def _read_members(self, index: int) -> pl.DataFrame | None:
        """What was said of those documents of a shard that have copies, with its own items; null where none has."""
        places = [self.scratch.described_path(portion, self.n_portions) for portion in range(self.n_portions)]
        found = [unpack_frame(data) for data in read_cuts(places, index, index + 1) if data]
        return pl.concat(found).with_columns(pl.col("item") - self.parts[index].start) if found else None

    def _mark(self, index: int, facts: pl.DataFrame) -> pl.DataFrame | None:
        """What of a shard's documents is boilerplate; null where that was not looked for."""
        if not self.repeated:
            return None
        places = [self.scratch.repeated_path(name, len(self.repeated)) for name in self.repeated]
        found = np.frombuffer(b"".join(read_cuts(places, index, index + 1)), PARAGRAPH).copy()
        found["item"] -= self.parts[index].start
        found = found[np.lexsort((found["line"], found["item"]))]
        return sum_boilerplate(found, facts["n_chars"], facts["host"].is_not_null())


def _count(table: pl.DataFrame, n_words: pl.Series) -> Counter[str]:
    gone = ~table["representative"]
    counts = Counter(table["kind"].to_list())
    counts["clusters"] = int((table["representative"] & (table["kind"] != "contrast")).sum())
    counts["words"], counts["removed"] = int(n_words.sum()), int(gone.sum())
    counts["words_removed"] = int(n_words.filter(gone).sum())
    return counts
