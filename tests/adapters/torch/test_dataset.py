"""What comes out of a dataset: every kept sample once, over workers and ranks, and what it carries."""

import math
import shutil
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytest.importorskip("torch", reason="needs torch")
pytest.importorskip("torchdata", reason="needs torchdata")

import torch
from torch.utils.data import DataLoader

import provenance
from provenance.adapters.loaders.packed import PACKED
from provenance.adapters.torch import ProvenanceDataset
from provenance.errors import SampleError
from tests.adapters.torch.made import (
    LOADERS,
    N_ITEMS,
    Again,
    ByNumber,
    Tracked,
    flat,
    kept_of,
    make_items,
    numbers_of,
    read,
    stop_after,
)

pytestmark = [
    pytest.mark.filterwarnings("ignore:This DataLoader will create"),
    pytest.mark.filterwarnings("ignore:'set_vital' is deprecated"),
]


@pytest.mark.parametrize("source", [make_items(), Again(make_items())], ids=["numbered", "iterable"])
def test_what_stays_is_what_was_drawn(source: Any):
    assert numbers_of(ProvenanceDataset(source, ByNumber())) == kept_of(ByNumber())


def test_near_pairs_stay_or_go_together():
    halved = type("Halved", (ByNumber,), {"weigh": lambda self, scored: np.full(len(scored), 0.5)})(pairs=True)
    kept = set(numbers_of(ProvenanceDataset(make_items(), halved)))
    pairs = [(n, n + 1) for n in range(0, N_ITEMS, 2) if n % 10 < 4]
    assert {(first in kept, second in kept) for first, second in pairs} == {(True, True), (False, False)}


@pytest.mark.parametrize("options", [{}, {"shuffle": True}, {"shuffle_buffer": 20}], ids=str)
@pytest.mark.parametrize("world_size", [1, 3, 4])
def test_ranks_share_the_whole(world_size: int, options: dict[str, Any]):
    ranks = [
        numbers_of(ProvenanceDataset(make_items(), ByNumber(), rank=rank, world_size=world_size, **options))
        for rank in range(world_size)
    ]
    assert sorted(flat(ranks)) == kept_of(ByNumber())


@pytest.mark.parametrize("kind", ["numbered", "iterable"])
def test_ranks_and_workers_share_the_whole(kind: str):
    source = make_items() if kind == "numbered" else Again(make_items())
    ranks = [
        flat(read(Tracked(ProvenanceDataset(source, ByNumber(), block=8, rank=rank, world_size=3), 2)))
        for rank in range(3)
    ]
    assert sorted(flat(ranks)) == kept_of(ByNumber())


@pytest.mark.parametrize(("n_shards", "world_size", "workers"), [(5, 1, 3), (2, 1, 4), (4, 2, 2), (3, 2, 2), (1, 4, 0)])
def test_hugging_face_shards_are_not_split_twice(n_shards: int, world_size: int, workers: int):
    """Shards fewer than workers, more than ranks, and numbers that do not divide."""
    datasets = pytest.importorskip("datasets", reason="needs datasets")
    source = datasets.Dataset.from_list(make_items()).to_iterable_dataset(num_shards=n_shards)
    whole = []
    for rank in range(world_size):
        dataset = ProvenanceDataset(source, ByNumber(power=0.0), rank=rank, world_size=world_size)
        whole += flat(read(Tracked(dataset, workers)))
    assert sorted(whole) == list(range(N_ITEMS))


def test_a_hugging_face_dataset_split_by_ranks_is_left_so():
    datasets = pytest.importorskip("datasets", reason="needs datasets")
    from datasets.distributed import split_dataset_by_node

    source = datasets.Dataset.from_list(make_items()).to_iterable_dataset(num_shards=2)
    parts = [
        numbers_of(
            ProvenanceDataset(split_dataset_by_node(source, rank, 2), ByNumber(power=0.0), rank=rank, world_size=2)
        )
        for rank in range(2)
    ]
    assert sorted(flat(parts)) == list(range(N_ITEMS))


def test_a_numbered_hugging_face_dataset_is_read_by_number():
    datasets = pytest.importorskip("datasets", reason="needs datasets")
    dataset = ProvenanceDataset(datasets.Dataset.from_list(make_items()), ByNumber(), shuffle=True)
    assert numbers_of(dataset) == numbers_of(ProvenanceDataset(make_items(), ByNumber(), shuffle=True))


def test_the_rank_is_that_of_torch_distributed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(torch.distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.distributed, "get_rank", lambda: 2)
    monkeypatch.setattr(torch.distributed, "get_world_size", lambda: 3)
    assert numbers_of(ProvenanceDataset(make_items(), ByNumber(power=0.0))) == list(range(2, N_ITEMS, 3))


def test_shuffling_shuffles_and_a_buffer_shuffles_within_blocks():
    kept = kept_of(ByNumber())
    permuted = numbers_of(ProvenanceDataset(make_items(), ByNumber(), shuffle=True))
    buffered = numbers_of(ProvenanceDataset(make_items(), ByNumber(), shuffle_buffer=80, block=8))
    assert sorted(permuted) == sorted(buffered) == kept
    assert permuted != kept
    assert buffered != kept
    assert [number // 80 for number in buffered] == [number // 80 for number in kept]
    assert max(abs(permuted.index(number) - place) for place, number in enumerate(kept)) > 50


def test_the_seed_decides():
    def order(seed: int | None) -> list[int]:
        return numbers_of(ProvenanceDataset(make_items(), ByNumber(seed=4), shuffle=True, seed=seed))

    assert order(None) == order(4)
    assert order(4) != order(5)


# What a sample carries


def test_samples_carry_columns_and_numbers():
    sample = list(ProvenanceDataset(make_items(), ByNumber(power=0.0)))[33]
    assert {**sample, "provenance": None, "ai_score": None} == {
        "n": 33,
        "text": "text 33",
        "ai_score": None,
        "origin": "ai_generated",
        "n_words": 33.0,
        "language": "",
        "weight": 1.0,
        "provenance": None,
    }
    assert math.isnan(sample["ai_score"])
    assert sample["provenance"].dtype == torch.float64
    assert dict(zip(PACKED, sample["provenance"].tolist(), strict=True))["offset"] == 33


ODD: list[Any] = [
    {"text": "a text"},
    {"text": None},
    {},
    {"text": math.nan},
    {"text": b"bytes"},
    {"text": "\N{GRINNING FACE}"},
    {"text": "x" * 10_000_000},
]


@pytest.mark.parametrize("workers", [0, 2])
def test_odd_mappings_come_out_and_collate(workers: int):
    dataset = ProvenanceDataset([*ODD, None, *ODD], ByNumber(power=0.0))
    texts = [text for batch in Tracked(dataset, workers) for text in batch["text"]]
    expected = ["a text", "", "", "", b"bytes", "\N{GRINNING FACE}", "x" * 10_000_000]
    assert sorted(map(str, texts)) == sorted(map(str, expected * 2))


NO_TEXT: list[Any] = [5, 1.5, True, ["a", "list"], {"a": 1}, {1}, np.float32("nan"), np.array(["a"]), object(), None]


@pytest.mark.parametrize("value", NO_TEXT, ids=lambda value: type(value).__name__)
def test_what_is_no_text_collates_first_in_a_batch_and_says_so(value: Any):
    """Torch's collate goes by the first sample of a batch: an odd one there ends the epoch."""
    source = [{"text": value}, {"text": "a text"}, {"text": value}]
    dataset = ProvenanceDataset(source, provenance.Filter(columns=("problem", "origin")))
    [batch] = Tracked(dataset, 0)
    missing = value is None or isinstance(value, np.floating)
    assert batch["text"] == ["", "a text", ""]
    assert batch["problem"] == ["no text" if missing else "not text", "", "no text" if missing else "not text"]
    assert batch["origin"] == ["undetermined"] * 3


def test_bytes_stay_bytes():
    source = [{"text": value} for value in (bytearray(b"array"), b"bytes", memoryview(b"view"), b"\xff", "a text")]
    [batch] = DataLoader(ProvenanceDataset(source, provenance.Filter()), batch_size=9)
    assert batch["text"] == [b"array", b"bytes", b"view", b"\xff", "a text"]


def test_of_a_source_of_texts_what_is_no_text_is_left_out():
    source = [5, "a text", None, math.nan, ["list"], b"bytes", b"\xff", "other"]
    [batch] = DataLoader(ProvenanceDataset(source, provenance.Filter()), batch_size=9)
    assert batch == ["a text", b"bytes", b"\xff", "other"]


def test_items_that_a_policy_of_ones_own_can_read_come_out_unchanged():
    items = ["text", ("a", 1), b"bytes", None, 3.5, ["list"]]
    assert list(ProvenanceDataset(items, ByNumber(power=0.0))) == [item for item in items if item is not None]


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ([("a text", 1), ("other", 0)], r"tuple"),
        ([{"txt": "a text"}] * 2, r"no field 'text' \(it has txt\)"),
        ([{"text": ["a", "b"]}] * 2, r"list in its field 'text'"),
    ],
    ids=["tuples", "another field", "lists"],
)
def test_a_source_without_any_text_is_warned_of(source: list[Any], named: str):
    with pytest.warns(UserWarning, match=rf"none of these 2 samples has a text.*{named}"):
        list(ProvenanceDataset(source, provenance.Filter()))


def test_a_text_among_others_is_not_warned_of(recwarn: pytest.WarningsRecorder):
    list(ProvenanceDataset([{"text": 5}, {"text": "a text"}], provenance.Filter()))
    assert not recwarn.list


def test_a_mapping_of_the_user_is_not_changed():
    items = make_items()
    list(ProvenanceDataset(items, ByNumber()))
    assert items == make_items()


# Duplicates


class FirstWords:
    """Texts that begin alike are duplicates."""

    def __init__(self) -> None:
        self.known: set[str] = set()

    def __call__(self, texts: list[str]) -> list[bool]:
        new = []
        for text in texts:
            new.append(text[:7] not in self.known)
            self.known.add(text[:7])
        return new


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("workers", [0, 2])
def test_duplicates_are_left_out_in_each_epoch_and_after_each_resume(loader: str, workers: int):
    def make() -> Tracked:
        dataset = ProvenanceDataset(make_items(), ByNumber(power=0.0), block=8, duplicates=FirstWords())
        return LOADERS[loader](dataset, workers)

    made = make()
    whole = read(made)
    n_streams = max(workers, 1)
    kept = [
        number
        for stream in range(n_streams)
        for number, new in zip(
            range(stream, N_ITEMS, n_streams),
            FirstWords()([item["text"] for item in make_items()[stream::n_streams]]),
            strict=True,
        )
        if new
    ]
    assert sorted(flat(whole)) == sorted(kept)
    assert read(made) == whole
    begun, state = stop_after(make(), 15)
    resumed = make()
    resumed.load_state_dict(state)
    assert begun + read(resumed) == whole


# With the project's own policies


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scores measured before, of the samples of `make_items`, by their number."""
    path = tmp_path_factory.mktemp("scores") / "scores.parquet"
    ai_scores = [n % 10 / 10 for n in range(N_ITEMS)]
    pq.write_table(pa.table({"id": [str(n) for n in range(N_ITEMS)], "ai_score": ai_scores}), path)
    return path


def with_ids() -> list[dict[str, Any]]:
    return [{"id": str(item["n"]), **item} for item in make_items()]


@pytest.mark.parametrize("loader", LOADERS)
def test_a_filter_with_scores_measured_before_works_in_forked_workers(scores: Path, loader: str):
    dataset = ProvenanceDataset(with_ids(), provenance.Filter(max_ai_score=0.45, scores=scores))
    batches = list(LOADERS[loader](dataset, 2))
    assert sorted(flat([batch["n"].tolist() for batch in batches])) == [n for n in range(N_ITEMS) if n % 10 < 5]
    assert all((batch["ai_score"] <= 0.45).all() for batch in batches)


def test_weights_resume_where_they_stopped(scores: Path):
    def make() -> ProvenanceDataset:
        return ProvenanceDataset(with_ids(), provenance.Weights(power=2.0, scores=scores), shuffle=True)

    whole = numbers_of(make())
    assert 0 < len(whole) < N_ITEMS
    first, again = make(), make()
    begun = numbers_of(islice(first, 20))
    again.load_state_dict(first.state_dict())
    assert begun + numbers_of(again) == whole
    assert sum(n % 10 == 0 for n in whole) > sum(n % 10 == 9 for n in whole)


def test_the_same_scores_elsewhere_are_the_same_policy(scores: Path, tmp_path: Path):
    moved = shutil.copy(scores, tmp_path / "moved.parquet")
    state = ProvenanceDataset(with_ids(), provenance.Filter(max_ai_score=0.5, scores=scores)).state_dict()
    ProvenanceDataset(with_ids(), provenance.Filter(max_ai_score=0.5, scores=moved)).load_state_dict(state)
    with pytest.warns(UserWarning, match="another policy"):
        ProvenanceDataset(with_ids(), provenance.Filter(max_ai_score=0.6, scores=moved)).load_state_dict(state)


def test_a_sample_without_a_text_can_be_made_an_error(scores: Path):
    source = [{"id": "first", "text": "a text"}, {"id": "second", "text": 5}]
    with pytest.raises(SampleError, match=r"sample 1 of the batch, \{'id': 'second', 'text': 5\}: not text \(int\)"):
        list(ProvenanceDataset(source, provenance.Filter(on_error="raise")))
