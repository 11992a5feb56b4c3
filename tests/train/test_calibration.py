import numpy as np
import polars as pl
import pytest

from provenance.train.calibration import fit_calibration
from provenance.train.logistic import MAX_SLOPE, Additive, balance, fit_additive, temper
from provenance.train.marks import MarkOptions, fit_marks
from provenance.train.options import AxisOptions, FitOptions
from provenance.train.reference import ReferenceOptions, choose_thresholds
from provenance.verdict import Calibration, judge_batch

pytest.importorskip("sklearn")
OPTIONS = FitOptions(
    ai=AxisOptions(("lm_ai_llr", "noise"), (MarkOptions("phrase", "phrase_count"),)),
    mt=AxisOptions(("lm_mt_llr",)),
    edges=(80, 150),
    strength=100.0,
)


def _measured(n: int = 4000, seed: int = 0) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    positive = np.arange(n) % 2 == 0
    return pl.DataFrame(
        {
            "label": np.where(positive, "ai", "human"),
            "lang": "en",
            "n_words": random.integers(80, 400, n),
            "group": [f"g{i % 5}" for i in range(n)],
            "domain": [f"d{i % 4}" for i in range(n)],
            "lm_ai_llr": random.normal(np.where(positive, 0.3, -0.1), 0.2),
            "noise": random.normal(5.0, 1.0, n),
            "phrase_count": (positive & (random.random(n) < 0.05)).astype(int),
        }
    )


def test_weights_are_those_of_the_true_likelihood_ratio():
    terms = {term.signal: term for term in fit_calibration(_measured(), OPTIONS).ai.strata[1].terms}
    assert terms["lm_ai_llr"].weight == pytest.approx(0.4 / 0.2**2, rel=0.1)  # difference of means over variance
    assert terms["lm_ai_llr"].centre == pytest.approx(0.1, abs=0.02)
    assert abs(terms["noise"].weight) < 0.3


def test_a_fitted_calibration_judges_after_a_round_trip_through_its_file(tmp_path):
    path = tmp_path / "calibration.json"
    path.write_text(fit_calibration(_measured(), OPTIONS).dumps(), encoding="utf-8")
    measured = _measured(400, seed=1).with_columns(doc_id=pl.int_range(pl.len()).cast(pl.String), language="lang")
    verdicts = judge_batch(measured, measured.select("doc_id"), Calibration.load(path), first_seen=None)
    score, positive = verdicts["ai_score"].to_numpy(), (measured["label"] == "ai").to_numpy()
    assert score[positive].mean() > 3 * score[~positive].mean()


def test_a_language_with_few_documents_gets_no_stratum():
    measured = _measured().with_columns(
        pl.when(pl.int_range(pl.len()) < 150).then(pl.lit("fi")).otherwise("lang").alias("lang")
    )
    languages = [stratum.language for stratum in fit_calibration(measured, OPTIONS).ai.strata]
    assert languages == ["en", "en"]


def test_weights_are_fitted_against_the_chosen_labels_and_marks_counted_on_all():
    measured = _measured().with_columns(
        label=pl.when(pl.col("label") == "ai").then(pl.lit("mt")).when(pl.int_range(pl.len()) < 2000).then(
            pl.lit("original")).otherwise("label"),
        lm_mt_llr="lm_ai_llr",
    )  # fmt: skip
    mark = MarkOptions("calque", "phrase_count")
    options = FitOptions(mt=AxisOptions(("lm_mt_llr",), (mark,), negatives=("original",)), edges=(80,))
    references = measured.filter(pl.col("label") == "human").with_columns(register=pl.lit("web"))
    axis = fit_calibration(measured, options, references=references).mt
    assert axis.marks[0].levels[0].humans == 2000
    without = fit_calibration(measured.filter(pl.col("label") != "human"), options, references=references).mt
    assert without.strata[0].terms == axis.strata[0].terms


def test_marks_are_counted_on_documents_as_found():
    found = _measured().with_columns(phrase_count=pl.lit(1))
    marks = fit_calibration(_measured(), OPTIONS, marked=found).ai.marks
    assert marks[0].levels[0].humans_with == marks[0].levels[0].humans == 2000


def test_an_axis_without_labels_is_empty():
    assert fit_calibration(_measured(), OPTIONS).mt.strata == ()


def test_the_threshold_keeps_its_error_on_every_register_that_sets_it():
    random = np.random.default_rng(2)
    registers = np.repeat(["news", "essay", "tiny"], [500, 500, 20])
    llrs = random.normal(np.where(registers == "essay", 2.0, -1.0), 1.0)
    humans = pl.DataFrame({"register": registers, "llr": llrs})
    chosen = choose_thresholds(humans, random.normal(4, 1, 500), ReferenceOptions(min_documents=60, floor=0.0))
    for register in ("news", "essay"):
        assert np.mean(llrs[registers == register] >= chosen.positive_above) <= 0.01
    assert chosen.measured["essay: above"] <= 0.01


def test_only_guiding_registers_set_the_threshold():
    humans = pl.DataFrame({"register": ["news"] * 100 + ["essay"] * 100, "llr": [0.0] * 100 + [5.0] * 100})
    options = ReferenceOptions(guides=("news",), floor=0.5)
    chosen = choose_thresholds(humans, np.full(10, 3.0), options)
    assert (chosen.positive_above, chosen.measured["essay: above"]) == (0.5, 1.0)


def test_a_small_reference_sets_no_threshold():
    humans = pl.DataFrame({"register": ["news"] * 10, "llr": [0.0] * 10})
    assert choose_thresholds(humans, np.full(10, 3.0), ReferenceOptions()).positive_above is None


def test_human_ends_where_few_positives_begin():
    humans = pl.DataFrame({"register": ["news"] * 100, "llr": [-9.0] * 100})
    positives = np.linspace(-2.0, 2.0, 1001)
    chosen = choose_thresholds(humans, positives, ReferenceOptions(miss=0.05))
    assert chosen.human_below == pytest.approx(-1.8)


def test_unseen_scores_that_overstate_temper_the_evidence():
    random = np.random.default_rng(0)
    positive, groups = np.arange(2000) % 2 == 0, np.arange(2000) % 4
    agreeing = random.normal(positive * 2.0, 1.0)
    disagreeing = agreeing + np.array([-3.0, -1.0, 1.0, 3.0])[groups] * positive
    slopes = []
    for values in (agreeing, disagreeing):
        fitted = fit_additive(values[:, None], positive, np.ones(2000), groups.astype(str), strength=10.0)
        slopes.append(temper(fitted, fitted.unseen, positive, np.ones(2000)).slope)
    assert slopes[1] < slopes[0]


def test_tempering_hardly_sharpens_and_keeps_the_neutral_value_between_the_labels():
    positive = np.arange(100) % 2 == 0
    llrs = np.where(positive, 1.0, -1.0) + 0.4  # tells the labels apart without an error
    fitted = Additive(np.array([1.0]), np.array([0.0]), llrs)
    tempered = temper(fitted, llrs, positive, np.ones(100))
    assert tempered.slope == MAX_SLOPE
    assert tempered.apply(np.array([[0.4]])) == pytest.approx(0.0)


def test_a_length_with_few_documents_takes_its_slope_from_all():
    measured = _measured().filter((pl.col("n_words") >= 150) | (pl.int_range(pl.len()) < 40))
    short, long = fit_calibration(measured, OPTIONS).ai.strata
    assert (short.low_words, short.high_words, long.high_words) == (80, 150, None)
    assert short.terms[0].weight == pytest.approx(long.terms[0].weight, rel=0.1)


def test_an_uninformative_value_is_worth_nothing_even_with_unequal_spreads():
    random = np.random.default_rng(0)
    positive = np.arange(3000) % 2 == 0
    values = random.normal(positive * 1.0, np.where(positive, 0.5, 1.5))
    fitted = fit_additive(values[:, None], positive, np.ones(3000), np.array(["a"] * 3000), strength=10.0)
    llrs = fitted.apply(values[:, None])
    assert np.mean(1 / (1 + np.exp(-llrs))) == pytest.approx(0.5, abs=0.01)  # as many positives said as there are


def test_a_null_value_takes_no_part_in_the_fit():
    random = np.random.default_rng(0)
    positive = np.arange(1000) % 2 == 0
    values = np.column_stack([random.normal(positive * 1.0, 1.0), np.full(1000, np.nan)])
    fitted = fit_additive(values, positive, np.ones(1000), np.array(["a"] * 1000), strength=10.0)
    assert np.isfinite(fitted.weights).all()
    assert np.isfinite(fitted.centres).all()


def test_labels_count_alike_and_cells_within_a_label_by_their_root():
    positive = np.array([True] * 9 + [False] * 3)
    cells = ["big"] * 6 + ["small"] * 3 + ["big"] * 3
    weights = balance(positive, cells)
    assert weights[positive].sum() == pytest.approx(weights[~positive].sum())
    assert weights[:6].sum() / weights[6:9].sum() == pytest.approx(2**0.5)


def _counted(positives_with: int, humans_with: int, n: int = 1000) -> pl.DataFrame:
    counts = [3] * positives_with + [0] * (n - positives_with) + [3] * humans_with + [0] * (n - humans_with)
    return pl.DataFrame({"positive": [True] * n + [False] * n, "marks": counts})


def test_a_mark_is_worth_its_smoothed_likelihood_ratio():
    [mark] = fit_marks(_counted(40, 3), [MarkOptions("phrase", "marks")])
    [level] = mark.levels
    assert level.nats == pytest.approx(np.log(40.5 / 3.5), abs=1e-4)
    assert (level.positives_with, level.positives, level.humans_with, level.humans) == (40, 1000, 3, 1000)
    assert mark.basis == "measured"


def test_a_mark_no_human_document_has_is_bounded():
    [mark] = fit_marks(_counted(900, 0), [MarkOptions("phrase", "marks", bound=4.0)])
    assert mark.levels[0].nats == 4.0


def test_a_mark_never_seen_is_worth_nothing():
    [mark] = fit_marks(_counted(0, 0), [MarkOptions("phrase", "marks")])
    assert mark.levels[0].nats == 0.0


def test_more_of_a_mark_is_never_worth_less():
    counts = pl.DataFrame({"positive": [True] * 4 + [False] * 4, "marks": [1, 1, 1, 0, 2, 0, 0, 0]})
    [mark] = fit_marks(counts, [MarkOptions("phrase", "marks", at_least=(1.0, 2.0))])
    assert mark.levels[1].nats == mark.levels[0].nats > 0.0


def test_an_assumed_mark_keeps_its_reason():
    [mark] = fit_marks(_counted(1, 0), [MarkOptions("markup", "marks", assumed=(5.0,), why="it says so")])
    assert (mark.basis, mark.levels[0].nats, mark.levels[0].humans, mark.why) == ("assumed", 5.0, None, "it says so")
