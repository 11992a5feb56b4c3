"""`frame.provenance`: what is measured of a frame's documents, beside them."""

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

import provenance
from provenance.adapters.loaders import policy
from provenance.adapters.loaders.scored import Scored, make_scored
from provenance.adapters.polars import FrameProvenance
from provenance.errors import ConfigError
from tests.adapters.loaders.made_scores import make_scores

Frame = Callable[[pl.DataFrame], pl.DataFrame]
SCORES = {"ai_score": pl.Float64(), "mt_score": pl.Float64(), "origin": pl.String()}


@pytest.fixture(autouse=True)
def length_scores(monkeypatch) -> list[str | None]:
    """A text's score is its length in tenths; returns what was scored."""
    scored: list[str | None] = []

    def score(texts: list[str | None], models: object) -> Scored:
        scored.extend(texts)
        values = [np.nan if text is None else len(text) / 10 for text in texts]
        return make_scored(len(texts), ai_score=values, origin=[3 if text is None else 0 for text in texts])

    monkeypatch.setattr(policy, "score_texts", score)
    return scored


def frame_of(*texts: object, dtype: pl.DataType | None = None) -> pl.DataFrame:
    return pl.DataFrame({"text": pl.Series(texts, dtype=dtype), "place": range(len(texts))})


def test_scores_stand_beside_the_rows_in_their_order():
    found = frame_of("12345", None, "12", "").provenance.score("text")
    assert found.columns == ["text", "place", *SCORES]
    assert found["place"].to_list() == [0, 1, 2, 3]
    assert found["ai_score"].to_list() == [0.5, None, 0.2, 0.0]
    assert found["origin"].to_list() == ["human", "undetermined", "human", "human"]


def test_columns_of_the_same_name_are_replaced_where_they_stand():
    frame = frame_of("12345").with_columns(origin=pl.lit(7)).select("origin", "text")
    found = frame.provenance.score(columns=("origin", "ai_score"))
    assert found.to_dict(as_series=False) == {"origin": ["human"], "text": ["12345"], "ai_score": [0.5]}


def test_an_empty_frame_gets_columns_of_the_same_types(length_scores):
    frame = frame_of(dtype=pl.String())
    assert frame.provenance.score("text").schema == {**frame.schema, **SCORES}
    assert frame.provenance.filter("text", max_ai_score=0.5).schema == {**frame.schema, **SCORES}
    assert frame.provenance.weigh("text").schema == {**frame.schema, **SCORES, "weight": pl.Float64()}
    assert length_scores == []


@pytest.mark.parametrize("dtype", [pl.Categorical(), pl.Enum(["12345", "12"])])
def test_categories_are_texts(dtype):
    found = frame_of("12", None, "12345", dtype=dtype).provenance.score("text")
    assert found["ai_score"].to_list() == [0.2, None, 0.5]
    assert found.schema["text"] == dtype


@pytest.mark.parametrize("of", [lambda frame: frame, lambda frame: frame.lazy()], ids=["frame", "lazy frame"])
def test_a_column_that_is_no_text_is_refused_at_once(of):
    with pytest.raises(ConfigError, match="'place': a column of text is expected, not of Int64"):
        of(frame_of("12345")).provenance.score("place")
    with pytest.raises(ConfigError, match="no text column 'body' among text, place"):
        of(frame_of("12345")).provenance.filter("body", max_ai_score=0.5)
    with pytest.raises(ConfigError, match="max_ai_score must lie between 0 and 1"):
        of(frame_of("12345")).provenance.filter("text", max_ai_score=5)


def test_filter_keeps_what_a_filter_keeps():
    frame = frame_of("12345", "1234567", None, "12")
    found = frame.provenance.filter("text", max_ai_score=0.5)
    assert found["place"].to_list() == [0, 2, 3]
    assert found.equals(provenance.Filter(max_ai_score=0.5).apply(frame))


def test_weigh_adds_the_weights_of_weights():
    frame = frame_of("12345", "1234567", None, "12")
    found = frame.provenance.weigh("text", power=2.0)
    assert found.drop("weight").equals(frame.provenance.score("text"))
    assert found["weight"].to_list() == provenance.Weights(power=2.0)(frame).to_list()


def test_scores_measured_before_are_looked_up(tmp_path, length_scores):
    scores = make_scores(tmp_path / "scores.parquet")
    frame = pl.DataFrame({"id": ["d1", "d0", "d3"]})
    for found in (frame.provenance.score(scores=scores), frame.lazy().provenance.score(scores=scores).collect()):
        assert found["ai_score"].to_list() == [0.1, 0.9, None]
    assert length_scores == []


def test_the_namespace_is_a_class_for_type_checkers():
    frame = frame_of("12345")
    assert FrameProvenance(frame).score("text").equals(frame.provenance.score("text"))


ORDERS = {
    "polars first": "import polars as pl; import provenance",
    "polars after the first use": "import provenance; provenance.Scores; import polars as pl",
    "the module named": "import provenance; import provenance.adapters.polars; import polars as pl",
}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS.keys())
def test_the_namespace_is_there_after(order):
    frame = "pl.DataFrame({'text': []}, schema={'text': pl.String})"
    assert run(f"{order}\nprint({frame}.provenance.score('text').width)") == "4"


def test_importing_provenance_imports_no_polars():
    assert run("import sys, provenance; print('polars' in sys.modules)") == "False"


def test_importing_provenance_after_polars_imports_no_policy():
    code = "import sys, polars, provenance; print('provenance.adapters.loaders.policy' in sys.modules)"
    assert run(code) == "False"


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
