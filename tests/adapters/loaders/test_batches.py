"""The shapes of what loops hand over."""

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from provenance.adapters.loaders.batches import add_columns, count_rows, in_kind, is_batch, read_column, take_rows
from provenance.errors import ConfigError

TEXTS = ["one", None, "three"]
SHAPES = {
    "list of mappings": [{"text": text, "n": i} for i, text in enumerate(TEXTS)],
    "mapping of lists": {"text": TEXTS, "n": [0, 1, 2]},
    "mapping of arrays": {"text": np.array(TEXTS, object), "n": np.arange(3)},
    "mapping of pyarrow arrays": {"text": pa.array(TEXTS), "n": pa.array([0, 1, 2])},
    "pyarrow table": pa.table({"text": TEXTS, "n": [0, 1, 2]}),
    "pyarrow batch": pa.record_batch({"text": TEXTS, "n": [0, 1, 2]}),
    "polars": pl.DataFrame({"text": TEXTS, "n": [0, 1, 2]}),
}
shapes = pytest.mark.parametrize("batch", SHAPES.values(), ids=SHAPES)


@shapes
def test_columns_are_read_from_every_shape(batch):
    assert is_batch(batch, "text")
    assert count_rows(batch) == 3
    assert read_column(batch, "text", is_text=True) == TEXTS
    assert read_column(batch, "n") == [0, 1, 2]


@shapes
def test_a_column_that_is_not_there_is_null(batch):
    found = read_column(batch, "other")
    assert found == ([None] * 3 if isinstance(batch, list) else None)


@shapes
def test_columns_stand_beside_in_kind_and_replace_their_like(batch):
    added = add_columns(batch, {"n": [5, 6, 7], "ai_score": [0.5, None, 0.25], "origin": ["human", None, "x"]})
    assert type(added) is type(batch)
    scores = read_column(added, "ai_score")
    assert [None if score != score else score for score in scores] == [0.5, None, 0.25]
    assert (read_column(added, "n"), read_column(added, "text")) == ([5, 6, 7], TEXTS)
    assert read_column(added, "origin") == ["human", None, "x"]
    assert read_column(batch, "n") == [0, 1, 2]  # what was given stays as it was


@shapes
def test_no_columns_change_nothing(batch):
    assert read_column(add_columns(batch, {}), "text") == TEXTS


@shapes
def test_a_column_of_nulls_only_has_its_type(batch):
    added = add_columns(batch, {"ai_score": [None] * 3})
    if isinstance(added, pl.DataFrame):
        assert added.schema["ai_score"] == pl.Float64
    if isinstance(added, pa.Table | pa.RecordBatch):
        assert added.schema.field("ai_score").type == pa.float64()
    if isinstance(added, dict) and isinstance(added["text"], np.ndarray):
        assert added["ai_score"].dtype == np.float64


@shapes
def test_rows_are_taken_in_kind(batch):
    taken = take_rows(batch, [True, False, True])
    assert type(taken) is type(batch)
    assert (read_column(taken, "text"), read_column(taken, "n")) == (["one", "three"], [0, 2])


@shapes
def test_an_empty_batch_is_one(batch):
    empty = take_rows(batch, [False] * 3)
    assert count_rows(empty) == 0
    assert count_rows(add_columns(empty, {"ai_score": []})) == 0


def test_texts_are_samples_and_become_mappings():
    assert read_column(["one", b"two"], "body", is_text=True) == ["one", b"two"]
    assert read_column(["one"], "doc_id") == [None]
    assert add_columns(["one"], {"ai_score": [0.5]}, "body") == [{"body": "one", "ai_score": 0.5}]


@pytest.mark.parametrize("sample", ["text", b"text", None, {"text": "text"}, {"text": None}, {"input_ids": 3}, {}])
def test_one_sample_is_no_batch(sample):
    assert not is_batch(sample, "text")


def test_columns_without_a_text_among_them_are_named():
    with pytest.raises(ConfigError, match=r"no column 'text' among body, n.*text="):
        is_batch({"body": ["one"], "n": [1]}, "text")


def test_what_is_neither_sample_nor_batch_is_refused():
    with pytest.raises(ConfigError, match="not int"):
        is_batch(3, "text")
    with pytest.raises(ConfigError, match="not NoneType"):
        count_rows(None)


def test_values_come_back_in_kind():
    assert in_kind(SHAPES["polars"], [True]).to_list() == [True]
    assert in_kind(SHAPES["pyarrow table"], [True]).to_pylist() == [True]
    assert in_kind(SHAPES["mapping of lists"], [True]) == [True]


@pytest.mark.parametrize("given", [bytearray(b"text"), memoryview(b"text")], ids=["bytearray", "memoryview"])
def test_bytes_of_any_kind_are_one_sample(given):
    assert not is_batch(given, "text")


def test_an_array_without_a_length_is_refused():
    with pytest.raises(ConfigError, match="not numpy"):
        is_batch(np.array("text"), "text")
