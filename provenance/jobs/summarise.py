"""The summarise job: ratio, data card, report and totals of a run."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from provenance import __version__
from provenance.curate import CardFigures, render_data_card
from provenance.jobs.figures import FIGURES, FigureOptions, estimate_figures
from provenance.jobs.gather import RunTables, add_counts
from provenance.jobs.rates import load_detector
from provenance.jobs.reporting import gather_report
from provenance.jobs.saved import RUN_FILE, read_saved, write_saved
from provenance.jobs.settings import JobContext
from provenance.jobs.sources.plan import Shard
from provenance.jobs.tabulate.counts import Counts
from provenance.jobs.tabulate.groups import load_counts
from provenance.jobs.tabulate.totals import count_totals
from provenance.models import load_models
from provenance.report import render_report
from provenance.run import Progress, Receipt, Stopwatch, Task
from provenance.stats import ratio_to_json
from provenance.store import Place, write_table, write_text

BY = ("language", "url_host_registered_domain", "month", "crawl")
TREND_BY = ("language",)


@dataclass(frozen=True, slots=True)
class Summarise:
    """Sums a run up from what was gathered of `groups` of its shards; one task."""

    context: JobContext
    shards: tuple[Shard, ...]
    groups: tuple[Place, ...]

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """Raises OutputError when a file cannot be written."""
        watch = Stopwatch()
        out, config, identity = self.context.out, self.context.config, dict(self.context.identity)
        run = RunTables(out, self.shards, config.weights is not None, self.groups)
        counts = load_counts(run)
        totals = count_totals(run, counts)
        detector = load_detector(config.models, config.verdict, config.stats)
        figures = estimate_figures([run], FigureOptions(BY, TREND_BY), detector)
        for name, table in figures.tables.items():
            write_table(out / "stats" / f"{name}.parquet", table, self.context.metadata(task))
        write_text(out / "stats" / "ratio.json", _dump(ratio_to_json(figures.ratio, config.stats)))
        write_text(out / "curated" / "README.md", self._card(run, counts, totals))
        write_text(
            out / "report.html", render_report(gather_report([run], [counts], figures, totals, config, identity))
        )
        write_saved(out / RUN_FILE, {**read_saved(out / RUN_FILE), "totals": totals})
        return watch.receipt(task, totals)

    def outputs(self, task: Task) -> Iterator[Place]:
        """The files a finished task leaves."""
        tables = (f"stats/{name}.parquet" for name in FIGURES)
        for name in (*tables, "stats/ratio.json", "curated/README.md", "report.html"):
            yield self.context.out / name

    def _card(self, run: RunTables, counts: Counts, totals: Mapping[str, int]) -> str:
        figures = CardFigures(
            title="Curated subset",
            crawls=sorted({shard.crawl for shard in run.shards}),
            n_documents=totals["documents"],
            n_kept=totals["curated"],
            n_words=counts.total("curated_words"),
            rules=self.context.config.curate,
            left_out=counts.by_value("reason"),
            rejects=add_counts(receipt.rejects for receipt in run.receipts if receipt.done),
            languages=counts.by_value("curated_language", null=""),
            origins=counts.by_value("curated_origin"),
            models=load_models(self.context.config.models),
            version=__version__,
        )
        return render_data_card(figures)


def _dump(value: Mapping[str, object]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
