"""One corpus through the loaders: documents for training as torch gives them out, and what each package keeps."""

import itertools
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from torch.utils.data import DataLoader, IterableDataset

from provenance.adapters.loaders.filter import Filter
from provenance.adapters.loaders.policy import Policy, Scorer
from provenance.adapters.loaders.weights import Weights
from provenance.adapters.polars import FrameProvenance
from provenance.adapters.seen import Seen
from provenance.adapters.torch import ProvenanceDataset, ProvenanceSampler, ScoredMap

MAX_AI_SCORE = 0.5
HUMAN_SHARE = 0.9
POWER = 10.0  # Drayson et al. 2025, arXiv:2502.15654
BATCH = 32
Rows = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class LoaderPath:
    """What chooses documents: a policy, from all of them or (`label`) from those of one true origin."""

    policy: Policy
    label: str | None = None
    by_sampler: bool = False

    def read(self, corpus: pl.DataFrame, seed: int, seen: Seen, ids: list[str]) -> Iterator[str]:
        """Texts without end, epoch after epoch; `seen` counts them, `ids` gets their ids."""
        rows = to_rows(corpus if self.label is None else corpus.filter(pl.col("label") == self.label))
        loader = self._make_loader(rows, seed)
        seen.policy = self.policy
        for epoch in itertools.count():
            (loader.sampler if self.by_sampler else loader.dataset).set_epoch(epoch)
            seen.set_epoch(epoch)
            for batch in seen.watch(loader):
                ids += batch["id"]
                yield from batch["text"]

    def _make_loader(self, rows: Rows, seed: int) -> Any:
        if self.by_sampler:
            sampler = ProvenanceSampler(rows, self.policy, seed=seed)
            return DataLoader(ScoredMap(rows, self.policy), batch_size=BATCH, sampler=sampler)
        return DataLoader(ProvenanceDataset(rows, self.policy, shuffle=True, seed=seed), batch_size=BATCH)


def make_paths(scores: Path) -> dict[str, LoaderPath]:
    """All paths by name, in the order of the tables; the bounds know the true labels."""
    to_target = Weights(target_human_share=HUMAN_SHARE, scores=scores)
    return {
        "raw": LoaderPath(Scorer(scores=scores)),
        "filtered": LoaderPath(Filter(max_ai_score=MAX_AI_SCORE, scores=scores)),
        "weighted": LoaderPath(to_target),
        "power": LoaderPath(Weights(power=POWER, scores=scores)),
        "human": LoaderPath(Scorer(scores=scores), "human"),
        "ai": LoaderPath(Scorer(scores=scores), "ai"),
        "sampler": LoaderPath(to_target, by_sampler=True),
    }


def to_rows(corpus: pl.DataFrame) -> Rows:
    """The samples that loaders see: they are not told the label."""
    return corpus.select("id", "text").to_dicts()


class _Lines(IterableDataset[dict[str, str]]):
    """Samples without a length, as from a file."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    def __iter__(self) -> Iterator[dict[str, str]]:
        return iter(self.rows)


def keep_by_torch_iterable(corpus: pl.DataFrame, keep: Filter) -> list[str]:
    """Ids of what stays, through two workers."""
    dataset = ProvenanceDataset(_Lines(to_rows(corpus)), keep, shuffle_buffer=256, splits_itself=False)
    return [name for batch in DataLoader(dataset, batch_size=BATCH, num_workers=2) for name in batch["id"]]


def keep_by_torch_numbered(corpus: pl.DataFrame, keep: Filter) -> list[str]:
    """The same of a numbered dataset, shuffled whole."""
    dataset = ProvenanceDataset(to_rows(corpus), keep, shuffle=True)
    return [name for batch in DataLoader(dataset, batch_size=BATCH) for name in batch["id"]]


def keep_by_torch_sampler(corpus: pl.DataFrame, keep: Filter) -> list[str]:
    """The same by the sampler, without replacement."""
    rows = to_rows(corpus)
    return [rows[number]["id"] for number in ProvenanceSampler(rows, keep, replacement=False)]


def keep_by_datasets(corpus: pl.DataFrame, keep: Filter) -> list[str]:
    """The same by Hugging Face datasets."""
    import datasets

    kept = datasets.Dataset.from_list(to_rows(corpus)).filter(keep, batched=True)
    return list(kept["id"])


def keep_by_ray(corpus: pl.DataFrame, keep: Filter) -> list[str]:
    """The same by Ray Data, on one CPU."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    import ray
    import ray.data

    from provenance.adapters.ray import RayPolicy

    memory = 100 * 2**20  # bytes; Ray's own choice is a third of the machine's
    ray.init(
        num_cpus=1, include_dashboard=False, object_store_memory=memory, logging_level="ERROR", log_to_driver=False
    )
    ray.data.DataContext.get_current().enable_progress_bars = False
    try:
        documents = ray.data.from_arrow(corpus.select("id", "text").to_arrow())
        kept = documents.map_batches(RayPolicy(keep).__call__, batch_format="pyarrow").take_all()
    finally:
        ray.shutdown()
    return [row["id"] for row in kept]


def keep_by_datatrove(corpus: pl.DataFrame, keep: Filter) -> list[str]:
    """The same by a filter step of datatrove."""
    from datatrove.data import Document

    from provenance.adapters.datatrove import ProvenanceFilter

    documents = (Document(text=row["text"], id=row["id"]) for row in to_rows(corpus))
    return [document.id for document in ProvenanceFilter(keep).run(documents)]


def keep_by_polars(corpus: pl.DataFrame, keep: Filter) -> list[str]:
    """The same by the polars namespace."""
    kept = FrameProvenance(corpus).filter("text", max_ai_score=keep.max_ai_score, scores=keep.scores)
    return list(kept["id"])


PACKAGES: Mapping[str, Callable[[pl.DataFrame, Filter], list[str]]] = {
    "torch, iterable": keep_by_torch_iterable,
    "torch, numbered": keep_by_torch_numbered,
    "torch, sampler": keep_by_torch_sampler,
    "datasets": keep_by_datasets,
    "ray": keep_by_ray,
    "datatrove": keep_by_datatrove,
    "polars": keep_by_polars,
}
