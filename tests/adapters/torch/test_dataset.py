"""What comes out of a dataset: every kept sample once, over workers, ranks and epochs; and what cannot be resumed."""

import copy
import json
import math
import pickle
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
from provenance.adapters.loaders.draw import draw
from provenance.adapters.loaders.packed import PACKED
from provenance.adapters.torch import ProvenanceDataset, ScoredMap
from provenance.errors import ConfigError, SampleError
from tests.adapters.torch.made import (
    LOADERS,
    N_ITEMS,
    Again,
    ByNumber,
    Stateful,
    Tracked,
    make_items,
    read,
    stop_after,
)

pytestmark = [
    pytest.mark.filterwarnings("ignore:This DataLoader will create"),
    pytest.mark.filterwarnings("ignore:'set_vital' is deprecated"),
]


def numbers_of(samples: Any) -> list[int]:
    return [sample["n"] for sample in samples]


def flat(batches: list[list[int]]) -> list[int]:
    return [number for batch in batches for number in batch]


def kept_of(policy: ByNumber, epoch: int = 0) -> list[int]:
    """What stays, found without the dataset."""
    scored = policy.find_scores(make_items())
    units = np.where(scored.pair != 0, scored.pair, np.arange(N_ITEMS, dtype=np.uint64))
    return np.flatnonzero(draw(units, seed=policy.seed, epoch=epoch) < policy.weigh(scored)).tolist()


# Which samples


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
    buffered = numbers_of(ProvenanceDataset(make_items(), ByNumber(), shuffle_buffer=80))
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


# Epochs


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("loader", LOADERS)
def test_persistent_workers_see_the_epoch(loader: str, workers: int):
    dataset = ProvenanceDataset(make_items(), ByNumber(), shuffle=True)
    made = LOADERS[loader](dataset, workers, persistent_workers=workers > 0)
    for epoch in (0, 1, 5):
        dataset.set_epoch(epoch)
        assert sorted(flat(read(made))) == kept_of(ByNumber(), epoch)


def test_spawned_persistent_workers_see_the_epoch():
    dataset = ProvenanceDataset(make_items(), ByNumber())
    made = Tracked(dataset, 1, persistent_workers=True, multiprocessing_context="spawn")
    for epoch in (0, 3):
        dataset.set_epoch(epoch)
        assert flat(read(made)) == kept_of(ByNumber(), epoch)


@pytest.mark.parametrize("persistent", [False, True])
@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("loader", LOADERS)
def test_epochs_after_a_resumed_one_are_whole(loader: str, workers: int, persistent: bool):
    """Others shortened them (datasets issue 7447)."""
    if persistent and not workers:
        pytest.skip("no workers to persist")

    def make() -> Tracked:
        dataset = ProvenanceDataset(make_items(), ByNumber(), block=8)
        return LOADERS[loader](dataset, workers, persistent_workers=persistent)

    first = make()
    first.dataset.set_epoch(2)
    begun, state = stop_after(first, 20)
    resumed = make()
    resumed.load_state_dict(state)
    assert sorted(flat(begun + read(resumed))) == kept_of(ByNumber(), 2)
    assert resumed.dataset.epoch == 2
    assert sorted(flat(read(resumed))) == kept_of(ByNumber(), 2)
    resumed.dataset.set_epoch(3)
    assert sorted(flat(read(resumed))) == kept_of(ByNumber(), 3)


@pytest.mark.parametrize("epoch", [0, 1])
@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("loader", LOADERS)
def test_a_state_early_in_a_later_epoch_is_of_that_epoch(loader: str, workers: int, epoch: int):
    """A worker that has given out nothing in this epoch must not go on at the end of the last one."""
    dataset = ProvenanceDataset(make_items(), ByNumber(), block=8)
    made = LOADERS[loader](dataset, workers, persistent_workers=workers > 0)
    read(made)
    dataset.set_epoch(epoch)
    begun, state = stop_after(made, 1)
    resumed = LOADERS[loader](ProvenanceDataset(make_items(), ByNumber(), block=8), workers)
    resumed.load_state_dict(state)
    assert sorted(flat(begun + read(resumed))) == kept_of(ByNumber(), epoch)


@pytest.mark.parametrize("workers", [0, 2])
def test_the_end_of_an_epoch_gives_nothing_and_then_a_whole_one(workers: int):
    first = Tracked(ProvenanceDataset(make_items(), ByNumber()), workers)
    whole = read(first)
    resumed = Tracked(ProvenanceDataset(make_items(), ByNumber()), workers)
    resumed.load_state_dict(first.state_dict())
    assert read(resumed) == []
    assert read(resumed) == whole


@pytest.mark.parametrize("epoch", [0, 1])
@pytest.mark.parametrize("workers", [0, 2])
def test_the_end_of_an_epoch_in_a_stateful_loader_leads_to_a_whole_one(workers: int, epoch: int):
    """As with any dataset there: a finished loader starts its next epoch."""
    first = Stateful(ProvenanceDataset(make_items(), ByNumber()), workers)
    read(first)
    state = first.state_dict()
    resumed = Stateful(ProvenanceDataset(make_items(), ByNumber()), workers)
    resumed.load_state_dict(state)
    resumed.dataset.set_epoch(epoch)
    assert sorted(flat(read(resumed))) == kept_of(ByNumber(), epoch)


def test_an_epoch_below_0_is_refused():
    with pytest.raises(ConfigError, match="epoch=-1"):
        ProvenanceDataset(make_items(), ByNumber()).set_epoch(-1)


def test_a_later_epoch_gives_up_a_loaded_state():
    dataset = ProvenanceDataset(make_items(), ByNumber())
    samples = iter(dataset)
    next(samples)
    resumed = ProvenanceDataset(make_items(), ByNumber())
    resumed.load_state_dict(dataset.state_dict())
    resumed.set_epoch(1)
    assert numbers_of(resumed) == kept_of(ByNumber(), 1)


def test_two_iterators_of_one_resume_give_it_once():
    """Loaders may make an iterator that they never read (meta-pytorch/data issue 1267)."""
    dataset = ProvenanceDataset(make_items(), ByNumber())
    samples = iter(dataset)
    begun = [next(samples)["n"] for _ in range(30)]
    resumed = ProvenanceDataset(make_items(), ByNumber())
    resumed.load_state_dict(dataset.state_dict())
    iter(resumed)
    assert begun + numbers_of(resumed) == kept_of(ByNumber())
    assert numbers_of(resumed) == kept_of(ByNumber())


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


def test_items_that_are_no_mappings_come_out_unchanged():
    items = ["text", ("a", 1), b"bytes", None, 3.5, ["list"]]
    assert list(ProvenanceDataset(items, ByNumber(power=0.0))) == [item for item in items if item is not None]


def test_a_mapping_of_the_user_is_not_changed():
    items = make_items()
    list(ProvenanceDataset(items, ByNumber()))
    assert items == make_items()


# What is refused


def test_a_generator_is_refused():
    with pytest.raises(ConfigError, match="read once only"):
        ProvenanceDataset((item for item in make_items()), ByNumber())


def test_a_torch_iterable_must_say_whether_it_splits_itself():
    class Given(torch.utils.data.IterableDataset):
        def __iter__(self) -> Any:
            worker = torch.utils.data.get_worker_info()
            return iter(make_items()[worker.id :: worker.num_workers] if worker else make_items())

    with pytest.raises(ConfigError, match="splits_itself"):
        ProvenanceDataset(Given(), ByNumber())
    dataset = ProvenanceDataset(Given(), ByNumber(power=0.0), splits_itself=True)
    assert sorted(flat(read(Tracked(dataset, 3)))) == list(range(N_ITEMS))


@pytest.mark.parametrize(
    "table", [{"text": ["a", "b"]}, pa.table({"text": ["a"]}), "text"], ids=["dict", "arrow", "str"]
)
def test_a_table_is_no_source(table: Any):
    with pytest.raises(ConfigError, match="rows"):
        ProvenanceDataset(table, ByNumber())


def test_what_is_neither_iterable_nor_numbered_is_refused():
    with pytest.raises(ConfigError, match="neither"):
        ProvenanceDataset(5, ByNumber())


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"shuffle": True}, "shuffle_buffer"),
        ({"seed": -1}, "seed"),
        ({"block": 0}, "block"),
        ({"rank": 1}, "world_size"),
        ({"rank": 4, "world_size": 4}, "rank=4"),
    ],
    ids=str,
)
def test_impossible_options_are_refused(options: dict[str, Any], told: str):
    with pytest.raises(ConfigError, match=told):
        ProvenanceDataset(Again(make_items()), ByNumber(), **options)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"block": 65}, "block was 64 and is 65"),
        ({"seed": 8}, "seed was 7 and is 8"),
        ({"rank": 1, "world_size": 2}, "rank was 0 and is 1; world_size was 1 and is 2"),
        ({"shuffle": True}, "shuffle was False and is True"),
        ({"duplicates": lambda texts: [True] * len(texts)}, "duplicates"),
    ],
    ids=["block", "seed", "rank", "shuffle", "duplicates"],
)
def test_a_state_of_another_dataset_is_refused(options: dict[str, Any], told: str):
    state = ProvenanceDataset(make_items(), ByNumber()).state_dict()
    with pytest.raises(ConfigError, match=told):
        ProvenanceDataset(make_items(), ByNumber(), **options).load_state_dict(state)


def test_a_state_of_something_else_is_refused():
    with pytest.raises(ConfigError, match="no state"):
        ProvenanceDataset(make_items(), ByNumber()).load_state_dict({"epoch": 1})


def test_a_state_of_another_policy_is_told():
    state = ProvenanceDataset(make_items(), ByNumber()).state_dict()
    with pytest.warns(UserWarning, match="another policy"):
        ProvenanceDataset(make_items(), ByNumber(power=0.5)).load_state_dict(state)


@pytest.mark.parametrize("workers", [0, 3])
def test_a_state_of_another_number_of_workers_is_refused(workers: int):
    _, state = stop_after(Tracked(ProvenanceDataset(make_items(), ByNumber()), 2), 3)
    resumed = Tracked(ProvenanceDataset(make_items(), ByNumber()), workers)
    resumed.load_state_dict(state)
    with pytest.raises(ConfigError, match="n_streams"):
        read(resumed)


def test_a_state_before_anything_was_read_fits_any_number_of_workers():
    state = ProvenanceDataset(make_items(), ByNumber()).state_dict()
    resumed = Tracked(ProvenanceDataset(make_items(), ByNumber()), 2)
    resumed.load_state_dict(state)
    assert sorted(flat(read(resumed))) == kept_of(ByNumber())


def test_a_batch_without_positions_cannot_be_tracked():
    loader = DataLoader(ProvenanceDataset(make_items(), ByNumber()), collate_fn=lambda samples: len(samples))
    dataset = loader.dataset
    with pytest.raises(ConfigError, match="no field 'provenance'"):
        next(iter(dataset.track(loader)))


def test_samples_of_a_map_have_no_position_to_track():
    dataset = ProvenanceDataset(make_items(), ByNumber())
    with pytest.raises(ConfigError, match="no position in a stream"):
        next(dataset.track(DataLoader(ScoredMap(make_items(), ByNumber()))))


def test_batches_of_a_stateful_loader_pass():
    dataset = ProvenanceDataset(make_items(), ByNumber())
    assert read(dataset.track(Stateful(dataset, 0).loader)) == read(Stateful(dataset, 0))


def test_a_list_of_samples_can_be_tracked():
    dataset = ProvenanceDataset(make_items(), ByNumber())
    batches = dataset.track(DataLoader(dataset, batch_size=10, collate_fn=list))
    next(batches)
    assert dataset.state_dict()["streams"] == {"0": [0, 10]}


def test_single_samples_can_be_tracked():
    dataset = ProvenanceDataset(make_items(), ByNumber())
    samples = dataset.track(DataLoader(dataset, batch_size=None, num_workers=1))
    next(samples)
    assert dataset.state_dict()["streams"] == {"0": [0, 1]}


def test_workers_that_nobody_tracked_are_told():
    """A state of the beginning would be a silent restart."""
    dataset = ProvenanceDataset(make_items(), ByNumber())
    next(iter(DataLoader(dataset, num_workers=1)))
    with pytest.raises(ConfigError, match="track"):
        dataset.state_dict()


def test_a_loaded_state_reaches_workers_by_track_only(monkeypatch: pytest.MonkeyPatch):
    """Else each later epoch of a loader whose workers start anew would go on from it again."""
    dataset = ProvenanceDataset(make_items(), ByNumber())
    dataset.load_state_dict(dataset.state_dict())
    monkeypatch.setattr("os.getpid", lambda: -1)  # as in a forked worker
    with pytest.raises(ConfigError, match="track"):
        next(iter(dataset))


def test_a_state_loaded_after_persistent_workers_started_is_refused():
    """A worker's copy shares memory with the dataset, by which it learns that it must not go on as before."""
    dataset = ProvenanceDataset(make_items(), ByNumber())
    in_worker = copy.copy(dataset)
    dataset.load_state_dict(dataset.state_dict())
    with pytest.raises(ConfigError, match="make a new DataLoader"):
        next(iter(in_worker))


def test_a_state_lives_in_json():
    _, state = stop_after(Tracked(ProvenanceDataset(make_items(), ByNumber()), 2), 3)
    assert json.loads(json.dumps(state)) == state


def test_a_dataset_pickles_with_its_place():
    dataset = ProvenanceDataset(make_items(), ByNumber())
    dataset.set_epoch(3)
    assert pickle.loads(pickle.dumps(dataset)).state_dict() == dataset.state_dict()


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
    dataset = ProvenanceDataset([{"text": None}], provenance.Filter(on_error="raise"))
    with pytest.raises(SampleError):
        list(dataset)
