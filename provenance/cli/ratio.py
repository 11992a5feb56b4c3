"""`provenance ratio` from scored documents, and `provenance report` over finished runs."""

import json
from pathlib import Path

import click
import polars as pl
from rich.console import Console
from rich.table import Table

from provenance.errors import ConfigError
from provenance.jobs.rates import error_rates
from provenance.jobs.summarise import report_on
from provenance.models.calibration import load_calibration
from provenance.stats import StatsOptions, estimate_ratio, ratio_to_json
from provenance.store import write_text
from provenance.verdict import VerdictOptions

_ORIGINS = ("human", "ai_generated", "machine_translated")


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


def print_ratio(table: pl.DataFrame) -> None:
    """The ratio table for people: one line per group and unit."""
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("group", "unit", "documents", *_ORIGINS, "human : synthetic", "note"):
        shown.add_column(heading, overflow="fold")
    for row in table.iter_rows(named=True):
        names = zip(row["group_columns"], row["group_values"], strict=True)
        group = ", ".join(f"{name} {value}" for name, value in names) or "all"
        cells = [_prevalence(row, origin) for origin in _ORIGINS]
        shown.add_row(group, row["unit"], f"{row['n_documents']:,}", *cells, describe_value(row), row["why"] or "")
    Console(highlight=False).print(shown)


def describe_value(row: dict[str, float | None]) -> str:
    """The ratio with its interval, or its lower bound, or a dash."""
    name = "human_to_synthetic_ratio"
    value, low, high = row[name], row[f"{name}_low"], row[f"{name}_high"]
    if value is None or high is None:
        return "-" if low is None else f"at least {low:.1f}"
    return f"{value:.1f} ({low:.1f} to {high:.1f})"


def _prevalence(row: dict[str, float | None], origin: str) -> str:
    value, low, high = (row[f"{origin}_{name}"] for name in ("prevalence", "low", "high"))
    if value is None or low is None or high is None:
        share = row[f"{origin}_share"]
        return "-" if share is None else f"share {share:.1%}"
    return f"{value:.1%} ({low:.1%} to {high:.1%})"


def _read_scores(path: Path) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise ConfigError(f"{path}: cannot be read as Parquet: {error}") from error
    missing = [name for name in ("ai_score", "mt_score", "origin") if name not in frame.columns]
    if missing:
        raise ConfigError(f"{path}: no column {', '.join(missing)}; give files of `provenance judge --out` or verdicts")
    return frame
