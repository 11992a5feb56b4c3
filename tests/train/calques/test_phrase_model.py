"""The model of English phrases: what it knows, that it is the same again, and what is refused."""

from pathlib import Path

import pytest

from provenance.errors import ConfigError
from provenance.models import find_model, load_models
from provenance.train.calques.phrase_model import KIND, PhraseModel, PhraseModelOptions, train_phrase_model
from tests.made_models import HAS_LMPLZ, TOOLS

OPTIONS = PhraseModelOptions(min_count=2, memory="64M")
TEXTS = ["Panic buying emptied the shops. " * 3, "A hamster in a cage; the hamster sleeps. " * 3, "weasel"]
needs_lmplz = pytest.mark.skipif(not HAS_LMPLZ, reason="lmplz is not built: make lmplz")


@needs_lmplz
def test_it_knows_the_words_and_pairs_it_has_read(tmp_path: Path) -> None:
    made = train_phrase_model(TEXTS, OPTIONS, tools=TOOLS, out=tmp_path)
    model = PhraseModel(tmp_path / made.file)
    assert model.has_pair("panic", "buying")
    assert not model.has_pair("hamster", "buying")
    assert model.word_log10("hamster") is not None
    assert model.word_log10("weasel") is None
    assert model.phrase_log10("panic buying") > model.phrase_log10("hamster buying")


@needs_lmplz
def test_the_same_texts_give_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    first = train_phrase_model(TEXTS, OPTIONS, tools=TOOLS, out=tmp_path)
    assert train_phrase_model(TEXTS, OPTIONS, tools=TOOLS, out=tmp_path / "again").sha256 == first.sha256


@needs_lmplz
def test_texts_without_a_phrase_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="give more texts"):
        train_phrase_model(["one of a kind"], OPTIONS, tools=TOOLS, out=tmp_path)


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "no.binary").write_text("no model")
    with pytest.raises(ConfigError, match="no KenLM model"):
        PhraseModel(tmp_path / "no.binary")


def test_the_shipped_model_knows_english_and_is_small() -> None:
    shipped = find_model(load_models(), KIND, "en")
    assert shipped is not None
    assert shipped.path.stat().st_size <= 3_000_000
    model = PhraseModel(shipped.path)
    assert model.has_pair("swimming", "pool")
    assert not model.has_pair("swimming", "glove")
