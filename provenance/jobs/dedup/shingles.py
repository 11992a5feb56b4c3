"""The shingle job: the shingles of a shard's texts, laid where candidates can be compared by them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from provenance.dedup import DedupOptions
from provenance.dedup.exact import find_shingle_sets
from provenance.jobs.dedup.documents import Documents
from provenance.jobs.dedup.scratch import Scratch
from provenance.jobs.dedup.spread import part_name
from provenance.run import Progress, Receipt, Stopwatch, Task
from provenance.store import Place, open_whole


@dataclass(frozen=True, slots=True)
class SpreadShingles:
    """Lays the shingles of a shard's texts in the scratch folder: 4 bytes each, about what the text takes."""

    documents: Documents
    options: DedupOptions
    scratch: Scratch

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt counts documents and shingles. Raises OutputError when the folder cannot be written."""
        watch = Stopwatch()
        name = part_name(task.crawl, task.shard)
        sizes = [np.zeros(1, np.int64)]
        with open_whole(self.scratch.shingles_path(name)) as file:
            for batch in self.documents.read_texts(task.crawl, task.shard):
                texts = batch["text"].fill_null("").to_list()
                found = find_shingle_sets(texts, words=self.options.shingle_words)
                file.write(found.hashes.astype("<u4").tobytes())
                sizes.append(np.diff(found.offsets))
        offsets = np.cumsum(np.concatenate(sizes))
        with open_whole(self.scratch.offsets_path(name)) as file:
            file.write(offsets.astype("<i8").tobytes())
        return watch.receipt(task, {"documents": len(offsets) - 1, "shingles": int(offsets[-1])})

    def outputs(self, task: Task) -> Iterator[Place]:
        """The files a finished task leaves."""
        yield self.scratch.shingles_path(part_name(task.crawl, task.shard))
        yield self.scratch.offsets_path(part_name(task.crawl, task.shard))
