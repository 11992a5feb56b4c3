"""The report's small tables are counted right from the run's large ones."""

from datetime import UTC, datetime

import polars as pl

from provenance.report import count_evidence, count_origins, count_scores, make_example, pick_strongest, read_spans
from provenance.report.schemas import EVIDENCE_COUNTS, HISTOGRAM, ORIGIN_COUNTS
from provenance.schema import EVIDENCE_DTYPE

SCORED = pl.DataFrame(
    {
        "doc_id": ["a", "b", "c", "d", "e"],
        "crawl": ["x", "x", "x", "y", "y"],
        "language": ["en", "en", "de", "en", None],
        "fetch_time": [datetime(2019, 7, day, tzinfo=UTC) for day in (1, 2, 3, 4)] + [None],
        "url_host_name": ["h", "h", "i", None, None],
        "n_words": [10, 20, 30, 40, 50],
        "origin": ["ai_generated", "ai_generated", "human", "ai_generated", "undetermined"],
        "ai_score": [0.97, 1.0, 0.0, 0.5, None],
        "mt_score": [0.0, None, 0.02, None, None],
        "ai_llr": [5.0, 7.0, -4.0, 1.0, None],
        "mt_llr": [-1.0, None, -3.0, None, None],
    }
)


def test_every_score_falls_in_one_bin():
    counted = count_scores(SCORED.lazy()).collect()
    assert counted.group_by("axis").agg(pl.col("n_documents").sum()).sort("axis").rows() == [("ai", 4), ("mt", 2)]


def test_a_score_of_one_is_in_the_last_bin():
    counted = count_scores(SCORED.lazy()).collect().filter(axis="ai", language="en", crawl="x")
    assert counted.select("bin", "n_documents").rows() == [(0.95, 2)]


def test_histograms_have_their_declared_columns():
    assert count_scores(SCORED.lazy()).collect().schema == HISTOGRAM


def test_origins_are_counted_by_crawl_language_and_month():
    counted = count_origins(SCORED.lazy()).collect()
    assert counted.schema == ORIGIN_COUNTS
    assert counted.group_by("column").agg(pl.col("n_words").sum()).sort("column").rows() == [
        ("crawl", 150),
        ("language", 150),
        ("month", 150),
    ]


def test_evidence_is_counted_by_signal_with_its_strongest_case():
    evidence = [
        [{"signal": "calque", "value": 1.0, "nats": 2.0, "detail": "weak"}],
        [
            {"signal": "calque", "value": 2.0, "nats": 4.0, "detail": "strong"},
            {"signal": "lm_ai", "value": 0.1, "nats": -1.0, "detail": None},
            {"signal": "phrase", "value": 0.0, "nats": 0.0, "detail": ""},
        ],
        [],
    ]
    counted = count_evidence(pl.LazyFrame({"evidence": evidence}, schema={"evidence": EVIDENCE_DTYPE})).collect()
    assert counted.schema == EVIDENCE_COUNTS
    assert counted.rows() == [("calque", 2, 2, 3.0, 4.0, "strong"), ("lm_ai", 1, 0, -1.0, -1.0, None)]


def test_the_strongest_of_each_origin_come_first_and_one_of_a_host():
    assert pick_strongest(SCORED.lazy()).collect().rows() == [
        ("b", "ai_generated"),
        ("d", "ai_generated"),
        ("c", "human"),
    ]


def test_spans_are_read_from_every_column_of_hits():
    row = {
        "phrase_hits": [{"start": 9, "end": 12, "match": "x", "detail": None}],
        "calque_hits": [{"start": 1, "end": 3, "match": "y", "detail": "German"}],
        "lm_ai": 0.3,
        "other_hits": None,
    }
    assert [(span.start, span.label, span.detail) for span in read_spans(row)] == [
        (1, "calque", "German"),
        (9, "phrase", ""),
    ]


def test_an_example_of_a_verdict_keeps_null_scores_null():
    example = make_example(SCORED.row(4, named=True), "text", ())
    assert (example.doc_id, example.ai_score, example.language, example.captured) == ("e", None, None, "")
