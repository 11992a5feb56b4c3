"""The draw: exact quotas, at most k of a host, and of every capture the probability that is told."""

from functools import cache

import numpy as np
import pytest

from provenance.sampling.caps import CappedCells
from provenance.sampling.draw import find_panel
from provenance.sampling.hashing import hash_names, mix
from tests.sampling.made_crawl import Crawl, Sample, count_cells, draw, make_crawl, number_hosts

DOCUMENTS = 200
SEEDS = range(150)
CRAWL = make_crawl(n_hosts=150, largest=200)


@cache
def samples(per_host: int | None) -> tuple[Sample, ...]:
    return tuple(draw(CRAWL, DOCUMENTS, per_host, seed) for seed in SEEDS)


@pytest.mark.parametrize("per_host", [2, 6, None])
def test_every_stratum_gives_its_quota_exactly(per_host: int | None) -> None:
    for one in samples(per_host):
        assert np.bincount(one.strata, minlength=CRAWL.n_strata).tolist() == one.quotas.tolist()
        assert one.quotas.sum() == DOCUMENTS
        assert len(np.unique(one.captures)) == DOCUMENTS


@pytest.mark.parametrize("per_host", [2, 6])
def test_no_host_gives_more_than_its_cap_over_all_strata(per_host: int) -> None:
    most = [np.bincount(CRAWL.hosts[one.captures]).max() for one in samples(per_host)]
    assert max(most) == per_host  # and the cap is met, so it was needed


@pytest.mark.parametrize("per_host", [2, 6, None])
def test_weights_add_up_to_the_captures_there_are(per_host: int | None) -> None:
    for one in samples(per_host):
        assert one.drawn.weights.sum() == pytest.approx(len(CRAWL.hosts))


@pytest.mark.parametrize("per_host", [2, 6, None])
def test_captures_are_drawn_as_often_as_their_probability_says(per_host: int | None) -> None:
    """Over many seeds the standard scores of the frequencies have mean 0 and deviation 1."""
    times, probability = np.zeros(len(CRAWL.hosts)), np.zeros(len(CRAWL.hosts))
    for one in samples(per_host):
        times[one.captures] += 1
        probability[one.captures] = one.probability
    likely = (probability * len(SEEDS) > 3) & (probability < 1)
    expected = len(SEEDS) * probability[likely]
    scores = (times[likely] - expected) / np.sqrt(expected * (1 - probability[likely]))
    assert likely.sum() > 100
    assert abs(scores.mean()) < 0.15
    assert 0.85 < scores.std() < 1.15
    assert np.abs(scores).max() < 5


def test_a_host_that_would_give_more_than_its_cap_gives_just_that() -> None:
    hosts = np.r_[np.zeros(1000, int), np.arange(1, 1001)]
    crawl = Crawl(hosts, np.zeros(2000, int), np.zeros(2000))
    for seed in range(20):
        one = draw(crawl, 100, 5, seed)
        assert (hosts[one.captures] == 0).sum() == 5
        of_large = hosts[one.captures] == 0
        assert set(one.probability[of_large]) == {5 / 1000}
        assert set(one.probability[~of_large]) == {95 / 1000}


def test_hosts_that_are_below_their_caps_leave_all_weights_equal() -> None:
    crawl = Crawl(np.repeat(np.arange(500), 4), np.zeros(2000, int), np.zeros(2000))
    assert set(draw(crawl, 100, 10, 3).probability) == {100 / 2000}


def test_a_large_host_spreads_over_the_sample_as_it_does_over_the_crawl() -> None:
    """Points at equal distances: with a tenth of the captures a host has a tenth of the sample, one more or less."""
    hosts = np.r_[np.zeros(200, int), np.arange(1, 1801)]
    crawl = Crawl(hosts, np.zeros(2000, int), np.zeros(2000))
    found = {int((hosts[draw(crawl, 95, None, seed).captures] == 0).sum()) for seed in range(40)}
    assert found == {9, 10}


def test_caps_of_a_host_add_up_to_the_cap_and_leave_no_cell_without() -> None:
    for per_host in (1, 2, 3, 5):
        for part in count_cells(CRAWL, number_hosts(CRAWL, 1), per_host, DOCUMENTS):
            if len(part):
                _, host = np.unique(part.cells.hosts, return_inverse=True)
                captures, caps = np.bincount(host, part.cells.counts), np.bincount(host, part.caps)
                assert (caps == np.minimum(captures, per_host)).all()
                assert (part.caps >= 1).all()
                assert (part.caps <= part.cells.counts).all()
                assert (np.bincount(host, part.home) == 1).all()


def cap_one(captures: list[int], per_host: int, documents: int) -> CappedCells:
    """The cells of a single host with so many captures in each stratum."""
    strata = np.repeat(np.arange(len(captures)), captures)
    crawl = Crawl(np.zeros(len(strata), int), strata, strata)
    (part,) = [part for part in count_cells(crawl, number_hosts(crawl, 1), per_host, documents) if len(part)]
    return part


def test_captures_of_strata_without_a_place_are_drawn_at_the_home_of_their_host() -> None:
    part = cap_one([5, 3, 2], per_host=2, documents=5)
    assert part.cells.strata.tolist() == [0, 1]
    assert part.cells.counts.tolist() == [7, 3]
    assert part.caps.tolist() == [1, 1]
    assert part.home.tolist() == [True, False]
    assert part.n_moved == 2


def test_a_host_of_which_few_are_expected_has_a_place_in_each_of_its_strata() -> None:
    part = cap_one([90, 5, 5], per_host=6, documents=1)
    assert (part.caps.tolist(), part.n_moved) == ([4, 1, 1], 0)


def test_a_host_of_which_many_are_expected_is_capped_in_proportion() -> None:
    part = cap_one([900, 80, 20], per_host=10, documents=100)
    assert part.cells.counts.tolist() == [920, 80]
    assert (part.caps.tolist(), part.n_moved) == ([9, 1], 20)


def test_the_same_seed_draws_the_same_and_another_another() -> None:
    first, again, other = (draw(CRAWL, DOCUMENTS, 6, seed).captures for seed in (5, 5, 6))
    assert first.tolist() == again.tolist()
    assert set(first.tolist()) != set(other.tolist())


def test_the_panel_is_its_share_of_the_hosts_and_part_of_a_larger_panel() -> None:
    hosts = np.sort(hash_names(map(str, range(20_000)), 1, "host"))
    small, large = find_panel(hosts, 0.05), find_panel(hosts, 0.2)
    assert small.mean() == pytest.approx(0.05, abs=0.006)
    assert large.mean() == pytest.approx(0.2, abs=0.012)
    assert (large | ~small).all()
    assert find_panel(hosts, 1.0).all()
    assert not find_panel(hosts, 0.0).any()
    assert abs(np.flatnonzero(small).mean() / len(hosts) - 0.5) < 0.05  # it has nothing to do with their order


def test_numbers_of_names_are_the_same_on_every_machine() -> None:
    assert hash_names(["example.org", ""], 1, "host").tolist() == [16114150887653188801, 15706139863178708784]
    # the reference implementation of splitmix64, started with 0 and with 1
    assert mix(np.array([0, 1], np.uint64)).tolist() == [16294208416658607535, 10451216379200822465]
