"""Every rule leaves out what it should and nothing else; nothing vanishes."""

from dataclasses import fields

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.curate import CurateRules, LeftOut, select_documents
from provenance.schema import DECISIONS

DOCUMENT: dict[str, object] = {
    "language": "en",
    "language_score": 0.9,
    "n_words": 200,
    "content_truncated": None,
    "ai_score": 0.1,
    "mt_score": 0.1,
    "origin": "human",
    "representative": True,
    "kind": "unique",
}
DTYPES = {
    "doc_id": pl.String,
    "language": pl.String,
    "language_score": pl.Float64,
    "n_words": pl.Int64,
    "content_truncated": pl.String,
    "ai_score": pl.Float64,
    "mt_score": pl.Float64,
    "origin": pl.String,
    "representative": pl.Boolean,
    "kind": pl.String,
}


def decide(*changes: dict[str, object], rules: CurateRules | None = None) -> pl.DataFrame:
    rows = [{"doc_id": str(number), **DOCUMENT, **change} for number, change in enumerate(changes)]
    frame = pl.DataFrame(rows, schema=DTYPES)
    return select_documents(
        frame.select("doc_id", "language", "language_score", "n_words", "content_truncated"),
        frame.select("doc_id", "ai_score", "mt_score", "origin"),
        frame.select("doc_id", "representative", "kind"),
        rules or CurateRules(),
    )


def reason(change: dict[str, object], rules: CurateRules | None = None) -> str | None:
    found = decide(change, rules=rules)
    assert found["kept"][0] is (found["reason"][0] is None)
    text: str | None = found["reason"][0]
    return text


FAILURES = [
    ({"content_truncated": "length"}, CurateRules(truncated="drop"), CurateRules(), LeftOut.TRUNCATED),
    ({"language": "de"}, CurateRules(languages=("en", "fr")), CurateRules(languages=("de",)), LeftOut.LANGUAGE),
    ({"language": None}, CurateRules(languages=("en",)), CurateRules(), LeftOut.LANGUAGE),
    ({"language_score": 0.4}, CurateRules(), CurateRules(min_language_score=0.4), LeftOut.LANGUAGE_SCORE),
    ({"language_score": None}, CurateRules(), CurateRules(min_language_score=0.0), LeftOut.LANGUAGE_SCORE),
    ({"n_words": 49}, CurateRules(), CurateRules(min_words=49), LeftOut.TOO_SHORT),
    ({"n_words": 100_001}, CurateRules(), CurateRules(max_words=100_001), LeftOut.TOO_LONG),
    (
        {"representative": False, "kind": "exact"},
        CurateRules(),
        CurateRules(exact_duplicates="keep"),
        LeftOut.EXACT_DUPLICATE,
    ),
    (
        {"representative": False, "kind": "near"},
        CurateRules(),
        CurateRules(near_duplicates="keep"),
        LeftOut.NEAR_DUPLICATE,
    ),
    ({"ai_score": 0.51}, CurateRules(), CurateRules(max_ai_score=0.51), LeftOut.AI_SCORE),
    ({"mt_score": 0.51}, CurateRules(), CurateRules(max_mt_score=0.51), LeftOut.MT_SCORE),
    ({"origin": "undetermined"}, CurateRules(undetermined="drop"), CurateRules(), LeftOut.UNDETERMINED),
]


@pytest.mark.parametrize(("change", "strict", "lenient", "expected"), FAILURES)
def test_each_rule_leaves_out_what_it_says(
    change: dict[str, object], strict: CurateRules, lenient: CurateRules, expected: LeftOut
):
    assert reason(change, strict) == expected.value
    assert reason(change, lenient) is None


def test_every_reason_is_given_by_some_rule():
    assert {expected for *_, expected in FAILURES} == set(LeftOut)


def test_a_document_without_fault_is_kept():
    assert reason({}) is None


@pytest.mark.parametrize("kind", ["exact", "near"])
def test_the_representative_of_a_cluster_stays(kind: str):
    assert reason({"kind": kind, "representative": True}) is None


def test_documents_without_scores_pass_the_score_rules():
    assert reason({"ai_score": None, "mt_score": None}, CurateRules(max_ai_score=0.0, max_mt_score=0.0)) is None


def test_the_first_failing_rule_gives_the_reason():
    faults = {"language": "de", "n_words": 1, "ai_score": 1.0, "representative": False, "kind": "near"}
    assert reason(faults, CurateRules(languages=("en",))) == "language"
    assert reason(faults) == "too_short"


def test_rows_stay_in_order():
    found = decide({}, {"n_words": 1}, {"ai_score": 0.9}, {})
    assert found["doc_id"].to_list() == ["0", "1", "2", "3"]
    assert found["reason"].to_list() == [None, "too_short", "ai_score", None]


def test_decisions_conform_to_their_table():
    assert decide({}, {"n_words": 1}).schema == DECISIONS.schema


def test_no_documents_give_no_decisions():
    assert decide().schema == DECISIONS.schema


def test_the_weight_falls_with_both_scores():
    assert decide({"ai_score": 0.2, "mt_score": 0.5})["weight"].to_list() == pytest.approx([0.4])


def test_the_power_sharpens_the_weight():
    found = decide({"ai_score": 0.2, "mt_score": 0.5}, rules=CurateRules(weight_power=2.0))
    assert found["weight"].to_list() == pytest.approx([0.16])


def test_a_document_without_scores_has_the_undetermined_weight():
    found = decide({"ai_score": None, "mt_score": None}, rules=CurateRules(undetermined_weight=0.3, weight_power=4.0))
    assert found["weight"].to_list() == [0.3]


def test_one_missing_score_counts_half_of_the_undetermined_weight_in_logs():
    found = decide({"ai_score": None, "mt_score": 0.2}, rules=CurateRules(undetermined_weight=0.25))
    assert found["weight"].to_list() == pytest.approx([0.5 * 0.8])


def test_a_document_left_out_has_no_weight():
    assert decide({"n_words": 1})["weight"].to_list() == [None]


def test_tables_of_other_documents_are_refused():
    frame = pl.DataFrame([{"doc_id": "1", **DOCUMENT}], schema=DTYPES)
    with pytest.raises(ValueError, match="do not hold the same rows"):
        select_documents(frame, frame.with_columns(doc_id=pl.lit("2")), frame, CurateRules())


SCORE = st.none() | st.floats(0.0, 1.0)
ROW = st.fixed_dictionaries(
    {
        "language": st.sampled_from([None, "en", "de"]),
        "language_score": SCORE,
        "n_words": st.integers(0, 200_000),
        "content_truncated": st.sampled_from([None, "length"]),
        "ai_score": SCORE,
        "mt_score": SCORE,
        "origin": st.sampled_from(["human", "ai_generated", "machine_translated", "undetermined"]),
        "representative": st.booleans(),
        "kind": st.sampled_from(["unique", "exact", "near"]),
    }
)
RULES = st.builds(
    CurateRules,
    truncated=st.sampled_from(["keep", "drop"]),
    languages=st.sampled_from([(), ("en",)]),
    max_ai_score=st.floats(0.0, 1.0),
    undetermined=st.sampled_from(["keep", "drop"]),
    weight_power=st.floats(0.0, 10.0),
)


@given(st.lists(ROW, max_size=8), RULES)
def test_all_documents_are_kept_or_left_out_by_reason(rows: list[dict[str, object]], rules: CurateRules):
    found = decide(*rows, rules=rules)
    by_reason = found.drop_nulls("reason").group_by("reason").len()
    assert len(rows) == found["kept"].sum() + by_reason["len"].sum()
    assert set(by_reason["reason"]) <= {member.value for member in LeftOut}


@given(st.lists(ROW, max_size=8), RULES)
def test_weights_lie_between_0_and_1(rows: list[dict[str, object]], rules: CurateRules):
    weights = decide(*rows, rules=rules).filter("kept")["weight"]
    assert weights.null_count() == 0
    assert weights.is_between(0.0, 1.0).all()


def test_every_rule_that_chooses_is_among_the_failures():
    weighing = {"weight_power", "undetermined_weight"}
    assert len({field.name for field in fields(CurateRules)} - weighing) == len(LeftOut)
