"""Which models are loaded, from where, and that they are what their manifest says.

A folder of models holds `manifest.json`, a list of objects with name, kind, language (null: any), file, sha256,
licence and card (a file beside). Nothing is ever downloaded.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from provenance.errors import ConfigError

SHIPPED = Path(__file__).parent
KINDS = (
    "language_identifier", "vocabulary", "lm_ai", "lm_human", "lm_translated", "lm_original", "lr_ai", "lr_mt",
    "lr_genre", "lr_family", "calibration", "phrases", "reference_scores",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Model:
    """One model file whose digest was checked; `language` is null for a model of all languages."""

    name: str
    kind: str
    language: str | None
    path: Path
    sha256: str
    licence: str
    card: str


def load_models(folder: Path | None = None) -> tuple[Model, ...]:
    """The models of a folder in manifest order; null means those shipped with the package.

    Raises ConfigError when the manifest or a file is missing, or a digest differs.
    """
    folder = folder or SHIPPED
    entries = _read_manifest(folder / "manifest.json")
    models = tuple(_read_entry(folder, entry) for entry in entries)
    for model in models:
        _check_digest(model)
    return models


def find_model(models: Sequence[Model], kind: str, language: str | None = None) -> Model | None:
    """The first model of that kind for that language, null if there is none."""
    return next((model for model in models if model.kind == kind and model.language == language), None)


def describe_model(path: Path, *, name: str, kind: str, language: str | None, licence: str, card: str) -> Model:
    """A model file with its digest, for a manifest."""
    return Model(name, kind, language, path, _digest(path), licence, card)


def write_manifest(folder: Path, models: Sequence[Model]) -> None:
    """Makes `models` the models of a folder; their files lie in it already. A card is a file of the folder."""
    entries = [
        {
            "name": model.name,
            "kind": model.kind,
            "language": model.language,
            "file": model.path.name,
            "sha256": model.sha256,
            "licence": model.licence,
            "card": model.card,
        }
        for model in models
    ]
    text = json.dumps(entries, indent=2, ensure_ascii=False)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")


def models_digest(models: Sequence[Model]) -> str:
    """One digest for a set of models, 16 hex digits; goes into every table made with them."""
    lines = sorted(f"{model.kind} {model.language} {model.sha256}" for model in models)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _read_manifest(path: Path) -> list[dict[str, str | None]]:
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot read the list of models: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"{path}: not valid JSON: {error}") from error
    if not isinstance(entries, list):
        raise ConfigError(f"{path}: a list of models is expected")
    return entries


def _read_entry(folder: Path, entry: dict[str, str | None]) -> Model:
    try:
        name, kind, file, sha256 = (str(entry[key]) for key in ("name", "kind", "file", "sha256"))
        licence, card = str(entry["licence"]), str(entry["card"])
    except KeyError as error:
        raise ConfigError(f"{folder / 'manifest.json'}: a model lacks {error}") from error
    if kind not in KINDS:
        raise ConfigError(f"{folder / 'manifest.json'}: {name} has kind {kind!r}; known are {', '.join(KINDS)}")
    return Model(name, kind, entry.get("language"), folder / file, sha256, licence, card)


def _check_digest(model: Model) -> None:
    try:
        found = _digest(model.path)
    except OSError as error:
        raise ConfigError(f"{model.path}: cannot read the model {model.name}: {error.strerror}") from error
    if found != model.sha256:
        raise ConfigError(
            f"{model.path}: the model {model.name} has digest {found}, its manifest says {model.sha256}; "
            "install the package again, or correct the manifest if you changed the model on purpose"
        )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
