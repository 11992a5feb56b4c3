"""The shingle job: the shingles of a shard's texts, laid where candidates can be compared by them."""

import mmap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import numpy as np

from provenance.dedup import DedupOptions
from provenance.dedup.exact import Hashes, Similarity, find_shingle_sets, make_comparison
from provenance.dedup.keys import Rows
from provenance.dedup.linking import Compare
from provenance.dedup.options import Verify
from provenance.jobs.dedup.documents import Documents
from provenance.jobs.dedup.scratch import Part, Scratch, SignatureFiles
from provenance.jobs.dedup.spread import part_name
from provenance.run import Progress, Receipt, Stopwatch, Task
from provenance.store import open_whole

_OPEN_FILES = 128
_LOOKS = 500  # texts looked at before mapped pages are let go: some 64 kB each


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

    def outputs(self, task: Task) -> Iterator[Path]:
        """The files a finished task leaves."""
        yield self.scratch.shingles_path(part_name(task.crawl, task.shard))
        yield self.scratch.offsets_path(part_name(task.crawl, task.shard))


def open_comparison(options: DedupOptions, scratch: Scratch, parts: Sequence[Part]) -> tuple[Compare, Similarity]:
    """Which candidates of a whole corpus are copies, and how similar any two of its items are."""
    look = ShingleFiles(scratch, parts).look if options.verify is Verify.SHINGLES else None
    return make_comparison(SignatureFiles(scratch, parts).fetch, options, look)


class ShingleFiles:
    """The shingles of items of a whole corpus, from the files of its shards."""

    def __init__(self, scratch: Scratch, parts: Sequence[Part]) -> None:
        self._scratch, self._parts = scratch, parts
        self._ends = np.fromiter(accumulate(part.n_documents for part in parts), np.int64, len(parts))
        self._maps: dict[str, tuple[Rows, Hashes, mmap.mmap | None]] = {}
        self._looks = 0

    def look(self, item: int) -> Hashes:
        """The shingles of an item, each once, in ascending order."""
        part = self._parts[int(np.searchsorted(self._ends, item, side="right"))]
        offsets, hashes, _ = self._open(part.name)
        place = item - part.start
        found: Hashes = hashes[offsets[place] : offsets[place + 1]].copy()
        self._forget()
        return found

    def _open(self, name: str) -> tuple[Rows, Hashes, mmap.mmap | None]:
        if name not in self._maps:
            if len(self._maps) >= _OPEN_FILES:
                self._maps.pop(next(iter(self._maps)))
            offsets = np.memmap(self._scratch.offsets_path(name), "<i8", mode="r")
            self._maps[name] = offsets, *_map(self._scratch.shingles_path(name))
        return self._maps[name]

    def _forget(self) -> None:
        self._looks += 1
        if self._looks % _LOOKS == 0:
            for _, _, mapped in self._maps.values():
                if mapped is not None:
                    mapped.madvise(mmap.MADV_DONTNEED)


def _map(path: Path) -> tuple[Hashes, mmap.mmap | None]:
    if path.stat().st_size == 0:
        return np.zeros(0, np.uint32), None
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return np.frombuffer(mapped, "<u4"), mapped
