"""The report over several finished runs: the page, and beside it its tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from provenance.errors import ConfigError
from provenance.jobs.figures import estimate_figures
from provenance.jobs.finished import open_finished
from provenance.jobs.gather import add_counts, count_totals, scan_scored
from provenance.jobs.rates import load_detector
from provenance.jobs.ratio import check_grouping
from provenance.jobs.reporting import gather_report
from provenance.jobs.saved import RUN_FILE
from provenance.report import render_report
from provenance.store import write_table, write_text

REPORT_BY = ("crawl", "language")


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """What the user asked for; `title` null leaves the page's own."""

    by: tuple[str, ...] = REPORT_BY
    title: str | None = None


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """Where a report lies: the page, the folder beside it, the files in that; `notes` are sentences for the reader."""

    page: Path
    tables: Path
    files: tuple[Path, ...]
    notes: tuple[str, ...]


def write_report(
    folders: str | Path | Sequence[str | Path],
    out: str | Path,
    *,
    by: str | Sequence[str] = REPORT_BY,
    title: str | None = None,
) -> WrittenReport:
    """One HTML page over finished runs, with its tables beside it in `<stem>_files`, as `provenance report`.

    `folders` are those of `provenance run`; `by` names columns to group by. Raises ConfigError where a folder holds no
    finished run, where the runs were not made by the same detector, or where documents would count twice; OutputError
    where nothing can be written.
    """
    named = [folders] if isinstance(folders, str | Path) else folders
    columns = (by,) if isinstance(by, str) else tuple(by)
    return report_on([Path(folder) for folder in named], Path(out), ReportOptions(columns, title))


def report_on(folders: Sequence[Path], out: Path, asked: ReportOptions) -> WrittenReport:
    """Writes the report. Raises ConfigError and OutputError as `write_report`."""
    _check_out(out, folders)
    found = open_finished(folders)
    scored = scan_scored(found.tables).collect()
    check_grouping([name for entry in asked.by for name in entry.split("+")], scored)
    detector = load_detector(found.config.models, found.config.verdict)
    figures = estimate_figures(scored, asked.by, detector, found.config.stats)
    totals = add_counts(count_totals(run) for run in found.tables)
    data = gather_report(found.tables, figures, totals, found.config, found.identity)
    tables = out.with_name(f"{out.stem}_files")
    data = replace(data, notes=(*data.notes, *found.notes), tables=tables.name, title=asked.title or data.title)
    page = render_report(data)
    files = _write_tables(tables, figures.tables, found.identity)
    write_text(out, page)
    return WrittenReport(out, tables, files, found.notes)


def _check_out(out: Path, folders: Sequence[Path]) -> None:
    if out.is_dir():
        raise ConfigError(f"--out {out}: is a folder; name the page to write, such as {out / 'trend.html'}")
    for folder in folders:
        if out.parent.resolve() == folder.resolve() and out.name in ("report.html", RUN_FILE, "ledger.jsonl"):
            raise ConfigError(f"--out {out}: is a file of the run itself; choose another name")


def _write_tables(folder: Path, tables: Mapping[str, pl.DataFrame], identity: Mapping[str, str]) -> tuple[Path, ...]:
    metadata = {f"provenance:{name}": value for name, value in identity.items()}
    written = []
    for name, table in tables.items():
        written.append(folder / f"{name}.parquet")
        write_table(written[-1], table, metadata)
    return tuple(written)
