"""The recipe for MDS shards, where mosaicml-streaming is: its pins and ours exclude each other, so mostly it is not."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import provenance
from tests.docs.made_corpus import write_corpus

RUN = Path(__file__).parent / "mosaic_run.py"
pytestmark = pytest.mark.skipif(
    find_spec("streaming") is None,
    reason="needs mosaicml-streaming, which asks for numpy below 2.2 and is no extra (docs/loaders.md)",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mosaic")
    write_corpus(folder)
    done = subprocess.run(
        [sys.executable, str(RUN), str(folder)],
        capture_output=True,
        text=True,
        timeout=180,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return folder


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, Any]:
    runs: dict[str, Any] = json.loads((folder / "told.json").read_text(encoding="utf-8"))
    return runs


def test_a_curated_subset_holds_what_stays_in_order(told: dict[str, Any], folder: Path) -> None:
    scores = pl.read_parquet(folder / "scores.parquet")
    assert told["curated"] == scores.filter(~(pl.col("ai_score").fill_null(0.0) > 0.5))["id"].to_list()


def test_every_sample_carries_its_weight(told: dict[str, Any], folder: Path) -> None:
    weigh = provenance.Weights(power=2.0, scores=folder / "scores.parquet")
    corpus = pl.read_parquet(folder / "corpus.parquet")
    assert sorted(map(tuple, told["weighed"])) == sorted(zip(corpus["id"], weigh(corpus), strict=True))


def test_a_weighed_dataset_resumes_where_it_stopped(told: dict[str, Any]) -> None:
    assert told["after 40"] == [key for key, _ in told["weighed"]][40:]
