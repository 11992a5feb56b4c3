"""Policies as steps of a datatrove pipeline: a filter with reasons, and a scorer that writes into `doc.metadata`.

A document is looked up among precomputed scores by `doc.id` where the key is `id` or `doc_id`, and by `doc.metadata`
where it is anything else; declared sources are found in `doc.metadata`.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from datatrove.data import Document
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.filters.base_filter import BaseFilter
from datatrove.pipeline.writers.disk_base import DiskWriter
from datatrove.utils.batching import batched
from datatrove.utils.typeshelper import StatHints

from provenance.adapters.loaders.filter import Filter
from provenance.adapters.loaders.policy import Policy, Scorer
from provenance.adapters.loaders.scored import UNDETERMINED, Cells, Scored

BATCH = 256


class ProvenanceFilter(BaseFilter):
    """Drops what a policy drops; the score columns of every document, kept or not, go into its metadata.

    Reasons, in `filter_reason` of the exclusion writer and in the statistics as `dropped_<reason>`: `ai_score` or
    `mt_score` (over a filter's limit; of both the first), `undetermined`, or `draw` (weights between 0 and 1: the
    document was not drawn in `epoch`, by its key and the policy's seed, so the same in every run).
    """

    name = "🧬 Provenance"

    def __init__(
        self,
        policy: Policy,
        exclusion_writer: DiskWriter | None = None,
        batch_size: int = BATCH,
        epoch: int = 0,
    ) -> None:
        super().__init__(exclusion_writer, batch_size)
        self.policy = policy
        self.epoch = epoch

    def filter(self, doc: Document) -> bool | tuple[bool, str]:
        """Whether one document stays, or False and why it does not."""
        return self.filter_batch([doc])[0]

    def filter_batch(self, batch: list[Document]) -> list[bool | tuple[bool, str]]:
        """The same for many, scored together."""
        samples = [_read_sample(doc, self.policy) for doc in batch]
        scored = self.policy.find_scores(samples)
        _write_columns(batch, {name: scored.column(name) for name in self.policy.columns})
        kept = self.policy.choose(samples, scored, self.epoch).tolist()
        reasons = _find_reasons(self.policy, scored)
        return [True if stays else (False, reason) for stays, reason in zip(kept, reasons, strict=True)]


class ProvenanceScorer(PipelineStep):
    """Writes a policy's score columns into `doc.metadata`; passes every document on, counted by origin."""

    type = "📊 - STATS"
    name = "🧬 Provenance scores"

    def __init__(self, policy: Policy | None = None, batch_size: int = BATCH) -> None:
        super().__init__()
        self.policy = Scorer() if policy is None else policy
        self.batch_size = batch_size

    def run(self, data: Iterable[Document], rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        """The same documents in order, with scores; null where they cannot be measured."""
        for batch in batched(data or (), self.batch_size):
            with self.track_time("batch"):
                scored = self.policy.find_scores([_read_sample(doc, self.policy) for doc in batch])
                _write_columns(batch, self._describe(scored))
            for doc, origin in zip(batch, scored.column("origin"), strict=True):
                self.stat_update(StatHints.total, f"origin_{origin}")
                self.update_doc_stats(doc)
                yield doc

    def _describe(self, scored: Scored) -> dict[str, Cells]:
        return {name: scored.column(name) for name in self.policy.columns}


class ProvenanceWeights(ProvenanceScorer):
    """The same with `doc.metadata["weight"]`, from 0 to 1: the chance that the document stays."""

    name = "🧬 Provenance weights"

    def __init__(self, policy: Policy, batch_size: int = BATCH) -> None:
        super().__init__(policy, batch_size)

    def _describe(self, scored: Scored) -> dict[str, Cells]:
        return {**super()._describe(scored), "weight": self.policy.weigh(scored).tolist()}


def _read_sample(doc: Document, policy: Policy) -> dict[str, Any]:
    return {"doc_id": doc.id, **(doc.metadata or {}), "id": doc.id, policy.text: doc.text}


def _write_columns(docs: list[Document], columns: dict[str, Cells]) -> None:
    for doc in docs:
        doc.metadata = doc.metadata or {}  # a reader of your own may leave it null
    for name, values in columns.items():
        for doc, value in zip(docs, values, strict=True):
            doc.metadata[name] = value


def _find_reasons(policy: Policy, scored: Scored) -> list[str]:
    """Why each row would be dropped, if it is."""
    reasons = np.full(len(scored), "draw", object)
    if isinstance(policy, Filter):
        if policy.undetermined == "drop":
            reasons[scored.origin == UNDETERMINED] = "undetermined"
        for name in ("mt_score", "ai_score"):
            limit = getattr(policy, f"max_{name}")
            if limit is not None:
                reasons[getattr(scored, name) > limit] = name
    return list(reasons.tolist())
