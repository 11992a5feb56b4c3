"""The cluster job: pairs become clusters, and every shard gets its table of them.

Members of clusters are described in portions of whole clusters, so that no more than one portion's facts are in memory;
each portion reads the few columns it needs of all shards.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from provenance.dedup import DedupOptions
from provenance.dedup.clusters import (
    BETTER,
    describe_members,
    fill_clusters,
    find_members,
    measure_members,
)
from provenance.dedup.paragraphs import PARAGRAPH, sum_boilerplate
from provenance.jobs.dedup.contrast import ContrastSearch
from provenance.jobs.dedup.documents import Documents
from provenance.jobs.dedup.measure import SearchMeasures
from provenance.jobs.dedup.scratch import Part, Scratch
from provenance.jobs.dedup.shingles import open_comparison
from provenance.run import Progress, Receipt, Stopwatch, Task
from provenance.store import write_table, write_text

_FACTS_MEMORY = 700  # bytes a member needs while it is described: its facts, sorted, with what is said of it
Names = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class JoinClusters:
    """Writes the clusters table of every shard.

    `names` are crawl and shard of each of `parts`; `repeated` names the partitions of repeated paragraphs, null where
    hosts are not known; `memory` (bytes) bounds what a portion may take; `metadata` gives what a shard's table says of
    itself; `measures` is where the search is told of, if anywhere.
    """

    documents: Documents
    options: DedupOptions
    scratch: Scratch
    names: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    partitions: tuple[str, ...]
    repeated: tuple[str, ...] | None
    memory: int
    metadata: Callable[[Task], dict[str, str]]
    measures: Path | None

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt counts documents by kind, and clusters. Raises OutputError when a table cannot be written."""
        watch = Stopwatch()
        n_documents = sum(part.n_documents for part in self.parts)
        members = find_members(n_documents, map(self.scratch.read_pairs, self.partitions))
        portions = [self._describe(portion, number) for number, portion in enumerate(self._cut(members))]
        counts: Counter[str] = Counter(clusters=0, words=0, removed=0, words_removed=0)
        for (crawl, shard), part in zip(self.names, self.parts, strict=True):
            table, n_words = self._fill(crawl, shard, part, portions)
            own = Task("cluster", crawl, shard, task.source, 0, task.inputs)
            write_table(self.documents.clusters_path(crawl, shard), table, self.metadata(own))
            counts.update(_count(table, n_words))
        if self.measures is not None:
            self._measure(members, {**counts, "documents": n_documents})
        return watch.receipt(task, dict(sorted(counts.items())))

    def outputs(self, task: Task) -> Iterator[Path]:
        """The files a finished task leaves."""
        for crawl, shard in self.names:
            yield self.documents.clusters_path(crawl, shard)
        if self.measures is not None:
            yield self.measures

    def _measure(self, members: pl.DataFrame, counts: Mapping[str, int]) -> None:
        assert self.measures is not None
        search = SearchMeasures(self.documents, self.options, self.scratch, self.names, self.parts, self.partitions)
        figures = search.measure(members, counts)
        write_text(self.measures, json.dumps(figures, indent=2, ensure_ascii=False) + "\n")

    def _cut(self, members: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """Portions of whole clusters that fit the memory, one at least."""
        n = max(1, -(-members.height * _FACTS_MEMORY // self.memory))
        for number in range(n):
            yield members.filter(pl.col("component") % n == number) if n > 1 else members

    def _describe(self, members: pl.DataFrame, number: int) -> Path:
        """Writes what is said of the members of a portion, ordered by item."""
        better = BETTER[self.options.keep]
        columns = [better] if better else []
        by_item = members.sort("item")
        frames = [self._facts(by_item, index, columns) for index in range(len(self.parts))]
        facts = pl.concat([frame for frame in frames if frame is not None]) if by_item.height else None
        path = self.scratch.folder / f"{number}.members.parquet"
        if facts is None:
            return path
        _, similarity = open_comparison(self.options, self.scratch, self.parts)
        told = measure_members(describe_members(facts, self.options), similarity)
        if self.options.contrast:
            told = ContrastSearch(self.documents, self.scratch, self.names, self.parts).flag(told)
        told.sort("item").write_parquet(path, row_group_size=100_000)
        return path

    def _facts(self, members: pl.DataFrame, index: int, columns: Sequence[str]) -> pl.DataFrame | None:
        """item, component and facts of those members that lie in a shard; null if none does."""
        part, (crawl, shard) = self.parts[index], self.names[index]
        items = members["item"]
        first, end = (int(items.search_sorted(edge)) for edge in (part.start, part.start + part.n_documents))
        if first == end:
            return None
        own = members.slice(first, end - first)
        facts = self.documents.read_facts(crawl, shard, columns)
        return own.hstack(facts[(own["item"] - part.start)].get_columns())

    def _fill(self, crawl: str, shard: str, part: Part, portions: Sequence[Path]) -> tuple[pl.DataFrame, pl.Series]:
        """The clusters table of a shard, and how many words its documents have."""
        item = pl.col("item")
        own = (item >= part.start) & (item < part.start + part.n_documents)
        found = [pl.scan_parquet(path).filter(own) for path in portions if path.exists()]
        facts = self.documents.read_facts(crawl, shard, ["n_words", *(("n_chars", "host") if self.repeated else ())])
        members = pl.concat(found).with_columns(item - part.start).collect() if found else None
        return fill_clusters(facts, members, self._mark(part, facts)), facts["n_words"]

    def _mark(self, part: Part, facts: pl.DataFrame) -> pl.DataFrame | None:
        """What of a shard's documents is boilerplate; null where that was not looked for."""
        if not self.repeated:
            return None
        found = np.concatenate([self.scratch.read_repeated(name, part, PARAGRAPH) for name in self.repeated])
        found = found[np.lexsort((found["line"], found["item"]))]
        return sum_boilerplate(found, facts["n_chars"], facts["host"].is_not_null())


def _count(table: pl.DataFrame, n_words: pl.Series) -> Counter[str]:
    """Documents by kind, clusters, words, and what is removed of both."""
    gone = ~table["representative"]
    counts = Counter(table["kind"].to_list())
    counts["clusters"] = int((table["representative"] & (table["kind"] != "contrast")).sum())
    counts["words"], counts["removed"] = int(n_words.sum()), int(gone.sum())
    counts["words_removed"] = int(n_words.filter(gone).sum())
    return counts
