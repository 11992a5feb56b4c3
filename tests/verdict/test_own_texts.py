"""What the shipped models make of the project's own AI-generated texts: the half that nothing learned from.

The bounds are far below what was measured (docs/detection.md): they find a broken model, not a worse one.
"""

from pathlib import Path

import polars as pl
import pytest

from provenance.adapters.judge import Judge
from provenance.train.attacks import flip_case, insert_zero_width, replace_homoglyphs

OWN = Path(__file__).parents[2] / "fixtures" / "labelled" / "generated_2026.parquet"


@pytest.fixture(scope="module")
def unseen() -> pl.DataFrame:
    """English texts of the test half, judged."""
    own = pl.read_parquet(OWN).filter(pl.col("lang") == "en", pl.col("split") == "test")
    return Judge.load().score(own)


def share_called(scored: pl.DataFrame, origin: str) -> float:
    return float((scored["origin"] == origin).mean())


def test_half_of_them_are_called_ai_generated(unseen):
    assert share_called(unseen, "ai_generated") > 0.45


def test_few_of_them_pass_as_human(unseen):
    assert share_called(unseen, "human") < 0.15


def test_what_is_called_ai_generated_has_a_score_of_a_half_at_least(unseen):
    assert unseen.filter(pl.col("origin") == "ai_generated")["ai_score"].min() >= 0.5


def test_texts_edited_by_the_model_itself_are_found_like_others(unseen):
    edited = unseen.filter(pl.col("prompt_kind").is_in(["edited", "humanised"]))
    assert share_called(edited, "ai_generated") > 0.4


@pytest.mark.parametrize("attack", [insert_zero_width, replace_homoglyphs, flip_case])
def test_disguised_texts_score_no_less(unseen, attack):
    some = unseen.head(40)
    disguised = Judge.load().score(some.with_columns(attack(some["text"], 0.3, 1).alias("text")))
    assert disguised["ai_llr"].mean() > some["ai_llr"].mean() - 0.05


def test_german_french_and_spanish_texts_have_no_score(unseen):
    other = pl.read_parquet(OWN).filter(pl.col("lang") != "en").group_by("lang").head(5)
    assert Judge.load().score(other)["ai_score"].null_count() == other.height
