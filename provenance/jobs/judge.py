"""The judge job: verdicts, decisions and curated subset of a shard."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from provenance.curate import select_documents
from provenance.jobs.kept_records import write_kept_records
from provenance.jobs.settings import JobContext
from provenance.models.calibration import load_calibration
from provenance.run import Progress, Receipt, Stopwatch, Task
from provenance.schema import CURATED, DECISIONS, VERDICTS
from provenance.store import TableWriter, read_aligned, table_path, warc_path
from provenance.verdict import judge_batch


@dataclass(frozen=True, slots=True)
class JudgeShard:
    """Judges and curates one shard from its tables; one row group in memory at a time."""

    context: JobContext

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """Raises OutputError when a table cannot be written, ShardError when records kept cannot be read again."""
        watch = Stopwatch()
        origins: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        with ExitStack() as stack:
            schemas = {"verdicts": VERDICTS.schema, "decisions": DECISIONS.schema, "curated": CURATED.schema}
            writers = {table: stack.enter_context(self._writer(task, table, schemas[table])) for table in schemas}
            for documents, verdicts, decisions in self._judge(task):
                writers["verdicts"].write(verdicts)
                writers["decisions"].write(decisions)
                writers["curated"].write(_curate(documents, verdicts, decisions))
                origins.update(verdicts["origin"].to_list())
                reasons.update(decisions["reason"].drop_nulls().to_list())
        counts = {"documents": origins.total(), "curated": origins.total() - reasons.total(), **origins}
        if self.context.config.write_warc:
            counts |= write_kept_records(self.context, task)
        return watch.receipt(task, counts, {name: reasons[name] for name in sorted(reasons)})

    def outputs(self, task: Task) -> Iterator[Path]:
        """The files a finished task leaves."""
        for table in ("verdicts", "decisions", "curated"):
            yield table_path(self.context.out, table, task.crawl, task.shard)
        if self.context.config.write_warc:
            yield warc_path(self.context.out, task.crawl, task.shard)

    def _judge(self, task: Task) -> Iterator[tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]]:
        config = self.context.config
        calibration = load_calibration(config.models)
        tables = ("documents", "signals", "clusters")
        for documents, signals, clusters in read_aligned(self.context.out, tables, task.crawl, task.shard):
            verdicts = judge_batch(documents, signals, calibration, config.verdict, first_seen=clusters["first_seen"])
            yield documents, verdicts, select_documents(documents, verdicts, clusters, config.curate)

    def _writer(self, task: Task, table: str, schema: pl.Schema) -> TableWriter:
        path = table_path(self.context.out, table, task.crawl, task.shard)
        return TableWriter(path, schema, self.context.metadata(task))


def _curate(documents: pl.DataFrame, verdicts: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    beside = verdicts.select("ai_score", "mt_score", "origin", "first_seen").hstack(decisions.select("kept", "weight"))
    return CURATED.conform(documents.hstack(beside.get_columns()).filter("kept"))
