"""What went into a shard's tables and what became of its bytes: the figures of its receipt."""

import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace

from provenance.archive import ArchiveReader, Record
from provenance.archive.source import SourceError, open_source
from provenance.errors import RecordError, ShardError
from provenance.extract import ExtractedBatch
from provenance.jobs.places import show_place
from provenance.jobs.settings import RunConfig
from provenance.run import Progress, Receipt, Stopwatch, Task

_BEAT = 200  # records between two reports of progress


@dataclass(slots=True)
class ShardTally:
    """Counts what goes by: records on the way in, documents and rejects on the way out."""

    task: Task
    config: RunConfig
    reader: ArchiveReader = field(init=False)
    watch: Stopwatch = field(default_factory=Stopwatch)
    records: int = 0
    documents: int = 0
    words: int = 0
    rejects: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.reader = ArchiveReader(show_place(self.task.source), self.config.archive)

    def read(self, progress: Progress) -> Iterator[Record | RecordError]:
        """The items of the shard, counted. Raises ShardError."""
        with closing(open_source(self.task.source, self.config.fetch)) as source:
            for item in self.reader.read(source):
                self.records += 1
                if self.records % _BEAT == 0 and item.offset is not None:
                    progress(item.offset)
                yield item

    def add(self, batch: ExtractedBatch) -> None:
        """Counts what became of some of them."""
        self.documents += batch.documents.height
        self.words += int(batch.documents["n_words"].sum())
        self.rejects.update(batch.rejects["reason"].to_list())

    def receipt(self) -> Receipt:
        """The receipt of a shard whose tables stand."""
        tally = self.reader.tally
        counts = {
            "records": self.records,
            "documents": self.documents,
            "rejects": self.rejects.total(),
            "words": self.words,
            **self._bytes(),
        }
        notes = () if tally.complete else (f"{self.reader.place}: incomplete: {tally.why}",)
        rejects = dict(sorted(self.rejects.items()))
        return self.watch.receipt(self.task, counts, rejects, notes, complete=tally.complete)

    def lost(self, error: ShardError) -> Receipt:
        """The receipt of a shard that is given up: it has no tables, but what was skipped of it is known."""
        cut_off = isinstance(error.__context__, SourceError)  # its bytes could not be had: another time they may be
        advice = "; run the same command again to read it" if cut_off and "again" not in error.reason else ""
        receipt = self.watch.receipt(self.task, self._bytes(), complete=False)
        return replace(receipt, error=f"{error}{advice}", traceback=traceback.format_exc())

    def _bytes(self) -> dict[str, int]:
        tally = self.reader.tally
        return {"bytes_read": tally.bytes_read, "bytes_skipped": tally.bytes_skipped}
