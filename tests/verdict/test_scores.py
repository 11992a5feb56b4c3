import math

import polars as pl
import pytest

from provenance.schema import VERDICTS
from provenance.verdict import VerdictOptions, judge_batch

NEUTRAL = 0.1  # the centre of the test calibration


def test_verdicts_conform_to_their_table(bench):
    assert bench.verdicts([{}, {"lm_ai_llr": 0.3}]).schema == VERDICTS.schema


def test_a_neutral_value_leaves_the_prior(bench):
    assert bench.verdict(lm_ai_llr=NEUTRAL)["ai_score"] == pytest.approx(0.1)


def test_the_score_is_the_logistic_of_evidence_and_prior_odds(bench):
    verdict = bench.verdict(lm_ai_llr=0.3)
    assert verdict["ai_llr"] == pytest.approx(2.0)
    assert verdict["ai_score"] == pytest.approx(1 / (1 + math.exp(-2.0 - math.log(0.1 / 0.9))))


def test_a_prior_of_a_half_makes_the_score_the_evidence_alone(bench):
    verdict = bench.verdict(VerdictOptions(prior_mt=0.5), lm_mt_llr=0.3)
    assert verdict["mt_score"] == pytest.approx(1 / (1 + math.exp(-2.0)))


def test_nats_of_a_document_sum_to_its_llr(bench):
    verdict = bench.verdict(lm_ai_llr=0.42, phrase_count=1, disclosure_ai=1)
    assert verdict["ai_llr"] == pytest.approx(sum(item["nats"] for item in verdict["evidence"]))


def test_one_signal_is_worth_no_more_than_its_clip(bench):
    assert bench.verdict(lm_ai_llr=50.0)["ai_llr"] == 6.0
    assert bench.verdict(lm_ai_llr=-50.0)["ai_llr"] == -6.0


def test_no_score_is_ever_zero_or_one(bench):
    loud = {"phrase_count": 9, "disclosure_ai": 1, "calque_count": 9, "markup_translated": 1}
    scores = bench.verdicts([{"lm_ai_llr": 9.0, "lm_mt_llr": 9.0, **loud}, {"lm_ai_llr": -9.0, "lm_mt_llr": -9.0}])
    for column in ("ai_score", "mt_score"):
        assert scores[column].is_between(0.0, 1.0, closed="none").all()


def test_a_short_text_has_no_score(bench):
    verdict = bench.verdict(n_words=79, lm_ai_llr=0.5, lm_mt_llr=0.5)
    assert [verdict[name] for name in ("ai_score", "mt_score", "ai_llr", "mt_llr")] == [None] * 4
    assert verdict["origin"] == "undetermined"


def test_the_shortest_text_that_is_scored_is_an_option(bench):
    assert bench.verdict(VerdictOptions(min_words=201), n_words=200, lm_ai_llr=0.5)["ai_score"] is None


def test_a_language_without_a_stratum_has_no_score(bench):
    assert bench.verdict(language="fi", lm_ai_llr=0.5)["ai_score"] is None


def test_an_unknown_language_has_no_score(bench):
    assert bench.verdict(language=None, lm_ai_llr=0.5)["ai_score"] is None


def test_without_its_language_model_a_text_has_no_score_although_phrases_count(bench):
    verdict = bench.verdict(lm_ai_llr=None, phrase_count=1)
    assert verdict["ai_score"] is None
    assert [item["signal"] for item in verdict["evidence"]] == ["phrase"]


def test_one_axis_may_be_known_without_the_other(bench):
    verdict = bench.verdict(lm_mt_llr=0.3)
    assert (verdict["ai_score"], verdict["mt_score"] is not None) == (None, True)


@pytest.mark.parametrize(("mark", "score"), [("disclosure_ai", "ai_score"), ("markup_translated", "mt_score")])
def test_a_declaration_gives_a_score_where_the_text_cannot(bench, mark, score):
    assert bench.verdict(n_words=10, language="fi", **{mark: 1})[score] > 0.9


def test_a_weak_mark_declares_nothing(bench):
    assert bench.verdict(n_words=10, disclosure_ai=0.5)["ai_score"] is None


def test_calques_in_a_short_text_are_evidence_without_a_score(bench):
    verdict = bench.verdict(n_words=10, calque_count=1)
    assert verdict["mt_score"] is None
    assert [item["signal"] for item in verdict["evidence"]] == ["calque"]


def test_the_highest_level_reached_counts(bench):
    assert [row["nats"] for row in bench.verdict(calque_count=2)["evidence"]] == [2.0]
    assert [row["nats"] for row in bench.verdict(calque_count=3)["evidence"]] == [4.0]


def test_long_texts_are_weighed_by_their_own_stratum(bench):
    assert bench.verdict(n_words=299, lm_ai_llr=0.2)["ai_llr"] == pytest.approx(1.0)
    assert bench.verdict(n_words=300, lm_ai_llr=0.2)["ai_llr"] == pytest.approx(2.0)


def test_a_signal_column_that_is_absent_is_null(bench, calibration):
    documents = pl.DataFrame({"doc_id": ["a"], "language": ["en"], "n_words": [200]})
    verdicts = judge_batch(documents, pl.DataFrame({"doc_id": ["a"]}), calibration, first_seen=None)
    assert verdicts["ai_score"].to_list() == [None]


def test_no_documents_give_no_verdicts(bench, calibration):
    documents = pl.DataFrame(schema={"doc_id": pl.String, "language": pl.String, "n_words": pl.Int64})
    assert judge_batch(documents, pl.DataFrame(), calibration, first_seen=None).schema == VERDICTS.schema


def test_a_document_is_judged_alone(bench):
    rows = [
        {
            "lm_ai_llr": 0.1 * index - 1,
            "lm_mt_llr": 0.37 / (index + 1),
            "n_words": 40 * index,
            "phrase_count": index % 3,
        }
        for index in range(30)
    ]
    together = bench.verdicts(rows).drop("doc_id")
    alone = pl.concat(bench.verdicts([row]) for row in rows).drop("doc_id")
    assert together.equals(alone)


@pytest.mark.parametrize("bad", [{"prior_ai": 0.0}, {"prior_mt": 1.0}, {"min_words": -1}])
def test_options_out_of_bounds_are_refused(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        VerdictOptions(**bad)


def test_a_page_in_many_languages_has_a_score_where_the_text_cannot_be_measured(bench):
    told = bench.verdict(language="et", parallel_translation=9.0)
    assert told["mt_score"] == pytest.approx(0.1 * math.exp(1.2) / (0.1 * math.exp(1.2) + 0.9))
    assert told["origin"] == "undetermined", "how many languages a page has makes no origin"
    assert told["ai_score"] is None
    assert told["evidence"][0]["detail"] == "not the original of a page that exists in 9 languages"


@pytest.mark.parametrize("languages", [None, 3.0, 5.0])
def test_few_versions_say_too_little_for_a_score_of_their_own(bench, languages):
    assert bench.verdict(language="et", parallel_translation=languages)["mt_score"] is None


def test_versions_count_beside_the_text(bench):
    alone, version = (bench.verdict(lm_mt_llr=0.2, parallel_translation=n) for n in (None, 7.0))
    assert version["mt_llr"] - alone["mt_llr"] == pytest.approx(1.2)
