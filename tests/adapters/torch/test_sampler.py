"""Draws in proportion to weight: how often, which, in what order, over ranks and epochs, and after a stop."""

from itertools import product
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs torch")
pytest.importorskip("torchdata", reason="needs torchdata")

from torch.utils.data import DataLoader
from torchdata.stateful_dataloader import StatefulDataLoader

from provenance.adapters.loaders.packed import unpack
from provenance.adapters.torch import ProvenanceSampler, ScoredMap
from provenance.errors import ConfigError
from tests.adapters.torch.made import N_ITEMS, Again, ByNumber, make_items, random_stops, read

pytestmark = [pytest.mark.filterwarnings("ignore:'set_vital' is deprecated")]
ITEMS = make_items()
WEIGHTS = ByNumber().weigh(ByNumber().find_scores(ITEMS))


def counts_of(numbers: Any) -> list[int]:
    return np.bincount(list(numbers), minlength=N_ITEMS).tolist()


# How often


@pytest.mark.parametrize("given", ["policy", "array"])
def test_with_replacement_a_sample_comes_as_often_as_its_weight_says(given: str):
    policy = ByNumber() if given == "policy" else WEIGHTS
    sampler = ProvenanceSampler(ITEMS, policy, n_samples=1000)
    drawn = list(sampler)
    assert len(drawn) == len(sampler) == 1000
    expected = 1000 * WEIGHTS / WEIGHTS.sum()
    assert np.all(np.abs(np.array(counts_of(drawn)) - expected) <= 1)


def test_over_epochs_the_counts_come_to_what_is_expected():
    sampler = ProvenanceSampler(ITEMS, WEIGHTS)
    total = np.zeros(N_ITEMS)
    for epoch in range(400):
        sampler.set_epoch(epoch)
        total += counts_of(sampler)
    np.testing.assert_allclose(total / 400, N_ITEMS * WEIGHTS / WEIGHTS.sum(), atol=0.1)


def test_a_filter_without_replacement_gives_all_it_keeps_once():
    policy = ByNumber(power=0.0, refuse=3)
    kept = np.flatnonzero(policy.weigh(policy.find_scores(ITEMS))).tolist()
    drawn = list(ProvenanceSampler(ITEMS, policy, replacement=False))
    assert drawn != kept
    assert sorted(drawn) == kept
    assert list(ProvenanceSampler(ITEMS, policy, replacement=False, shuffle=False)) == kept


def test_without_replacement_heavy_samples_are_drawn_more_often():
    """Of weights 1, 1, 3, 3 two: the chance that the first heavy one is drawn, summed over the orders of drawing."""
    weights = np.array([1.0, 1.0, 3.0, 3.0])
    sampler = ProvenanceSampler(range(4), weights, n_samples=2, replacement=False)
    heavy = 0
    for epoch in range(4000):
        sampler.set_epoch(epoch)
        drawn = list(sampler)
        assert len(set(drawn)) == 2
        heavy += 2 in drawn
    first, second = 3 / 8, 3 / 8 * 3 / 5 + 2 * (1 / 8) * 3 / 7
    assert heavy / 4000 == pytest.approx(first + second, abs=0.03)


def test_without_replacement_as_many_as_are_expected_to_stay():
    sampler = ProvenanceSampler(ITEMS, ByNumber(), replacement=False)
    assert len(set(sampler)) == len(sampler) == round(WEIGHTS.sum())


def test_weights_of_the_whole_are_asked_of_a_policy_that_has_them():
    """A cap on a declared source is met exactly only where the whole corpus is known."""
    whole = type("Whole", (ByNumber,), {"weigh_all": lambda self, scored: np.arange(len(scored)) % 2.0})
    assert set(ProvenanceSampler(ITEMS, whole(), batch=16)) == set(range(1, N_ITEMS, 2))


def test_a_sample_of_weight_0_never_comes():
    policy = ByNumber(refuse=2, pairs=True)
    refused = set(np.flatnonzero(policy.weigh(policy.find_scores(ITEMS)) == 0).tolist())
    assert refused
    for replacement in (True, False):
        assert not refused & set(ProvenanceSampler(ITEMS, policy, replacement=replacement))


def test_the_effective_number_is_kishs():
    assert ProvenanceSampler(range(4), np.array([1.0, 1.0, 1.0, 1.0])).n_eff == pytest.approx(4)
    assert ProvenanceSampler(range(4), np.array([2.0, 0.0, 0.0, 0.0])).n_eff == pytest.approx(1)
    assert ProvenanceSampler(range(2), np.array([1.0, 3.0])).n_eff == pytest.approx(1.6)


# Pairs


@pytest.mark.parametrize("world_size", [1, 3])
@pytest.mark.parametrize("replacement", [True, False])
def test_near_pairs_come_together_and_next_to_each_other(replacement: bool, world_size: int):
    pairs = {n: n + 1 for n in range(0, N_ITEMS, 2) if n % 10 < 4}
    partner = {**pairs, **{second: first for first, second in pairs.items()}}
    n_paired = 0
    for rank, epoch in product(range(world_size), range(20)):
        policy = ByNumber(pairs=True, power=0.5)
        options = {"replacement": replacement, "rank": rank, "world_size": world_size}
        sampler = ProvenanceSampler(ITEMS, policy, n_samples=150, **options)
        sampler.set_epoch(epoch)
        drawn = list(sampler)
        assert len(drawn) == 150 // world_size
        place = 0
        while place < len(drawn):
            if drawn[place] in pairs:
                assert drawn[place + 1] == partner[drawn[place]]
                n_paired += 1
                place += 1
            else:
                assert drawn[place] not in partner
            place += 1
    assert n_paired > 400


# Ranks, epochs, seeds


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("replacement", [True, False])
@pytest.mark.parametrize("world_size", [1, 2, 3, 4])
def test_ranks_share_the_epoch_in_equal_parts(world_size: int, replacement: bool, shuffle: bool):
    options = {"replacement": replacement, "shuffle": shuffle, "n_samples": 120}
    ranks = [
        list(ProvenanceSampler(ITEMS, WEIGHTS, rank=rank, world_size=world_size, **options))
        for rank in range(world_size)
    ]
    assert {len(part) for part in ranks} == {120 // world_size}
    whole = list(ProvenanceSampler(ITEMS, WEIGHTS, **options))
    assert [number for part in ranks for number in part] == whole


def test_the_number_of_samples_is_rounded_to_the_ranks():
    given = {"rank": 0, "world_size": 3}
    assert len(ProvenanceSampler(ITEMS, WEIGHTS, n_samples=100, **given)) == 34
    assert len(ProvenanceSampler(ITEMS, WEIGHTS, n_samples=100, replacement=False, **given)) == 33


def test_epoch_and_seed_decide():
    def order(seed: int, epoch: int) -> list[int]:
        sampler = ProvenanceSampler(ITEMS, WEIGHTS, seed=seed)
        sampler.set_epoch(epoch)
        return list(sampler)

    assert order(1, 1) == order(1, 1)
    assert order(1, 1) != order(1, 2)
    assert order(1, 1) != order(2, 1)


def test_without_shuffling_the_order_is_that_of_the_dataset():
    drawn = list(ProvenanceSampler(ITEMS, WEIGHTS, shuffle=False))
    assert drawn == sorted(drawn)


# Resuming


def make_loader(kind: str, workers: int) -> tuple[ProvenanceSampler, Any]:
    sampler = ProvenanceSampler(ITEMS, ByNumber(pairs=True))
    given = {"sampler": sampler, "batch_size": 4, "num_workers": workers}
    samples = ScoredMap(ITEMS, ByNumber())
    return sampler, (StatefulDataLoader if kind == "stateful" else DataLoader)(samples, **given)


def iterate(kind: str, sampler: ProvenanceSampler, loader: Any) -> Any:
    return loader if kind == "stateful" else sampler.track(loader)


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("kind", ["track", "stateful"])
def test_sampling_goes_on_twice(kind: str, workers: int):
    whole = read(make_loader(kind, workers)[1])
    assert len(whole) == -(-N_ITEMS // 4)
    for stops in random_stops(len(whole), 20 if workers == 0 else 3):
        state, found = None, []
        for stop in (*stops, None):
            sampler, loader = make_loader(kind, workers)
            saved = loader if kind == "stateful" else sampler
            if state is not None:
                saved.load_state_dict(state)
            for n, batch in enumerate(iterate(kind, sampler, loader), 1):
                found.append(batch["n"].tolist())
                if n == stop:
                    break
            state = saved.state_dict()
        assert found == whole


def test_the_end_gives_nothing_and_then_a_whole_epoch():
    sampler = ProvenanceSampler(ITEMS, WEIGHTS)
    whole = list(sampler)
    resumed = ProvenanceSampler(ITEMS, WEIGHTS)
    resumed.load_state_dict(sampler.state_dict())
    assert list(resumed) == []
    assert list(resumed) == whole


@pytest.mark.parametrize("batch_size", [4, None])
@pytest.mark.parametrize("workers", [0, 1])
def test_the_end_gives_nothing_in_loaders_that_ask_twice_for_the_numbers(workers: int, batch_size: int | None):
    """A loader with workers and without batches calls `iter(sampler)` twice, and reads the second."""

    def make() -> tuple[ProvenanceSampler, Any]:
        sampler = ProvenanceSampler(ITEMS, WEIGHTS, n_samples=12)
        return sampler, sampler.track(DataLoader(ITEMS, sampler=sampler, batch_size=batch_size, num_workers=workers))

    first, batches = make()
    whole = [batch["n"] for batch in batches]
    resumed, batches = make()
    resumed.load_state_dict(first.state_dict())
    assert list(batches) == []
    assert resumed.state_dict() == first.state_dict()
    again = [batch["n"] for batch in resumed.track(DataLoader(ITEMS, sampler=resumed, batch_size=batch_size))]
    assert np.array_equal(np.concatenate(again, axis=None), np.concatenate(whole, axis=None))


def test_a_state_goes_on_in_its_epoch_only():
    sampler = ProvenanceSampler(ITEMS, WEIGHTS)
    sampler.set_epoch(2)
    whole = list(sampler)
    drawn = iter(sampler)
    begun = [next(drawn) for _ in range(9)]
    state = sampler.state_dict()
    resumed = ProvenanceSampler(ITEMS, WEIGHTS)
    resumed.load_state_dict(state)
    assert begun + list(resumed) == whole
    assert list(resumed) == whole
    resumed.load_state_dict(state)
    resumed.set_epoch(3)
    assert len(list(resumed)) == len(whole)


@pytest.mark.parametrize(
    ("options", "told"),
    [({"seed": 3}, "seed was 0 and is 3"), ({"n_samples": 7}, "n_samples"), ({"replacement": False}, "replacement")],
    ids=str,
)
def test_a_state_of_another_sampler_is_refused(options: dict[str, Any], told: str):
    state = ProvenanceSampler(ITEMS, WEIGHTS).state_dict()
    with pytest.raises(ConfigError, match=told):
        ProvenanceSampler(ITEMS, WEIGHTS, **options).load_state_dict(state)


# What is refused


@pytest.mark.parametrize("weights", [np.ones(3), -WEIGHTS, WEIGHTS * np.nan], ids=str)
def test_impossible_weights_are_refused(weights: Any):
    with pytest.raises(ConfigError, match="weights"):
        ProvenanceSampler(ITEMS, weights)


def test_a_policy_that_keeps_nothing_is_told():
    with pytest.raises(ConfigError, match="nothing to draw: none of 230 samples"):
        ProvenanceSampler(ITEMS, np.zeros(N_ITEMS))


def test_an_iterable_is_refused():
    with pytest.raises(ConfigError, match="ProvenanceDataset"):
        ProvenanceSampler(Again(ITEMS), ByNumber())
    with pytest.raises(ConfigError, match="ProvenanceDataset"):
        ScoredMap(Again(ITEMS), ByNumber())


def test_more_samples_than_there_are_cannot_be_drawn_without_replacement():
    with pytest.raises(ConfigError, match="only 230"):
        ProvenanceSampler(ITEMS, np.ones(N_ITEMS), n_samples=231, replacement=False)


@pytest.mark.parametrize("options", [{"seed": -1}, {"n_samples": 0}, {"n_samples": "9"}], ids=str)
def test_impossible_options_are_refused(options: dict[str, Any]):
    with pytest.raises(ConfigError, match=next(iter(options))):
        ProvenanceSampler(ITEMS, WEIGHTS, **options)


def test_a_stateful_loader_keeps_count_itself():
    sampler, loader = make_loader("stateful", 0)
    with pytest.raises(ConfigError, match="state_dict"):
        next(iter(sampler.track(loader)))


# Samples with their scores


def test_samples_of_a_map_carry_their_scores():
    samples = ScoredMap(ITEMS, ByNumber())
    assert len(samples) == N_ITEMS
    batch = samples.__getitems__([7, 3])
    assert [sample["n"] for sample in batch] == [7, 3]
    assert batch[0]["ai_score"] == samples[7]["ai_score"] == 0.7
    scored, weights, positions = unpack(np.stack([sample["provenance"].numpy() for sample in batch]))
    assert scored.ai_score.tolist() == [0.7, 0.3]
    np.testing.assert_allclose(weights, [0.3, 0.7])
    assert positions.tolist() == [[-1, -1, 7], [-1, -1, 3]]


def test_texts_of_a_map_become_mappings():
    samples = ScoredMap(["a text", None], ByNumber())
    assert [samples[0]["text"], samples[1]["text"]] == ["a text", ""]
