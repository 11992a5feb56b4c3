"""What `loaders.py` measures: samples of 300 words, and each contestant as a function without arguments."""

import re
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

import provenance

TEXTS = Path(__file__).parent.parent / "fixtures" / "labelled" / "generated_2026.parquet"
WORDS, BATCH, LARGE = 300, 64, 512
START = 128  # samples scored by workers that have just been started: to know what the start costs
_CUT = re.compile(rf"\s*(?:\S+\s+){{{WORDS - 1}}}\S+")

Samples = list[dict[str, str]]
Work = Callable[[], object]
Works = dict[str, Work]


class Iterated:
    """A plain iterable of samples."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples

    def __iter__(self) -> Iterator[dict[str, str]]:
        return iter(self._samples)


class Streamed(IterableDataset[dict[str, str]]):
    """The same as users hand it to a bare loader: each worker reads all and keeps every n-th."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples

    def __iter__(self) -> Iterator[dict[str, str]]:
        worker = get_worker_info()
        return islice(iter(self._samples), worker.id if worker else 0, None, worker.num_workers if worker else 1)


def make_samples(n: int) -> Samples:
    """The first 300 words of the English fixtures that have so many, repeated to n."""
    texts = pl.read_parquet(TEXTS).filter(pl.col("lang") == "en")["text"]
    cuts = [found[0] for text in texts if (found := _CUT.match(text))]
    return [{"id": f"doc-{number:08}", "text": cuts[number % len(cuts)]} for number in range(n)]


def make_scores(n: int, path: Path) -> Path:
    """Made scores, of people nearly all, so that nearly every sample stays and is paid for in full."""
    chance = np.random.default_rng(1)
    ai, mt = chance.uniform(0.0001, 0.01, (2, n))
    told = pl.DataFrame({"id": [f"doc-{number:08}" for number in range(n)], "language": "en", "n_words": WORDS})
    scores = {"ai_score": ai, "mt_score": mt, "ai_llr": np.log(ai / (1 - ai)), "mt_llr": np.log(mt / (1 - mt))}
    told.with_columns(
        **{name: pl.Series(values) for name, values in scores.items()}, origin=pl.lit("human")
    ).write_parquet(path)
    return path


def run_through(dataset: object, workers: int, seen: object = None, size: int = BATCH) -> int:
    """Reads a loader to its end; how many samples came."""
    loader: DataLoader[object] = DataLoader(dataset, batch_size=size, num_workers=workers)  # type: ignore[arg-type]
    n = 0
    for batch in loader if seen is None else seen.watch(loader):  # type: ignore[attr-defined]
        n += len(batch["id"])
    if seen is not None:
        seen.table()  # type: ignore[attr-defined]
    return n


def carry_columns(samples: Samples) -> list[dict[str, object]]:
    """The same with as many columns as ours come with: torch asks some 0.7 ms for each tensor a worker hands over."""
    place = torch.zeros(12, dtype=torch.float64)
    return [{**sample, "ai_score": 0.5, "mt_score": 0.5, "origin": "human", "provenance": place} for sample in samples]


def list_precomputed(samples: Samples, scores: Path) -> Works:
    """Loaders over precomputed scores, by source, workers and policy."""
    keep = provenance.Filter(max_ai_score=0.99, scores=scores)
    lean = provenance.Filter(max_ai_score=0.99, scores=scores, columns=())
    weigh = provenance.Weights(power=1.0, scores=scores)
    carrying = carry_columns(samples)
    works: Works = {}

    def add(name: str, make: Callable[[], object], workers: int, seen: bool = False, size: int = BATCH) -> None:
        works[name] = lambda: run_through(make(), workers, provenance.Seen() if seen else None, size)

    for workers in (0, 2):
        for kind, bare, source in (("map", samples, samples), ("iterable", Streamed(samples), Iterated(samples))):
            name = f"{kind}, {workers} workers"
            add(f"{name}: bare", lambda bare=bare: bare, workers)
            for policy_name, policy in (("filter", keep), ("filter without columns", lean), ("weights", weigh)):
                make = partial(provenance.ProvenanceDataset, source, policy)
                add(f"{name}: {policy_name}", make, workers)
            add(f"{name}: filter, seen", partial(provenance.ProvenanceDataset, source, keep), workers, seen=True)
        add(f"map, {workers} workers: bare with columns", lambda: carrying, workers)
    large = f"map, 2 workers, batches of {LARGE}"
    for name, make in (("bare", lambda: samples), ("bare with columns", lambda: carrying)):
        add(f"{large}: {name}", make, 2, size=LARGE)
    for name, policy in (("filter", keep), ("filter without columns", lean)):
        add(f"{large}: {name}", partial(provenance.ProvenanceDataset, samples, policy, block=LARGE), 2, size=LARGE)
    return works


def list_single(samples: Samples, scores: Path) -> Works:
    """Policies called on one sample after the other, and on batches, without a loader."""
    keep = provenance.Filter(max_ai_score=0.99, scores=scores)
    weigh = provenance.Weights(power=1.0, scores=scores)
    batches = [samples[at : at + BATCH] for at in range(0, len(samples), BATCH)]
    copies = (shutil.copy(scores, scores.with_name(f"{number}.parquet")) for number in count())
    return {
        "scores read into memory": lambda: len(provenance.Scores(next(copies))),
        "keep(sample)": lambda: [keep(sample) for sample in samples],
        "weigh(sample)": lambda: [weigh(sample) for sample in samples],
        f"keep(list of {BATCH})": lambda: [keep(batch) for batch in batches],
        f"keep.apply(list of {BATCH})": lambda: [keep.apply(batch) for batch in batches],
    }


def list_frames(samples: Samples, scores: Path) -> Works:
    """Hugging Face datasets in batches of 1,000 beside the same with a function that does nothing, and polars."""
    import datasets

    datasets.disable_caching()
    datasets.disable_progress_bars()
    keep, score = (kind(scores=scores) for kind in (provenance.Filter, provenance.Scorer))
    data, frame = datasets.Dataset.from_list(samples), pl.DataFrame(samples)
    return {
        "map: bare": lambda: data.map(lambda batch: {"one": [1.0] * len(batch["id"])}, batched=True),
        "map: scorer": lambda: data.map(score, batched=True),
        "filter: bare": lambda: data.filter(lambda batch: [True] * len(batch["id"]), batched=True),
        "filter: filter": lambda: data.filter(keep, batched=True),
        "polars: bare": lambda: frame.with_columns(one=1.0),
        "polars: score": lambda: frame.provenance.score("text", scores=scores),  # type: ignore[attr-defined]
        "polars: filter": lambda: frame.provenance.filter("text", scores=scores),  # type: ignore[attr-defined]
    }


def list_on_the_fly(samples: Samples) -> Works:
    """Loaders that score; with workers that are forked a companion of each does."""
    keep = provenance.Filter(max_ai_score=1.0)
    works: Works = {}
    for workers in (0, 2):
        works[f"{workers} workers: bare"] = lambda workers=workers: run_through(samples, workers)
        for block in (64, 256, 512):
            works[f"{workers} workers: filter, block {block}"] = lambda workers=workers, block=block: run_through(
                provenance.ProvenanceDataset(samples, keep, block=block), workers
            )
    works["2 workers: filter, start"] = lambda: run_through(provenance.ProvenanceDataset(samples[:START], keep), 2)
    works["0 workers: judge_many, no loader"] = lambda: provenance.judge_many([sample["text"] for sample in samples])
    return works


def make_different(n: int) -> Samples:
    """Texts of random words."""
    words = np.array([f"word{number}" for number in range(20_000)])
    rows = words[np.random.default_rng(1).integers(0, len(words), (n, WORDS))]
    return [{"id": f"doc-{number:08}", "text": " ".join(row)} for number, row in enumerate(rows)]


def list_duplicates(n: int) -> Works:
    """Both memories over different texts, all new."""
    texts = [sample["text"] for sample in make_different(n)]
    blocks = [texts[at : at + BATCH] for at in range(0, n, BATCH)]

    def run(memory: str) -> None:
        keep = provenance.NearDuplicates(memory=memory, n_expected=1_000_000)  # type: ignore[arg-type]
        new = sum(sum(keep(block)) for block in blocks)
        assert new == n, f"{n - new} of {n} dropped"

    return {memory: lambda memory=memory: run(memory) for memory in ("signatures", "bloom")}


def list_resumed(samples: Samples, scores: Path) -> tuple[dict[str, int], Works]:
    """From loading a state to the next sample, without workers: how many samples were read before, and the works.

    Samples lie in memory: what a source takes to read again is its own.
    """
    many = [samples[number % len(samples)] for number in range(101_000)]
    bloom = partial(provenance.NearDuplicates, memory="bloom", n_expected=1_000_000)
    read_before, works = {}, {}
    for name, source, n_read, make_duplicates in (
        ("map", many, 100_000, None),
        ("iterable", Iterated(many), 100_000, None),
        ("map, duplicates in bloom", make_different(11_000), 10_000, bloom),
    ):
        first = _make_dataset(source, scores, make_duplicates)
        for _ in islice(iter(first), n_read):
            pass
        read_before[name] = n_read
        works[name] = partial(_resume, source, scores, make_duplicates, first.state_dict())
    return read_before, works


def _resume(source: object, scores: Path, make_duplicates: Work | None, state: object) -> None:
    dataset = _make_dataset(source, scores, make_duplicates)
    dataset.load_state_dict(state)
    next(iter(dataset))


def _make_dataset(source: object, scores: Path, make_duplicates: Work | None) -> Any:
    duplicates = make_duplicates() if make_duplicates else None
    return provenance.ProvenanceDataset(source, provenance.Filter(scores=scores), duplicates=duplicates)
