"""The three jobs of the search for versions."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from provenance.jobs.dedup.scratch import Part, share_out
from provenance.jobs.dedup.spread import part_name
from provenance.jobs.parallel.pieces import FOUND, SCATTERED, Pieces
from provenance.jobs.pieces.cuts import CutWriter, cut_paths
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
        start = self.parts[_find_part(self.parts, name)].start
        anchors = read_table(table_path(self.out, "anchors", task.crawl, task.shard))
        numbered = anchors.with_columns(item=pl.int_range(start, start + anchors.height, dtype=pl.Int64))
        pages = numbered.filter(pl.col("site").is_not_null())
        keyed = pages.with_columns(key=pl.Series(make_keys(pages), dtype=pl.UInt64)).select(SCATTERED.names())
        self._write(name, keyed.sort("key", "item"))
        return watch.receipt(task, {"documents": anchors.height, "pages": pages.height})

    def outputs(self, task: Task) -> Iterator[Place]:
        """The files a finished task leaves."""
        yield from cut_paths(self.pieces.pages_path(part_name(task.crawl, task.shard)))

    def _write(self, name: str, pages: pl.DataFrame) -> None:
        n = self.pieces.n_ranges
        lows = np.array([self.pieces.range_of(number)[0] for number in range(n)], np.uint64)
        starts = np.searchsorted(pages["key"].to_numpy(), lows)
        with CutWriter(self.pieces.pages_path(name), n) as writer:
            for number, (begin, end) in enumerate(pairwise([*starts.tolist(), pages.height])):
                writer.add_frame(number, pages[begin:end])


@dataclass(frozen=True, slots=True)
class MatchVersions:
    """Finds the sets of versions on the sites of a range."""

    pieces: Pieces
    parts: tuple[Part, ...]

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt counts pages and versions. Raises OutputError when the folder cannot be written."""
        watch = Stopwatch()
        found = [pl.DataFrame(schema=FOUND)]
        for pages in self.pieces.read_pages([part.name for part in self.parts], int(task.shard)):
            found.append(pages.select("item").hstack(find_versions(pages).get_columns()))
        whole = pl.concat(found).sort("item")
        with CutWriter(self._path(task), len(self.parts)) as writer:
            for index, own in share_out(whole["item"].to_numpy(), self.parts):
                writer.add_frame(index, whole[own])
        return watch.receipt(task, {"pages": whole.height, "versions": int((whole["parallelism"] > 1).sum())})

    def outputs(self, task: Task) -> Iterator[Place]:
        """The files a finished task leaves."""
        yield from cut_paths(self._path(task))

    def _path(self, task: Task) -> Place:
        return self.pieces.found_path(int(task.shard))


@dataclass(frozen=True, slots=True)
class WriteParallels:
    """Writes the table `parallels` of a shard; `metadata` gives what it says of itself."""

    out: Place
    pieces: Pieces
    parts: tuple[Part, ...]
    metadata: Callable[[Task], dict[str, str]]

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt counts documents by their languages. Raises OutputError when the table cannot be written."""
        watch = Stopwatch()
        index = _find_part(self.parts, part_name(task.crawl, task.shard))
        part, found = self.parts[index], self.pieces.read_found(index)
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


def _find_part(parts: Sequence[Part], name: str) -> int:
    return next(index for index, part in enumerate(parts) if part.name == name)
