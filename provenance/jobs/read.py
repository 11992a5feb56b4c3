"""The read job: a shard becomes its documents, signals, signatures and rejects."""

import functools
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from provenance.archive import ArchiveReader, Record
from provenance.dedup import sign_batch
from provenance.errors import ConfigError, RecordError
from provenance.extract import ExtractedBatch, LanguageIdentifier, extract_batches
from provenance.jobs.plan import Shard
from provenance.jobs.settings import JobContext
from provenance.models import find_model, load_models
from provenance.run import Progress, Receipt, Task
from provenance.schema import DOCUMENTS, REJECTS, SIGNATURES
from provenance.signals import Signal, load_signals, measure_signals, signal_columns
from provenance.store import TableWriter, table_path

TABLES = ("documents", "signals", "signatures", "rejects")
_BEAT = 200  # records between two reports of progress


@dataclass(frozen=True, slots=True)
class Instruments:
    """The models of a process, ready for use."""

    identify: LanguageIdentifier
    signals: tuple[Signal, ...]

    @property
    def signal_schema(self) -> pl.Schema:
        """Columns of the signals table."""
        columns = {name: column.dtype for name, column in signal_columns(self.signals).items()}
        return pl.Schema({"doc_id": pl.String, **columns})


@functools.cache
def load_instruments(models_folder: Path | None) -> Instruments:
    """Loads the models once per process. Raises ConfigError when one is missing or damaged."""
    models = load_models(models_folder)
    identifier = find_model(models, "language_identifier")
    if identifier is None:
        raise ConfigError(f"{models_folder}: no model of kind language_identifier")
    return Instruments(LanguageIdentifier.load(identifier.path), load_signals(models))


@dataclass(frozen=True, slots=True)
class ReadShard:
    """Reads one shard and writes its first four tables; the receipt adds up."""

    context: JobContext

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """Raises ShardError when the file is no archive, OutputError when a table cannot be written."""
        watch = Stopwatch()
        for table in ("verdicts", "decisions", "curated", "clusters", *TABLES):
            table_path(self.context.out, table, task.crawl, task.shard).unlink(missing_ok=True)
        config = self.context.config
        reader = ArchiveReader(Path(task.source), config.archive)
        tally = _Tally()
        shard = Shard(task.crawl, task.shard, Path(task.source), task.size)
        with ExitStack() as stack:
            writers = self._open(task, stack)
            batches = extract_batches(
                tally.watch(reader, progress),
                config.extract,
                crawl=task.crawl,
                warc_filename=shard.warc_filename,
                identify=load_instruments(config.models).identify,
            )
            for batch in batches:
                self._write(batch, writers)
                tally.add(batch)
        counts = {**tally.counts, "bytes_read": reader.tally.bytes_total, "bytes_skipped": reader.tally.bytes_skipped}
        notes = () if reader.tally.complete else (f"{task.source}: incomplete: {reader.tally.why}",)
        return watch.receipt(task, counts, dict(sorted(tally.rejects.items())), notes, complete=reader.tally.complete)

    def outputs(self, task: Task) -> Iterator[Path]:
        """The files a finished task leaves."""
        for table in TABLES:
            yield table_path(self.context.out, table, task.crawl, task.shard)

    def _open(self, task: Task, stack: ExitStack) -> dict[str, TableWriter]:
        schemas = {
            "documents": DOCUMENTS.schema,
            "signals": load_instruments(self.context.config.models).signal_schema,
            "signatures": SIGNATURES.schema,
            "rejects": REJECTS.schema,
        }
        metadata = self.context.metadata(task)
        return {
            table: stack.enter_context(
                TableWriter(table_path(self.context.out, table, task.crawl, task.shard), schemas[table], metadata)
            )
            for table in TABLES
        }

    def _write(self, batch: ExtractedBatch, writers: dict[str, TableWriter]) -> None:
        documents = batch.documents
        measured = measure_signals(documents, load_instruments(self.context.config.models).signals)
        writers["documents"].write(documents)
        writers["signals"].write(documents.select("doc_id").hstack(measured.get_columns()))
        writers["signatures"].write(sign_batch(documents, self.context.config.dedup))
        writers["rejects"].write(batch.rejects)


@dataclass(slots=True)
class _Tally:
    """Counts what goes by: records on the way in, documents and rejects on the way out."""

    records: int = 0
    documents: int = 0
    words: int = 0
    rejects: Counter[str] = field(default_factory=Counter)

    def watch(self, reader: ArchiveReader, progress: Progress) -> Iterator[Record | RecordError]:
        for item in reader:
            self.records += 1
            if self.records % _BEAT == 0 and item.offset is not None:
                progress(item.offset)
            yield item

    def add(self, batch: ExtractedBatch) -> None:
        self.documents += batch.documents.height
        self.words += int(batch.documents["n_words"].sum())
        self.rejects.update(batch.rejects["reason"].to_list())

    @property
    def counts(self) -> dict[str, int]:
        return {
            "records": self.records,
            "documents": self.documents,
            "rejects": self.rejects.total(),
            "words": self.words,
        }


class Stopwatch:
    """Wall and CPU seconds since it was made, and the peak memory of this process."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.monotonic(), time.process_time()

    def receipt(
        self,
        task: Task,
        counts: dict[str, int],
        rejects: dict[str, int] | None = None,
        notes: tuple[str, ...] = (),
        *,
        complete: bool = True,
    ) -> Receipt:
        """The receipt of a task that was done, with what it cost."""
        unit = 1 if sys.platform == "darwin" else 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
        wall, cpu = time.monotonic() - self._wall, time.process_time() - self._cpu
        return Receipt(task, counts, rejects or {}, notes, complete, round(wall, 3), round(cpu, 3), peak)
