"""What went into a shard's tables and what became of its bytes: the figures of its receipt."""

import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace

from provenance.archive import ArchiveReader, ReadTally, Record
from provenance.archive.payload.digests import DigestCheck
from provenance.archive.record import Skipped
from provenance.archive.source import SourceError, open_source
from provenance.errors import RecordError, ShardError
from provenance.extract import ExtractedBatch
from provenance.jobs.settings import RunConfig
from provenance.jobs.sources.places import STDIN, show_place
from provenance.run import Progress, Receipt, Stopwatch, Task

MOST_SPANS = 100  # stretches of skipped bytes that a receipt lists
LOST = "lost"  # why the bytes of a shard that is given up were skipped
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
    digests: Counter[str] = field(default_factory=Counter)
    size: int = 0  # bytes of the shard, as far as they are known

    def __post_init__(self) -> None:
        self.reader = ArchiveReader(show_place(self.task.source), self.config.archive)

    def read(self, progress: Progress) -> Iterator[Record | RecordError]:
        """The items of the shard, counted. Raises ShardError."""
        with closing(open_source(self.task.source, self.config.fetch)) as source:
            self.size = source.size or 0
            for item in self.reader.read(source):
                self.records += 1
                if self.records % _BEAT == 0 and item.offset is not None:
                    progress(item.offset)
                if item.digest_check is not None:
                    self.digests[item.digest_check] += 1
                yield item
        if self.task.source == STDIN and not self.reader.tally.bytes_total:  # what was to write to it has failed
            raise ShardError(self.reader.place, "nothing came; pipe an archive to this command")

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
            **self._digests(),
        }
        notes = () if tally.complete else (f"{self.reader.place}: incomplete: {tally.why}",)
        rejects = dict(sorted(self.rejects.items()))
        receipt = self.watch.receipt(self.task, counts, rejects, notes, complete=tally.complete)
        return _count_bytes(receipt, tally)

    def lost(self, error: ShardError) -> Receipt:
        """The receipt of a shard that is given up: it has no tables, and every byte of it counts as skipped."""
        cut_off = isinstance(error.__context__, SourceError)  # its bytes could not be had: another time they may be
        tally = self.reader.tally
        if cut_off or tally.bytes_read:
            tally = ReadTally(self.size, (Skipped(0, self.size, LOST),), complete=False)
        receipt = self.watch.receipt(self.task, {}, complete=False)
        return replace(
            _count_bytes(receipt, tally),
            error=_advise(error) if cut_off else str(error),
            traceback=traceback.format_exc(),
        )

    def _digests(self) -> dict[str, int]:
        if not self.config.archive.check_digests:
            return {}
        matches, mismatches, not_checkable = (self.digests[check] for check in DigestCheck)
        return {
            "digests_checked": matches + mismatches,
            "digest_mismatches": mismatches,
            "digests_uncheckable": not_checkable,
        }


def _advise(error: ShardError) -> str:
    """What to do about bytes that could not be had; the source says it itself where asking again is of no use."""
    told = str(error).removesuffix("; run again later")
    return told if "check the " in told else f"{told}; run the same command again to read it"


def _count_bytes(receipt: Receipt, tally: ReadTally) -> Receipt:
    """The receipt with what became of the shard's bytes."""
    spans = tuple((span.offset, span.length, str(span.reason)) for span in tally.skipped)
    return replace(
        receipt,
        counts={**receipt.counts, "bytes_read": tally.bytes_read, "bytes_skipped": tally.bytes_skipped},
        skipped=spans[:MOST_SPANS],
        skipped_more=max(0, len(spans) - MOST_SPANS),
    )
