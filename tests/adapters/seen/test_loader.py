"""Seen over the real loaders of torch: ProvenanceDataset with workers, its track, its batches however collated."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="needs torch, which the extra `torch` brings")

import polars as pl
import torch
from torch.utils.data import DataLoader

import provenance
from provenance.adapters.torch.dataset import ProvenanceDataset
from provenance.errors import ConfigError
from tests.adapters.loaders.made_scores import make_row, make_scores

N_SAMPLES = 60
ROWS = [make_row(i) for i in range(N_SAMPLES)]


def make_loader(folder: Path, policy: str = "Scorer", n_workers: int = 2, **options: Any) -> tuple[Any, Any]:
    kind = {"Scorer": provenance.Scorer, "Filter": provenance.Filter}[policy]
    given = {"max_ai_score": 0.5} if policy == "Filter" else {}
    scores = provenance.Scores(make_scores(folder / "scores.parquet", N_SAMPLES))
    samples = [{"id": row["id"], "text": "text", "source": "web"} for row in ROWS]
    dataset = ProvenanceDataset(samples, kind(scores=scores, **given), shuffle=True, seed=1)
    return dataset, DataLoader(dataset, batch_size=8, num_workers=n_workers, **options)


def check(seen: provenance.Seen, ids: list[str]) -> None:
    given = [ROWS[int(name[1:])] for name in ids]
    found = seen.table().group_by("origin").agg(pl.col("n_documents").sum(), pl.col("n_words").sum())
    times = Counter(row["origin"] for row in given)
    for origin, n_documents, n_words in found.iter_rows():
        assert n_documents == times[origin]
        assert n_words == sum(row["n_words"] for row in given if row["origin"] == origin)


@pytest.mark.parametrize("policy", ["Scorer", "Filter"])
def test_each_sample_that_was_given_out_is_counted_once(tmp_path: Path, policy: str) -> None:
    dataset, loader = make_loader(tmp_path, policy)
    seen = provenance.Seen()
    ids: list[str] = []
    for epoch in range(2):
        dataset.set_epoch(epoch)
        seen.set_epoch(epoch)
        ids += [name for batch in seen.watch(loader) for name in batch["id"]]
    check(seen, ids)
    assert len(ids) == 2 * (N_SAMPLES if policy == "Scorer" else N_SAMPLES * 3 // 4)
    assert seen.policy is dataset.policy


def test_what_workers_read_ahead_is_not_counted(tmp_path: Path) -> None:
    dataset, loader = make_loader(tmp_path)
    seen, ids = provenance.Seen(), []
    for number, batch in enumerate(seen.watch(dataset.track(loader))):
        ids += batch["id"]
        if number == 2:
            break
    check(seen, ids)
    assert len(ids) == 24


def test_a_collated_batch_keeps_its_positions_and_leaves_score_columns_to_nobody(tmp_path: Path) -> None:
    def collate(samples: list[dict[str, Any]]) -> dict[str, Any]:
        assert set(samples[0]) == {"id", "text", "source"}
        return {"id": [sample["id"] for sample in samples], "ids": torch.zeros(len(samples), 3)}

    seen = provenance.Seen()
    dataset, loader = make_loader(tmp_path, n_workers=0, collate_fn=seen.collate(collate))
    ids = [name for batch in seen.watch(dataset.track(loader, num_workers=0)) for name in batch["id"]]
    check(seen, ids)
    assert len(ids) == N_SAMPLES
    assert dataset.state_dict()["streams"]


@pytest.mark.parametrize("batch", [(torch.ones(8), torch.ones(8)), torch.ones(8)])
def test_a_collate_function_that_makes_no_mapping_is_refused(tmp_path: Path, batch: Any) -> None:
    seen = provenance.Seen()
    _, loader = make_loader(tmp_path, n_workers=0, collate_fn=seen.collate(lambda samples: batch))
    with pytest.raises(ConfigError, match="a mapping is expected of the collate function"):
        next(iter(seen.watch(loader)))


def test_tokens_that_the_collate_function_makes_are_counted(tmp_path: Path) -> None:
    def collate(samples: list[dict[str, Any]]) -> dict[str, Any]:
        return {"ids": torch.zeros(len(samples), 5), "attention_mask": torch.tensor([[1, 1, 1, 0, 0]] * len(samples))}

    def join(samples: list[dict[str, Any]]) -> dict[str, Any]:
        return {"ids": torch.zeros(1, 5 * len(samples))}

    for collator, n_tokens in ((collate, 3 * N_SAMPLES), (join, 0)):  # of joined samples nobody can tell
        seen = provenance.Seen(tokens="ids")
        list(seen.watch(make_loader(tmp_path, n_workers=0, collate_fn=seen.collate(collator))[1]))
        assert seen.table()["n_tokens"].sum() == n_tokens
