import numpy as np
import polars as pl
import pytest

from provenance.train.evaluation import EvaluateOptions, evaluate
from provenance.train.plots import chart_figures, chart_reliability

FAST = EvaluateOptions(replicates=50)


def _scored(n: int = 300, seed: int = 0) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    positive = np.arange(n) % 2 == 0
    llr = random.normal(np.where(positive, 1.0, -1.0), 1.0)
    return pl.DataFrame(
        {
            "label": np.where(positive, "ai", "human"),
            "lang": ["en"] * n,
            "generator": [f"model {i % 3}" if p else None for i, p in enumerate(positive)],
            "pair_id": [i // 2 for i in range(n)],
            "ai_llr": llr,
            "ai_score": 1 / (1 + np.exp(-llr)),
            "mt_llr": [None] * n,
            "mt_score": [None] * n,
        },
        schema_overrides={"mt_llr": pl.Float64, "mt_score": pl.Float64},
    )


def _figure(evaluation, figure: str, by: str = "", group: str = "") -> dict[str, object]:
    rows = evaluation.figures.filter(pl.col("figure") == figure, pl.col("by") == by, pl.col("group") == group)
    return rows.row(0, named=True)


def test_an_interval_holds_its_value():
    row = _figure(evaluate(_scored(), FAST), "auroc")
    assert row["low"] < row["value"] < row["high"]


def test_equal_input_and_seed_give_equal_figures():
    assert evaluate(_scored(), FAST).figures.equals(evaluate(_scored(), FAST).figures)


def test_an_axis_without_its_labels_is_left_out():
    assert evaluate(_scored(), FAST).figures["axis"].unique().to_list() == ["ai"]


def test_a_generator_is_measured_against_all_human_documents():
    row = _figure(evaluate(_scored(), FAST), "auroc", "generator", "model 1")
    assert (row["n_positive"], row["n_negative"]) == (50, 150)


def test_documents_without_a_score_are_counted_and_left_out():
    scored = _scored().with_columns(pl.when(pl.int_range(pl.len()) >= 10).then(pl.col("ai_score", "ai_llr")))
    row = _figure(evaluate(scored, FAST), "auroc")
    assert (row["n_positive"] + row["n_negative"], row["n_unscored"]) == (290, 10)


def test_copies_of_a_document_do_not_narrow_the_interval():
    once = _scored(100)
    copied = pl.concat([once] * 20)
    options = EvaluateOptions(replicates=300, by=())
    narrow = _figure(evaluate(copied.drop("pair_id"), options), "auroc")
    honest = _figure(evaluate(copied, options), "auroc")
    assert honest["high"] - honest["low"] > 2 * (narrow["high"] - narrow["low"])


def test_translation_is_measured_against_originals():
    scored = _scored().select(
        pl.col("label").replace({"ai": "mt", "human": "original"}),
        *(pl.col(f"ai_{name}").alias(f"{axis}_{name}") for axis in ("ai", "mt") for name in ("llr", "score")),
    )
    assert evaluate(scored, FAST).figures["axis"].unique().to_list() == ["mt"]


@pytest.mark.parametrize("chart", [chart_figures, chart_reliability])
def test_charts_are_valid_vega_lite(chart):
    assert chart(evaluate(_scored(), FAST)).to_dict()["layer"]
