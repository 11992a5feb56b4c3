"""The judge job: verdicts, decisions and curated subset of a shard, and in how many documents each word stands."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

import polars as pl

from provenance.curate import select_documents
from provenance.jobs.records.kept_records import write_kept_records
from provenance.jobs.seen.lookup import look_up_table
from provenance.jobs.settings import JobContext
from provenance.models.calibration import load_calibration
from provenance.parallel.judged import describe_versions
from provenance.run import Progress, Receipt, Stopwatch, Task
from provenance.schema import CURATED, DECISIONS, VERDICTS, WORDINGS, Table
from provenance.stats import WordingTally
from provenance.store import Place, TableWriter, bring_columns, read_aligned, table_path, warc_path
from provenance.verdict import judge_batch

_TABLES = (VERDICTS, DECISIONS, CURATED, WORDINGS)


@dataclass(frozen=True, slots=True)
class JudgeShard:
    """Judges and curates one shard from its tables; one row group in memory at a time.

    `seen` is the folder of a first-seen index whose dates count beside those of the run; null for none.
    """

    context: JobContext
    seen: Path | None = None

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """Raises OutputError when a table cannot be written, ShardError when records kept cannot be read again."""
        watch = Stopwatch()
        origins: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        with ExitStack() as stack:
            writers = {table.name: stack.enter_context(self._writer(task, table)) for table in _TABLES}
            wordings = WordingTally()
            for documents, clusters, verdicts, decisions in self._judge(task):
                wordings.add(documents, clusters)
                writers["verdicts"].write(verdicts)
                writers["decisions"].write(decisions)
                writers["curated"].write(_curate(documents, verdicts, decisions))
                origins.update(verdicts["origin"].to_list())
                reasons.update(decisions["reason"].drop_nulls().to_list())
            writers["wordings"].write(wordings.table())
        counts = {"documents": origins.total(), "curated": origins.total() - reasons.total(), **origins}
        if self.context.config.write_warc:
            counts |= write_kept_records(self.context, task)
        return watch.receipt(task, counts, {name: reasons[name] for name in sorted(reasons)})

    def outputs(self, task: Task) -> Iterator[Place]:
        """The files a finished task leaves."""
        for table in _TABLES:
            yield table_path(self.context.out, table.name, task.crawl, task.shard)
        if self.context.config.write_warc:
            yield warc_path(self.context.out, task.crawl, task.shard)

    def _judge(self, task: Task) -> Iterator[tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]]:
        config = self.context.config
        calibration = load_calibration(config.models)
        tables = ("documents", "signals", "clusters", "parallels")
        groups = read_aligned(self.context.out, tables, task.crawl, task.shard)
        known = self._look_up(task)
        for (documents, measured, clusters, parallels), seen in zip(groups, known, strict=self.seen is not None):
            dates = clusters["first_seen"]
            signals = measured.hstack(describe_versions(parallels).get_columns())
            verdicts = judge_batch(documents, signals, calibration, config.verdict, first_seen=dates, seen=seen)
            yield documents, clusters, verdicts, select_documents(documents, verdicts, clusters, config.curate)

    def _look_up(self, task: Task) -> Iterator[pl.DataFrame | None]:
        """What the index knows, for each row group of the tables; nothing, without end, where there is no index."""
        if self.seen is None:
            return repeat(None)
        path = table_path(self.context.out, "signatures", task.crawl, task.shard)
        return look_up_table(
            self.seen,
            bring_columns(path, ["exact_hash", "signature"]),
            least_similarity=self.context.config.verdict.first_seen_similarity,
        )

    def _writer(self, task: Task, table: Table) -> TableWriter:
        path = table_path(self.context.out, table.name, task.crawl, task.shard)
        return TableWriter(path, table.schema, self.context.metadata(task))


def _curate(documents: pl.DataFrame, verdicts: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    beside = verdicts.select("ai_score", "mt_score", "origin", "first_seen").hstack(decisions.select("kept", "weight"))
    return CURATED.conform(documents.hstack(beside.get_columns()).filter("kept"))
