"""A folder of models as training leaves it: manifest, cards, the language identifier; nothing is replaced unasked."""

import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from provenance.errors import ConfigError
from provenance.models import Model, find_model, load_models
from provenance.models.registry import SHIPPED, describe_model, write_manifest
from provenance.store import write_text

IDENTIFIER = "language_identifier"
CALIBRATION = "calibration"
CARDS = "cards"


@dataclass(frozen=True, slots=True)
class Card:
    """What a model was made from and how, for people; `data` are the files, `limits` what it does not know."""

    title: str
    data: Sequence[Path]
    licence: str
    recipe: Sequence[str]
    counts: Sequence[str]
    limits: Sequence[str]

    def render(self) -> str:
        """Markdown; the same inputs give the same bytes: no date, no place on disk."""
        data = [f"{path.name} (sha256 {_digest(path)})" for path in self.data]
        parts = {"Data": data, "Recipe": self.recipe, "Counts": self.counts, "Limits": self.limits}
        sections = [f"\n## {name}\n\n" + "\n".join(f"- {line}" for line in lines) for name, lines in parts.items()]
        return "\n".join([f"# {self.title}\n\nLicence: {self.licence}.", *sections]) + "\n"


def check_target(out: Path, *, fresh: bool) -> None:
    """Raises ConfigError unless models may be written there: a new or empty folder, or one of models with `fresh`."""
    if out.exists() and out.samefile(SHIPPED):
        raise ConfigError(f"{out}: holds the models that ship; `python -m pipelines.train_shipped` makes those")
    if out.exists() and not out.is_dir():
        raise ConfigError(f"{out}: is a file, not a folder")
    if not out.exists() or not any(out.iterdir()):
        return
    if not (out / "manifest.json").is_file():
        raise ConfigError(f"{out}: holds other files, and no manifest.json of models; choose a new folder")
    found = [model for model in load_models(out) if model.kind != IDENTIFIER]
    if found and not fresh:
        raise ConfigError(
            f"{out}: holds models already ({_list(found)}); choose a new folder, or --fresh replaces them"
        )


def check_addition(out: Path, kinds: Sequence[str], language: str | None, *, fresh: bool) -> None:
    """Raises ConfigError when models of these kinds, or a calibration fitted on such, would be replaced unasked."""
    check_target(out, fresh=True)
    old = [] if fresh else _replaced(read_models(out), kinds, language)
    if old:
        raise ConfigError(f"{out}: would replace {_list(old)}; choose a new folder, or --fresh replaces them")


def read_models(out: Path) -> list[Model]:
    """The models of a folder, checked; none of a folder without a manifest."""
    return list(load_models(out)) if (out / "manifest.json").is_file() else []


def add_models(out: Path, made: Sequence[Model], *, old: Sequence[Model]) -> list[Model]:
    """The manifest of a folder that now holds `made` beside `old`, and the language identifier; gives all.

    What they replace goes, and a calibration with it: it was fitted on other models, or is what is added.
    """
    old = list(old)
    for language in {model.language for model in made}:
        gone = _replaced(old, [model.kind for model in made if model.language == language], language)
        old = [model for model in old if model not in gone]
    identifier = [] if find_model(old, IDENTIFIER) else [copy_identifier(out)]
    found = [*identifier, *old, *made]
    write_manifest(out, found)
    return found


def copy_identifier(out: Path) -> Model:
    """The shipped language identifier with its card, copied: every folder of models needs one."""
    shipped = find_model(load_models(), IDENTIFIER)
    assert shipped is not None
    card = f"{CARDS}/{Path(shipped.card).name}"
    (out / CARDS).mkdir(parents=True, exist_ok=True)
    shutil.copyfile(shipped.path, out / shipped.path.name)
    shutil.copyfile(SHIPPED / shipped.card, out / card)
    return describe_model(
        out / shipped.path.name, name=shipped.name, kind=shipped.kind, language=None, licence=shipped.licence, card=card
    )


def write_card(out: Path, name: str, card: Card) -> str:
    """Writes it, and gives its path as the manifest has it."""
    path = f"{CARDS}/{name}.md"
    write_text(out / path, card.render())
    return path


def install(staged: Path, out: Path) -> None:
    """Moves a finished folder of models to its place, the manifest last; what an old one lists there goes first."""
    out.mkdir(parents=True, exist_ok=True)
    if (out / "manifest.json").is_file():
        old = load_models(out)
        (out / "manifest.json").unlink()
        for model in old:
            for path in (model.path, out / model.card):
                if path.resolve().is_relative_to(out.resolve()):
                    path.unlink(missing_ok=True)
    (out / CARDS).mkdir(exist_ok=True)
    files = sorted(path.relative_to(staged) for path in staged.rglob("*") if path.is_file())
    for path in sorted(files, key=lambda path: path.name == "manifest.json"):
        os.replace(staged / path, out / path)


def model_digests(models: Sequence[Model]) -> Mapping[str, str]:
    """The digests a calibration is tied to: of all models of texts."""
    return {model.name: model.sha256 for model in models if model.kind.startswith(("lm_", "lr_", "vocabulary"))}


def _replaced(old: Sequence[Model], kinds: Sequence[str], language: str | None) -> list[Model]:
    return [
        model
        for model in old
        if (model.kind in kinds and model.language == language) or model.kind == CALIBRATION
    ]  # fmt: skip


def _list(models: Sequence[Model]) -> str:
    return ", ".join(model.kind if model.language is None else f"{model.kind} of {model.language}" for model in models)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
