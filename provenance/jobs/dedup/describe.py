"""The describe job: what is to be said of the members of a portion of clusters, from the few facts that decide it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.dedup import DedupOptions
from provenance.dedup.clusters import BETTER, describe_members, measure_members
from provenance.jobs.dedup.compare import open_comparison
from provenance.jobs.dedup.contrast import ContrastSearch
from provenance.jobs.dedup.documents import Documents
from provenance.jobs.dedup.scratch import MEMBER, Part, Scratch, share_out
from provenance.jobs.pieces.cuts import CutWriter, cut_paths, read_cut
from provenance.run import Progress, Receipt, Stopwatch, Task
from provenance.store import Place


@dataclass(frozen=True, slots=True)
class DescribeMembers:
    """Describes the members of one of `n_portions` portions; `names` are crawl and shard of each of `parts`.

    Each portion reads the few columns it needs of all shards with a member.
    """

    documents: Documents
    options: DedupOptions
    scratch: Scratch
    names: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    members: Place
    n_portions: int

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt counts members. Raises OutputError when the folder cannot be written."""
        watch = Stopwatch()
        members = read_members(self.members, int(task.shard))
        with CutWriter(self._path(task), len(self.parts)) as writer:
            if len(members):
                told = self._describe(members)
                for index, own in share_out(told["item"].to_numpy(), self.parts):
                    writer.add_frame(index, told[own])
        return watch.receipt(task, {"members": len(members)})

    def outputs(self, task: Task) -> Iterator[Place]:
        """The files a finished task leaves."""
        yield from cut_paths(self._path(task))

    def _path(self, task: Task) -> Place:
        return self.scratch.described_path(int(task.shard), self.n_portions)

    def _describe(self, members: NDArray[np.void]) -> pl.DataFrame:
        """What is said of the members, ordered by item."""
        better = BETTER[self.options.keep]
        facts = pl.concat(self._read_facts(members, [better] if better else []))
        _, similarity = open_comparison(self.options, self.scratch, self.parts)
        told = measure_members(describe_members(facts, self.options), similarity)
        if self.options.contrast:
            told = ContrastSearch(self.documents, self.scratch, self.names, self.parts).flag(told)
        return told.sort("item")

    def _read_facts(self, members: NDArray[np.void], columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """item, component and facts of the members, shard by shard."""
        for index, own in share_out(members["item"], self.parts):
            items = members["item"][own]
            facts = self.documents.read_facts(*self.names[index], columns)
            numbers = pl.DataFrame({"item": items, "component": members["component"][own]})
            yield numbers.hstack(facts[items - self.parts[index].start].get_columns())


def read_members(place: Place, portion: int) -> NDArray[np.void]:
    """Item and component of the members of a portion, ordered by item."""
    return np.frombuffer(read_cut(place, portion, portion + 1), MEMBER)
