"""`provenance evaluate`: what the scores are worth on labelled texts."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
import polars as pl
from rich.table import Table

from provenance.cli.labelled import read_labelled
from provenance.cli.places import LocalPath
from provenance.cli.ratio_table import plain_console
from provenance.errors import ConfigError
from provenance.store import write_table

if TYPE_CHECKING:
    from provenance.train.evaluation import Evaluation

_PATHS = LocalPath()
_PRIOR = click.FloatRange(0.0, 1.0, min_open=True, max_open=True)


@click.command(
    epilog="Example: provenance evaluate labelled.parquet --out out/evaluation --by set,genre,length --attacks"
)
@click.argument("labelled", nargs=-1, required=True, type=_PATHS, metavar="LABELLED.parquet...")
@click.option("--out", required=True, type=_PATHS, help="Folder for tables and plots.")
@click.option(
    "--by",
    default="lang,domain,generator,length",
    show_default=True,
    help="Columns to group by, comma-separated; `length` in words and `told_genre` are made, `genre` is where absent.",
)
@click.option("--cluster", default="pair_id", show_default=True, help="Column of what is resampled as one.")
@click.option("--prior", default=0.1, show_default=True, type=_PRIOR, help="Share of positives that scores presume.")
@click.option("--attacks", is_flag=True, help="Attack the positives, six ways, and say what it costs.")
@click.option("--ablate", is_flag=True, help="Leave every piece of evidence out in turn, and say what it costs.")
@click.option("--models", type=_PATHS, help="A folder of models instead of those shipped.")
def evaluate(
    labelled: tuple[Path, ...],
    out: Path,
    by: str,
    cluster: str,
    prior: float,
    attacks: bool,
    ablate: bool,
    models: Path | None,
) -> int:
    """How well scores rank, what they mean and what verdicts get wrong, on labelled texts, with intervals and plots.

    AUROC, TPR at 1 % and 5 % FPR, the calibration error at the prior, and TPR and FPR of the verdict as it ships: for
    all documents and by group. Columns: text, label (human, ai, mt or translated, original); others as --by and
    --cluster name them. docs/training.md says how to read the tables.
    """
    from provenance.adapters.evaluate import measure_ablations, measure_attacks, measure_labelled, name_groups
    from provenance.adapters.judge import Judge
    from provenance.models.calibration import load_calibration
    from provenance.train.evaluation import EvaluateOptions, count_unknown
    from provenance.train.evaluation import evaluate as measure
    from provenance.verdict import VerdictOptions

    columns = tuple(name.strip() for name in by.split(",") if name.strip())
    options = EvaluateOptions(by=columns, cluster=cluster, prior=prior)
    texts = read_labelled(labelled, needed=("text", "label"))
    if texts.is_empty():
        raise ConfigError(f"no rows in {', '.join(map(str, labelled))}")
    Judge.load(models)
    measured = measure_labelled(texts, models)
    judged = measured.judge(load_calibration(models), VerdictOptions(prior_ai=prior, prior_mt=prior))
    scored = name_groups(judged, measured.signals, columns)
    found = measure(scored, options)
    if found.figures.is_empty():
        raise ConfigError("no axis has both labels: `label` needs human beside ai, or original (or human) beside mt")
    tables = {"figures": found.figures, "reliability": found.reliability, "scores": scored}
    if attacks:
        tables["attacks"] = measure_attacks(measured, models, options)
    if ablate:
        tables["ablations"] = measure_ablations(measured, models, options)
    for name, table in tables.items():
        write_table(out / f"{name}.parquet", table, {"provenance:prior": str(prior)})
    _draw(found, out)
    _print_figures(found.figures)
    for name in ("attacks", "ablations"):
        if name in tables:
            _print_losses(name, tables[name])
    _print_left_out(count_unknown(scored["label"]), [name for name in columns if name not in scored.columns])
    click.echo(f"tables and plots: {out}")
    return 0


def _print_left_out(unknown: str, missing: list[str]) -> None:
    if unknown:
        click.echo(f"labels of no axis, rows left out of all figures: {unknown}", err=True)
    if missing:
        click.echo(f"not in the table, so not grouped by: {', '.join(missing)}", err=True)


def _draw(found: "Evaluation", out: Path) -> None:
    from provenance.train.plots import chart_figures, chart_reliability

    charts = {"reliability": chart_reliability(found)}
    charts |= {name: chart_figures(found, name) for name in ("auroc", "tpr", "fpr")}
    for name, chart in charts.items():
        for kind in ("svg", "png"):
            chart.save(str(out / f"{name}.{kind}"), scale_factor=2)


def _print_figures(figures: pl.DataFrame) -> None:
    keys = ["axis", "by", "group"]
    counts = pl.format("{} / {} / {}", *(pl.col(name).last() for name in ("n_positive", "n_negative", "n_unscored")))
    counted = figures.group_by(keys, maintain_order=True).agg(
        counts.alias("pos / neg / unscored"), pl.col("borrowed").last()
    )
    wide = _show_interval(figures).pivot("figure", index=keys, values="shown")
    shown = [name for name in ("auroc", "tpr_at_1_fpr", "ece", "ece_by_chance", "tpr", "fpr") if name in wide.columns]
    rows = counted.join(wide.select(*keys, *shown), on=keys, how="left", maintain_order="left")
    starred = pl.when(pl.col("borrowed").is_null()).then("group").otherwise(pl.format("{} *", "group"))
    _print("", rows.with_columns(starred.alias("group")).drop("borrowed"))
    if rows["borrowed"].null_count() < rows.height:
        click.echo("* of one label: measured against the other label's documents of all groups")


def _print_losses(name: str, losses: pl.DataFrame) -> None:
    rates = ("auroc", "auroc_after", "tpr", "tpr_after", "fpr", "fpr_after")
    shown = _show_interval(losses.rename({"loss": "value"})).with_columns(_show(rate).alias(rate) for rate in rates)
    _print(f"\n{name}", shown.select("axis", "change", "n_lost", *rates[:2], pl.col("shown").alias("loss"), *rates[2:]))


def _show_interval(rows: pl.DataFrame) -> pl.DataFrame:
    cells = pl.format("{} ({}..{})", _show("value"), _show("low"), _show("high"))
    return rows.with_columns(pl.when(pl.col("value").is_not_null()).then(cells).alias("shown"))


def _show(name: str) -> pl.Expr:
    return pl.col(name).map_elements("{:.3f}".format, return_dtype=pl.String).fill_null("-")


def _print(title: str, rows: pl.DataFrame) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in rows.columns:
        table.add_column(name, overflow="fold")
    for row in rows.iter_rows():
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    if title:
        click.echo(title)
    plain_console().print(table)
