"""Training language models: what is written, that it is the same again, and what is said when it cannot be."""

from pathlib import Path

import polars as pl
import pytest

from provenance.errors import ConfigError
from provenance.models.registry import describe_model, load_models, write_manifest
from provenance.signals.text_models import TextModels, TextPaths
from provenance.text.delexicalise import Vocabulary
from provenance.train.lm import LanguageModelOptions, TrainedFile, select_texts, train_language_models
from tests.made_models import HAS_LMPLZ, TOOLS

OPTIONS = LanguageModelOptions(order=3, prune=(0, 0, 0), memory="64M")
FORMAL = "Furthermore, it is important to note that the results are significant. "
PLAIN = "I went down to the shop and got us some milk. "
needs_lmplz = pytest.mark.skipif(not HAS_LMPLZ, reason="lmplz is not built: make lmplz")


def labelled(language: str = "en") -> pl.DataFrame:
    rows = [("ai", FORMAL * 3), ("human", PLAIN * 4), ("ai", FORMAL + "It is so. "), ("human", PLAIN + "So I did. ")]
    return pl.DataFrame(rows, schema=["label", "text"], orient="row").with_columns(lang=pl.lit(language))


def train(out: Path, options: LanguageModelOptions = OPTIONS) -> list[TrainedFile]:
    out.mkdir(exist_ok=True)
    return train_language_models(labelled(), options, tools=TOOLS, out=out)


@needs_lmplz
def test_a_vocabulary_and_a_model_for_each_label_are_written(tmp_path: Path) -> None:
    made = train(tmp_path)
    assert [file.kind for file in made] == ["vocabulary", "lm_ai", "lm_human"]
    assert all((tmp_path / file.file).stat().st_size > 0 for file in made)


@needs_lmplz
def test_documents_and_tokens_are_counted(tmp_path: Path) -> None:
    ai = next(file for file in train(tmp_path) if file.kind == "lm_ai")
    assert (ai.n_documents, ai.n_tokens) == (2, 4 * 13 + 4)


@needs_lmplz
def test_training_again_gives_the_same_bytes(tmp_path: Path) -> None:
    first, again = train(tmp_path / "first"), train(tmp_path / "again")
    assert [file.sha256 for file in first] == [file.sha256 for file in again]


@needs_lmplz
def test_the_trained_models_tell_their_labels_apart(tmp_path: Path) -> None:
    paths = TextPaths("en", tuple((file.kind, tmp_path / file.file) for file in train(tmp_path)))
    batch = pl.DataFrame({"text": [FORMAL * 5, PLAIN * 5], "language": ["en", "en"]})
    formal, plain = TextModels((paths,)).measure(batch)["lm_ai_llr"]
    assert plain < 0 < formal


@needs_lmplz
def test_texts_without_words_do_no_harm(tmp_path: Path) -> None:
    empty = labelled().with_columns(text=pl.Series(["", "...", " \n", "?"]))
    (tmp_path / "plain").mkdir()
    padded = train_language_models(pl.concat([labelled(), empty]), OPTIONS, tools=TOOLS, out=tmp_path / "plain")
    assert [file.sha256 for file in padded] == [file.sha256 for file in train(tmp_path)]


@needs_lmplz
def test_a_vocabulary_that_is_given_is_used(tmp_path: Path) -> None:
    given = Vocabulary(("shop",))
    train_language_models(labelled(), OPTIONS, tools=TOOLS, out=tmp_path, vocabulary=given)
    assert Vocabulary.parse((tmp_path / "en.vocabulary.txt").read_text()) == given


@needs_lmplz
def test_other_languages_are_left_out(tmp_path: Path) -> None:
    texts = pl.concat([labelled(), labelled("de")])
    made = train_language_models(texts, OPTIONS, tools=TOOLS, out=tmp_path, language="de")
    assert [(file.file, file.n_documents) for file in made][1] == ("de.lm_ai.binary", 2)


@needs_lmplz
def test_a_failing_tool_is_a_config_error_that_says_why(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="lmplz failed"):
        train(tmp_path, LanguageModelOptions(order=2, prune=(5, 1)))


def test_missing_tools_are_a_config_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"lmplz and build_binary not found.*make lmplz"):
        train_language_models(labelled(), OPTIONS, tools=tmp_path, out=tmp_path)


def test_a_missing_column_is_a_config_error() -> None:
    with pytest.raises(ConfigError, match="lack the column 'lang'"):
        select_texts(labelled().drop("lang"), "en")


def test_an_unknown_label_is_a_config_error() -> None:
    with pytest.raises(ConfigError, match="unknown label robot"):
        select_texts(labelled().with_columns(label=pl.lit("robot")), "en")


def test_a_language_without_texts_is_a_config_error() -> None:
    with pytest.raises(ConfigError, match="no labelled text is in the language 'fr'"):
        select_texts(labelled(), "fr")


def test_texts_and_labels_that_are_null_are_left_out() -> None:
    texts = labelled().with_columns(text=pl.Series(["a", None, "b", "c"]), label=pl.Series(["ai", "ai", None, "human"]))
    assert select_texts(texts, "en")["text"].to_list() == ["a", "c"]


def test_a_cell_is_a_label_of_a_source_where_none_is_given() -> None:
    texts = labelled().with_columns(source=pl.Series(["x", "x", "y", "y"]))
    assert select_texts(texts, "en")["cell"].to_list() == ["ai x", "human x", "ai y", "human y"]
    assert select_texts(texts.with_columns(cell=pl.lit("own")), "en")["cell"].unique().to_list() == ["own"]


@needs_lmplz
def test_the_registry_loads_what_was_trained(tmp_path: Path) -> None:
    models = [
        describe_model(tmp_path / made.file, name=made.name, kind=made.kind, language="en", licence="MIT", card="x")
        for made in train(tmp_path)
    ]
    write_manifest(tmp_path, models)
    assert [model.kind for model in load_models(tmp_path)] == ["vocabulary", "lm_ai", "lm_human"]
