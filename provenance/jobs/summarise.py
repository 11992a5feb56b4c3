"""The summarise job: ratio, data card, report and totals of a run; and the report over several runs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from provenance import __version__
from provenance.curate import CardFigures, render_data_card
from provenance.errors import ConfigError
from provenance.jobs.folder import SavedRun, load_saved_run
from provenance.jobs.gather import RunTables, add_counts, count_totals, count_values, scan_all, scan_scored
from provenance.jobs.rates import error_rates
from provenance.jobs.reporting import gather_report
from provenance.jobs.saved import RUN_FILE, read_saved, write_saved
from provenance.jobs.settings import JobContext, RunConfig
from provenance.jobs.sources.plan import Shard
from provenance.models import load_models
from provenance.models.calibration import load_calibration
from provenance.report import render_report
from provenance.run import Progress, Receipt, Stopwatch, Task
from provenance.stats import estimate_ratio, ratio_to_json
from provenance.store import write_table, write_text

BY = ("language", "url_host_registered_domain", "month", "crawl")


@dataclass(frozen=True, slots=True)
class Summarise:
    """Sums a run up; one task."""

    context: JobContext
    shards: tuple[Shard, ...]

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """Raises OutputError when a file cannot be written."""
        watch = Stopwatch()
        out, config, identity = self.context.out, self.context.config, dict(self.context.identity)
        run = RunTables(out, self.shards)
        totals = count_totals(run)
        ratio = _estimate([run], BY, config)
        write_table(out / "stats" / "ratio.parquet", ratio, self.context.metadata(task))
        write_text(out / "stats" / "ratio.json", _dump(ratio_to_json(ratio, config.stats)))
        write_text(out / "curated" / "README.md", self._card(run, totals))
        write_text(out / "report.html", render_report(gather_report([run], ratio, totals, config, identity)))
        write_saved(out / RUN_FILE, {**read_saved(out / RUN_FILE), "totals": totals})
        return watch.receipt(task, totals)

    def outputs(self, task: Task) -> Iterator[Path]:
        """The files a finished task leaves."""
        for name in ("stats/ratio.parquet", "stats/ratio.json", "curated/README.md", "report.html"):
            yield self.context.out / name

    def _card(self, run: RunTables, totals: Mapping[str, int]) -> str:
        curated = scan_all([run], "curated")
        figures = CardFigures(
            title="Curated subset",
            crawls=sorted({shard.crawl for shard in run.shards}),
            n_documents=totals["documents"],
            n_kept=totals["curated"],
            n_words=int(curated.select(pl.col("n_words").sum()).collect().item()),
            rules=self.context.config.curate,
            left_out=count_values(scan_all([run], "decisions"), "reason"),
            rejects=add_counts(receipt.rejects for receipt in run.receipts if receipt.done),
            languages=count_values(curated, "language", null=""),
            origins=count_values(curated, "origin"),
            models=load_models(self.context.config.models),
            version=__version__,
        )
        return render_data_card(figures)


def report_on(folders: Sequence[Path], by: Sequence[str]) -> str:
    """One report page over finished runs. Raises ConfigError when their versions, models or options differ."""
    saved = [load_saved_run(folder) for folder in dict.fromkeys(folder.resolve() for folder in folders)]
    first = saved[0]
    for other in saved[1:]:
        if other.identity != first.identity:
            raise ConfigError(
                f"{other.out}: made with another version, models or configuration than {first.out} "
                f"({dict(other.identity)} and {dict(first.identity)}); their figures cannot be compared"
            )
    runs = [RunTables(run.out, _judged(run)) for run in saved]
    ratio = _estimate(runs, by, first.config)
    totals = add_counts(count_totals(run) for run in runs)
    return render_report(gather_report(runs, ratio, totals, first.config, first.identity))


def _judged(run: SavedRun) -> tuple[Shard, ...]:
    done = {(r.task.crawl, r.task.shard) for r in RunTables(run.out, ()).receipts if r.done}
    return tuple(shard for shard in run.shards if (shard.crawl, shard.name) in done)


def _estimate(runs: Sequence[RunTables], by: Sequence[str], config: RunConfig) -> pl.DataFrame:
    rates = error_rates(load_calibration(config.models), config.verdict)
    return estimate_ratio(scan_scored(runs).collect(), by, errors=rates, options=config.stats)


def _dump(value: Mapping[str, object]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
