"""What is too short or not prose has no score: by the weighing alone, and the whole way from the text."""

import polars as pl
import pytest

import provenance
from provenance.adapters.judge import measure_texts
from provenance.verdict import VerdictOptions, judge_batch
from tests.signals.not_prose import load_not_prose

NOT_PROSE = load_not_prose()
SENTENCE = "The ferry was late again on Tuesday, and nobody at the window could say why. "  # 15 words
SCORES = ("ai_score", "mt_score", "ai_llr", "mt_llr")
HIGH = {"lm_ai_llr": 0.6, "lm_mt_llr": 0.6}  # of the test calibration: AI-generated, translated


def scores(verdict):
    return [verdict[name] for name in SCORES]


def test_what_is_not_prose_has_no_score(bench):
    verdict = bench.verdict(**HIGH, prose_share=0.39, prose_words=78)
    assert scores(verdict) == [None] * 4
    assert verdict["origin"] == "undetermined"


@pytest.mark.parametrize("share", [0.4, 1.0, None])
def test_prose_and_what_nothing_is_known_of_keeps_its_score(bench, share):
    assert bench.verdict(**HIGH, prose_share=share) == bench.verdict(**HIGH)
    assert bench.verdict(**HIGH)["ai_score"] is not None


def test_the_least_share_of_prose_is_an_option(bench):
    assert bench.verdict(VerdictOptions(min_prose=0.0), **HIGH, prose_share=0.0)["ai_score"] is not None
    assert bench.verdict(VerdictOptions(min_prose=1.0), **HIGH, prose_share=0.99)["ai_score"] is None


def test_a_page_that_declares_its_origin_needs_no_prose(bench):
    verdict = bench.verdict(prose_share=0.0, disclosure_ai=1.0)
    assert verdict["ai_score"] is not None
    assert verdict["origin"] != "undetermined"


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_out_of_bounds_is_refused(share):
    with pytest.raises(ValueError, match="min_prose"):
        VerdictOptions(min_prose=share)


def test_it_is_the_prose_that_decides(calibration):
    documents, signals = measure_texts(pl.Series([*NOT_PROSE.values(), SENTENCE * 8]))
    scored = [
        judge_batch(documents, signals, calibration, VerdictOptions(min_prose=least), first_seen=None)["ai_score"]
        for least in (0.0, VerdictOptions().min_prose)
    ]
    assert scored[0][:-1].is_not_null().sum() > 50
    assert scored[1].is_not_null().to_list() == [False] * len(NOT_PROSE) + [True]


@pytest.mark.parametrize("name", NOT_PROSE)
def test_a_text_that_is_not_prose_has_no_score_the_whole_way(name):
    verdict = provenance.judge(NOT_PROSE[name])
    assert verdict.n_words >= VerdictOptions().min_words
    assert (verdict.ai_score, verdict.mt_score, verdict.origin) == (None, None, "undetermined")


@pytest.mark.parametrize("sentences", [1, 3, 5])
def test_a_text_below_80_words_has_no_score_the_whole_way(sentences):
    verdict = provenance.judge(SENTENCE * sentences)
    assert verdict.n_words == 15 * sentences
    assert (verdict.ai_score, verdict.mt_score, verdict.origin) == (None, None, "undetermined")
