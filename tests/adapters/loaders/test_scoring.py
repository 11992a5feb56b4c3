"""Scores on the fly are those of `judge_many`, bit for bit, whatever stands beside a text and wherever it is scored."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import provenance
from provenance.adapters.judge import load_instruments
from provenance.adapters.loaders import scoring
from provenance.adapters.loaders.scored import Scored, join_scored
from provenance.adapters.loaders.scoring import score_texts
from provenance.errors import ConfigError

FIXTURES = Path(__file__).parents[3] / "fixtures" / "labelled"
COLUMNS = ("language", "n_words", "ai_score", "mt_score", "ai_llr", "mt_llr", "origin")
HUMAN = (
    "The museum shows the receipts of that time, the letters of the merchants and the photographs of the long queues. "
    "Visitors can see how the families stored flour and sugar in their cellars, and why the mayor had to forbid the "
    "sale of more than one loaf of bread per head. A guided tour takes about one hour and is offered each Sunday. "
)
MARKED = {
    "phrase": f"{HUMAN * 2}\n\nAs an AI language model, I cannot browse the internet. {HUMAN}",
    "calque": f"{HUMAN * 2} In the first week of the crisis the hamster buying began.",
    "invisible": (HUMAN * 2).replace("e", "e\u200be"),
    "confusable": (HUMAN * 2).replace("a", "а"),
    "loop": HUMAN * 2 + "and so it went on and on, " * 6,
}
KINDS = ("phrase_decisive", "calque", "unicode_invisible", "unicode_confusables", "loop", "genre", "lm_ai_llr")
ODD = [
    None,
    "",
    " \n",
    "🙂🙂🙂",
    "two words \ud800",
    "Der Hund lief über die Straße. " * 40,
    "menu | home | 1 2 3\n" * 60,
]


@pytest.fixture(scope="module")
def texts() -> list[str | None]:
    files = [pl.read_parquet(path)["text"].head(20) for path in sorted(FIXTURES.glob("*.parquet"))]
    return [*pl.concat(files), *MARKED.values(), *ODD]


@pytest.fixture(scope="module")
def judged(texts: list[str | None]) -> pl.DataFrame:
    return provenance.judge_many(texts)


def read_columns(scored: Scored) -> dict[str, list[object]]:
    return {name: scored.column(name) for name in COLUMNS}


@pytest.mark.parametrize("rows", [1000, 7])
def test_scores_are_those_of_judge_many_to_the_last_bit(
    rows: int, texts: list[str | None], judged: pl.DataFrame
) -> None:
    scored = join_scored([score_texts(texts[at : at + rows], None) for at in range(0, len(texts), rows)])
    assert read_columns(scored) == {name: judged[name].to_list() for name in COLUMNS}


def test_the_texts_hold_evidence_of_many_kinds(judged: pl.DataFrame) -> None:
    signals = judged["evidence"].explode().struct.field("signal").unique()
    assert set(KINDS) <= set(signals), "else the test above says little"


def test_no_text_has_no_row() -> None:
    assert len(score_texts([], None)) == 0


def test_a_null_text_has_no_score_and_no_number_of_words() -> None:
    scored = score_texts([None], None)
    assert np.isnan(scored.ai_score).all()
    assert scored.n_words.tolist() == [-1]
    assert scored.column("origin") == ["undetermined"]


def test_a_folder_without_models_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        score_texts(["a text"], tmp_path)


def test_only_signals_that_are_weighed_are_measured() -> None:
    chosen = {type(signal).__name__ for signal in scoring._choose_signals(None)}
    left_out = {type(signal).__name__ for signal in load_instruments(None)[1]} - chosen
    assert left_out == {"AiDisclosure", "Length", "Repetition", "TranslationMarkup"}
