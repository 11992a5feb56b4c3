"""What every policy does: find scores, carry them along, draw."""

import pickle

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

import provenance
from provenance.adapters.loaders.declared import Declared, DeclaredSource
from provenance.errors import ConfigError, SampleError
from tests.adapters.loaders.made_scores import make_scores

HUMAN = "The harbour was quiet when we came in, and nobody had lit the lamps along the quay. " * 12


@pytest.fixture
def scores(tmp_path):
    return make_scores(tmp_path / "scores.parquet")


def test_a_sample_scored_before_needs_no_text(scores):
    scorer = provenance.Scorer(scores=scores, columns=("ai_score", "origin"))
    assert scorer({"id": "d0", "input_ids": 7}) == {
        "id": "d0",
        "input_ids": 7,
        "ai_score": 0.9,
        "origin": "ai_generated",
    }
    frame = scorer(pl.DataFrame({"id": ["d1", "d0"]}))
    assert frame.to_dict(as_series=False) == {
        "id": ["d1", "d0"],
        "ai_score": [0.1, 0.9],
        "origin": ["machine_translated", "ai_generated"],
    }


def test_what_was_not_scored_before_is_scored_on_the_fly(scores):
    scorer = provenance.Scorer(scores=scores, columns=("n_words", "ai_score"))
    rows = scorer([{"id": "d0"}, {"id": "new", "text": HUMAN}, {"text": HUMAN}, {"id": "d2", "text": None}])
    expected = provenance.judge_many([HUMAN]).row(0, named=True)
    assert [row["n_words"] for row in rows] == [100, expected["n_words"], expected["n_words"], 102]
    assert [row["ai_score"] for row in rows] == [0.9, expected["ai_score"], expected["ai_score"], 0.05]


def test_scores_on_the_fly_are_those_of_judge_many():
    texts = [HUMAN, "short", "", "Der Hafen war still. " * 40]
    columns = ("language", "n_words", "ai_score", "mt_score", "ai_llr", "mt_llr", "origin")
    found = provenance.Scorer(columns=columns)(pl.DataFrame({"text": texts})).select(columns)
    assert found.equals(provenance.judge_many(texts).select(columns))


def test_an_odd_sample_is_marked_and_its_neighbours_are_scored():
    rows = provenance.Scorer(columns=("origin", "n_words", "problem"))([None, HUMAN, {"text": 3}, {}, b"\xff"])
    assert [row["problem"] for row in rows] == ["no text", None, "not text", "no text", "undecodable"]
    assert [row["n_words"] for row in rows] == [None, 204, None, None, None]
    assert rows[0]["origin"] == "undetermined"


def test_an_odd_sample_raises_where_that_is_asked():
    scorer = provenance.Scorer(on_error="raise")
    with pytest.raises(SampleError, match="sample 1 of the batch, None: no text"):
        scorer([HUMAN, None])


def _to_columns(rows):
    return {name: [row[name] for row in rows] for name in rows[0]}


@pytest.mark.parametrize("shape", [list, _to_columns, pl.DataFrame, pa.Table.from_pylist])
def test_a_sample_that_raises_is_named_where_others_have_scores(scores, shape):
    scorer = provenance.Scorer(on_error="raise", scores=scores)
    rows = [{"id": "d1", "text": None}, {"id": "unknown", "text": None}]
    with pytest.raises(SampleError, match=r"sample 1 of the batch, \{'id': 'unknown', 'text': None\}: no text"):
        scorer(shape(rows))


def test_a_long_text_is_scored_by_its_beginning():
    rows = provenance.Scorer(max_chars=len(HUMAN), columns=("n_words", "problem", "ai_score"))(
        [HUMAN, HUMAN + "And more. " * 500]
    )
    assert [row["problem"] for row in rows] == [None, "cut"]
    assert rows[0]["n_words"] == rows[1]["n_words"]
    assert rows[0]["ai_score"] == rows[1]["ai_score"]


def test_a_table_with_neither_text_nor_known_keys_is_refused(scores):
    for policy in (provenance.Scorer(), provenance.Scorer(scores=scores)):
        with pytest.raises(ConfigError, match=r"no column 'text' to score"):
            policy(pl.DataFrame({"id": ["unknown"]}))


def test_declared_sources_are_marked_whatever_they_score(scores):
    declared = Declared((DeclaredSource("a", "t"), DeclaredSource("b", "t")))
    policy = provenance.Scorer(scores=scores, declared=declared)
    found = policy.find_scores([{"id": "d0", "source": "b"}, {"id": "d1", "source": "web"}, {"id": "d2"}])
    assert found.declared.tolist() == [1, -1, -1]
    assert policy.find_scores(pl.DataFrame({"id": ["d0"]})).declared.tolist() == [-1]


def test_resampling_keeps_samples_in_proportion_to_their_weight(tmp_path):
    n = 4000
    scores = make_scores(tmp_path / "many.parquet", n)
    weigh = provenance.Weights(power=1.0, scores=scores)
    kept = weigh.resample({"id": [f"d{i}" for i in range(n)]})["id"]
    shares = [sum(int(key[1:]) % 4 == kind for key in kept) / (n / 4) for kind in range(4)]
    expected = [0.1 * 0.9, 0.9 * 0.1, 0.95**2, 0.9**2]
    assert np.abs(np.array(shares) - expected).max() < 0.05  # three standard errors of 1,000 draws: 0.047


def test_a_sample_stays_or_goes_whatever_the_batch_and_anew_in_each_epoch(scores):
    weigh = provenance.Weights(power=1.0, scores=scores)
    rows = [{"id": f"d{i}"} for i in range(40)]
    kept = [row["id"] for row in weigh.resample(rows)]
    apart = [row["id"] for start in range(0, 40, 7) for row in weigh.resample(rows[start : start + 7])]
    assert kept == apart
    assert kept != [row["id"] for row in weigh.resample(rows, epoch=1)]
    assert kept != [row["id"] for row in provenance.Weights(power=1.0, scores=scores, seed=1).resample(rows)]


@pytest.mark.parametrize("make", [provenance.Filter, provenance.Weights, provenance.Scorer])
def test_a_policy_is_pickled_small_and_comes_back_equal(make, scores):
    policy = make(scores=scores)
    policy.find_scores([{"id": "d0"}])
    assert len(pickle.dumps(policy)) < 2000
    assert pickle.loads(pickle.dumps(policy)) == policy


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"columns": ("score",)}, "score unknown"),
        ({"on_error": "ignore"}, "on_error"),
        ({"max_chars": 0}, "max_chars"),
        ({"scores": "nowhere.parquet"}, "nowhere.parquet"),
        ({"declared": "nowhere.toml"}, "nowhere.toml"),
    ],
)
def test_a_wrong_option_is_refused_when_the_policy_is_made(options, said):
    with pytest.raises(ConfigError, match=said):
        provenance.Scorer(**options)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"text": None}, "text must be the name of the field with the text, not None"),
        ({"scores": 5}, "scores must be a path, a Scores, a list, a tuple or None, not 5"),
        ({"models": 5}, "models must be a path or None, not 5"),
        ({"declared": ["web"]}, r"declared must be a path, a Declared or None, not \['web'\]"),
        ({"max_chars": "10"}, "max_chars must be at least 1, not '10'"),
        ({"seed": "a"}, "seed must be a whole number, not 'a'"),
        ({"columns": "ai_score"}, r"columns is a tuple of names: \('ai_score',\)"),
        ({"max_ai_score": "0.5"}, "max_ai_score must lie between 0 and 1, not '0.5'"),
        ({"max_mt_score": float("nan")}, "max_mt_score must lie between 0 and 1, not nan"),
    ],
    ids=str,
)
def test_an_option_of_a_wrong_kind_is_refused_by_name(options, said):
    with pytest.raises(ConfigError, match=said):
        provenance.Filter(**options)


def test_a_column_of_scores_does_not_take_the_place_of_the_source(scores):
    declared = Declared((DeclaredSource("textbooks", "a teacher"),), column="origin")
    with pytest.raises(ConfigError, match="rename it, or leave 'origin' out of columns"):
        provenance.Scorer(scores=scores, declared=declared)
    marked = provenance.Scorer(scores=scores, declared=declared, columns=("ai_score",))(
        [{"id": "d0", "origin": "textbooks"}]
    )
    assert marked == [{"id": "d0", "origin": "textbooks", "ai_score": 0.9}]


def test_columns_of_unequal_length_are_refused(scores):
    with pytest.raises(ConfigError, match="1 and 2 samples"):
        provenance.Filter(scores=scores)({"text": ["one"], "id": ["d0", "d1"]})
