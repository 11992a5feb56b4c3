"""`provenance evaluate` and `provenance train`: what the scores are worth, and how the models are made."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import click
import polars as pl
from rich.table import Table

from provenance.adapters.judge import Judge, measure_texts
from provenance.cli.ratio_table import plain_console
from provenance.errors import ConfigError
from provenance.models import Model, find_model, load_models
from provenance.models.registry import describe_model, write_manifest
from provenance.store import write_table

_PATHS = click.Path(path_type=Path)


@click.command(epilog="Example: provenance evaluate labelled.parquet --out out/evaluation --by domain,generator")
@click.argument("labelled", nargs=-1, required=True, type=_PATHS, metavar="LABELLED.parquet...")
@click.option("--out", required=True, type=_PATHS, help="Folder for tables and plots.")
@click.option("--by", default="lang,domain,generator", show_default=True, help="Columns to group by, comma-separated.")
@click.option("--cluster", default="pair_id", show_default=True, help="Column of what is resampled as one.")
@click.option("--models", type=_PATHS, help="A folder of models instead of those shipped.")
def evaluate(labelled: tuple[Path, ...], out: Path, by: str, cluster: str, models: Path | None) -> int:
    """AUROC, TPR at 1 % and 5 % FPR and calibration error on labelled texts, by group, with intervals and plots.

    Columns: text, label (human, ai, mt, original), lang; others as --by and --cluster name them.
    """
    from provenance.train.evaluation import EvaluateOptions
    from provenance.train.evaluation import evaluate as measure
    from provenance.train.plots import chart_figures, chart_reliability

    columns = tuple(name.strip() for name in by.split(",") if name.strip())
    scored = Judge.load(models).score(_read_labelled(labelled))
    found = measure(scored, EvaluateOptions(by=columns, cluster=cluster))
    if found.figures.is_empty():
        raise ConfigError("no axis has both labels: `label` needs human beside ai, or original (or human) beside mt")
    write_table(out / "figures.parquet", found.figures, {})
    write_table(out / "reliability.parquet", found.reliability, {})
    write_table(out / "scores.parquet", scored.drop("text"), {})
    for name, chart in (("reliability", chart_reliability(found)), ("auroc", chart_figures(found))):
        for kind in ("svg", "png"):
            chart.save(str(out / f"{name}.{kind}"), scale_factor=2)
    _print_figures(found.figures)
    click.echo(f"tables and plots: {out}")
    return 0


@click.group()
def train() -> None:
    """Fits what a models folder holds, from labelled Parquet (text, label, lang, pair_id, domain)."""


@train.command(epilog="Example: provenance train lm ai.parquet human.parquet --out my_models")
@click.argument("labelled", nargs=-1, required=True, type=_PATHS, metavar="LABELLED.parquet...")
@click.option("--out", required=True, type=_PATHS, help="Models folder to make or to add to.")
@click.option("--language", default="en", show_default=True, help="Language of the texts to use (ISO 639-1).")
@click.option("--tools", type=_PATHS, default=Path(".tools/bin"), show_default=True, help="Where lmplz is.")
@click.option("--licence", default="LicenseRef-own", show_default=True, help="Licence of the models (SPDX).")
def lm(labelled: tuple[Path, ...], out: Path, language: str, tools: Path, licence: str) -> int:
    """Fits the language models of the labels ai, human, translated and original, and their vocabulary.

    The same texts give the same bytes. `make lmplz` builds the tools.
    """
    from provenance.train.lm import LanguageModelOptions, train_language_models

    texts = _read_labelled(labelled)
    out.mkdir(parents=True, exist_ok=True)
    made = train_language_models(texts, LanguageModelOptions(), tools=tools, out=out, language=language)
    card = f"lm.{language}.md"
    lines = [f"- {file.file}: {file.n_documents:,} documents, {file.n_tokens:,} tokens" for file in made]
    sources = ", ".join(path.name for path in labelled)
    head = f"# Language models for {language}\n\nData: {sources}. Licence: {licence}.\n"
    (out / card).write_text("\n".join([head, *lines, "\nLimits: not evaluated yet.\n"]), encoding="utf-8")
    models = [
        describe_model(out / file.file, name=file.name, kind=file.kind, language=language, licence=licence, card=card)
        for file in made
    ]
    write_manifest(out, _with_identifier(out, models))
    for line in lines:
        click.echo(line.removeprefix("- "))
    click.echo(f"models: {out}; next: provenance train calibration ... --models {out}")
    return 0


@train.command(epilog="Example: provenance train calibration labelled.parquet --models my_models")
@click.argument("labelled", nargs=-1, required=True, type=_PATHS, metavar="LABELLED.parquet...")
@click.option("--models", required=True, type=_PATHS, help="Models folder; the calibration is written into it.")
@click.option("--references", type=_PATHS, help="Human documents (text, lang, register) that set the thresholds.")
@click.option("--group", default="pair_id", show_default=True, help="Column never split between fit and check.")
def calibration(labelled: tuple[Path, ...], models: Path, references: Path | None, group: str) -> int:
    """Fits what signal values are worth, and the thresholds, on documents the language models have not seen."""
    from provenance.train.calibration import fit_calibration

    found = load_models(models)
    digests = {model.name: model.sha256 for model in found if model.kind.startswith("lm_")}
    known = _measure(_read_labelled(labelled), models, group)
    humans = _measure(_read_labelled([references]), models, group) if references else None
    fitted = fit_calibration(known, references=humans, models=digests)
    if not fitted.ai.strata and not fitted.mt.strata:
        raise ConfigError("too few documents: no language and length has 100 of each label; nothing was written")
    path = models / "calibration.json"
    path.write_text(fitted.dumps(), encoding="utf-8")
    card = "calibration.md"
    data = ", ".join(file.name for file in labelled)
    text = f"# Calibration\n\nData: {data}. Licence: as the data.\nLimits: not evaluated yet.\n"
    (models / card).write_text(text, encoding="utf-8")
    model = describe_model(
        path, name="calibration", kind="calibration", language=None, licence="LicenseRef-own", card=card
    )
    write_manifest(models, [*(old for old in found if old.kind != "calibration"), model])
    click.echo(f"calibration: {path}")
    return 0


def _read_labelled(paths: Sequence[Path]) -> pl.DataFrame:
    frames = []
    for path in paths:
        try:
            frame = pl.read_parquet(path)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise ConfigError(f"{path}: cannot be read as Parquet: {error}") from error
        missing = [name for name in ("text", "lang") if name not in frame.columns]
        if missing:
            raise ConfigError(f"{path}: no column {', '.join(missing)}; columns are {', '.join(frame.columns)}")
        frames.append(frame)
    return pl.concat(frames, how="diagonal_relaxed")


def _measure(frame: pl.DataFrame, models: Path, group: str) -> pl.DataFrame:
    documents, signals = measure_texts(frame["text"], models, languages=frame["lang"])
    beside = frame.select(name for name in ("label", "lang", "domain", "register", "pair_id") if name in frame.columns)
    groups = [frame[group].alias("group")] if group in frame.columns else []
    columns = [*documents.select("n_words", "n_chars"), *signals, *groups]
    return beside.with_columns(columns)


def _with_identifier(out: Path, models: Sequence[Model]) -> list[Model]:
    """The models with the shipped language identifier copied beside them, which every models folder needs."""
    shipped = find_model(load_models(), "language_identifier")
    assert shipped is not None
    target, card = out / shipped.path.name, Path(shipped.card).name
    shutil.copyfile(shipped.path, target)
    shutil.copyfile(shipped.path.parent / shipped.card, out / card)
    identifier = describe_model(
        target, name=shipped.name, kind=shipped.kind, language=None, licence=shipped.licence, card=card
    )
    return [identifier, *models]


def _print_figures(figures: pl.DataFrame) -> None:
    wide = figures.with_columns(
        pl.format(
            "{} ({} to {})",
            *(pl.col(name).round(3).cast(pl.String).fill_null("-") for name in ("value", "low", "high")),
        ).alias("shown")
    ).pivot("figure", index=["axis", "by", "group", "n_positive", "n_negative", "n_unscored"], values="shown")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in wide.columns:
        table.add_column(name, overflow="fold")
    for row in wide.iter_rows():
        table.add_row(*(str(cell) for cell in row))
    plain_console().print(table)
