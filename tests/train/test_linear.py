"""Fitting linear models: scores are scikit-learn's own, weights are shared as said, numbers are the same again."""

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression

from provenance.errors import ConfigError
from provenance.models.linear import LinearModel
from provenance.text.ngrams import hash_ngrams
from provenance.text.windows import read_windows
from provenance.train.linear import LinearOptions, Rows, balance_cells, fit_binary, fit_classes

OPTIONS = LinearOptions(bits=10, strength=10.0, steps=200)
WORDS = {
    "ai": "furthermore robust landscape delve crucial the of",
    "human": "pub mate reckon dodgy shed the of",
    "original": "council minister the of said budget vote",
}


def make(n: int, *labels: str, length: int = 30, cell: str = "") -> pl.DataFrame:
    random = np.random.default_rng(n)
    rows = [
        (" ".join(random.choice([*WORDS[label].split(), "boat", "train", "house"], length)), label)
        for label in labels
        for _ in range(n)
    ]
    frame = pl.DataFrame(rows, schema=["text", "label"], orient="row")
    return frame.with_columns(cell=pl.col("label") + cell)


def score(model: LinearModel, texts: pl.Series) -> np.ndarray:
    ngrams = hash_ngrams(read_windows(texts), bits=model.bits)
    return model.score(ngrams.buckets, ngrams.offsets)


def dense(texts: pl.Series) -> np.ndarray:
    matrix: np.ndarray = Rows.read(texts, OPTIONS.bits).matrix.toarray().astype(np.float64)
    return matrix


def test_rows_are_windows_of_length_one() -> None:
    rows = Rows.read(pl.Series(["a b c", None, "word " * 450]), 12)
    assert rows.owner.tolist() == [0, 2, 2]
    np.testing.assert_allclose(np.sqrt(rows.matrix.multiply(rows.matrix).sum(axis=1)), 1.0, rtol=1e-6)


def test_rows_know_their_text_beyond_a_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pl.Series(["a b", "", "c", "d e f", "g"])
    whole = Rows.read(texts, 12)
    monkeypatch.setattr("provenance.train.linear._CHUNK", 2)
    parts = Rows.read(texts, 12)
    assert parts.owner.tolist() == whole.owner.tolist() == [0, 2, 3, 4]
    assert (parts.matrix != whole.matrix).nnz == 0


def test_binary_scores_are_those_of_scikit_learn() -> None:
    texts = make(40, "ai", "human")
    oracle = LogisticRegression(C=OPTIONS.strength, max_iter=1000, tol=1e-9)
    oracle.fit(dense(texts["text"]), texts["label"] == "ai")
    expected = oracle.decision_function(dense(texts["text"]))
    found = score(fit_binary(texts, "ai", OPTIONS), texts["text"])[:, 0]
    assert np.abs(found - expected).max() < 0.02 * np.abs(expected).max()


def test_scores_of_classes_are_those_of_scikit_learn() -> None:
    texts = make(30, "ai", "human", "original")
    oracle = LogisticRegression(C=OPTIONS.strength, max_iter=1000, tol=1e-9)
    oracle.fit(dense(texts["text"]), texts["label"])
    expected = oracle.decision_function(dense(texts["text"]))
    model = fit_classes(texts, OPTIONS)
    assert model.classes == tuple(oracle.classes_)
    found = score(model, texts["text"])
    assert np.abs(found - expected).max() < 0.02 * np.abs(expected).max()


def test_a_label_counts_alike_whatever_its_size() -> None:
    few, many = make(20, "ai"), make(80, "human")
    model = fit_binary(pl.concat([few, many]), "ai", OPTIONS)
    twice = fit_binary(pl.concat([few, few, many]), "ai", LinearOptions(10, OPTIONS.strength * 100 / 120, 200))
    texts = pl.concat([few, many])["text"]
    np.testing.assert_allclose(score(model, texts), score(twice, texts), atol=0.05)


def test_a_text_counts_once_however_many_windows_it_has() -> None:
    short, long = make(20, "ai", "human"), make(1, "ai", length=600).with_columns(label=pl.lit("human"))
    rows = Rows.read(pl.concat([short, long])["text"], OPTIONS.bits)
    assert np.bincount(rows.owner)[-1] == 3
    oracle = LogisticRegression(C=OPTIONS.strength, max_iter=1000, tol=1e-9)
    labels = np.array([*(short["label"] == "ai"), False])[rows.owner]
    share = np.where(labels, 1 / 20, 1 / 21) * 41 / 2 / np.bincount(rows.owner)[rows.owner]
    oracle.fit(rows.matrix, labels, sample_weight=share)
    texts = pl.concat([short, long]).with_columns(cell=pl.col("label"))
    expected = oracle.decision_function(dense(texts["text"]))
    found = score(fit_binary(texts, "ai", OPTIONS), texts["text"])[:, 0]
    assert np.abs(found - expected).max() < 0.02 * np.abs(expected).max()


def test_cells_weigh_by_the_root_of_their_size() -> None:
    weights = balance_cells(pl.Series(["a"] * 9 + ["b"]))
    assert weights.sum() == pytest.approx(1.0)
    assert weights[:9].sum() / weights[9] == pytest.approx(3.0)


def test_generations_are_classes_that_add_up_to_one_log_odds() -> None:
    texts = make(30, "ai", "human").with_columns(generation=pl.Series(["old"] * 15 + ["new"] * 15 + [None] * 30))
    model = fit_binary(texts, "ai", OPTIONS)
    assert model.classes == ("new", "old")
    logits = np.logaddexp.reduce(score(model, texts["text"]), axis=1)
    assert logits[:30].min() > 0 > logits[30:].max()


def test_one_generation_twice_is_the_model_of_one() -> None:
    texts = make(30, "ai", "human")
    twice = pl.concat([texts.with_columns(generation=pl.lit(name)) for name in ("old", "new")])
    humans_once = twice.filter((pl.col("label") == "ai") | (pl.col("generation") == "old"))
    one, two = fit_binary(texts, "ai", OPTIONS), fit_binary(humans_once, "ai", OPTIONS)
    found = np.logaddexp.reduce(score(two, texts["text"]), axis=1)
    np.testing.assert_allclose(found, score(one, texts["text"])[:, 0], atol=0.05)


def test_shares_of_generations_are_those_given() -> None:
    texts = make(30, "ai", "human").with_columns(generation=pl.Series((["old"] * 15 + ["new"] * 15) * 2))
    alike = fit_binary(texts, "ai", OPTIONS)
    given = fit_binary(texts, "ai", LinearOptions(10, 10.0, 200, (("new", 0.9), ("old", 0.1))))
    np.testing.assert_allclose(given.intercepts - alike.intercepts, np.log([1.8, 0.2]))


def test_texts_without_words_do_no_harm() -> None:
    texts = make(20, "ai", "human")
    empty = texts.head(4).with_columns(text=pl.Series(["", None, "...", " "]))
    assert np.isfinite(fit_binary(pl.concat([texts, empty]), "ai", OPTIONS).intercepts).all()


def test_fitting_again_gives_the_same_numbers() -> None:
    texts = make(20, "ai", "human")
    first, again = (fit_binary(texts, "ai", OPTIONS) for _ in range(2))
    assert (first.weights == again.weights).all()
    assert first.scales.tolist() == again.scales.tolist()


@pytest.mark.parametrize("label", ["ai", "robot"])
def test_one_side_alone_is_a_config_error(label: str) -> None:
    with pytest.raises(ConfigError, match=f"texts with the label '{label}' and others"):
        fit_binary(make(5, "ai"), label, OPTIONS)


def test_two_classes_are_a_config_error() -> None:
    with pytest.raises(ConfigError, match="three labels or more, not ai, human"):
        fit_classes(make(5, "ai", "human"), OPTIONS)
