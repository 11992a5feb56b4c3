"""Judging texts: a row per text in order, null where nothing can be measured, the same alone and among others."""

import multiprocessing
import pickle

import polars as pl
import pytest

import provenance
from provenance.adapters.judge import COLUMNS, measure_texts, output_schema
from provenance.errors import ConfigError
from provenance.train.attacks import Attack, insert_zero_width, replace_homoglyphs

CALQUE = (
    "Already in the first week of the crisis the hamster buying began, and the shelves of the supermarkets were empty. "
    "The museum shows the receipts of that time, the letters of the merchants and the photographs of the long queues. "
    "Visitors can see how the families stored flour and sugar in their cellars, and why the mayor had to forbid the "
    "sale of more than one loaf of bread per head. A guided tour takes about one hour and is offered each Sunday at "
    "eleven. The entry costs four euros for grown people, children are free."
)
SHORT = "The hamster buying began on Monday."
GERMAN = (
    "Der Hund lief über die Straße und bellte den Briefträger an, der gerade die Post in den Kasten werfen wollte. " * 6
)
TEXTS = [CALQUE, "", SHORT, None, GERMAN, "🙂🙂🙂", "word " * 100_000]


@pytest.fixture(scope="module")
def scores() -> pl.DataFrame:
    return provenance.judge_many(TEXTS)


def test_rows_are_those_of_the_input_in_order(scores: pl.DataFrame) -> None:
    assert scores.schema == output_schema()
    assert scores["id"].to_list() == [str(i) for i in range(len(TEXTS))]


def test_each_text_is_judged_alone(scores: pl.DataFrame) -> None:
    for index, text in enumerate(TEXTS):
        alone = provenance.judge_many([text]).drop("id")
        assert alone.equals(scores[index : index + 1].drop("id")), index


def test_nothing_to_measure_gives_null_and_undetermined(scores: pl.DataFrame) -> None:
    for index in (1, 2, 3, 5):
        row = scores.row(index, named=True)
        assert (row["ai_score"], row["mt_score"], row["origin"]) == (None, None, "undetermined")


@pytest.mark.parametrize("odd", [7, b"bytes", ["a list"]])
def test_what_is_no_text_is_refused_with_its_place(odd: object) -> None:
    with pytest.raises(ConfigError, match=f"text 1: a text is expected, not {type(odd).__name__}"):
        provenance.judge_many(["a text", odd])  # type: ignore[list-item]
    with pytest.raises(ConfigError, match="text 0"):
        provenance.judge(odd)  # type: ignore[arg-type]


def test_a_null_text_has_no_word_count(scores: pl.DataFrame) -> None:
    assert scores["n_words"].to_list()[1:4] == [0, 6, None]


def test_evidence_is_given_where_the_score_is_null(scores: pl.DataFrame) -> None:
    assert any("Hamsterkauf" in item["detail"] for item in scores["evidence"][2])


def test_a_language_without_a_model_has_no_score(scores: pl.DataFrame) -> None:
    assert scores.row(4, named=True)["language"] == "de"
    assert scores["ai_score"][4] is None


def test_scores_are_probabilities(scores: pl.DataFrame) -> None:
    known = scores["ai_score"].drop_nulls()
    assert len(known) >= 1
    assert known.is_between(0, 1, closed="none").all()


def test_the_strongest_evidence_comes_first(scores: pl.DataFrame) -> None:
    nats = [abs(item["nats"]) for item in scores["evidence"][0]]
    assert nats == sorted(nats, reverse=True)
    assert len(nats) >= 2


def test_one_text_has_a_verdict_that_explains_itself() -> None:
    verdict = provenance.judge(CALQUE)
    assert verdict.language == "en"
    assert "hamster buying: German Hamsterkauf, panic buying" in verdict.explain()


def test_columns_stand_beside_those_of_the_frame() -> None:
    frame = pl.DataFrame({"key": [1, 2], "body": [CALQUE, SHORT]})
    scored = provenance.Judge.load().score(frame, text="body")
    assert scored.columns == ["key", "body", *COLUMNS]
    assert scored["key"].to_list() == [1, 2]


def test_no_rows_give_no_rows() -> None:
    assert provenance.judge_many([]).schema == output_schema()


def test_a_missing_text_column_is_named() -> None:
    with pytest.raises(ConfigError, match=r"text column 'body'.*columns are text"):
        provenance.Judge.load().score(pl.DataFrame({"text": ["x"]}), text="body")


def test_a_judge_is_pickled_by_what_identifies_it() -> None:
    judge = provenance.Judge.load()
    assert pickle.loads(pickle.dumps(judge)) == judge


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_judge_works_in_another_process(method: str) -> None:
    with multiprocessing.get_context(method).Pool(1) as pool:
        assert pool.apply(provenance.Judge.load().judge, (CALQUE,)) == provenance.judge(CALQUE)


def test_a_process_forked_after_judging_measures_nothing_instead_of_waiting_forever() -> None:
    provenance.judge("x")
    with (
        multiprocessing.get_context("fork").Pool(1) as pool,
        pytest.raises(ConfigError, match="forked after polars was imported"),
    ):
        pool.apply_async(measure_texts, (pl.Series(["x"]),)).get(timeout=60)


def test_one_text_instead_of_many_is_refused() -> None:
    with pytest.raises(ConfigError, match="a list of texts is expected"):
        provenance.judge_many("abc")


@pytest.mark.parametrize("attack", [insert_zero_width, replace_homoglyphs])
def test_characters_that_deceive_do_not_move_what_is_read(attack: Attack) -> None:
    texts = pl.Series([CALQUE, GERMAN])
    documents, signals = measure_texts(texts)
    attacked_documents, attacked = measure_texts(attack(texts, 1.0, 7))
    read = [name for name in signals.columns if name.startswith(("lm_", "length_"))]
    assert attacked.select(read).equals(signals.select(read))
    counted = ["language", "n_words"]
    assert attacked_documents.select(counted).equals(documents.select(counted))
    assert attacked.select(pl.max_horizontal("unicode_invisible", "unicode_confusables")).min().item() > 100


def test_a_lone_surrogate_is_judged() -> None:
    assert provenance.judge_many(["two words \ud800"])["n_words"].to_list() == [2]


def test_a_categorical_column_is_text() -> None:
    frame = pl.DataFrame({"text": pl.Series([SHORT, SHORT], dtype=pl.Categorical)})
    assert provenance.Judge.load().score(frame)["n_words"].to_list() == [6, 6]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Six words are far too few.", "too few words"),
        ("Der Hafen wacht vor der Stadt auf. " * 30, "no model for the lang"),
    ],
)
def test_a_verdict_says_why_there_is_no_score(text, why):
    assert f"no score: {why}" in provenance.judge(text).explain()
