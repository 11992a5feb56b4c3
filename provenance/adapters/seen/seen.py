"""What a model really saw: counts by epoch, rank and origin, and the realised ratio with its interval.

seen = provenance.Seen(tokens="attention_mask")
for epoch in range(3):
    for batch in seen.watch(loader):     # or seen.update(batch)
        ...
    seen.next_epoch()
seen.save("seen.json")
"""

import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from provenance import __version__
from provenance.adapters.loaders.declared import Declared
from provenance.adapters.seen.collate import Collator
from provenance.adapters.seen.counts import Counts
from provenance.adapters.seen.estimate import Known, Weighing, estimate_seen, load_known
from provenance.adapters.seen.file import State, read_file, read_state, write_state
from provenance.adapters.seen.rows import Packed, Rows, read_rows, take_batch
from provenance.adapters.seen.sample import Reservoir
from provenance.adapters.seen.tokens import Tokens
from provenance.adapters.seen.words import describe_seen, make_figures
from provenance.errors import ConfigError
from provenance.stats import StatsOptions
from provenance.store import write_text

_LOG = logging.getLogger("provenance.seen")
_READ_AT_ONCE = 4096  # samples that wait before they are counted
_ANEW = 1.1  # figures for logs and reports are estimated anew when so much more was seen
_TOLD_EPOCHS = 3  # the last ones, whose ratio a file holds: each takes a moment
Batch = TypeVar("Batch")


class Seen:
    """Counts what is given out in this process. Counts of ranks and of resumed runs add up exactly.

    `tokens`: a field with the number of tokens, or with the tokens; or a function of the batch (see `tokens.py`).
    `declared`: the manifest of declared sources (a path or `Declared`). `rank`: null takes RANK, as torchrun sets it,
    else 0. `policy`: the Filter or Weights that chose the samples, without which their realised ratio cannot be
    estimated (`watch` and `adopt` find it in a ProvenanceDataset). `models` bring the reference scores (null: the
    shipped ones). The estimate rests on at most `max_sample` documents, drawn by `seed`. After `every` documents
    `on_report` is called with `figures()`.
    """

    def __init__(
        self,
        *,
        tokens: Tokens | None = None,
        declared: Declared | Path | str | None = None,
        rank: int | None = None,
        policy: Weighing | None = None,
        models: Path | str | None = None,
        seed: int = 0,
        max_sample: int = 50_000,
        every: int | None = None,
        on_report: Callable[[dict[str, float]], None] | None = None,
    ) -> None:
        if max_sample < 1 or (every is not None and every < 1):
            raise ConfigError("max_sample and every must be at least 1")
        self.tokens = tokens
        self.declared = Declared.load(declared) if isinstance(declared, Path | str) else declared
        self.rank = int(os.environ.get("RANK", "0")) if rank is None else rank
        self.policy = policy
        self.models = None if models is None else Path(models)
        self.seed, self.max_sample = seed, max_sample
        self.epoch = 0
        self._every, self._on_report = every, on_report
        self._counts = Counts()
        self._reservoir = Reservoir(max_sample)
        self._waiting: list[Packed | Rows] = []
        self._n_waiting = self._n_unreported = 0
        self._estimated: tuple[int, pl.DataFrame] | None = None
        self._known: tuple[Weighing | None, Known] | None = None

    def update(self, batch: Any) -> None:
        """Counts the samples of a batch; ConfigError where nothing tells their origin."""
        n_rows, taken = take_batch(batch, self.tokens, self.declared)
        self._waiting.append(taken)
        self._n_waiting += n_rows
        self._n_unreported += n_rows
        if self._n_waiting >= _READ_AT_ONCE:
            self._count()
        if self._every is not None and self._n_unreported >= self._every:
            self._n_unreported = 0
            if self._on_report is not None:
                self._on_report(self.figures())

    def watch(self, loader: Iterable[Batch]) -> Iterator[Batch]:
        """The batches of a loader, each counted when it is given out: what was prefetched and not used is not."""
        self.adopt(loader)
        for batch in loader:
            self.update(batch)
            yield batch

    def adopt(self, loader: Any) -> None:
        """Takes policy and declared sources, where not told, from a ProvenanceDataset or from a loader of one.

        Of a dataset that only carries scores (ScoredMap) the policy is taken where the loader's sampler has weights.
        """
        sampler, dataset = getattr(loader, "sampler", None), getattr(loader, "dataset", None)
        for thing in (loader, dataset):
            policy = getattr(thing, "policy", None)
            chooses = not hasattr(thing, "__getitems__") or hasattr(sampler, "weights")
            if hasattr(policy, "weigh"):
                self.policy = self.policy or (policy if chooses else None)
                self.declared = self.declared or getattr(policy, "declared", None)

    def collate(self, collator: Callable[[list[Any]], Any]) -> Collator:
        """A collate function that puts `provenance` into the batches of another; see `Collator`."""
        return Collator(collator, self.tokens, self.declared)

    def next_epoch(self) -> None:
        """What comes now belongs to the next epoch."""
        self.set_epoch(self.epoch + 1)

    def set_epoch(self, epoch: int) -> None:
        """What comes now belongs to this epoch."""
        self._count()
        self.epoch = epoch

    def table(self) -> pl.DataFrame:
        """A row for each origin in each epoch and rank.

        n_documents, n_words, n_tokens (null where none is known; n_without_words and n_without_tokens tell of how many
        documents), and shares in 0..1 of the documents, words and tokens of that epoch and rank. A document of a
        declared source is `declared_synthetic` and nothing else.
        """
        self._count()
        return self._counts.make_table()

    def counts(self) -> pl.DataFrame:
        """All counts, also of declared sources, documents without scores, and problems; see `file.py`."""
        self._count()
        return self._counts.to_frame()

    def ratio(self, epoch: int | None = None) -> pl.DataFrame:
        """What was seen of an epoch (null: of all), a row by documents, by words, and by tokens where all are known.

        `..._share`: plain shares by the detector's calls, of documents with Wilson's 95 % interval. `..._prevalence`
        and `human_to_synthetic_ratio`: corrected for the detector's errors, among documents that are not declared and
        have a score. `realised_human_share`, `realised_ratio`: of all, declared ones counted as synthetic, and
        documents without a score presumed to be mixed as the others. `n_distinct` of the `n_measured` sampled documents
        are different ones: a document counts as often as it was seen, and its copies are drawn together in intervals.
        `estimable` is false, with the reason in `why`, where there is no ratio: after a policy so strong that it leaves
        of generated text only what scores like people's, too.
        """
        self._count()
        sample = self._reservoir.take()
        chosen = sample if epoch is None else sample[sample["epoch"] == epoch]
        return estimate_seen(
            self._counts,
            chosen,
            epoch,
            self._load_known(),
            StatsOptions(),
            has_policy=self.policy is not None,
        )

    def figures(self) -> dict[str, float]:
        """Numbers of all that was seen, for wandb, tensorboard and the like; what is not known has no entry.

        Names begin with `provenance/`. Shares are of this moment; what is estimated may be of when a tenth less was
        seen.
        """
        self._count()
        return make_figures(self._counts, self._estimate_lately(), self.epoch)

    def log(self, logger: logging.Logger | None = None) -> None:
        """One line about all that was seen, at level INFO."""
        self._count()
        (logger or _LOG).info("%s", describe_seen(self._counts, self._estimate_lately()))

    def save(self, path: Path | str) -> None:
        """Writes `seen.json` (format: `file.py`), atomically. Raises OutputError."""
        values = self.state_dict()
        epochs = self._counts.list_epochs()[-_TOLD_EPOCHS:]
        ratio = pl.concat([self.ratio(epoch) for epoch in (None, *(epochs if len(epochs) > 1 else ()))])
        first = {"format": values.pop("format"), "version": __version__, "ratio": ratio.to_dicts()}
        write_text(Path(path), json.dumps({**first, **values}, allow_nan=False, ensure_ascii=False, indent=1) + "\n")

    @classmethod
    def load(cls, path: Path | str, **options: Any) -> "Seen":
        """What a file of `save` holds, to look at or to go on; `options` as in making one. Raises ConfigError."""
        state = read_file(Path(path))
        made = cls(**{"seed": state.seed, "max_sample": state.max_sample, **options})
        made._restore(state)
        return made

    def merge(self, others: "Iterable[Seen | Path | str] | Seen | Path | str") -> "Seen":
        """A new one with what this and others or their files (one or many) have seen, on the options of this one."""
        given = [others] if isinstance(others, Seen | Path | str) else others
        every = [self, *(other if isinstance(other, Seen) else Seen.load(other) for other in given)]
        size = min(one.max_sample for one in every)
        made = Seen(declared=self.declared, rank=self.rank, policy=self.policy, seed=self.seed, max_sample=size)
        made.tokens, made.models, made.epoch = self.tokens, self.models, max(one.epoch for one in every)
        for one in every:
            one._count()
            made._counts.add(one._counts)
            made._reservoir.add(one._reservoir.take())
        return made

    def state_dict(self) -> dict[str, Any]:
        """Counts, epoch and sample as plain values, for a checkpoint; it lives in JSON."""
        self._count()
        return write_state(State(self.epoch, self.seed, self.max_sample, self._counts, self._reservoir.take()))

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on from a checkpoint; what was counted until now is forgotten. Raises ConfigError."""
        self._restore(read_state(state))

    def _restore(self, state: State) -> None:
        self._waiting, self._n_waiting = [], 0
        self._counts, self._reservoir, self.epoch = state.counts, Reservoir(self.max_sample), state.epoch
        self._reservoir.add(state.sample)
        self._estimated = None

    def _count(self) -> None:
        """Counts what waits, all of it of this epoch and rank."""
        if not self._n_waiting:
            return
        rows = read_rows(self._waiting)
        self._waiting, self._n_waiting = [], 0
        first = self._counts.count(epoch=self.epoch, rank=self.rank)
        sources = [] if self.declared is None else [source.name for source in self.declared.sources]
        self._counts.add_rows(self.epoch, self.rank, rows, sources)
        self._reservoir.add_rows(rows, seed=self.seed, epoch=self.epoch, rank=self.rank, first=first)

    def _load_known(self) -> Known:
        if self._known is None or self._known[0] is not self.policy:
            self._known = self.policy, load_known(self.models, self.policy, self.seed)
        return self._known[1]

    def _estimate_lately(self) -> pl.DataFrame:
        n_documents = self._counts.count()
        if self._estimated is None or n_documents >= _ANEW * self._estimated[0]:
            self._estimated = n_documents, self.ratio()
        return self._estimated[1]
