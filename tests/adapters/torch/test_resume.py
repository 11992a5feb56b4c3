"""Stopped at 20 random places, twice in a row, an epoch is the same as an uninterrupted one: order and batches."""

import pickle
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="needs torch")
pytest.importorskip("torchdata", reason="needs torchdata")

from provenance.adapters.torch import ProvenanceDataset
from tests.adapters.torch.made import (
    LOADERS,
    Again,
    ByNumber,
    Make,
    go_on_twice,
    make_items,
    random_stops,
    read,
    read_states,
)

pytestmark = [
    pytest.mark.filterwarnings("ignore:This DataLoader will create"),
    pytest.mark.filterwarnings("ignore:'set_vital' is deprecated"),
]
WORKERS = (0, 1, 2, 4)
KINDS = ("numbered", "iterable", "streaming")


@pytest.fixture(scope="module")
def streaming(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A streaming Hugging Face dataset of six Parquet files."""
    datasets = pytest.importorskip("datasets", reason="needs datasets")
    folder: Path = tmp_path_factory.mktemp("shards")
    items = make_items()
    for shard in range(6):
        datasets.Dataset.from_list(items[shard * 40 : shard * 40 + 40]).to_parquet(folder / f"{shard}.parquet")
    files = sorted(map(str, folder.glob("*.parquet")))
    return datasets.load_dataset("parquet", data_files=files, split="train", streaming=True, cache_dir=str(folder))


def make_dataset(kind: str, streaming: Any, **options: Any) -> ProvenanceDataset:
    policy = ByNumber(power=0.5)
    if kind == "numbered":
        return ProvenanceDataset(make_items(), policy, block=8, shuffle=True, **options)
    if kind == "iterable":
        return ProvenanceDataset(Again(make_items()), policy, block=8, shuffle_buffer=16, **options)
    return ProvenanceDataset(streaming, policy, block=8, shuffle_buffer=12, **options)


def assert_same_after_stops(make: Make, stops: slice) -> None:
    whole, states = read_states(make())
    assert len(whole) > 30
    numbers = [number for batch in whole for number in batch]
    assert len(numbers) == len(set(numbers))
    for first, second in random_stops(len(whole))[stops]:
        assert whole[:first] + go_on_twice(make, states[first - 1], second) == whole, (first, second)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("loader", LOADERS)
def test_an_epoch_without_workers_goes_on(loader: str, kind: str, streaming: Any):
    assert_same_after_stops(lambda: LOADERS[loader](make_dataset(kind, streaming), 0), slice(0, 20))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize("loader", LOADERS)
def test_an_epoch_with_workers_goes_on(loader: str, workers: int, kind: str, streaming: Any):
    """20 places for each number of workers, shared among the two loaders and the three kinds of source."""
    share = slice(len(KINDS) * list(LOADERS).index(loader) + KINDS.index(kind), 20, len(KINDS) * len(LOADERS))
    assert_same_after_stops(lambda: LOADERS[loader](make_dataset(kind, streaming), workers), share)


@pytest.mark.parametrize("loader", LOADERS)
def test_spawned_workers_go_on(loader: str):
    whole, states = read_states(LOADERS[loader](make_dataset("numbered", None), 1))
    spawned = LOADERS[loader](make_dataset("numbered", None), 1, multiprocessing_context="spawn")
    spawned.load_state_dict(pickle.loads(states[8]))
    assert read(spawned) == whole[9:]


def test_without_a_loader_each_sample_is_a_place_to_stop():
    whole = [sample["n"] for sample in make_dataset("iterable", None)]
    for stop in range(len(whole)):
        dataset = make_dataset("iterable", None)
        samples = iter(dataset)
        start = [next(samples)["n"] for _ in range(stop)]
        resumed = make_dataset("iterable", None)
        resumed.load_state_dict(dataset.state_dict())
        assert start + [sample["n"] for sample in resumed] == whole


def test_a_second_resume_of_a_stream_does_not_start_anew(streaming: Any):
    """In datasets 4 to 5.0 it did (issue 8308): the state no longer moved after the first resume."""
    states = []
    dataset = make_dataset("streaming", streaming)
    for _ in range(4):
        samples = iter(dataset)
        for _ in range(13):
            next(samples)
        states.append(dataset.state_dict())
        dataset = make_dataset("streaming", streaming)
        dataset.load_state_dict(states[-1])
    places = [state["streams"]["0"] for state in states]
    assert places == sorted(places)
    assert len({tuple(place) for place in places}) == 4


@pytest.mark.parametrize("workers", [0, 2])
def test_other_batches_prefetched_do_not_count(workers: int):
    """The state after the first batch is that after one batch, however many the workers have read ahead."""
    made = LOADERS["track"](make_dataset("numbered", None), workers)
    whole = read(LOADERS["track"](make_dataset("numbered", None), workers))
    next(iter(made))
    resumed = LOADERS["track"](make_dataset("numbered", None), workers)
    resumed.load_state_dict(made.state_dict())
    assert read(resumed) == whole[1:]
