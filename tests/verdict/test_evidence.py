from dataclasses import replace
from datetime import UTC, datetime

import polars as pl

from provenance.verdict import Level, Mark, judge_batch

HITS = pl.List(pl.Struct({"start": pl.Int64, "end": pl.Int64, "match": pl.String, "detail": pl.String}))


def test_evidence_is_strongest_first(bench):
    verdict = bench.verdict(lm_ai_llr=0.15, lm_mt_llr=-0.4, phrase_count=1, seen=2014)
    assert [item["signal"] for item in verdict["evidence"]] == ["first_seen", "lm_mt_llr", "phrase", "lm_ai_llr"]


def test_a_value_that_says_nothing_is_not_listed(bench):
    assert bench.verdict(lm_ai_llr=0.1, phrase_count=0)["evidence"] == []


def test_likeness_is_told_with_its_figure_and_its_extent(bench):
    [item] = bench.verdict(lm_ai_llr=0.22)["evidence"]
    assert item["detail"] == "more like AI-written than human reference text: 0.12 nats per token over 240 tokens"


def test_likeness_to_human_text_is_told_as_such(bench):
    [item] = bench.verdict(lm_ai_llr=-0.02)["evidence"]
    assert item["detail"].startswith("more like human than AI-written reference text: 0.12")


def test_evidence_keeps_the_raw_value(bench):
    [item] = bench.verdict(lm_ai_llr=0.22)["evidence"]
    assert (item["value"], round(item["nats"], 6)) == (0.22, 1.2)


def test_a_calque_is_quoted_with_its_source_and_place(calibration):
    hit = {"start": 10, "end": 24, "match": "hamster buying", "detail": "German Hamsterkauf, panic buying"}
    signals = pl.DataFrame(
        {"doc_id": ["a"], "calque_count": [1], "calque_hits": [[hit]]}, schema_overrides={"calque_hits": HITS}
    )
    documents = pl.DataFrame({"doc_id": ["a"], "language": ["en"], "n_words": [30]})
    [item] = judge_batch(documents, signals, calibration, first_seen=None)["evidence"][0].to_list()
    expected = "“hamster buying”: German Hamsterkauf, panic buying (characters 10 to 24)"
    assert (item["signal"], item["detail"]) == ("calque", expected)


def test_a_match_that_its_detail_repeats_is_told_once(calibration):
    hit = {"start": 10, "end": 24, "match": "Hamster buying", "detail": "hamster buying: German Hamsterkauf"}
    signals = pl.DataFrame(
        {"doc_id": ["a"], "calque_count": [1], "calque_hits": [[hit]]}, schema_overrides={"calque_hits": HITS}
    )
    documents = pl.DataFrame({"doc_id": ["a"], "language": ["en"], "n_words": [30]})
    [item] = judge_batch(documents, signals, calibration, first_seen=None)["evidence"][0].to_list()
    assert item["detail"] == "hamster buying: German Hamsterkauf (characters 10 to 24)"


def _detail(calibration, signals: pl.DataFrame) -> list[str]:
    documents = pl.DataFrame({"doc_id": ["a"], "language": ["en"], "n_words": [30]})
    verdicts = judge_batch(documents, signals, calibration, first_seen=None)
    return [item["detail"] for item in verdicts["evidence"][0]]


def test_a_mark_in_the_markup_is_told_without_a_place(calibration):
    hit = {"start": None, "end": None, "match": "google_proxy", "detail": "page fetched through Google Translate"}
    signals = pl.DataFrame({"markup_translated": [1.0], "markup_hits": [[hit]]}, schema_overrides={"markup_hits": HITS})
    assert _detail(calibration, signals) == ["“google_proxy”: page fetched through Google Translate"]


def test_a_phrase_of_a_class_is_told_with_the_hits_of_that_class(calibration):
    strong = {"start": 0, "end": 3, "match": "abc", "detail": "opener, strong, en"}
    decisive = {"start": 9, "end": 12, "match": "xyz", "detail": "refusal, decisive, en"}
    mark = Mark("phrase_decisive", "phrase_decisive_count", (Level(1, 4.0),))
    classed = replace(calibration, ai=replace(calibration.ai, marks=(mark,)))
    signals = pl.DataFrame(
        {"phrase_decisive_count": [1], "phrase_hits": [[strong, decisive]]}, schema_overrides={"phrase_hits": HITS}
    )
    assert _detail(classed, signals) == ["“xyz”: refusal, decisive, en (characters 9 to 12)"]


def test_a_mark_without_hits_is_told_by_its_figure(calibration):
    assert _detail(calibration, pl.DataFrame({"disclosure_ai": [1.0]})) == [
        "disclosure_ai of 1.0, as in AI-generated text"
    ]


def test_the_date_is_told(bench):
    [item] = bench.verdict(seen=2014)["evidence"]
    assert item["detail"] == "first seen on 2014-06-30, before chat models wrote web pages"


def test_the_capture_time_stands_in_for_an_unknown_first_seen(calibration):
    captured = datetime(2013, 1, 1, tzinfo=UTC)
    documents = pl.DataFrame({"doc_id": ["a"], "language": ["en"], "n_words": [30], "fetch_time": [captured]})
    unknown = pl.Series([None], dtype=pl.Datetime("us", "UTC"))
    for seen in (None, unknown):
        verdicts = judge_batch(documents, pl.DataFrame({"doc_id": ["a"]}), calibration, first_seen=seen)
        assert verdicts["first_seen"].to_list() == [captured]
