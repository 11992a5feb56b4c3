"""What tokens moved adds up to what the models say, and each token leads back to the text as written."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from provenance.models import load_models
from provenance.models.linear import LinearModel
from provenance.signals.contributions import Contributions, measure_contributions
from provenance.signals.text_models import TextModels, TextPaths
from tests.made_models import HAS_LMPLZ, read_fixture, train_small_models

pytestmark = pytest.mark.skipif(not HAS_LMPLZ, reason="lmplz is not built: make lmplz")
AI, HUMAN = read_fixture("en-ai-pets.txt"), read_fixture("en-chess-club.txt")
LONG = " ".join(read_fixture(f"en-{name}.txt") for name in ("ai-travel", "ai-finance", "beekeeping-log", "run-report"))
ODD = AI.replace("fi", "\ufb01").replace("'", "’").replace(". ", ".  😀 ").replace("th", "t\u200bh")
TEXTS = {"ai": AI, "human": HUMAN, "long": LONG * 2, "odd": ODD, "repeats": "word, word and word. " * 30}


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> TextPaths:
    return train_small_models(tmp_path_factory.mktemp("models"))


def measure(text: str, paths: TextPaths) -> dict[str, float]:
    batch = pl.DataFrame({"text": [text], "language": ["en"]})
    return TextModels((paths,)).measure(batch).row(0, named=True)


def total(found: Contributions, signal: str) -> float:
    return float(found.tokens[signal].sum()) + sum(found.constants[signal])


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("signal", ["lr_ai_logit", "lm_ai_llr", "lm_human_nats"])
def test_tokens_and_constant_add_up_to_the_signal(name: str, signal: str, paths: TextPaths) -> None:
    found = measure_contributions(TEXTS[name], paths)
    assert total(found, signal) == pytest.approx(measure(TEXTS[name], paths)[signal], abs=1e-6)


@pytest.mark.parametrize("name", TEXTS)
def test_a_mixture_of_classes_is_taken_apart(name: str, tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    weights = random.normal(0.0, 2.0, (1 << 12, 3))
    LinearModel.quantise(("old", "new", "newest"), weights, np.array([-0.5, 0.25, -1.0])).save(tmp_path / "lr.npz")
    mixed = TextPaths("en", (("lr_ai", tmp_path / "lr.npz"),))
    found = measure_contributions(TEXTS[name], mixed)
    assert total(found, "lr_ai_logit") == pytest.approx(measure(TEXTS[name], mixed)["lr_ai_logit"], abs=1e-6)
    assert len(found.constants["lr_ai_logit"]) == found.tokens["window"].n_unique()


@pytest.mark.parametrize("name", TEXTS)
def test_the_shipped_models_are_taken_apart(name: str) -> None:
    shipped = TextPaths.find(load_models(), "en")
    found, measured = measure_contributions(TEXTS[name], shipped), measure(TEXTS[name], shipped)
    assert set(found.signals) == {"lr_ai_logit", "lm_ai_llr", "lm_human_nats"}
    assert {signal: total(found, signal) for signal in found.signals} == pytest.approx(
        {signal: measured[signal] for signal in found.signals}, abs=1e-6
    )


@pytest.mark.parametrize("name", TEXTS)
def test_there_is_a_row_for_each_token_read(name: str, paths: TextPaths) -> None:
    found = measure_contributions(TEXTS[name], paths)
    assert found.tokens.height == measure(TEXTS[name], paths)["lm_n_tokens"]


def test_a_long_text_has_windows_in_order_and_an_end(paths: TextPaths) -> None:
    tokens = measure_contributions(TEXTS["long"], paths).tokens
    assert tokens["window"].unique().to_list() == [0, 1, 2]
    assert tokens["window"].is_sorted()
    assert tokens["is_word"].sum() == 600
    assert tokens["end"].max() < len(TEXTS["long"])


def test_places_are_those_of_the_text_as_written(paths: TextPaths) -> None:
    tokens = measure_contributions(ODD, paths).tokens
    words = [ODD[start:end] for start, end in tokens.select("start", "end").iter_rows()]
    assert any("t\u200bh" in word for word in words)
    assert any("\ufb01" in word for word in words)
    assert "".join(words).replace("\u200b", "") == "".join(ODD.replace("😀", "").replace("\u200b", "").split())


def test_a_bucket_that_repeats_counts_once(paths: TextPaths) -> None:
    once, often = (measure_contributions("word " * n, paths) for n in (2, 50))
    moved = [found.tokens["lr_ai_logit"].sum() for found in (once, often)]
    assert moved[0] == pytest.approx(moved[1])


def test_a_word_moves_as_its_models_say(paths: TextPaths) -> None:
    tokens = measure_contributions(AI, paths).tokens
    assert tokens["lr_ai_logit"].sum() > 0 > measure_contributions(HUMAN, paths).tokens["lr_ai_logit"].sum()
    assert tokens["lm_human_nats"].max() <= 0


@pytest.mark.parametrize("text", ["", "   ", "😀", "..."])
def test_a_text_without_words_has_no_tokens(text: str, paths: TextPaths) -> None:
    found = measure_contributions(text, paths)
    assert (found.tokens.height, found.signals) == (0, ())


def test_a_model_that_is_missing_is_left_out(paths: TextPaths) -> None:
    linear = TextPaths("en", tuple(pair for pair in paths.files if pair[0] == "lr_ai"))
    assert measure_contributions(AI, linear).signals == ("lr_ai_logit",)
    assert measure_contributions(AI, TextPaths("en", ())).signals == ()


def test_one_token_is_a_text(paths: TextPaths, tmp_path: Path) -> None:
    found = measure_contributions("word", paths)
    assert found.tokens.select("start", "end", "window").row(0) == (0, 4, 0)
