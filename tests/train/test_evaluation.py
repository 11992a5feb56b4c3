import numpy as np
import polars as pl
import pytest

from provenance.train.evaluation import EvaluateOptions, count_unknown, evaluate, measure_group
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


def _called(n: int = 200) -> pl.DataFrame:
    """Three quarters of the positives and a tenth of the negatives called; text of some kinds is human only."""
    flagged = [(i // 2) % 4 != 0 if i % 2 == 0 else (i // 2) % 10 == 0 for i in range(n)]
    return _scored(n).with_columns(
        origin=pl.Series(["ai_generated" if hit else "undetermined" for hit in flagged]),
        kind=pl.Series(["both" if i < n // 2 or i % 2 == 0 else "people" for i in range(n)]),
    )


def test_verdicts_are_counted_as_they_ship_with_wilsons_interval():
    found = evaluate(_called(), FAST)
    tpr, fpr = _figure(found, "tpr"), _figure(found, "fpr")
    assert (tpr["value"], fpr["value"]) == (0.75, 0.1)
    assert (fpr["low"], fpr["high"]) == pytest.approx((0.0552, 0.1744), abs=1e-4)  # R: binom.confint(10, 100, "wilson")


def test_a_document_without_a_score_is_one_that_was_not_called():
    called = _called().with_columns(pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.col("ai_score")).alias("ai_score"))
    fpr = _figure(evaluate(called.with_columns(ai_llr=pl.col("ai_llr")), FAST), "fpr")
    assert (fpr["value"], fpr["n_negative"], fpr["n_unscored"]) == (0.1, 100, 100)


def test_a_kind_of_human_text_has_false_positives_of_its_own_and_borrows_positives_for_the_rest():
    found = evaluate(_called(), EvaluateOptions(by=("kind",), replicates=20))
    auroc, fpr = _figure(found, "auroc", "kind", "people"), _figure(found, "fpr", "kind", "people")
    assert (auroc["borrowed"], auroc["n_positive"], auroc["n_negative"]) == ("positives", 100, 50)
    assert (fpr["n_positive"], fpr["n_negative"]) == (0, 50)
    assert found.figures.filter(pl.col("group") == "people", pl.col("figure") == "tpr").is_empty()


def test_groups_stand_in_order_of_the_numbers_they_begin_with():
    named = _scored().with_columns(length=pl.Series(["300+", "80-150", "150-300"] * 100))
    found = evaluate(named, EvaluateOptions(by=("length",), replicates=5))
    assert found.figures["group"].unique(maintain_order=True).to_list() == ["", "80-150", "150-300", "300+"]


def test_the_calibration_error_is_that_at_the_prior_however_the_set_is_mixed():
    """Scores that are right where a tenth is positive are so in a set of halves, too."""
    n_positive, n_negative = 900, 900
    cells = [(0.05, 450, 878), (0.6, 450, 22)]  # positives .05 / .5 / .5 of either: .1 * .5 / (.1 * .5 + .9 * b)
    rows = [(s, True) for s, p, _ in cells for _ in range(p)] + [(s, False) for s, _, n in cells for _ in range(n)]
    score, positive = (np.array(column) for column in zip(*rows, strict=True))
    assert (positive.sum(), (~positive).sum()) == (n_positive, n_negative)
    scored = pl.DataFrame({"score": score, "llr": score, "positive": positive})
    at_prior = measure_group(scored, EvaluateOptions(prior=0.1, replicates=5))[3]["value"]
    at_half = measure_group(scored, EvaluateOptions(prior=0.5, replicates=5))[3]["value"]
    assert at_prior < 0.09
    assert at_half > 0.25


def test_each_group_has_its_own_reliability():
    bins = evaluate(_scored(), EvaluateOptions(by=("generator",), replicates=5)).reliability
    assert bins["group"].unique(maintain_order=True).to_list() == ["", "model 0", "model 1", "model 2"]
    assert bins.group_by("group").agg(pl.col("weight").sum())["weight"].to_list() == pytest.approx([1.0] * 4)


def test_a_bin_of_one_label_has_an_interval_all_the_same():
    """Resampling would say 1 to 1."""
    full = evaluate(_scored(), FAST).reliability.filter(pl.col("by") == "", pl.col("share") == 1.0)
    assert (full["low"] < 1.0).all()


@pytest.mark.parametrize("chart", [chart_figures, chart_reliability])
def test_charts_are_valid_vega_lite_with_a_panel_for_each_axis(chart):
    assert len(chart(evaluate(_scored(), FAST)).to_dict()["vconcat"]) == 1


def test_there_is_a_reliability_panel_for_every_group_large_enough():
    small = _scored().with_columns(pl.when(pl.int_range(pl.len()) < 30).then(pl.lit("few")).alias("kind"))
    found = evaluate(small, EvaluateOptions(by=("generator", "kind"), replicates=5))
    panels = chart_reliability(found).to_dict()["vconcat"][0]["concat"]
    titles = [panel["title"]["text"] for panel in panels]
    assert titles == ["all documents", *(f"generator: model {number}" for number in range(3))]


def test_labels_that_no_axis_knows_are_counted() -> None:
    assert count_unknown(pl.Series(["ai", "human", "mt", "translated", "original", "ai_generated"])) == ""
    assert count_unknown(pl.Series(["AI", "ai", None, "AI", "human"])) == "AI (2), none (1)"
