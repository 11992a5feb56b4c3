"""The whole training: complete, the same bytes again, honest about what it saw, and careful with what is there."""

import hashlib
import os
from pathlib import Path

import polars as pl
import pytest

from provenance.adapters.judge import Judge
from provenance.adapters.training import whole
from provenance.adapters.training.cards import Sources
from provenance.adapters.training.whole import RECIPE, TrainOptions, train_all
from provenance.errors import ConfigError
from provenance.models import load_models
from provenance.models.calibration import load_calibration
from provenance.train.linear import LinearOptions
from provenance.train.text_models import TextModelOptions
from tests.made_labelled import make_human, make_labelled, write_labelled
from tests.made_models import HAS_LMPLZ, TOOLS
from tests.test_main_job import ROOT, provenance

needs_lmplz = pytest.mark.skipif(not HAS_LMPLZ, reason="lmplz is not built: make lmplz")


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def command(inputs: Path, out: Path, *more: object, seed: int = 0) -> object:
    labelled, references = inputs / "labelled.parquet", inputs / "references.parquet"
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    told = ("train", "all", labelled, "--references", references, "--out", out, "--tools", TOOLS, *more)
    return provenance(*told, cwd=ROOT, env=environment)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inputs")
    write_labelled(folder)
    return folder


@pytest.fixture(scope="module")
def made(inputs: Path) -> Path:
    out = inputs / "models"
    done = command(inputs, out)
    assert done.returncode == 0, done.stderr  # type: ignore[attr-defined]
    return out


@needs_lmplz
def test_the_folder_holds_all_models_and_a_card_for_each(made: Path) -> None:
    models = load_models(made)
    assert {model.kind for model in models} == {
        "language_identifier", "vocabulary", "lm_ai", "lm_human", "lr_ai", "lr_genre", "calibration",
    }  # fmt: skip
    for model in models:
        card = (made / model.card).read_text(encoding="utf-8")
        assert model.kind == "language_identifier" or all(
            f"## {section}" in card for section in ("Data", "Recipe", "Counts", "Limits")
        )
    assert sorted(digests(made)) == sorted(
        {*(model.path.name for model in models), *(model.card for model in models), "manifest.json"}
    )


@needs_lmplz
def test_the_same_command_gives_the_same_bytes_whatever_the_hash_seed(inputs: Path, made: Path) -> None:
    again = inputs / "again"
    assert command(inputs, again, seed=12345).returncode == 0  # type: ignore[attr-defined]
    assert digests(again) == digests(made)


@needs_lmplz
def test_texts_that_were_not_seen_are_ranked(made: Path) -> None:
    unseen = make_labelled(220).filter(pl.col("label") == "ai").tail(60)["text"].to_list()
    scored = Judge(made).score(pl.DataFrame({"text": [*unseen, *make_human(60, seed=9)]}))
    llr = scored["ai_llr"].to_numpy()
    assert scored["ai_llr"].null_count() == 0
    assert (llr[:60].mean(), llr[60:].mean()) > (0, -1)
    assert (llr[:60, None] > llr[None, 60:]).mean() > 0.9


@needs_lmplz
def test_errors_are_counted_on_documents_of_unseen_groups(made: Path) -> None:
    errors = load_calibration(made).ai.errors
    assert sum(each.n_positive for each in errors) == 120
    assert sum(each.n_human for each in errors) == 120 + 200
    assert {each.group for each in errors} == {"domain 0", "domain 1", "register 0", "register 1"}


@needs_lmplz
def test_models_are_not_replaced_unasked(inputs: Path, made: Path) -> None:
    before = digests(made)
    done = command(inputs, made)
    assert done.returncode == 2  # type: ignore[attr-defined]
    assert "holds models already" in done.stderr  # type: ignore[attr-defined]
    assert digests(made) == before


@needs_lmplz
def test_figures_are_those_of_calibrations_that_left_the_fold_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[int]] = []
    fit = whole.fit_measured

    def watch(measured: pl.DataFrame, *args: object) -> object:
        seen.append(measured["fold"].unique().sort().to_list())
        return fit(measured, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(whole, "fit_measured", watch)
    linear = LinearOptions(bits=12, steps=10)
    options = TrainOptions(folds=3, models=TextModelOptions(linear=linear, genre=linear))
    train_all(make_labelled(), None, options, tools=TOOLS, out=tmp_path / "out", sources=Sources(()))
    assert seen == [[1, 2], [0, 2], [0, 1], [0, 1, 2]]


def small(**changes: object) -> TrainOptions:
    return TrainOptions(**changes)  # type: ignore[arg-type]


def assert_refused(labelled: pl.DataFrame, out: Path, *, match: str, tools: Path = TOOLS, **changes: object) -> None:
    with pytest.raises(ConfigError, match=match):
        train_all(labelled, None, small(**changes), tools=tools, out=out, sources=Sources(()))
    assert not out.exists() or not list(out.glob("*.npz"))
    assert not list(out.parent.glob(f".{out.name}.*"))


def test_missing_tools_are_said_before_any_work(tmp_path: Path) -> None:
    assert_refused(make_labelled(2), tmp_path / "out", tools=tmp_path, match="lmplz and build_binary not found")


@needs_lmplz
@pytest.mark.parametrize(
    ("labelled", "match"),
    [
        (make_labelled(2, groups=2), "2 groups are too few for 4 folds"),
        (make_labelled(1), "2 groups are too few|1 groups are too few"),
        (make_labelled(30), "only 30 documents of 80 words and more have the label"),
        (make_labelled(30).filter(label="ai"), "'ai' need others with the label 'human'"),
        (make_labelled(120).with_columns(text=pl.col("text").str.head(200)), "0 documents of 80 words and more"),
    ],
)
def test_what_cannot_be_fitted_is_refused(tmp_path: Path, labelled: pl.DataFrame, match: str) -> None:
    assert_refused(labelled, tmp_path / "out", match=match)


@needs_lmplz
def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    assert_refused(make_labelled(120), tmp_path, match="holds other files")
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_the_recipe_is_that_of_the_shipped_calibration() -> None:
    recipe = pytest.importorskip("pipelines.calibration_recipe").OPTIONS
    assert recipe.ai == RECIPE.ai
    assert (recipe.mt.signals, recipe.mt.marks, recipe.edges) == (RECIPE.mt.signals, RECIPE.mt.marks, RECIPE.edges)
