"""What a change costs, paired: attacks, and evidence left out."""

import numpy as np
import polars as pl
import pytest

from provenance.models.calibration import Axis, Calibration, Level, Mark, Reference, Stratum, Term
from provenance.train.evaluation import EvaluateOptions
from provenance.train.losses import LOSS_SCHEMA, leave_out, list_pieces, measure_losses, stack_losses

OPTIONS = EvaluateOptions(replicates=100)
AXIS = Axis(
    (Stratum("en", 80, None, "a", (Term("a", 1.0, 0.0, 6.0), Term("b", 2.0, 0.0, 6.0))),),
    (Mark("phrase", "phrase_count", (Level(1.0, 2.0),)),),
    (Reference("en", "news", 100, 5, offset=0.5),),
)


def _scored(spread: float, n: int = 200) -> pl.DataFrame:
    positive = np.arange(n) % 2 == 0
    llr = np.random.default_rng(0).normal(np.where(positive, spread, -spread), 1.0)
    return pl.DataFrame(
        {
            "label": np.where(positive, "ai", "human"),
            "ai_llr": llr,
            "ai_score": 1 / (1 + np.exp(-llr)),
            "origin": np.where(llr > 1.5, "ai_generated", "undetermined"),
        }
    )


def _cost(before: pl.DataFrame, after: pl.DataFrame) -> dict[str, object]:
    return measure_losses(before, {"change": after}, "ai", OPTIONS).row(0, named=True)


def test_no_change_costs_nothing_for_certain():
    row = _cost(_scored(1.0), _scored(1.0))
    assert (row["loss"], row["low"], row["high"]) == (0.0, 0.0, 0.0)


def test_the_loss_is_the_difference_and_lies_in_its_interval():
    row = _cost(_scored(1.0), _scored(0.3))
    assert row["loss"] == pytest.approx(row["auroc"] - row["auroc_after"])
    assert 0.0 < row["low"] < row["loss"] < row["high"]


def test_an_interval_of_pairs_is_narrower_than_one_of_strangers():
    """The same draw before and after: what both share cancels."""
    paired = _cost(_scored(1.0), _scored(0.95))
    assert paired["high"] - paired["low"] < 0.02


def test_texts_that_lose_their_score_are_counted_and_count_as_not_called():
    before = _scored(1.0)
    gone = pl.int_range(pl.len()) < 50
    names = ("ai_llr", "ai_score")
    after = before.with_columns(
        *(pl.when(~gone).then(pl.col(name)).alias(name) for name in names),
        origin=pl.when(gone).then(pl.lit("undetermined")).otherwise("origin"),
    )
    row = _cost(before, after)
    assert (row["n_lost"], row["n_positive"] + row["n_negative"]) == (50, 150)
    assert row["tpr_after"] < row["tpr"]
    assert row["tpr_after_low"] < row["tpr_after"] < row["tpr_after_high"]


def test_an_axis_with_one_label_has_no_rows():
    assert measure_losses(_scored(1.0).filter(label="ai"), {}, "ai", OPTIONS).is_empty()


def test_the_largest_loss_stands_first():
    before = _scored(1.0)
    table = measure_losses(before, {"little": _scored(0.9), "much": _scored(0.2)}, "ai", OPTIONS)
    assert stack_losses([table])["change"].to_list() == ["much", "little"]
    assert stack_losses([]).schema == LOSS_SCHEMA


def test_every_piece_of_the_sum_can_be_left_out():
    assert list_pieces(AXIS) == ("a", "b", "phrase", "genre")


@pytest.mark.parametrize("piece", ["a", "b", "phrase", "genre"])
def test_a_piece_left_out_is_gone_and_the_others_are_not(piece: str):
    calibration = Calibration(ai=AXIS, mt=AXIS)
    without = leave_out(calibration, "ai", piece)
    assert set(list_pieces(without.ai)) == set(list_pieces(AXIS)) - {piece}
    assert without.mt == AXIS
    assert without.ai.strata[0].needs == "a"
