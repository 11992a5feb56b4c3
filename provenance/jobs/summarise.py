"""The summarise job: ratio, data card, report and totals of a run."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from provenance import __version__
from provenance.curate import CardFigures, render_data_card
from provenance.jobs.figures import FIGURES, FigureOptions, estimate_figures
from provenance.jobs.gather import RunTables, add_counts, count_totals, count_values, scan_all
from provenance.jobs.rates import load_detector
from provenance.jobs.reporting import gather_report
from provenance.jobs.saved import RUN_FILE, read_saved, write_saved
from provenance.jobs.settings import JobContext
from provenance.jobs.sources.plan import Shard
from provenance.models import load_models
from provenance.report import render_report
from provenance.run import Progress, Receipt, Stopwatch, Task
from provenance.stats import ratio_to_json
from provenance.store import write_table, write_text

BY = ("language", "url_host_registered_domain", "month", "crawl")
TREND_BY = ("language",)


@dataclass(frozen=True, slots=True)
class Summarise:
    """Sums a run up; one task."""

    context: JobContext
    shards: tuple[Shard, ...]

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """Raises OutputError when a file cannot be written."""
        watch = Stopwatch()
        out, config, identity = self.context.out, self.context.config, dict(self.context.identity)
        run = RunTables(out, self.shards, config.weights is not None)
        totals = count_totals(run)
        detector = load_detector(config.models, config.verdict, config.stats)
        figures = estimate_figures([run], FigureOptions(BY, TREND_BY), detector)
        for name, table in figures.tables.items():
            write_table(out / "stats" / f"{name}.parquet", table, self.context.metadata(task))
        write_text(out / "stats" / "ratio.json", _dump(ratio_to_json(figures.ratio, config.stats)))
        write_text(out / "curated" / "README.md", self._card(run, totals))
        write_text(out / "report.html", render_report(gather_report([run], figures, totals, config, identity)))
        write_saved(out / RUN_FILE, {**read_saved(out / RUN_FILE), "totals": totals})
        return watch.receipt(task, totals)

    def outputs(self, task: Task) -> Iterator[Path]:
        """The files a finished task leaves."""
        tables = (f"stats/{name}.parquet" for name in FIGURES)
        for name in (*tables, "stats/ratio.json", "curated/README.md", "report.html"):
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


def _dump(value: Mapping[str, object]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
