"""Epochs: seen by running workers, whole after a resumed one, and ended properly."""

import pytest

pytest.importorskip("torch", reason="needs torch")
pytest.importorskip("torchdata", reason="needs torchdata")


from provenance.adapters.torch import ProvenanceDataset
from provenance.errors import ConfigError
from tests.adapters.torch.made import (
    LOADERS,
    ByNumber,
    Stateful,
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


@pytest.mark.parametrize("loader", LOADERS)
def test_workers_do_not_write_to_the_epoch_that_a_hugging_face_stream_shares(loader: str):
    """Its `set_epoch` adds to memory shared by all workers: two at once end in another epoch, with other shards."""
    datasets = pytest.importorskip("datasets", reason="needs datasets")
    source = datasets.Dataset.from_list(make_items()).to_iterable_dataset(num_shards=8).shuffle(seed=1, buffer_size=9)
    dataset = ProvenanceDataset(source, ByNumber(power=0.0))
    made = LOADERS[loader](dataset, 2)
    orders = []
    for epoch in range(3):
        dataset.set_epoch(epoch)
        orders.append(flat(read(made)))
        assert sorted(orders[-1]) == sorted(orders[0]) == list(range(len(make_items())))
        assert source.epoch == 0
    assert orders[0] != orders[1] != orders[2]


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
