"""The read job: a shard becomes its documents, signals, signatures and rejects, and what WAT records tell of pages."""

import functools
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from provenance.dedup import sign_batch
from provenance.errors import ConfigError, ShardError
from provenance.extract import ExtractedBatch, LanguageIdentifier, MarkupIndex, extract_batches
from provenance.jobs.settings import JobContext
from provenance.jobs.sources.companions import read_companion
from provenance.jobs.sources.plan import Shard
from provenance.jobs.tally import ShardTally
from provenance.models import find_model, load_models
from provenance.parallel import sign_pages
from provenance.run import Progress, Receipt, Task
from provenance.schema import ANCHORS, DOCUMENTS, MARKUP_TABLE, REJECTS, SIGNATURES
from provenance.signals import Signal, load_signals, measure_signals, signal_columns
from provenance.signals.options import SignalOptions
from provenance.store import Place, TableWriter, remove, table_path, warc_path

TABLES = ("documents", "signals", "signatures", "anchors", "rejects", "markup")


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
def load_instruments(models_folder: Path | None, options: SignalOptions | None = None) -> Instruments:
    """Loads the models once per process. Raises ConfigError when one is missing or damaged."""
    models = load_models(models_folder)
    identifier = find_model(models, "language_identifier")
    if identifier is None:
        raise ConfigError(f"{models_folder}: no model of kind language_identifier")
    return Instruments(LanguageIdentifier.load(identifier.path), load_signals(models, options))


@dataclass(frozen=True, slots=True)
class ReadShard:
    """Reads one shard and writes its first tables; the receipt adds up.

    A WET shard's documents have the markup facts of its companion, a WAT file; where that cannot be read they have
    none, and a note says so.
    """

    context: JobContext

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt says so when the file is no archive. Raises OutputError when a table cannot be written."""
        self._remove_earlier(task)
        tally = ShardTally(task, self.context.config)
        if not task.companion:
            return self._read(task, tally, MarkupIndex(), progress)
        markup, wrong = read_companion(task.companion, self.context.config)
        receipt = self._read(task, tally, markup, progress)
        return replace(receipt, notes=(*receipt.notes, f"{tally.reader.place}: {wrong}")) if wrong else receipt

    def _read(self, task: Task, tally: ShardTally, markup: MarkupIndex, progress: Progress) -> Receipt:
        try:
            self._write_tables(task, tally, markup, progress)
        except ShardError as error:
            return tally.lost(error)
        return tally.receipt()

    def _write_tables(self, task: Task, tally: ShardTally, markup: MarkupIndex, progress: Progress) -> None:
        config = self.context.config
        with ExitStack() as stack:
            writers = self._open(task, stack)
            batches = extract_batches(
                tally.read(progress),
                config.extract,
                crawl=task.crawl,
                warc_filename=Shard(task.crawl, task.shard, task.source, task.size).warc_filename,
                identify=load_instruments(config.models, config.signals).identify,
                markup_of=markup.find,
            )
            for batch in batches:
                self._write(batch, writers)
                tally.add(batch)

    def _remove_earlier(self, task: Task) -> None:
        """What an earlier reading of the shard led to goes first, so that nothing of it stands beside the new."""
        out, tables = (
            self.context.out,
            ("verdicts", "decisions", "curated", "wordings", "clusters", "parallels", *TABLES),
        )
        places = [table_path(out, table, task.crawl, task.shard) for table in tables]
        remove([*places, warc_path(out, task.crawl, task.shard)])

    def outputs(self, task: Task) -> Iterator[Place]:
        """The files a finished task leaves."""
        for table in TABLES:
            yield table_path(self.context.out, table, task.crawl, task.shard)

    def _open(self, task: Task, stack: ExitStack) -> dict[str, TableWriter]:
        schemas = {
            "documents": DOCUMENTS.schema,
            "signals": self._instruments().signal_schema,
            "signatures": SIGNATURES.schema,
            "anchors": ANCHORS.schema,
            "rejects": REJECTS.schema,
            "markup": MARKUP_TABLE.schema,
        }
        metadata = self.context.metadata(task)
        return {
            table: stack.enter_context(
                TableWriter(table_path(self.context.out, table, task.crawl, task.shard), schemas[table], metadata)
            )
            for table in TABLES
        }

    def _instruments(self) -> Instruments:
        return load_instruments(self.context.config.models, self.context.config.signals)

    def _write(self, batch: ExtractedBatch, writers: dict[str, TableWriter]) -> None:
        documents = batch.documents
        measured = measure_signals(documents, self._instruments().signals)
        writers["documents"].write(documents)
        writers["signals"].write(documents.select("doc_id").hstack(measured.get_columns()))
        writers["signatures"].write(sign_batch(documents, self.context.config.dedup))
        writers["anchors"].write(sign_pages(documents, batch.outline))
        writers["rejects"].write(batch.rejects)
        writers["markup"].write(batch.markup)
