"""Fingerprints of Hugging Face datasets: the same policy reads the cache, another one never does."""

import json
import os
import pickle
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import provenance
from provenance.adapters.loaders import identity
from provenance.adapters.loaders.declared import Declared, DeclaredSource
from provenance.adapters.loaders.policy import Policy
from provenance.errors import ConfigError
from provenance.models.registry import SHIPPED
from tests.adapters.loaders.made_scores import make_scores

pytest.importorskip("datasets", reason="needs Hugging Face datasets, which the extra `datasets` brings")

import datasets
from datasets.fingerprint import Hasher

from tests.adapters.loaders import datasets_run

RUN = Path(datasets_run.__file__)
N_ROWS = 24


@pytest.fixture
def folder(tmp_path) -> Path:
    make_scores(tmp_path / "scores.parquet", N_ROWS)
    texts = [f"A text number {row}." for row in range(N_ROWS)]
    corpus = datasets.Dataset.from_dict({"id": [f"d{row}" for row in range(N_ROWS)], "text": texts})
    corpus.save_to_disk(tmp_path / "corpus")
    return tmp_path


def run(folder: Path, *task: str) -> Any:
    """What a fresh process found; a hang fails."""
    done = subprocess.run(
        [sys.executable, str(RUN), str(folder), *task],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)


def test_a_hash_is_that_of_another_process_and_of_a_used_policy(folder):
    before = datasets_run.hash_policies(folder)
    assert len(set(before.values())) == len(before)
    keep = provenance.Filter(max_ai_score=0.5, scores=folder / "scores.parquet")
    keep([{"id": "d0"}, {"id": "unknown", "text": "This one is scored by the models, after which they are loaded."}])
    assert Hasher.hash(keep) == Hasher.hash(pickle.loads(pickle.dumps(keep))) == before["filter"]
    assert run(folder, "hash") == before


def test_a_fresh_process_reads_the_cache_and_whatever_changed_is_computed(folder):
    first = run(folder, "cache")
    assert first == {"as ever": [1, 0.9], "option": [1, 0.9], "content": [1, 0.45], "again": [0, 0.45]}
    make_scores(folder / "scores.parquet", N_ROWS)
    assert run(folder, "cache") == {"as ever": [0, 0.9], "option": [0, 0.9], "content": [0, 0.45], "again": [0, 0.45]}


OPTIONS: dict[str, dict[str, Any]] = {
    "text": {"text": "body"},
    "scores": {"scores": None},
    "models": {"models": "."},
    "columns": {"columns": ("origin",)},
    "declared": {"declared": Declared((DeclaredSource("distilled", "a model"),))},
    "on_error": {"on_error": "raise"},
    "max_chars": {"max_chars": 10},
    "seed": {"seed": 1},
    "max_ai_score": {"max_ai_score": 0.25},
    "max_mt_score": {"max_mt_score": 0.25},
    "undetermined": {"undetermined": "drop"},
}


@pytest.mark.parametrize("option", OPTIONS)
def test_another_option_is_another_hash(option, folder):
    (folder / "manifest.json").write_bytes((SHIPPED / "manifest.json").read_bytes())
    changed = {name: folder if name == "models" else value for name, value in OPTIONS[option].items()}
    keep = provenance.Filter(max_ai_score=0.5, scores=folder / "scores.parquet")
    assert Hasher.hash(replace(keep, **changed)) != Hasher.hash(keep)


def test_no_option_is_left_out():
    assert {item.name for item in fields(provenance.Filter)} == set(OPTIONS)


def test_other_models_under_the_same_name_are_another_hash(folder):
    manifest = folder / "manifest.json"
    manifest.write_bytes((SHIPPED / "manifest.json").read_bytes())
    before = Hasher.hash(provenance.Scorer(models=folder))
    assert Hasher.hash(provenance.Scorer(models=folder)) == before
    manifest.write_text(
        manifest.read_text(encoding="utf-8").replace('"sha256": "', '"sha256": "0', 1), encoding="utf-8"
    )
    assert Hasher.hash(provenance.Scorer(models=folder)) != before


def test_another_version_is_another_hash(monkeypatch):
    before = Hasher.hash(provenance.Scorer())
    monkeypatch.setattr(identity, "__version__", "99.0")
    assert Hasher.hash(provenance.Scorer()) != before


def test_scores_written_anew_with_the_same_content_are_the_same_hash(folder):
    path = folder / "scores.parquet"
    before = Hasher.hash(provenance.Scorer(scores=path))
    path.write_bytes(path.read_bytes())
    os.utime(path, (1, 1))
    assert Hasher.hash(provenance.Scorer(scores=path)) == before
    pl.read_parquet(path).with_columns(pl.col("mt_score") / 2).write_parquet(path)
    assert Hasher.hash(provenance.Scorer(scores=path)) != before


@pytest.mark.parametrize("make", [provenance.Scorer, provenance.Filter, provenance.Weights])
def test_a_pickled_policy_is_the_same_policy(make, folder):
    policy: Policy = make(scores=folder / "scores.parquet", seed=3)
    assert pickle.loads(pickle.dumps(policy)) == policy


def test_models_that_are_gone_are_told(tmp_path):
    with pytest.raises(ConfigError, match="cannot read the list of models"):
        pickle.dumps(provenance.Scorer(models=tmp_path / "gone"))
