"""The detector's own figures: error rates and calibration on documents of known origin."""

import numpy as np
import polars as pl
import pytest

from provenance.stats import AxisErrors, ErrorCounts, ErrorRates
from provenance.stats.checks.detector import (
    ERRORS_SCHEMA,
    RELIABILITY_SCHEMA,
    find_wilson,
    list_errors,
    measure_reliability,
)

COUNTS = (ErrorCounts(100, 0, 50, 40, "a"), ErrorCounts(100, 20, 0, 0, "b"))
RATES = ErrorRates((AxisErrors("ai", COUNTS, "en"),))


def made_reference(n: int = 4000, shift: float = 0.0, seed: int = 0) -> pl.DataFrame:
    """Scores that are posteriors at a prior of 0.1, then moved by `shift` nats."""
    rng = np.random.default_rng(seed)
    positive = np.arange(n) % 2 == 1
    value = rng.normal(np.where(positive, 2.0, 0.0))
    score = 1 / (1 + np.exp(-(2 * value - 2 + np.log(1 / 9) + shift)))
    return pl.DataFrame(
        {
            "label": np.where(positive, "ai_generated", "human"),
            "source": [f"s{i % 40}" for i in rng.integers(0, 1000, n)],
            "ai_score": score,
            "mt_score": pl.Series([None] * n, dtype=pl.Float64),
        }
    )


def test_wilson_agrees_with_scipy():
    from scipy.stats import binomtest

    for flagged, n in ((0, 10), (3, 10), (10, 10), (7, 3000)):
        found = binomtest(flagged, n).proportion_ci(method="wilson")
        assert find_wilson(flagged, n) == pytest.approx((found.low, found.high), abs=1e-12)


def test_errors_are_listed_together_and_by_group():
    table = list_errors(RATES)
    assert table.schema == ERRORS_SCHEMA
    listed = table.select("group", "side", "n", "n_flagged").rows()
    assert listed == [
        (None, "human", 200, 20),
        (None, "synthetic", 50, 40),
        ("a", "human", 100, 0),
        ("a", "synthetic", 50, 40),
        ("b", "human", 100, 20),
    ]


def test_groups_that_differ_widen_the_interval_of_all():
    together = list_errors(RATES).row(0, named=True)
    low, high = find_wilson(20, 200)
    assert together["rate"] == pytest.approx(0.1)
    assert together["high"] - together["low"] > 1.5 * (high - low)


def test_a_calibrated_score_lies_on_the_diagonal():
    curve = measure_reliability(made_reference(40_000))
    assert curve.schema == RELIABILITY_SCHEMA
    assert curve["n"].sum() == 40_000
    held = curve.select((pl.col("score") >= pl.col("low")) & (pl.col("score") <= pl.col("high"))).to_series()
    assert held.sum() >= 9


def test_a_score_that_exaggerates_lies_below_it():
    curve = measure_reliability(made_reference(40_000, shift=1.5)).filter(pl.col("score").is_between(0.2, 0.9))
    assert (curve["high"] < curve["score"]).all()


def test_synthetic_documents_are_weighed_to_the_prior():
    score = pl.when(pl.col("label") == "human").then(0.21).otherwise(0.29)
    row = measure_reliability(made_reference().with_columns(ai_score=score), prior=0.1).row(0, named=True)
    assert (row["score"], row["share"]) == (pytest.approx(0.9 * 0.21 + 0.1 * 0.29), pytest.approx(0.1))


def test_a_bin_of_one_label_has_an_interval():
    split = made_reference().with_columns(ai_score=pl.when(pl.col("label") == "human").then(0.05).otherwise(0.95))
    bottom, top = measure_reliability(split).rows(named=True)
    assert (bottom["share"], top["share"]) == (0.0, 1.0)
    assert bottom["high"] > 0.0
    assert top["low"] < 1.0


def test_few_sources_make_the_curve_uncertain():
    many = measure_reliability(made_reference(20_000))
    few = measure_reliability(
        made_reference(20_000).with_columns(
            pl.when(pl.col("ai_score") > 0.5).then(pl.lit("x")).otherwise("source").alias("source")
        )
    )
    assert (few["high"] - few["low"]).max() > 3 * (many["high"] - many["low"]).max()


def test_an_axis_without_both_labels_has_no_curve():
    assert measure_reliability(made_reference())["axis"].unique().to_list() == ["ai"]
    assert measure_reliability(made_reference().filter(pl.col("label") == "human")).is_empty()
