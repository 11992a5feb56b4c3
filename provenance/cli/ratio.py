"""`provenance ratio` from scored documents, and `provenance report` over finished runs."""

import json
from pathlib import Path

import click
import polars as pl

from provenance.cli.ratio_table import print_ratio
from provenance.errors import ConfigError
from provenance.jobs.gather import DOCUMENT_COLUMNS
from provenance.jobs.rates import error_rates
from provenance.jobs.summarise import report_on
from provenance.models.calibration import load_calibration
from provenance.stats import StatsOptions, estimate_ratio, ratio_to_json
from provenance.store import read_table, write_text
from provenance.verdict import VerdictOptions


@click.command(epilog="Example: provenance ratio scores.parquet --by language --reference scores_2019.parquet")
@click.argument("scores", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SCORES.parquet...")
@click.option("--by", default="", help="Columns to group by, comma-separated; a+b groups by both at once.")
@click.option("--reference", type=click.Path(path_type=Path), help="Scored documents known to be human.")
@click.option("--models", type=click.Path(path_type=Path), help="A folder of models instead of those shipped.")
@click.option("--seed", type=int, default=StatsOptions().seed, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON, as in stats/ratio.json.")
def ratio(
    scores: tuple[Path, ...], by: str, reference: Path | None, models: Path | None, seed: int, as_json: bool
) -> int:
    """Human-to-synthetic ratio and prevalence with 95 % intervals from `judge --out` files or verdicts."""
    scored = pl.concat([_read_scores(path) for path in scores], how="diagonal_relaxed")
    rates = error_rates(load_calibration(models), VerdictOptions())
    known_human = _read_scores(reference) if reference else None
    options = StatsOptions(seed=seed)
    columns = [name.strip() for name in by.split(",") if name.strip()]
    table = estimate_ratio(scored, columns, errors=rates, reference=known_human, options=options)
    if reference and "anchored" not in str(table["method"][0]):
        least = options.min_documents
        click.echo(f"--reference {reference}: not used: fewer than {least} of its documents have a score", err=True)
    if as_json:
        click.echo(json.dumps(ratio_to_json(table, options), ensure_ascii=False))
    else:
        print_ratio(table)
    return 0


@click.command(epilog="Example: provenance report out/2019-30 out/2025-30 --out trend.html --by crawl,language")
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DIR...")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The HTML page to write.")
@click.option("--by", default="crawl,language", show_default=True, help="Columns to group by, comma-separated.")
def report(folders: tuple[Path, ...], out: Path, by: str) -> int:
    """One report over one or more finished runs of the same version, models and configuration."""
    columns = tuple(name.strip() for name in by.split(",") if name.strip())
    write_text(out, report_on(folders, columns))
    click.echo(f"report: {out}")
    return 0


def _read_scores(path: Path) -> pl.DataFrame:
    try:
        frame = read_table(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise ConfigError(f"{path}: cannot be read as Parquet: {error}") from error
    missing = [name for name in ("ai_score", "mt_score", "origin") if name not in frame.columns]
    if missing:
        raise ConfigError(f"{path}: no column {', '.join(missing)}; give files of `provenance judge --out` or verdicts")
    return frame if "n_words" in frame.columns else _add_documents(path, frame)


def _add_documents(path: Path, verdicts: pl.DataFrame) -> pl.DataFrame:
    """Verdicts of a run with the columns of their documents, which lie beside them row for row."""
    documents = path.parent.parent.parent / "documents" / path.parent.name / path.name
    if not documents.is_file():
        raise ConfigError(f"{path}: no column n_words, and no {documents}; leave verdicts in the folder of their run")
    frame = read_table(documents, DOCUMENT_COLUMNS)
    if "doc_id" not in verdicts.columns or not frame["doc_id"].equals(verdicts["doc_id"]):
        raise ConfigError(f"{path}: its rows do not match those of {documents}; see provenance verify")
    return frame.hstack(verdicts.drop("doc_id").get_columns())
