import numpy as np
import pytest

from provenance.stats.mixture import (
    N_BINS,
    draw_prevalences,
    find_bins,
    fit_mixture,
    list_human,
    list_synthetic,
    make_table,
)
from provenance.stats.mixture.candidates import Densities
from provenance.stats.mixture.grid import CENTRES
from tests.stats.made_references import draw_nats, make_references


@pytest.fixture(scope="module")
def table():
    references = make_references()
    return make_table(list_human(references, 0, "en"), list_synthetic(references, 0, "en"), 0)


def count(n: int, share: float, *, seed: int = 0, machine: float = 2.2) -> np.ndarray:
    rng = np.random.default_rng(seed)
    n_ai = round(n * share)
    nats = np.concatenate([draw_nats(n - n_ai, -2.4, rng), draw_nats(n_ai, machine, rng)])
    return np.bincount(find_bins(nats), minlength=N_BINS).astype(float)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.05, 0.2, 0.5, 1.0])
def test_a_known_share_of_unknown_sources_is_found(table, share):
    fit = fit_mixture(table, count(2000, share), 2000)
    assert fit.prevalence == pytest.approx(share, abs=0.02 + 0.08 * share)


def test_intervals_hold_the_share_and_are_wider_the_more_there_is(table):
    widths = []
    for share in (0.0, 0.05, 0.3):
        counts = count(1000, share, seed=5)
        drawn = np.random.default_rng(1).multinomial(1000, counts / 1000, 400).astype(float)
        draws = draw_prevalences(table, fit_mixture(table, counts, 1000), drawn, np.random.default_rng(2))
        low, high = np.quantile(draws, [0.025, 0.975])
        assert low <= share <= high
        widths.append(high - low)
    assert widths == sorted(widths)


def test_without_synthetic_documents_the_draws_reach_zero(table):
    counts = count(1000, 0.0)
    drawn = np.tile(counts, (200, 1))
    draws = draw_prevalences(table, fit_mixture(table, counts, 1000), drawn, np.random.default_rng(2))
    assert (draws == 0.0).mean() > 0.025


def test_a_generator_that_scores_lower_than_all_known_is_found_in_part(table):
    found = fit_mixture(table, count(4000, 0.3, machine=0.8), 4000).prevalence
    assert 0.2 < found < 0.4


def test_the_unit_of_the_weights_does_not_matter(table):
    counts = count(1000, 0.1)
    assert fit_mixture(table, 7 * counts, 1000).prevalence == pytest.approx(fit_mixture(table, counts, 1000).prevalence)


def test_few_effective_documents_leave_the_prior(table):
    counts = count(1000, 0.2)
    assert fit_mixture(table, counts, 5).prevalence < fit_mixture(table, counts, 1000).prevalence


def test_draws_without_documents_are_zero(table):
    fit = fit_mixture(table, count(100, 0.5), 100)
    assert draw_prevalences(table, fit, np.zeros((3, N_BINS)), np.random.default_rng(0)).tolist() == [0, 0, 0]


def test_the_same_seed_gives_the_same_draws(table):
    counts = count(500, 0.1)
    fit, drawn = fit_mixture(table, counts, 500), np.tile(counts, (50, 1))
    one, two = (draw_prevalences(table, fit, drawn, np.random.default_rng(9)) for _ in range(2))
    assert (one == two).all()


def test_mean_densities_lie_where_their_documents_do(table):
    fit = fit_mixture(table, count(4000, 0.3), 4000)
    assert fit.human_mass @ CENTRES == pytest.approx(-2.4, abs=0.25)
    assert fit.synthetic_mass @ CENTRES == pytest.approx(2.2, abs=0.5)
    assert fit.weight.sum() == pytest.approx(1)


def test_origins_that_look_alike_make_no_table():
    alike = Densities(np.full((1, N_BINS), 1 / N_BINS), np.zeros(1), np.zeros(1, dtype=np.int64))
    assert make_table(alike, alike, 0) is None
