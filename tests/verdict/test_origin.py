from datetime import date

import pytest

from provenance.verdict import VerdictOptions


@pytest.mark.parametrize(
    ("ai", "mt", "origin"),
    [
        (0.45, -0.1, "ai_generated"),  # 3.5 nats against a threshold of 3
        (0.35, -0.1, "undetermined"),  # between the thresholds
        (-0.1, 0.45, "machine_translated"),
        (-0.1, -0.1, "human"),
        (-0.1, 0.15, "undetermined"),  # human by one axis, doubtful by the other
        (0.45, 0.48, "undetermined"),  # both high, neither leads by a nat
        (0.60, 0.45, "ai_generated"),
        (0.45, 0.60, "machine_translated"),
        (-0.1, None, "undetermined"),  # an axis that is not measured is never low
        (0.45, None, "ai_generated"),
        (None, None, "undetermined"),
    ],
)
def test_origin_by_both_axes(bench, ai, mt, origin):
    assert bench.verdict(lm_ai_llr=ai, lm_mt_llr=mt)["origin"] == origin


def test_a_translated_page_that_reads_like_ai_is_machine_translated_when_it_says_so(bench):
    assert bench.verdict(lm_ai_llr=0.65, lm_mt_llr=0.1, markup_translated=1)["origin"] == "machine_translated"


def test_a_disclosed_page_that_reads_translated_is_ai_generated(bench):
    assert bench.verdict(lm_ai_llr=0.1, lm_mt_llr=0.65, disclosure_ai=1)["origin"] == "ai_generated"


def test_a_declaration_decides_where_the_text_cannot(bench):
    assert bench.verdict(n_words=5, disclosure_ai=1)["origin"] == "ai_generated"


def test_a_text_seen_before_chat_models_is_not_ai_generated(bench):
    assert bench.verdict(lm_ai_llr=0.65, lm_mt_llr=-0.1, seen=2024)["origin"] == "ai_generated"
    assert bench.verdict(lm_ai_llr=0.65, lm_mt_llr=-0.1, seen=2014)["origin"] == "human"


def test_an_early_date_lowers_the_score_and_leaves_the_llr(bench):
    early, late = bench.verdict(lm_ai_llr=0.5, seen=2014), bench.verdict(lm_ai_llr=0.5, seen=2024)
    assert early["ai_llr"] == late["ai_llr"]
    assert early["ai_score"] < 0.01 < late["ai_score"]


def test_an_early_date_says_nothing_about_translation(bench):
    assert bench.verdict(lm_mt_llr=0.5, seen=2014)["mt_score"] == bench.verdict(lm_mt_llr=0.5)["mt_score"]


def test_a_date_after_the_first_large_models_weighs_less(bench):
    grey, early = bench.verdict(lm_ai_llr=0.5, seen=2021), bench.verdict(lm_ai_llr=0.5, seen=2014)
    assert early["ai_score"] < grey["ai_score"] < 0.1


def test_the_cut_date_is_an_option(bench):
    options = VerdictOptions(first_seen_cutoff=date(2021, 1, 1))
    assert bench.verdict(options, lm_ai_llr=0.65, lm_mt_llr=-0.1, seen=2021)["origin"] == "ai_generated"


def test_a_cut_before_the_grey_years_is_refused():
    with pytest.raises(ValueError, match="grey_since"):
        VerdictOptions(first_seen_cutoff=date(2019, 1, 1))
