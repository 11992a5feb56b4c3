"""`provenance train`: how a folder of models is made from labelled texts."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provenance.cli.labelled import read_labelled
from provenance.cli.places import LocalPath
from provenance.errors import ConfigError

if TYPE_CHECKING:
    from provenance.adapters.training.parts import Part

_PATHS = LocalPath()
_LABELLED = ("text", "label", "lang")

_labelled = click.argument("labelled", nargs=-1, required=True, type=_PATHS, metavar="LABELLED.parquet...")
_language = click.option("--language", default="en", show_default=True, help="Language of the texts (ISO 639-1).")
_tools = click.option("--tools", type=_PATHS, default=Path(".tools/bin"), show_default=True, help="Where lmplz is.")
_licence = click.option("--licence", default="LicenseRef-own", show_default=True, help="Of the models (SPDX).")
_fresh = click.option("--fresh", is_flag=True, help="Replace models that the folder holds.")
_group = click.option("--group", help="Column never split between fit and check; group, else pair_id, else the row.")


@click.group()
def train() -> None:
    """Fits what a models folder holds, from labelled Parquet: all of it, or a part."""


@train.command(
    "all", epilog="Example: provenance train all labelled.parquet --references human.parquet --out my_models"
)
@_labelled
@click.option("--references", multiple=True, type=_PATHS, help="Human documents that set the thresholds; repeatable.")
@click.option("--out", required=True, type=_PATHS, help="Models folder to make.")
@_group
@_language
@_tools
@click.option("--folds", default=4, show_default=True, type=click.IntRange(2, 20), help="Fits that leave groups out.")
@click.option("--clean", is_flag=True, help="Take out of the texts what tells how a set was collected.")
@_licence
@_fresh
def everything(
    labelled: tuple[Path, ...],
    references: tuple[Path, ...],
    out: Path,
    group: str | None,
    language: str,
    tools: Path,
    folds: int,
    clean: bool,
    licence: str,
    fresh: bool,
) -> int:
    """Models of texts, then a calibration on documents that no model had seen; with manifest and cards.

    Columns: text, label (human, ai, translated, original), lang; optional group, pair_id, domain, source, genre,
    register, family, generation, generator. The same command gives the same bytes; docs/training.md says more.
    """
    _check_extra()
    from provenance.adapters.training.cards import Sources
    from provenance.adapters.training.whole import TrainOptions, train_all
    from provenance.train.artefacts import CleanOptions

    cleaning = CleanOptions(max_words=600) if clean else None
    options = TrainOptions(language, group, folds, cleaning, licence)
    texts = read_labelled(labelled, needed=_LABELLED)
    humans = read_labelled(references, needed=("text", "lang")) if references else None
    sources = Sources(labelled, references)
    made = train_all(texts, humans, options, tools=tools, out=out, sources=sources, fresh=fresh, tell=click.echo)
    for model in made.models:
        click.echo(f"{model.path.name}: {model.path.stat().st_size:,} bytes")
    click.echo((out / "cards" / "calibration.md").read_text(encoding="utf-8"))
    click.echo(f"models: {out}; next: provenance evaluate ... --models {out}")
    return 0


@train.command(epilog="Example: provenance train lm ai.parquet human.parquet --out my_models")
@_labelled
@click.option("--out", required=True, type=_PATHS, help="Models folder to make or to add to.")
@_language
@_tools
@_licence
@_fresh
def lm(labelled: tuple[Path, ...], out: Path, language: str, tools: Path, licence: str, fresh: bool) -> int:
    """Fits the language models of the labels ai and human, translated and original, and their vocabulary.

    The same texts give the same bytes. `make lmplz` builds the tools.
    """
    return _train_part("lm", labelled, out, (language, licence), tools, fresh)


@train.command(epilog="Example: provenance train classifier labelled.parquet --out my_models")
@_labelled
@click.option("--out", required=True, type=_PATHS, help="Models folder to make or to add to.")
@_language
@_licence
@_fresh
def classifier(labelled: tuple[Path, ...], out: Path, language: str, licence: str, fresh: bool) -> int:
    """Fits the linear models: AI-generated against human; genres and families where there are such columns."""
    return _train_part("classifier", labelled, out, (language, licence), Path(), fresh)


@train.command(epilog="Example: provenance train calibration labelled.parquet --references human.parquet --models mine")
@_labelled
@click.option("--models", required=True, type=_PATHS, help="Models folder; the calibration is written into it.")
@click.option("--references", multiple=True, type=_PATHS, help="Human documents that set the thresholds; repeatable.")
@_group
@_licence
@_fresh
def calibration(
    labelled: tuple[Path, ...],
    models: Path,
    references: tuple[Path, ...],
    group: str | None,
    licence: str,
    fresh: bool,
) -> int:
    """Fits what signal values are worth, and the thresholds, on documents the models have not seen."""
    _check_extra()
    from provenance.adapters.training.cards import Sources
    from provenance.adapters.training.parts import train_calibration
    from provenance.adapters.training.whole import TrainOptions

    texts = read_labelled(labelled, needed=_LABELLED)
    humans = read_labelled(references, needed=("text", "lang")) if references else None
    made = train_calibration(
        texts,
        humans,
        TrainOptions(group=group, licence=licence),
        folder=models,
        sources=Sources(labelled, references),
        fresh=fresh,
    )
    click.echo(f"calibration: {made.path}")
    return 0


def _train_part(
    part: "Part", labelled: Sequence[Path], out: Path, told: tuple[str, str], tools: Path, fresh: bool
) -> int:
    _check_extra()
    from provenance.adapters.training.parts import train_part
    from provenance.adapters.training.whole import TrainOptions

    options = TrainOptions(language=told[0], licence=told[1])
    texts = read_labelled(labelled, needed=_LABELLED)
    for model in train_part(part, texts, options, tools=tools, out=out, data=labelled, fresh=fresh):
        click.echo(f"{model.path.name}: {model.path.stat().st_size:,} bytes")
    click.echo(f"models: {out}; next: provenance train calibration ... --models {out}")
    return 0


def _check_extra() -> None:
    """Training has packages of its own, which the main job does without."""
    missing = [name for name in ("scipy", "sklearn", "threadpoolctl") if find_spec(name) is None]
    if missing:
        raise ConfigError(f"{', '.join(missing)} not installed; pip install 'corpus-provenance[train]'")
