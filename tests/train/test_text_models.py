"""All models of a language from labelled texts: which are made of what, and that the bytes are the same again."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from provenance.errors import ConfigError
from provenance.models.linear import LinearModel
from provenance.train.linear import LinearOptions
from provenance.train.lm import LanguageModelOptions, TrainedFile, select_texts
from provenance.train.text_models import TextModelOptions, select_classes, train_text_models
from provenance.train.vocabulary import VocabularyOptions
from tests.made_models import HAS_LMPLZ, ROOT, TOOLS

needs_lmplz = pytest.mark.skipif(not HAS_LMPLZ, reason="lmplz is not built: make lmplz")
_LM = LanguageModelOptions(order=2, prune=(0, 0), memory="64M")
_LINEAR = LinearOptions(bits=10, steps=10)
OPTIONS = TextModelOptions(
    VocabularyOptions(50, 10), _LM, _LM, _LINEAR, _LINEAR, genre_least=2, genre_most=3, family=_LINEAR, family_least=2
)
WORDS = {
    "ai": "furthermore robust landscape delve",
    "human": "pub mate reckon dodgy",
    "translated": "thereby hereof namely council",
    "original": "council budget minister vote",
}


def labelled(*labels: str, n: int = 12) -> pl.DataFrame:
    random = np.random.default_rng(6)
    words = {label: [*WORDS[label].split(), "the", "of", "and", ",", "."] for label in labels}
    rows = [(" ".join(random.choice(words[label], 60)), label) for label in labels for _ in range(n)]
    frame = pl.DataFrame(rows, schema=["text", "label"], orient="row")
    return frame.with_columns(lang=pl.lit("en"), source=pl.format("s{}", pl.int_range(pl.len()) % 3))


def with_genres(texts: pl.DataFrame, *genres: str | None) -> pl.DataFrame:
    return texts.with_columns(genre=pl.Series([genres[i % len(genres)] for i in range(texts.height)], dtype=pl.String))


def train(texts: pl.DataFrame, out: Path, options: TextModelOptions = OPTIONS, tools: Path | None = None) -> list[str]:
    out.mkdir(exist_ok=True)
    return [file.kind for file in train_text_models(texts, options, out=out, tools=tools)]


def all_models(out: Path) -> list[TrainedFile]:
    out.mkdir(exist_ok=True)
    texts = with_genres(labelled("ai", "human", "translated", "original"), "news", "blog", "qa")
    return train_text_models(texts, OPTIONS, out=out, tools=TOOLS)


@needs_lmplz
def test_all_labels_and_genres_make_all_models(tmp_path: Path) -> None:
    made = all_models(tmp_path)
    assert {file.kind for file in made} == {
        "vocabulary", "lm_ai", "lm_human", "lm_translated", "lm_original", "lr_ai", "lr_mt", "lr_genre",
    }  # fmt: skip
    assert {file.file for file in made} == {path.name for path in tmp_path.iterdir()}


@needs_lmplz
def test_the_vocabulary_is_told_once_and_counts_all_texts(tmp_path: Path) -> None:
    assert [file.n_documents for file in all_models(tmp_path) if file.kind == "vocabulary"] == [48]


@needs_lmplz
def test_training_again_gives_the_same_bytes(tmp_path: Path) -> None:
    first, again = all_models(tmp_path / "first"), all_models(tmp_path / "again")
    assert [(file.file, file.sha256) for file in first] == [(file.file, file.sha256) for file in again]


@needs_lmplz
@pytest.mark.parametrize("seed", ["1", "2"])
def test_another_process_with_another_seed_of_hashes_gives_the_same_bytes(tmp_path: Path, seed: str) -> None:
    expected = {file.file: file.sha256 for file in all_models(tmp_path / "here")}
    code = (
        "import json, sys, pathlib; from tests.train.test_text_models import all_models;"
        "print(json.dumps({file.file: file.sha256 for file in all_models(pathlib.Path(sys.argv[1]))}))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": seed, "POLARS_MAX_THREADS": seed}
    command = [sys.executable, "-c", code, str(tmp_path / "there")]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == expected


def test_without_tools_only_linear_models_are_made(tmp_path: Path) -> None:
    assert train(labelled("ai", "human"), tmp_path) == ["lr_ai"]


def test_the_linear_model_ranks_generated_texts_above_human_ones(tmp_path: Path) -> None:
    train(labelled("ai", "human"), tmp_path)
    assert LinearModel.load(tmp_path / "en.lr_ai.npz").classes == ("ai",)


@needs_lmplz
def test_a_translation_pair_makes_no_model_of_ai(tmp_path: Path) -> None:
    assert train(labelled("translated", "original"), tmp_path, tools=TOOLS) == [
        "vocabulary", "lm_original", "lm_translated", "lr_mt",
    ]  # fmt: skip


@pytest.mark.parametrize("labels", [("ai",), ("translated",), ("ai", "original")])
def test_where_nothing_can_be_fitted_it_is_a_config_error(tmp_path: Path, labels: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match="nothing to fit: labels ai beside human"):
        train(labelled(*labels), tmp_path)


def test_two_genres_are_no_choice(tmp_path: Path) -> None:
    assert train(with_genres(labelled("ai", "human"), "news", "blog", None), tmp_path) == ["lr_ai"]


def test_a_genre_with_few_texts_takes_no_part(tmp_path: Path) -> None:
    texts = with_genres(labelled("ai", "human"), "news", "blog", "qa")
    rare = texts.head(1).with_columns(genre=pl.lit("legal"))
    train(pl.concat([texts, rare]), tmp_path)
    assert LinearModel.load(tmp_path / "en.lr_genre.npz").classes == ("blog", "news", "qa")


def test_a_text_of_no_known_genre_takes_no_part() -> None:
    texts = select_texts(with_genres(labelled("ai", "human"), "news", "blog", None), "en")
    assert select_classes(texts, "genre", OPTIONS)["label"].unique().sort().to_list() == ["blog", "news"]


def test_of_a_cell_no_more_texts_than_asked_for_take_part() -> None:
    texts = select_texts(with_genres(labelled("human", n=90), "news", "blog", "qa"), "en")
    chosen = select_classes(texts, "genre", replace(OPTIONS, genre_most=7))
    assert chosen["cell"].value_counts()["count"].to_list() == [7, 7, 7]


def test_which_texts_take_part_does_not_depend_on_their_order() -> None:
    texts = select_texts(with_genres(labelled("human", n=90), "news", "blog", "qa"), "en")
    chosen, again = (select_classes(frame, "genre", OPTIONS) for frame in (texts, texts.reverse()))
    assert set(chosen["text"]) == set(again["text"])
