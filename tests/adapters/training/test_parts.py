"""Parts of a models folder: added to it, and never in place of others unasked."""

from pathlib import Path

import polars as pl
import pytest

from provenance.adapters.training.cards import Sources
from provenance.adapters.training.parts import train_calibration, train_part
from provenance.adapters.training.whole import TrainOptions
from provenance.errors import ConfigError
from provenance.models import find_model, load_models
from provenance.models.registry import SHIPPED
from provenance.train.linear import LinearOptions
from provenance.train.text_models import TextModelOptions
from tests.made_labelled import make_labelled, make_references
from tests.made_models import HAS_LMPLZ, TOOLS

needs_lmplz = pytest.mark.skipif(not HAS_LMPLZ, reason="lmplz is not built: make lmplz")
_LINEAR = LinearOptions(bits=12, steps=10)
OPTIONS = TrainOptions(models=TextModelOptions(linear=_LINEAR, genre=_LINEAR))


def fit(part: str, out: Path, labelled: pl.DataFrame | None = None, *, fresh: bool = False) -> list[str]:
    texts = make_labelled(60) if labelled is None else labelled
    made = train_part(part, texts, OPTIONS, tools=TOOLS, out=out, data=(), fresh=fresh)  # type: ignore[arg-type]
    return [model.kind for model in made]


def calibrate(folder: Path, *, fresh: bool = False) -> None:
    train_calibration(make_labelled(), make_references(), OPTIONS, folder=folder, sources=Sources(()), fresh=fresh)


def kinds(folder: Path) -> set[str]:
    return {model.kind for model in load_models(folder)}


def test_linear_models_are_written_with_a_card_and_the_identifier(tmp_path: Path) -> None:
    assert fit("classifier", tmp_path / "out") == ["lr_ai", "lr_genre"]
    assert kinds(tmp_path / "out") == {"language_identifier", "lr_ai", "lr_genre"}
    model = find_model(load_models(tmp_path / "out"), "lr_ai", "en")
    assert model is not None
    assert "60 documents with the label ai" in (tmp_path / "out" / model.card).read_text(encoding="utf-8")


@needs_lmplz
def test_language_models_are_added_beside_what_is_there(tmp_path: Path) -> None:
    fit("classifier", tmp_path)
    assert fit("lm", tmp_path) == ["vocabulary", "lm_ai", "lm_human"]
    assert kinds(tmp_path) == {"language_identifier", "lr_ai", "lr_genre", "vocabulary", "lm_ai", "lm_human"}


@needs_lmplz
@pytest.mark.parametrize("part", ["lm", "classifier"])
def test_one_document_of_a_label_makes_no_model(tmp_path: Path, part: str) -> None:
    with pytest.raises(ConfigError, match="only 1 documents have the label 'ai'; at least 50 are needed"):
        fit(part, tmp_path / "out", make_labelled(1))
    assert not (tmp_path / "out").exists()


def test_models_of_a_kind_are_replaced_only_when_asked(tmp_path: Path) -> None:
    fit("classifier", tmp_path)
    before = (tmp_path / "en.lr_ai.npz").read_bytes()
    other = make_labelled(70)
    with pytest.raises(ConfigError, match="would replace lr_ai of en, lr_genre of en"):
        fit("classifier", tmp_path, other)
    assert (tmp_path / "en.lr_ai.npz").read_bytes() == before
    fit("classifier", tmp_path, other, fresh=True)
    assert (tmp_path / "en.lr_ai.npz").read_bytes() != before


def test_a_calibration_is_fitted_into_the_folder_and_not_replaced_unasked(tmp_path: Path) -> None:
    fit("classifier", tmp_path)
    calibrate(tmp_path)
    assert "calibration" in kinds(tmp_path)
    with pytest.raises(ConfigError, match="would replace calibration"):
        calibrate(tmp_path)
    calibrate(tmp_path, fresh=True)


def test_a_calibration_does_not_outlive_the_models_it_was_fitted_on(tmp_path: Path) -> None:
    fit("classifier", tmp_path)
    calibrate(tmp_path)
    with pytest.raises(ConfigError, match="calibration"):
        fit("classifier", tmp_path, make_labelled(70))
    fit("classifier", tmp_path, make_labelled(70), fresh=True)
    assert "calibration" not in kinds(tmp_path)


def test_the_shipped_models_are_no_target() -> None:
    with pytest.raises(ConfigError, match="holds the models that ship"):
        fit("classifier", SHIPPED, fresh=True)


def test_translated_and_original_texts_make_a_linear_model_of_their_own(tmp_path: Path) -> None:
    texts = make_labelled(60).with_columns(pl.col("label").replace({"ai": "translated", "human": "original"}))
    fit("classifier", tmp_path, texts)
    assert "lr_mt" in kinds(tmp_path)


def test_human_texts_alone_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="need others with the label 'ai'"):
        fit("classifier", tmp_path, make_labelled(60).filter(pl.col("label") == "human"))
