"""`lazy_frame.provenance`: nothing is measured before it is collected, and then a batch at a time."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from provenance.adapters.loaders import policy
from provenance.adapters.loaders.declared import Declared, DeclaredSource
from provenance.adapters.loaders.scored import Scored, make_scored

VERBS: dict[str, Callable[..., pl.DataFrame | pl.LazyFrame]] = {
    "score": lambda frame: frame.provenance.score("text", columns=("ai_score", "origin", "n_words", "language")),
    "filter": lambda frame: frame.provenance.filter("text", max_ai_score=0.3),
    "weigh": lambda frame: frame.provenance.weigh("text", power=3.0),
}
N_ROWS, GROUP = 1000, 100


@pytest.fixture(autouse=True)
def batches(monkeypatch) -> list[int]:
    """A text's score is its length in tenths; returns how many were scored at a time."""
    sizes: list[int] = []

    def score(texts: list[str | None], models: object) -> Scored:
        sizes.append(len(texts))
        return make_scored(len(texts), ai_score=[np.nan if text is None else len(text) / 10 for text in texts])

    monkeypatch.setattr(policy, "score_texts", score)
    return sizes


@pytest.fixture
def corpus(tmp_path) -> Path:
    texts = [None if row % 13 == 0 else "x" * (row % 7) for row in range(N_ROWS)]
    frame = pl.DataFrame({"place": range(N_ROWS), "text": texts, "url": "https://example.org/"})
    frame.write_parquet(tmp_path / "corpus.parquet", row_group_size=GROUP)
    return tmp_path / "corpus.parquet"


@pytest.mark.parametrize("verb", VERBS)
def test_a_schema_is_told_without_scoring(verb, corpus, batches):
    query = VERBS[verb](pl.scan_parquet(corpus))
    schema = query.collect_schema()
    assert batches == []
    assert schema == query.collect().schema == VERBS[verb](pl.read_parquet(corpus)).schema


@pytest.mark.parametrize("engine", ["streaming", "in-memory"])
@pytest.mark.parametrize("verb", VERBS)
def test_what_is_collected_is_what_a_frame_gives(verb, engine, corpus):
    expected = VERBS[verb](pl.read_parquet(corpus))
    assert VERBS[verb](pl.scan_parquet(corpus)).collect(engine=engine).equals(expected)


def test_a_file_is_scored_to_a_file_by_row_groups(corpus, batches, tmp_path):
    VERBS["score"](pl.scan_parquet(corpus)).sink_parquet(tmp_path / "scored.parquet")
    assert sum(batches) == N_ROWS
    assert max(batches) <= GROUP
    assert pl.read_parquet(tmp_path / "scored.parquet").equals(VERBS["score"](pl.read_parquet(corpus)))


@pytest.mark.parametrize("verb", VERBS)
def test_what_a_later_filter_leaves_out_is_not_scored(verb, corpus, batches):
    found = VERBS[verb](pl.scan_parquet(corpus)).filter(pl.col("place") < 5).collect()
    assert sum(batches) == 5
    assert found.equals(VERBS[verb](pl.read_parquet(corpus)).filter(pl.col("place") < 5))


def test_columns_that_nobody_asks_for_are_not_read(corpus):
    plan = VERBS["score"](pl.scan_parquet(corpus)).select("place", "ai_score").explain()
    assert "PROJECT 2/3 COLUMNS" in plan


def test_a_filter_by_scores_comes_after_them(corpus):
    found = VERBS["score"](pl.scan_parquet(corpus)).filter(pl.col("ai_score") > 0.5).collect()
    assert found.equals(VERBS["score"](pl.read_parquet(corpus)).filter(pl.col("ai_score") > 0.5))


def test_columns_of_the_same_name_are_replaced(corpus):
    frame = pl.scan_parquet(corpus).with_columns(ai_score=pl.lit("old"), provenance=pl.lit("mine"))
    found = frame.provenance.score("text", columns=("ai_score",)).collect()
    assert found.columns == ["place", "text", "url", "ai_score", "provenance"]
    assert found["ai_score"].to_list()[:3] == [None, 0.1, 0.2]


def test_no_column_asked_for_leaves_the_frame_as_it_was(corpus):
    assert pl.scan_parquet(corpus).provenance.score("text", columns=()).collect().equals(pl.read_parquet(corpus))


@pytest.mark.parametrize("engine", ["streaming", "in-memory"])
def test_a_cap_is_held_over_all_rows_not_over_a_batch(engine, corpus):
    declared = Declared((DeclaredSource("distilled", "a model", cap=0.1),))
    source = pl.when(pl.col("place") < GROUP * 2).then(pl.lit("distilled"))
    frame = pl.read_parquet(corpus).with_columns(source.alias("source"))
    frame.write_parquet(corpus, row_group_size=GROUP)
    found = pl.scan_parquet(corpus).provenance.weigh("text", declared=declared).collect(engine=engine)
    assert found.equals(frame.provenance.weigh("text", declared=declared))
    share = found.filter(pl.col("source") == "distilled")["weight"].sum() / found["weight"].sum()
    assert share == pytest.approx(0.1)


STREAMED = """
import polars as pl, provenance
texts = [None, "short", *(f"Chapter {n}. The harbour was quiet when we came in at night. " * 12 for n in range(40))]
frame = pl.DataFrame({"text": texts})
frame.write_parquet("corpus.parquet", row_group_size=5)
found = pl.scan_parquet("corpus.parquet").provenance.score("text", columns=("ai_score", "origin"))
assert found.collect(engine="streaming").drop("text").equals(provenance.judge_many(texts).select("ai_score", "origin"))
print("equal")
"""


def test_shipped_models_score_in_the_streaming_engine_without_a_hang(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", STREAMED], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "equal"), done.stderr
