"""The recipe of the shipped models takes only what may ship, and from before chat models where it says so."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.train_shipped import read_ai_pair, read_dated, read_translation_pair

DATA = Path(__file__).parents[2].parent / "shared" / "data"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.is_dir(), reason="the development data is not beside the project"),
]


def test_the_ai_pair_has_both_sides_and_only_sets_that_may_ship() -> None:
    pair = read_ai_pair(DATA)
    assert set(pair["label"]) == {"ai", "human"}
    sets = {source.split("/")[0] for source in pair["source"] if "/" in source}
    assert sets == {"biscope", "faid", "gptid_reddit", "authenticheck_asap"}


def test_the_translation_pair_has_both_sides() -> None:
    assert set(read_translation_pair(DATA)["label"]) == {"translated", "original"}


def test_dated_text_is_human_english_and_no_register_floods_it() -> None:
    dated = read_dated(DATA)
    assert (set(dated["label"]), set(dated["lang"])) == ({"human"}, {"en"})
    assert dated["source"].value_counts()["count"].max() <= 1500
    assert dated.filter(pl.col("source") == "technical").height == 300


def test_the_same_texts_are_drawn_again() -> None:
    assert read_dated(DATA).equals(read_dated(DATA))
