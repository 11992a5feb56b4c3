"""The three jobs of the search for versions."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from provenance.jobs.dedup.link import range_of
from provenance.jobs.dedup.scratch import Part
from provenance.jobs.dedup.spread import part_name
from provenance.jobs.parallel.pieces import FOUND, SCATTERED, Pieces, write_piece
from provenance.parallel import find_versions
from provenance.parallel.keys import make_keys
from provenance.run import Progress, Receipt, Stopwatch, Task
from provenance.schema import PARALLELS
from provenance.store import Place, read_table, table_path, write_table


@dataclass(frozen=True, slots=True)
class ScatterPages:
    """Lays what is known of a shard's pages in the scratch folder; pages without a site are left out."""

    out: Place
    pieces: Pieces
    parts: tuple[Part, ...]

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt counts documents and pages. Raises OutputError when the folder cannot be written."""
        watch = Stopwatch()
        name = part_name(task.crawl, task.shard)
        start = next(part.start for part in self.parts if part.name == name)
        anchors = read_table(table_path(self.out, "anchors", task.crawl, task.shard))
        numbered = anchors.with_columns(item=pl.int_range(start, start + anchors.height, dtype=pl.Int64))
        pages = numbered.filter(pl.col("site").is_not_null())
        keyed = pages.with_columns(key=pl.Series(make_keys(pages), dtype=pl.UInt64)).select(SCATTERED.names())
        write_piece(self.pieces.pages_path(name), keyed.sort("key", "item"))
        return watch.receipt(task, {"documents": anchors.height, "pages": pages.height})

    def outputs(self, task: Task) -> Iterator[Place]:
        """The files a finished task leaves."""
        yield self.pieces.pages_path(part_name(task.crawl, task.shard))


@dataclass(frozen=True, slots=True)
class MatchVersions:
    """Finds the sets of versions on the sites of one of `n_partitions` ranges."""

    pieces: Pieces
    parts: tuple[Part, ...]
    n_partitions: int

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt counts pages and versions. Raises OutputError when the folder cannot be written."""
        watch = Stopwatch()
        low, high = range_of(int(task.shard), self.n_partitions)
        found = [pl.DataFrame(schema=FOUND)]
        for pages in self.pieces.read_pages([part.name for part in self.parts], low, high):
            found.append(pages.select("item").hstack(find_versions(pages).get_columns()))
        whole = pl.concat(found).sort("item")
        write_piece(self.pieces.found_path(task.shard), whole)
        return watch.receipt(task, {"pages": whole.height, "versions": int((whole["parallelism"] > 1).sum())})

    def outputs(self, task: Task) -> Iterator[Place]:
        """The files a finished task leaves."""
        yield self.pieces.found_path(task.shard)


@dataclass(frozen=True, slots=True)
class WriteParallels:
    """Writes the table `parallels` of a shard; `metadata` gives what it says of itself."""

    out: Place
    pieces: Pieces
    parts: tuple[Part, ...]
    partitions: tuple[str, ...]
    metadata: Callable[[Task], dict[str, str]]

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt counts documents by their languages. Raises OutputError when the table cannot be written."""
        watch = Stopwatch()
        name = part_name(task.crawl, task.shard)
        part = next(part for part in self.parts if part.name == name)
        found = self.pieces.read_found(self.partitions, part.start, part.start + part.n_documents)
        documents = read_table(table_path(self.out, "anchors", task.crawl, task.shard), ["doc_id"])
        rows = documents.with_columns(item=pl.int_range(part.start, part.start + part.n_documents, dtype=pl.Int64))
        told = rows.join(found.drop("doc_id"), on="item", how="left", maintain_order="left")
        table = PARALLELS.conform(told)
        write_table(table_path(self.out, "parallels", task.crawl, task.shard), table, self.metadata(task))
        several = table["parallelism"]
        counts = {"parallel_2": int((several > 1).sum()), "parallel_3": int((several > 2).sum())}
        return watch.receipt(task, {"documents": table.height, **counts})

    def outputs(self, task: Task) -> Iterator[Place]:
        """The files a finished task leaves."""
        yield table_path(self.out, "parallels", task.crawl, task.shard)
