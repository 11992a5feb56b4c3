"""The recipe of the shipped models takes only what may ship, and from before chat models where it says so."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.labelled_sets import read_own
from pipelines.train_shipped import CURRENT, EARLIER, LICENSED, OPTIONS, read_training
from provenance.schema import FAMILIES, GENRES

DATA = Path(__file__).parents[2].parent / "shared" / "data"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.is_dir(), reason="the development data is not beside the project"),
]


@pytest.fixture(scope="module")
def texts() -> pl.DataFrame:
    return read_training(DATA)


def test_all_labels_are_there_in_english(texts: pl.DataFrame) -> None:
    assert set(texts["label"]) == {"ai", "human", "translated", "original"}
    assert set(texts["lang"]) == {"en"}


def test_only_sets_that_may_ship_take_part(texts: pl.DataFrame) -> None:
    assert set(texts["set"]) <= set(LICENSED)


def test_dated_text_is_human_and_no_register_floods_it(texts: pl.DataFrame) -> None:
    dated = texts.filter(pl.col("set") == "human_dated")
    assert set(dated["label"]) == {"human"}
    assert dated["source"].value_counts()["count"].max() <= 1500
    assert dated.filter(pl.col("source") == "human_dated/technical").height <= 300


def test_a_cell_holds_one_label(texts: pl.DataFrame) -> None:
    assert texts.group_by("cell").agg(pl.col("label").n_unique())["label"].max() == 1


def test_generations_are_those_that_the_mixture_has_shares_for(texts: pl.DataFrame) -> None:
    assert set(texts.filter(pl.col("label") == "ai")["generation"]) == {EARLIER, CURRENT}
    assert {name for name, _ in OPTIONS.linear.generations} == {EARLIER, CURRENT}
    assert sum(share for _, share in OPTIONS.linear.generations) == pytest.approx(1.0)


def test_genres_and_families_are_those_of_the_tables(texts: pl.DataFrame) -> None:
    assert set(texts["genre"].drop_nulls()) <= set(GENRES)
    assert set(texts["family"].drop_nulls()) <= set(FAMILIES)


def test_no_text_of_the_test_half_is_learned_from(texts: pl.DataFrame) -> None:
    held = read_own(DATA).filter(pl.col("use") == "figures")
    assert held.height > 100
    assert not set(held["text"].str.slice(0, 200)) & set(texts["text"].str.slice(0, 200))


def test_the_same_texts_are_drawn_again(texts: pl.DataFrame) -> None:
    assert read_training(DATA).equals(texts)
