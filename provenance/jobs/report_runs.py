"""The report over several finished runs: the page, and beside it its tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Final

import polars as pl

from provenance.errors import ConfigError
from provenance.jobs.figures import FigureOptions, estimate_figures
from provenance.jobs.finished import open_finished, resolve
from provenance.jobs.gather import GROUPING, RunTables, add_counts, scan_scored
from provenance.jobs.rates import Detector, load_detector
from provenance.jobs.ratio import check_grouping, compare_reference
from provenance.jobs.reporting import gather_report
from provenance.jobs.saved import RUN_FILE
from provenance.jobs.scores import ScoredDocuments, read_scores
from provenance.jobs.tabulate.groups import gathered, load_counts
from provenance.jobs.tabulate.totals import count_totals
from provenance.jobs.wordings import Period
from provenance.report import export_report, render_report
from provenance.store import Place, open_whole, parse_place, write_table, write_text

PERIODS: Final[tuple[Period, ...]] = ("crawl", "month", "year")
REPORT_BY = ("crawl", "language", "domain_class", "top_level_domain", "length", "site_type")


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """What the user asked for; `period` null: crawls where there are several, else months.

    `reference` are places of scored documents known to be human; `title` null leaves the page's own; `originals` and
    `own_reference` null: as the runs have it.
    """

    by: tuple[str, ...] = REPORT_BY
    period: Period | None = None
    reference: tuple[str | Place, ...] = ()
    title: str | None = None
    originals: bool | None = None
    own_reference: bool | None = None


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """Where a report lies: the page, the folder beside it, the files in that; `notes` are sentences for the reader."""

    page: Path
    tables: Path
    files: tuple[Path, ...]
    notes: tuple[str, ...]


def write_report(
    folders: str | Place | Sequence[str | Place],
    out: str | Path,
    *,
    by: str | Sequence[str] = REPORT_BY,
    period: Period | None = None,
    reference: str | Place | Sequence[str | Place] = (),
    title: str | None = None,
    originals: bool | None = None,
    own_reference: bool | None = None,
) -> WrittenReport:
    """One HTML page over finished runs, with its tables and charts beside it in `<stem>_files`; as `provenance report`.

    `folders` are those of `provenance run`, on object storage too; `by` names columns to group by, "a+b" groups by
    both; `period` is "crawl", "month" or "year"; `reference` names scored documents known not to be AI-generated, nor
    translated if `originals`: files of `judge --out`, or runs. Where none is named, early documents of half of the
    hosts are it, unless `own_reference` is false. Both are as in the options of the runs where they are null.
    Raises ConfigError where a folder holds no finished run, where the runs were not made by the same detector, or where
    documents would count twice; OutputError where nothing can be written.
    """
    columns = (by,) if isinstance(by, str) else tuple(by)
    known = (reference,) if isinstance(reference, str | PurePath) else tuple(reference)
    named = [folders] if isinstance(folders, str | PurePath) else folders
    return report_on(
        [parse_place(folder) if isinstance(folder, str) else folder for folder in named],
        Path(out),
        ReportOptions(columns, period, known, title, originals, own_reference),
    )


def report_on(folders: Sequence[Place], out: Path, asked: ReportOptions) -> WrittenReport:
    """Writes the report. Raises ConfigError and OutputError as `write_report`."""
    _check_out(out, folders)
    columns = [name for entry in asked.by for name in entry.split("+")]
    check_grouping(columns, GROUPING)
    found = open_finished(folders)
    stats = found.config.stats
    stats = replace(
        stats,
        originals=stats.originals if asked.originals is None else asked.originals,
        own_reference=stats.own_reference if asked.own_reference is None else asked.own_reference,
    )
    detector = load_detector(found.config.models, found.config.verdict, stats)
    human = read_scores(asked.reference) if asked.reference else None
    options = FigureOptions(asked.by, asked.by, asked.period, spikes=True)
    tables = out.with_name(f"{out.stem}_files")
    with gathered(found.tables) as runs:
        figures = estimate_figures(runs, options, detector, human.frame if human else None)
        told = (*found.notes, *(_describe_reference(runs, human, detector) if human else ()))
        counts = [load_counts(run) for run in runs]
        totals = add_counts(map(count_totals, runs, counts))
        data = gather_report(runs, counts, figures, totals, found.config, found.identity)
    data = replace(data, notes=(*data.notes, *told), tables=tables.name, title=asked.title or data.title)
    page, beside = render_report(data), export_report(data)
    files = _write_files(tables, {**figures.tables, **beside.tables}, beside.files, found.identity)
    write_text(out, page)
    return WrittenReport(out, tables, files, data.notes)


def _describe_reference(runs: Sequence[RunTables], human: ScoredDocuments, detector: Detector) -> list[str]:
    scored = scan_scored(runs).select("doc_id", "language", "n_words", "ai_score", "mt_score").collect()
    told = (*human.notes, *compare_reference(scored, human.frame, detector.options))
    return [f"reference: {note}" for note in told]


def _check_out(out: Path, folders: Sequence[Place]) -> None:
    if out.is_dir():
        raise ConfigError(f"--out {out}: is a folder; name the page to write, such as {out / 'trend.html'}")
    for folder in folders:
        if out.parent.resolve() == resolve(folder) and out.name in ("report.html", RUN_FILE, "ledger.jsonl"):
            raise ConfigError(f"--out {out}: is a file of the run itself; choose another name")


def _write_files(
    folder: Path, tables: Mapping[str, pl.DataFrame], others: Mapping[str, bytes], identity: Mapping[str, str]
) -> tuple[Path, ...]:
    """The tables as Parquet, and files of other kinds under their names; those of equal names are replaced."""
    metadata = {f"provenance:{name}": value for name, value in identity.items()}
    for name, table in tables.items():
        write_table(folder / f"{name}.parquet", table, metadata)
    for name, content in others.items():
        with open_whole(folder / name) as file:
            file.write(content)
    return tuple(sorted(folder / name for name in (*(f"{name}.parquet" for name in tables), *others)))
