"""The calibration that ships: whole, in step with the shipped models and signals, and open about what it assumes."""

import polars as pl
import pytest

from provenance.models import find_model, load_models
from provenance.models.calibration import TAILS
from provenance.parallel.judged import COLUMNS as VERSIONS
from provenance.signals import load_signals, signal_columns
from provenance.verdict import Axis, Calibration, VerdictOptions, judge_batch

MODELS = load_models()


@pytest.fixture(scope="module")
def shipped() -> Calibration:
    model = find_model(MODELS, "calibration")
    assert model is not None
    return Calibration.load(model.path)


@pytest.fixture(params=["ai", "mt"])
def axis(request, shipped) -> Axis:
    return shipped.axis(request.param)


def test_it_was_fitted_on_the_shipped_language_models(shipped):
    assert shipped.models
    shipped.check_models({model.name: model.sha256 for model in MODELS})


def test_every_signal_it_weighs_is_measured(axis):
    measured = {*signal_columns(load_signals(MODELS)), *VERSIONS}
    named = {term.signal for stratum in axis.strata for term in stratum.terms}
    named |= {stratum.needs for stratum in axis.strata} | {mark.signal for mark in axis.marks}
    assert named <= measured


def test_the_signs_of_its_weights_are_those_its_words_presume(shipped):
    signs = {
        "lr_translated_logit": 1,
        "lr_crude_logit": 1,
        "lr_ai_logit": 1,
        "lm_ai_llr": 1,
        "lm_human_nats": 1,
        "lm_mt_llr": 1,
    }
    for stratum in (*shipped.ai.strata, *shipped.mt.strata):
        for term in stratum.terms:
            assert term.weight * signs[term.signal] >= 0


def test_every_reference_with_a_threshold_is_large_and_of_several_sources(axis):
    sized = [reference for reference in axis.references if reference.positive_above is not None]
    assert len(sized) >= 8
    for reference in sized:
        assert reference.n_documents >= 150
        assert reference.n_sources >= 5
        assert reference.human_below < reference.positive_above


def test_references_show_how_their_documents_score(axis):
    for reference in axis.references:
        assert len(reference.quantiles) == len(TAILS)
        assert list(reference.quantiles) == sorted(reference.quantiles)


def test_of_a_references_documents_no_more_than_its_rate_reach_its_threshold(axis):
    for reference in axis.references:
        if reference.positive_above is not None:
            reached = dict(zip(TAILS, reference.quantiles, strict=True))[reference.rate]
            assert reference.positive_above >= reached


def test_it_counts_its_errors_on_both_sides(axis):
    for side in ("human", "positive"):
        assert sum(getattr(error, f"n_{side}") for error in axis.errors) > 1000


def test_every_language_with_a_pair_of_models_is_calibrated(shipped):
    for axis, kind in (("ai", "lm_ai"), ("mt", "lm_translated")):
        languages = {model.language for model in MODELS if model.kind == kind}
        assert {stratum.language for stratum in shipped.axis(axis).strata} == languages


def test_every_length_from_the_shortest_judged_has_one_stratum(axis):
    for language in {stratum.language for stratum in axis.strata}:
        bounds = sorted((s.low_words, s.high_words) for s in axis.strata if s.language == language)
        assert bounds[0][0] == VerdictOptions().min_words
        assert [high for _, high in bounds] == [*(low for low, _ in bounds[1:]), None]


def test_thresholds_are_apart_and_tell_their_errors(axis):
    for stratum in axis.strata:
        assert stratum.human_below < stratum.positive_above
        assert stratum.measured["humans"] > 0


def test_no_register_that_sets_a_threshold_exceeds_its_error(shipped):
    for stratum in (*shipped.ai.strata, *shipped.mt.strata):
        above = {k: v for k, v in stratum.measured.items() if k.endswith(": above")}
        documents = {k.partition(":")[0]: v for k, v in stratum.measured.items() if k.endswith(": documents")}
        assert above["web: above"] * documents["web"] <= 0.01 * documents["web"] + 1


def test_measured_marks_carry_their_counts_and_assumed_ones_their_reason(axis):
    for mark in axis.marks:
        if mark.basis == "measured":
            assert all(level.humans and level.positives for level in mark.levels)
        else:
            assert mark.why


def test_more_of_a_mark_is_worth_more(axis):
    for mark in axis.marks:
        nats = [level.nats for level in mark.levels]
        assert nats == sorted(nats)
        assert nats[0] >= 0.0


def test_a_page_that_declares_itself_is_believed(shipped):
    documents = pl.DataFrame({"doc_id": ["a", "b"], "language": ["fi", "fi"], "n_words": [20, 20]})
    signals = pl.DataFrame({"disclosure_ai": [1.0, 0.0], "markup_translated": [0.0, 1.0]})
    origins = judge_batch(documents, signals, shipped, first_seen=None)["origin"].to_list()
    assert origins == ["ai_generated", "machine_translated"]
