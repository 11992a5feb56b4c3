"""Hugging Face datasets with `num_proc`: the same as in one process, forked or spawned, and no hang after polars."""

import pytest

import provenance
from tests.adapters.loaders.made_scores import make_row

pytest.importorskip("datasets", reason="needs Hugging Face datasets, which the extra `datasets` brings")

import datasets

from tests.adapters.loaders.test_datasets_cache import N_ROWS, folder, run

__all__ = ["folder"]
ROWS = [make_row(row) for row in range(N_ROWS)]
IDS = [row["id"] for row in ROWS]


def test_forked_processes_give_what_one_gives(folder):
    found = run(folder, "processes", "fork")
    _check_weights(found, folder)
    assert found["kept"] == [row["id"] for row in ROWS if row["ai_score"] is None or row["ai_score"] <= 0.5]


def test_spawned_processes_give_what_one_gives_with_frames_too(folder):
    _check_weights(run(folder, "processes", "spawn"), folder)


def _check_weights(found, folder):
    weigh = provenance.Weights(power=2.0, scores=folder / "scores.parquet")
    assert found["id"] == IDS
    assert found["weight"] == weigh([{"id": name} for name in IDS])
    assert found["ai_score"] == [row["ai_score"] for row in ROWS]


def test_forked_processes_score_on_the_fly_after_their_parent_has(folder):
    texts = [
        f"Chapter {row}. The harbour was quiet when we came in, nobody had lit the lamps. " * 12 for row in range(8)
    ]
    datasets.Dataset.from_dict({"id": IDS[:8], "text": texts}).save_to_disk(folder / "corpus", max_shard_size="1GB")
    found = run(folder, "processes", "fork", "judge")
    assert found["ai_score"] == provenance.judge_many(texts)["ai_score"].to_list()
