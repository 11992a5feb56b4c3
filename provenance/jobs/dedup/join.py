"""The join job: pairs become clusters, whose members are cut into portions of whole clusters."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from provenance.dedup.clusters import find_members
from provenance.jobs.dedup.scratch import MEMBER, Part, Scratch
from provenance.jobs.pieces.cuts import CutWriter, cut_paths
from provenance.run import Progress, Receipt, Stopwatch, Task
from provenance.store import Place

FACTS_MEMORY = 700  # bytes a member needs while it is described: its facts, sorted, with what is said of it


@dataclass(frozen=True, slots=True)
class JoinPairs:
    """Writes the members of all clusters, in portions that `room` bytes suffice to describe, one at least.

    `ranges` are the ranges of keys that pairs were found in.
    """

    scratch: Scratch
    parts: tuple[Part, ...]
    ranges: tuple[str, ...]
    room: int

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt counts members and portions. Raises OutputError when the folder cannot be written."""
        watch = Stopwatch()
        places = [self.scratch.pairs_path(name, len(self.ranges)) for name in self.ranges]
        members = find_members(sum(part.n_documents for part in self.parts), map(self.scratch.read_pairs, places))
        n_portions = max(1, -(-members.height * FACTS_MEMORY // self.room))
        item, component = members["item"].to_numpy(), members["component"].to_numpy()
        with CutWriter(self.scratch.members_path(self.room), n_portions) as writer:
            for portion in range(n_portions):
                own = np.flatnonzero(component % n_portions == portion)
                own = own[np.argsort(item[own])]
                rows = np.empty(len(own), MEMBER)
                rows["item"], rows["component"] = item[own], component[own]
                writer.add(portion, rows.tobytes())
        return watch.receipt(task, {"members": members.height, "portions": n_portions})

    def outputs(self, task: Task) -> Iterator[Place]:
        """The files a finished task leaves."""
        yield from cut_paths(self.scratch.members_path(self.room))
