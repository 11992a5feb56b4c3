"""Sampling weights, and the tilt that a target share needs."""

import logging
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

import provenance
from provenance.adapters.loaders.declared import Declared, DeclaredSource
from provenance.adapters.loaders.scored import make_scored
from provenance.adapters.loaders.tilt import find_human, fit_tilt
from provenance.errors import ConfigError
from tests.adapters.loaders.made_scores import make_run, make_scores

KEYS = ["d0", "d1", "d2", "d3"]  # AI-generated, machine-translated, human, without a score
HUMAN = [0.1 * 0.9, 0.9 * 0.1, 0.95**2, 0.9**2]


@pytest.fixture
def scores(tmp_path):
    return make_scores(tmp_path / "scores.parquet")


@pytest.mark.parametrize("power", [None, 0.0, 1.0, 2.5, 10.0])
def test_a_weight_is_the_probability_of_human_origin_to_the_power(scores, power):
    weigh = provenance.Weights(power=power, scores=scores)
    expected = [human ** (1.0 if power is None else power) for human in HUMAN]
    assert weigh({"id": KEYS}) == pytest.approx(expected)
    assert [weigh({"id": key}) for key in KEYS] == pytest.approx(expected)


def test_a_power_of_one_is_the_weight_of_curated_subsets(scores):
    from provenance.curate.rules import CurateRules
    from provenance.curate.selection import weigh as weigh_curated

    frame = pl.read_parquet(scores)
    curated = frame.select(weigh_curated(CurateRules()))[:, 0].to_list()
    assert provenance.Weights(scores=scores)({"id": frame["id"].to_list()}) == pytest.approx(curated)


def test_apply_adds_the_weight_in_kind(scores):
    frame = provenance.Weights(scores=scores).apply(pl.DataFrame({"id": KEYS}))
    assert frame["weight"].to_list() == pytest.approx(HUMAN)
    assert frame.columns == ["id", "ai_score", "mt_score", "origin", "weight"]


def test_a_cluster_counts_once_unless_told_otherwise(tmp_path):
    run = make_run(tmp_path, [("d0", "unique"), ("d1", "near"), ("d1", "near"), ("d1", "exact")])
    batch = {"doc_id": ["d1", "d2"]}
    assert provenance.Weights(power=0.0, scores=run)(batch) == pytest.approx([1 / 3] * 2)
    assert provenance.Weights(power=0.0, cluster_power=0.5, scores=run)(batch) == pytest.approx([3**-0.5] * 2)
    assert provenance.Weights(power=0.0, cluster_power=0.0, scores=run)(batch) == [1.0, 1.0]


def test_both_of_a_contrast_pair_weigh_as_the_heavier(tmp_path):
    run = make_run(tmp_path, [("d0", "near"), ("d1", "unique"), ("d0", "contrast"), ("d3", "unique")])
    weights = provenance.Weights(power=1.0, cluster_power=0.0, scores=run)({"doc_id": KEYS})
    assert weights == pytest.approx([HUMAN[2], HUMAN[1], HUMAN[2], HUMAN[3]])


def test_declared_sources_weigh_one_up_to_their_cap_of_the_whole(scores):
    declared = Declared((DeclaredSource("books", "t", cap=0.25),))
    weigh = provenance.Weights(power=0.0, scores=scores, declared=declared)
    rows = [{"id": key, "source": "books" if i < 2 else "web"} for i, key in enumerate(KEYS)]
    assert weigh.weigh_all(weigh.find_scores(rows)).tolist() == pytest.approx([1 / 3, 1 / 3, 1, 1])
    told = Declared((DeclaredSource("books", "t", cap=0.25, share=0.9),))
    weigh = provenance.Weights(power=0.0, scores=scores, declared=told)
    assert weigh.weigh_all(weigh.find_scores(rows)).tolist() == pytest.approx([1 / 3, 1 / 3, 1, 1])
    assert weigh(rows) == pytest.approx([1 / 27, 1 / 27, 1, 1])
    exempt = provenance.Weights(power=1.0, scores=scores, declared=Declared((DeclaredSource("books", "t"),)))
    assert exempt(rows) == pytest.approx([1.0, 1.0, *HUMAN[2:]])


def make_corpus(n: int, share: float, seed: int = 0) -> dict[str, np.ndarray]:
    """Scores calibrated at the priors of 0.1 for a corpus with `share` of AI-generated documents."""
    chance = np.random.default_rng(seed)
    synthetic = chance.random(n) < share
    llr = np.where(synthetic, chance.normal(2.0, 2.0, n), chance.normal(-2.0, 2.0, n))  # equal spread: llr is itself
    odds = np.exp(llr) / 9.0
    return {"ai_score": odds / (1 + odds), "ai_llr": llr, "synthetic": synthetic}


@pytest.mark.parametrize(("share", "target"), [(0.2, 0.9), (0.5, 0.9), (0.5, 0.7)])
def test_the_share_after_weighting_is_the_target(share, target):
    corpus = make_corpus(20_000, share)
    scored = make_scored(20_000, ai_score=corpus["ai_score"], mt_score=np.full(20_000, 1e-9))
    human = find_human(scored, share, 1e-9)
    from provenance.adapters.loaders.tilt import _solve

    tilt = _solve(human, np.ones(20_000), target, 10.0, (share, 1e-9), "")
    weights = tilt.weigh(human)
    assert tilt.human_share == pytest.approx(1 - share, abs=0.01)  # probabilities at the right prevalence are honest
    assert tilt.weighted_human_share == pytest.approx(target)
    assert weights[~corpus["synthetic"]].sum() / weights.sum() == pytest.approx(target, abs=0.01)
    assert tilt.mean_weight == pytest.approx(weights.mean())
    assert tilt.effective_share == pytest.approx(weights.sum() ** 2 / (weights**2).sum() / 20_000)
    assert weights.max() == 1.0


def test_a_document_without_a_score_is_taken_for_an_average_one_and_the_most_human_one_weighs_one():
    scored = make_scored(2, ai_score=[np.nan, 0.1], mt_score=[np.nan, 0.1])
    human = find_human(scored, 0.4, 0.2)
    odds = (0.1 / 0.9 * (0.4 / 0.6) / (0.1 / 0.9), 0.1 / 0.9 * (0.2 / 0.8) / (0.1 / 0.9))
    assert human.tolist() == pytest.approx([0.6 * 0.8, 1 / (1 + odds[0]) / (1 + odds[1])])
    scored = make_scored(3, ai_score=[np.nan, 0.01, 0.99], mt_score=[0.01] * 3)
    tilt = fit_tilt(scored, np.ones(3), 0.99, 10.0, None, 0)
    weights = tilt.weigh(find_human(scored, tilt.prior_ai, tilt.prior_mt))
    assert tilt.most_human < 0.999
    assert (weights.argmax(), weights.max()) == (1, 1.0)


def test_weights_are_those_of_their_tilt(scores):
    weigh = provenance.Weights(target_human_share=0.7, scores=scores)
    scored = weigh.find_scores({"id": KEYS})
    human = find_human(scored, weigh.tilt.prior_ai, weigh.tilt.prior_mt)
    assert weigh({"id": KEYS}) == pytest.approx(weigh.tilt.weigh(human).tolist())
    assert max(weigh({"id": KEYS})) == 1.0


def test_a_target_met_as_documents_lie_changes_nothing(scores):
    tilt = provenance.Weights(target_human_share=0.05, scores=scores).tilt
    assert (tilt.power, tilt.reached, tilt.weighted_human_share) == (0.0, True, tilt.human_share)
    assert "met as they lie" in tilt.note


def test_a_target_out_of_reach_is_told_and_the_power_stays_within_its_limit(scores, caplog):
    with caplog.at_level(logging.WARNING):
        tilt = provenance.Weights(target_human_share=0.999, power=0.5, scores=scores).tilt
    assert (tilt.power, tilt.reached) == (0.5, False)
    assert "does not reach the target" in caplog.text
    assert "expected by the detector's scores" in caplog.text


def test_a_fit_is_on_the_scores_given_and_always_the_same(scores):
    weigh = provenance.Weights(target_human_share=0.8).fit(scores)
    assert weigh.tilt.n_documents == 40
    assert weigh == provenance.Weights(target_human_share=0.8).fit(provenance.Scores(scores))


def test_a_prevalence_that_cannot_be_estimated_is_presumed_and_told(tmp_path):
    tilt = provenance.Weights(target_human_share=0.5, scores=make_scores(tmp_path / "few.parquet", 1)).tilt
    assert (tilt.prior_ai, tilt.prior_mt) == (0.1, 0.1)
    assert "prevalence of ai_generated and machine_translated not estimable (" in tilt.note
    assert tilt.weighted_human_share_low is None


def test_a_fit_knows_how_many_documents_have_scores():
    from provenance.adapters.loaders.tilt import _find_measured

    scored = make_scored(4, ai_score=[0.1, np.nan, 0.2, 0.3], mt_score=[0.1, 0.1, np.nan, 0.3])
    assert _find_measured(scored) == 0.5


def test_prevalence_of_a_fit_is_estimated_from_the_scores(tmp_path):
    from provenance.adapters.loaders.tilt import load_references

    known = load_references(None).frame.filter(pl.col("language") == "en", pl.col("ai_llr").is_not_null())
    human = known.filter(pl.col("label") == "human").sample(600, seed=1)
    synthetic = known.filter(pl.col("label") == "ai_generated").sample(400, seed=1)
    mixed = pl.concat([human, synthetic]).with_row_index("id").with_columns(n_words=300, origin=pl.lit("undetermined"))
    mixed.write_parquet(tmp_path / "mixed.parquet")
    tilt = provenance.Weights(target_human_share=0.9, scores=tmp_path / "mixed.parquet").tilt
    assert 0.25 < tilt.prior_ai < 0.55
    assert tilt.weighted_human_share == pytest.approx(0.9)
    assert tilt.note == "prevalence estimated from the scores"
    assert 0.05 < tilt.weighted_human_share_low < tilt.weighted_human_share


def test_the_lower_figure_is_the_least_prevalence_by_the_weight_of_the_kind_that_loses_most():
    from provenance.adapters.loaders.tilt import Tilt, _find_low
    from provenance.stats import ReferenceScores

    rows = [("human", f"kind {kind}", score) for kind, score in enumerate((0.1, 0.3, 0.5)) for _ in range(9)]
    rows += [("ai_generated", "other", 0.99)] * 9
    frame = pl.DataFrame(rows, schema=["label", "source", "ai_score"], orient="row")
    blank = {name: pl.lit(None) for name in ("generator", "register", "n_words", "ai_llr", "mt_llr")}
    known = ReferenceScores(frame.with_columns(language=pl.lit("en"), mt_score=pl.lit(0.0), **blank))
    tilt = Tilt(2.0, 0.1, 0.1, 0.5, 0.9, 0.4, 0.5, 1000, True, "")
    least = float(np.quantile([0.9**2, 0.7**2, 0.5**2], 0.025))
    assert _find_low(tilt, 0.3, 1.0, known) == pytest.approx(0.3 * least / 0.4)
    assert _find_low(tilt, 0.3, 0.5, known) == pytest.approx(
        0.15 * least / 0.4
    )  # of the other half none is presumed human
    assert _find_low(tilt, 1.0, 1.0, known) == pytest.approx(min(least / 0.4, 0.9))
    assert _find_low(replace(tilt, mean_weight=0.01), 0.3, 1.0, known) == 0.9
    assert _find_low(tilt, None, 1.0, known) is None
    assert _find_low(tilt, 0.3, 1.0, None) is None


def test_without_scores_the_presumed_corpus_is_named(caplog):
    with caplog.at_level(logging.WARNING):
        weigh = provenance.Weights(target_human_share=0.9)
    assert "not fitted" in weigh.tilt.note
    assert "not fitted" in caplog.text
    assert weigh.tilt.weighted_human_share == pytest.approx(0.9)
    assert 0.0 < weigh("too short to be scored") < 1.0


def test_nothing_to_fit_is_refused(scores, tmp_path):
    with pytest.raises(ConfigError, match="without a target"):
        provenance.Weights(power=1.0).fit(scores)
    pl.read_parquet(scores).clear().write_parquet(tmp_path / "empty.parquet")
    with pytest.raises(ConfigError, match="there are none"):
        provenance.Weights(target_human_share=0.9, scores=tmp_path / "empty.parquet")
    with pytest.raises(ConfigError, match="there are none"):
        fit_tilt(make_scored(0), np.zeros(0), 0.9, 10.0, None, 0)


@pytest.mark.parametrize(
    "options",
    [
        {"target_human_share": 1.0},
        {"target_human_share": 0.0},
        {"power": -1.0},
        {"power": float("inf")},
        {"cluster_power": 2.0},
        {"cluster_power": None},
        {"target_human_share": "0.8"},
        {"power": "2"},
        {"power": True},
        {"tilt": 2.0},
    ],
)
def test_a_wrong_option_is_refused(options):
    with pytest.raises(ConfigError, match=next(iter(options))):
        provenance.Weights(**options)
