"""Policies given to `map` and `filter` of Hugging Face datasets as they are: formats, streaming, lazy batches."""

import io
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import provenance
from provenance.adapters.loaders import policy
from provenance.adapters.loaders.scored import Scored, make_scored
from provenance.errors import ConfigError
from tests.adapters.loaders.made_scores import make_row, make_scores

pytest.importorskip("datasets", reason="needs Hugging Face datasets, which the extra `datasets` brings")

import datasets
from datasets.formatting.formatting import LazyBatch

datasets.disable_progress_bars()
N_ROWS = 40
FORMATS = [None, "numpy", "arrow", "polars"]
ROWS = [make_row(row) for row in range(N_ROWS)]
PASSED = [row["id"] for row in ROWS if row["ai_score"] is None or row["ai_score"] <= 0.5]


@pytest.fixture
def scores(tmp_path) -> Path:
    return make_scores(tmp_path / "scores.parquet", N_ROWS)


@pytest.fixture
def corpus():
    texts = [None if row % 7 == 0 else f"text {row}" for row in range(N_ROWS)]
    numbers = [None if row % 5 == 0 else row for row in range(N_ROWS)]
    return datasets.Dataset.from_dict({"id": [row["id"] for row in ROWS], "text": texts, "number": numbers})


def column(dataset, name: str) -> list[object]:
    """A column as Python values, of a dataset or a stream in any format; NaN as None, which numpy does not know."""
    plain = dataset.with_format(None)
    values = [sample[name] for sample in plain]
    return [None if isinstance(value, float) and value != value else value for value in values]


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "streaming"])
@pytest.mark.parametrize("kind", FORMATS)
class TestEveryFormat:
    @pytest.fixture
    def given(self, corpus, kind, streaming):
        return (corpus.to_iterable_dataset(num_shards=3) if streaming else corpus).with_format(kind)

    def test_map_adds_score_columns(self, given, scores):
        found = given.map(provenance.Scorer(scores=scores), batched=True, batch_size=7)
        assert column(found, "ai_score") == [row["ai_score"] for row in ROWS]
        assert column(found, "origin") == [row["origin"] for row in ROWS]
        assert column(found, "id") == [row["id"] for row in ROWS]

    def test_map_adds_weights(self, given, scores):
        weigh = provenance.Weights(power=2.0, scores=scores)
        found = given.map(weigh.apply, batched=True, batch_size=7)
        assert column(found, "weight") == weigh([{"id": row["id"]} for row in ROWS])

    def test_filter_takes_the_mask_of_a_batch(self, given, scores):
        found = given.filter(provenance.Filter(max_ai_score=0.5, scores=scores), batched=True, batch_size=7)
        assert column(found, "id") == PASSED

    def test_map_with_apply_filters_and_scores_at_once(self, given, scores):
        keep = provenance.Filter(max_ai_score=0.5, scores=scores)
        found = given.map(keep.apply, batched=True, batch_size=7)
        assert column(found, "id") == PASSED
        assert column(found, "ai_score") == [row["ai_score"] for row in ROWS if row["id"] in PASSED]

    def test_filter_one_by_one(self, given, scores, kind, streaming):
        if kind in ("arrow", "polars") and not streaming:
            pytest.skip("datasets 5.2 filters tables only with batched=True")
        assert column(given.filter(provenance.Filter(max_ai_score=0.5, scores=scores)), "id") == PASSED


def test_each_epoch_draws_anew_by_the_weights(corpus, scores):
    weigh = provenance.Weights(power=2.0, scores=scores)
    samples = [{"id": row["id"], "text": ""} for row in ROWS]
    drawn = [corpus.map(weigh.resample, batched=True, fn_kwargs={"epoch": epoch})["id"][:] for epoch in range(3)]
    assert drawn == [[row["id"] for row in weigh.resample(samples, epoch)] for epoch in range(3)]
    assert drawn[0] != drawn[1] != drawn[2]


def test_a_transform_scores_what_is_looked_at(corpus, scores):
    given = corpus.with_transform(provenance.Scorer(scores=scores))
    assert given[4]["ai_score"] == 0.9
    assert given[:3]["ai_score"] == [0.9, 0.1, 0.05]


@pytest.mark.parametrize("kind", [None, "arrow", "polars"])
def test_what_cannot_be_measured_is_null_and_other_columns_stay(corpus, scores, kind):
    found = corpus.with_format(kind).map(provenance.Scorer(scores=scores), batched=True).with_format(None)
    assert found["ai_score"][3] is None
    assert found["number"][:6] == [None, 1, 2, 3, 4, None]
    assert found.features["number"] == corpus.features["number"]
    assert found.features["ai_score"] == datasets.Value("float64")


def test_numpy_knows_no_null_and_stores_nan_in_other_columns_too(corpus, scores):
    found = corpus.with_format("numpy").map(provenance.Scorer(scores=scores), batched=True).with_format(None)
    assert np.isnan(found["ai_score"][3])
    assert np.isnan(found["number"][0])


def test_pandas_is_refused(corpus, scores):
    scorer, keep = provenance.Scorer(scores=scores), provenance.Filter(max_ai_score=0.5, scores=scores)
    for wrong in (scorer, keep.apply, keep, provenance.Weights(power=1.0, scores=scores).apply):
        with pytest.raises(ConfigError, match=r"not pandas.DataFrame"):
            corpus.with_format("pandas").map(wrong, batched=True)


def test_a_whole_dataset_is_no_batch(corpus, scores):
    for whole in (corpus, corpus.to_iterable_dataset(), datasets.DatasetDict(train=corpus)):
        with pytest.raises(ConfigError, match="to its map or filter"):
            provenance.Scorer(scores=scores)(whole)


@pytest.mark.parametrize("names", [["id"], ["id", "text"]])
@pytest.mark.parametrize("batched", [True, False])
def test_in_torch_format_a_key_of_numbers_is_found(corpus, tmp_path, monkeypatch, names, batched):
    pytest.importorskip("torch", reason="needs torch, which the extra `torch` brings")
    monkeypatch.setattr(policy, "score_texts", lambda texts, models: pytest.fail("scored, not looked up"))
    pl.DataFrame([{**row, "id": n} for n, row in enumerate(ROWS)]).write_parquet(tmp_path / "numbered.parquet")
    scorer = provenance.Scorer(scores=tmp_path / "numbered.parquet")
    numbered = corpus.remove_columns("id").add_column("id", list(range(N_ROWS))).select_columns(names)
    found = numbered.with_format("torch").map(scorer, batched=batched)
    assert column(found, "ai_score") == [row["ai_score"] for row in ROWS]


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "streaming"])
def test_in_arrow_format_the_first_score_may_come_late(scores, streaming):
    """In the default format datasets takes the type of a column from what it writes first, and ends if that is null."""
    corpus = datasets.Dataset.from_dict({"id": ["d3", "d7", "d0"], "text": [""] * 3})
    given = (corpus.to_iterable_dataset() if streaming else corpus).with_format("arrow")
    found = given.map(provenance.Scorer(scores=scores), batched=True, batch_size=1)
    assert column(found, "ai_score") == [None, None, 0.9]


def test_one_by_one_is_as_in_batches(corpus, scores):
    scorer = provenance.Scorer(scores=scores)
    assert corpus.map(scorer)[:] == corpus.map(scorer, batched=True)[:]


@pytest.mark.parametrize("batched", [True, False])
def test_the_text_column_alone_can_be_given(corpus, monkeypatch, batched):
    def score(texts: list[str | None], models: object) -> Scored:
        return make_scored(len(texts), ai_score=[float(text == "text 1") for text in texts])

    monkeypatch.setattr(policy, "score_texts", score)
    kept = corpus.filter(provenance.Filter(max_ai_score=0.5), input_columns="text", batched=batched)
    assert kept["id"][:] == [row["id"] for row in ROWS if row["id"] != "d1"]


def test_a_dataset_without_the_column_is_refused(corpus):
    with pytest.raises(ConfigError, match="body"):
        corpus.map(provenance.Scorer(text="body"), batched=True)


def test_an_empty_dataset_stays_empty(corpus, scores):
    empty = corpus.select([])
    assert len(empty.map(provenance.Scorer(scores=scores), batched=True)) == 0
    assert len(empty.filter(provenance.Filter(scores=scores), batched=True)) == 0


def test_columns_that_nobody_reads_are_not_decoded(corpus, scores):
    given: list[LazyBatch] = []

    def score(batch: LazyBatch) -> LazyBatch:
        given.append(batch)
        found: LazyBatch = provenance.Scorer(scores=scores)(batch)
        return found

    found = corpus.select_columns(["number", "id", "text"]).map(score, batched=True)
    assert given[0].keys_to_format == {"number"}
    assert found["number"][:] == corpus["number"][:]
    assert found["ai_score"][:] == [row["ai_score"] for row in ROWS]


def test_a_dataset_is_written_and_read_back_with_its_scores(corpus, scores):
    file = io.BytesIO()
    corpus.map(provenance.Scorer(scores=scores), batched=True).to_parquet(file)
    file.seek(0)
    assert pl.read_parquet(file)["ai_score"].null_count() == N_ROWS // 4
