"""What a person sees of long work: a bar on a terminal, a line per shard elsewhere, one summary table at the end."""

import json
import sys
from collections.abc import Mapping, Sequence

import click
import polars as pl
from rich.console import Console
from rich.table import Table

from provenance.cli.bar import PhaseBar
from provenance.cli.copies import Measures, describe_removed, describe_share, show_warnings
from provenance.cli.ratio_table import plain_console, print_ratio
from provenance.jobs.corpus import RunSummary
from provenance.jobs.dedup.search import MEASURES
from provenance.run import Receipt, Task
from provenance.store import exists, read_text


class Display:
    """A reporter of the main job; a context manager, so that the bar is cleared on every way out."""

    def __init__(self, *, debug: bool = False) -> None:
        self._debug = debug
        self._console = Console(stderr=True)
        self._bar: PhaseBar | None = None

    def __enter__(self) -> "Display":
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def start(self, phase: str, n_tasks: int, open_tasks: Sequence[Task]) -> None:
        """Begins a phase: a new bar, or a line."""
        self._stop()
        if sys.stderr.isatty():
            self._bar = PhaseBar(phase, n_tasks, open_tasks, self._console)
        else:
            kept = n_tasks - len(open_tasks)
            click.echo(f"{phase}: {len(open_tasks)} to do, {kept} done before", err=True)

    def advance(self, task: Task, bytes_done: int) -> None:
        """Moves the bar within a shard."""
        if self._bar is not None:
            self._bar.advance(task, bytes_done)

    def finish(self, receipt: Receipt) -> None:
        """One shard more."""
        if self._bar is not None:
            self._bar.finish(receipt)
            if not receipt.done:
                self._console.print(_line(receipt), markup=False, highlight=False, soft_wrap=True)
        else:
            click.echo(f"  {_line(receipt)}", err=True)
        if self._debug and receipt.traceback:
            click.echo(receipt.traceback, err=True)

    def _stop(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def show_summary(summary: RunSummary, ratio: pl.DataFrame) -> None:
    """The summary table and the overall ratio on stdout, and what was lost on stderr."""
    console = plain_console()
    table = Table(title=None, show_header=False, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(justify="left")
    table.add_column(justify="right")
    table.add_column(justify="left", overflow="fold")
    totals = summary.totals
    table.add_row("records", f"{totals['records']:,}", f"in {totals['shards']:,} shards")
    table.add_row("  rejects", f"{totals['rejects']:,}", _reasons(summary.rejects))
    if facts := summary.rejects.get("page_facts"):
        table.add_row("    page facts", f"{facts:,}", "no loss: what WAT records tell of pages, in the table markup")
    table.add_row("  documents", f"{totals['documents']:,}", f"{totals['words']:,} words")
    table.add_row("    left out", f"{totals['left_out']:,}", _reasons(summary.left_out))
    table.add_row("    curated", f"{totals['curated']:,}", "")
    measures = _read_measures(summary)
    if measures is not None:
        removed = measures["removed"]
        assert isinstance(removed, dict)
        table.add_row("copies", f"{removed['documents']:,}", describe_removed(measures))
        for name in ("precision", "recall"):
            what, value, detail = describe_share(measures, name)
            table.add_row(f"  {what}", value, detail)
    several, many = (f"{totals.get(name, 0):,}" for name in ("parallel_2", "parallel_3"))
    table.add_row("parallel", several, f"documents in 2 languages and more, {many} of them in 3 and more")
    for origin in ("human", "ai_generated", "machine_translated", "undetermined"):
        table.add_row(f"origin {origin}", f"{totals.get(origin, 0):,}", "")
    n_bytes = totals["bytes_read"] + totals["bytes_skipped"]
    table.add_row("bytes", f"{n_bytes:,}", f"{totals['bytes_skipped']:,} of them skipped")
    if "digests_checked" in totals:
        table.add_row("digests", f"{totals['digests_checked']:,}", f"{totals['digest_mismatches']:,} of other bytes")
    console.print(table)
    print_ratio(ratio.filter(pl.col("group_columns").list.len() == 0))
    if "unweighted" in totals:
        console.print(
            f"estimates for what the sample was drawn from: {ratio['estimated_total'][0] or 0:,.0f} documents"
        )
    console.print(f"report: {summary.report}", soft_wrap=True)
    if measures is not None:
        show_warnings(measures)
    if undrawn := totals.get("unweighted"):
        click.echo(f"no weight: {undrawn:,} of {totals['documents']:,} documents, which no estimate counts", err=True)
    for receipt in summary.receipts:
        if receipt.task.phase == "read" and receipt.done and not _size(receipt):
            click.echo(f"empty: {receipt.task.source}", err=True)
    for line in summary.lost:
        click.echo(f"lost: {line}", err=True)


def _read_measures(summary: RunSummary) -> Measures | None:
    path = summary.report.parent / MEASURES
    if not exists(path):
        return None
    found: Measures = json.loads(read_text(path))
    return found


def _size(receipt: Receipt) -> int:
    return receipt.counts.get("bytes_read", 0) + receipt.counts.get("bytes_skipped", 0)


def _reasons(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{reason} {n:,}" for reason, n in counts.items())


def _line(receipt: Receipt) -> str:
    name = receipt.task.shard if receipt.task.crawl == "all" else f"{receipt.task.crawl}/{receipt.task.shard}"
    if receipt.error:
        return f"{name}: FAILED: {receipt.error}"
    counts = ", ".join(
        f"{n:,} {what}" for what, n in receipt.counts.items() if not what.startswith(("bytes_", "digest"))
    )
    return f"{name}: {counts} ({receipt.seconds:.1f} s)" + "".join(f"; {note}" for note in receipt.notes)
