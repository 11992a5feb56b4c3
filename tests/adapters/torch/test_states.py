"""What cannot be read, resumed or tracked is refused before anything is lost, and the message says why."""

import copy
import json
import pickle
from typing import Any

import pyarrow as pa
import pytest

pytest.importorskip("torch", reason="needs torch")
pytest.importorskip("torchdata", reason="needs torchdata")

import torch
from torch.utils.data import DataLoader

import provenance
from provenance.adapters.torch import ProvenanceDataset, ScoredMap
from provenance.errors import ConfigError
from tests.adapters.torch.made import (
    N_ITEMS,
    Again,
    ByNumber,
    Stateful,
    Tracked,
    flat,
    kept_of,
    make_items,
    read,
    stop_after,
)

pytestmark = [
    pytest.mark.filterwarnings("ignore:This DataLoader will create"),
    pytest.mark.filterwarnings("ignore:'set_vital' is deprecated"),
]


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


@pytest.mark.parametrize("name", ["arrow", "polars", "pandas"])
def test_a_dataset_that_gives_tables_is_refused(name: str):
    datasets = pytest.importorskip("datasets", reason="needs datasets")
    if name == "pandas":
        pytest.importorskip("pandas", reason="needs pandas")
    source = datasets.Dataset.from_list(make_items()).with_format(name)
    with pytest.raises(ConfigError, match=rf"in the format '{name}' .*with_format\(None\)"):
        ProvenanceDataset(source, ByNumber())


def test_what_is_neither_iterable_nor_numbered_is_refused():
    with pytest.raises(ConfigError, match="neither"):
        ProvenanceDataset(5, ByNumber())


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"shuffle": True}, "shuffle_buffer"),
        ({"seed": -1}, "seed"),
        ({"block": 0}, "block"),
        ({"block": "8"}, "block='8'"),
        ({"shuffle_buffer": -5}, "shuffle_buffer=-5"),
        ({"seed": 1.5}, "seed=1.5"),
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
        ({"block": 65}, "block was 512 and is 65"),
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


@pytest.mark.parametrize("state", [{"epoch": 1}, None], ids=str)
def test_a_state_of_something_else_is_refused(state: Any):
    with pytest.raises(ConfigError, match="no state"):
        ProvenanceDataset(make_items(), ByNumber()).load_state_dict(state)


@pytest.mark.parametrize("policy", [None, "filter", provenance.Filter], ids=str)
def test_what_is_no_policy_is_refused(policy: Any):
    with pytest.raises(ConfigError, match="a policy is a Filter"):
        ProvenanceDataset(make_items(), policy)
    with pytest.raises(ConfigError, match="a policy is a Filter"):
        ScoredMap(make_items(), policy)


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
