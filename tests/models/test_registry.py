"""Models: each is what its manifest says, and has a card."""

import json
from pathlib import Path

import pytest

from provenance.errors import ConfigError
from provenance.models import find_model, load_models, models_digest
from provenance.models.registry import SHIPPED

ENTRY = {"name": "m", "kind": "vocabulary", "language": "en", "file": "m.bin", "licence": "X", "card": "c.md"}
DIGEST = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"  # of b"foo"


def folder_with(tmp_path: Path, entry: dict[str, str], content: bytes = b"foo") -> Path:
    (tmp_path / "m.bin").write_bytes(content)
    (tmp_path / "manifest.json").write_text(json.dumps([entry]))
    return tmp_path


def test_a_model_is_found_by_kind_and_language(tmp_path: Path) -> None:
    models = load_models(folder_with(tmp_path, {**ENTRY, "sha256": DIGEST}))
    assert find_model(models, "vocabulary", "en") is models[0]
    assert find_model(models, "vocabulary", "de") is None


def test_a_changed_file_is_refused_with_both_digests(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {**ENTRY, "sha256": DIGEST}, b"bar")
    with pytest.raises(ConfigError, match=rf"m\.bin: the model m has digest fcde\w+, its manifest says {DIGEST}"):
        load_models(folder)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {**ENTRY, "sha256": DIGEST, "file": "n.bin"})
    with pytest.raises(ConfigError, match=r"n\.bin: cannot read the model m"):
        load_models(folder)


@pytest.mark.parametrize("change", [{"kind": "magic"}, {"sha256": None}])
def test_a_wrong_entry_is_named(tmp_path: Path, change: dict[str, str]) -> None:
    entry = {key: value for key, value in {**ENTRY, "sha256": DIGEST, **change}.items() if value is not None}
    with pytest.raises(ConfigError, match=r"manifest\.json"):
        load_models(folder_with(tmp_path, entry))


def test_a_folder_without_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"manifest\.json: cannot read"):
        load_models(tmp_path)


def test_the_digest_of_a_set_tells_other_models(tmp_path: Path) -> None:
    models = load_models(folder_with(tmp_path, {**ENTRY, "sha256": DIGEST}))
    assert models_digest(models) != models_digest(())


def test_every_shipped_model_has_a_card_with_data_licence_and_limits() -> None:
    for model in load_models():
        card = (SHIPPED / model.card).read_text(encoding="utf-8")
        assert "icence" in card, model.name
        assert "imits" in card, model.name


def test_shipped_models_take_at_most_25_megabytes() -> None:
    assert sum(model.path.stat().st_size for model in load_models()) <= 25_000_000
