import numpy as np
import pytest

from provenance.stats.mixture.candidates import (
    HUMAN_SHIFTS,
    RESAMPLES,
    SYNTHETIC_SHIFTS,
    list_human,
    list_reference,
    list_synthetic,
)
from provenance.stats.mixture.grid import CENTRES, HIGHEST, LOWEST, N_BINS, STEP, find_bins, spread_scores
from tests.stats.made_references import HUMAN_MEANS, SYNTHETIC_MEANS, draw_nats, make_references


def test_every_candidate_is_a_density():
    references = make_references()
    made = [made(references, axis, "en") for made in (list_human, list_synthetic) for axis in (0, 1)]
    assert all(np.allclose(densities.mass.sum(axis=1), 1) for densities in made)
    assert all((densities.mass >= 0).all() for densities in made)


def test_every_source_is_a_candidate_in_every_place():
    references = make_references()
    human, synthetic = list_human(references, 0, "en"), list_synthetic(references, 0, "en")
    assert len(human.mass) == len(HUMAN_MEANS) * len(HUMAN_SHIFTS[0])
    assert len(synthetic.mass) == len(SYNTHETIC_MEANS) * len(SYNTHETIC_SHIFTS[0])
    assert (human.n_sources, synthetic.n_sources) == (3, 3)


def test_a_shift_moves_the_mean_by_as_much():
    densities = list_synthetic(make_references(), 0, "en")
    means = (densities.mass @ CENTRES).reshape(-1, len(SYNTHETIC_SHIFTS[0]))
    assert means - means[:, [SYNTHETIC_SHIFTS[0].index(0.0)]] == pytest.approx(
        np.tile(SYNTHETIC_SHIFTS[0], (3, 1)), abs=0.05
    )


def test_candidates_not_moved_are_likeliest_beforehand():
    densities = list_human(make_references(), 0, "en")
    prior = densities.log_prior.reshape(-1, len(HUMAN_SHIFTS[0]))
    assert (prior.argmax(axis=1) == HUMAN_SHIFTS[0].index(0.0)).all()


def test_a_language_without_scores_has_no_candidates():
    assert not len(list_human(make_references(), 0, "de").mass)
    assert list_synthetic(make_references(), 0, "de").n_sources == 0


def test_a_small_source_is_no_candidate():
    references = make_references()
    kept = references.frame.with_row_index().filter(
        (references.frame["source"] != "blog") | (references.frame.select("ai_llr").to_series().rank() % 15 == 0)
    )
    few = type(references)(kept.drop("index"))
    assert list_human(few, 0, "en").n_sources == 2


def test_a_reference_stands_as_it_is_and_resampled_by_host():
    rng = np.random.default_rng(3)
    nats = draw_nats(400, -1.0, rng)
    made = list_reference(nats, np.arange(400) // 10, make_references(), 0, "en", rng)
    assert len(made.mass) == RESAMPLES
    means = made.mass @ CENTRES
    assert means[0] == pytest.approx(nats.mean(), abs=0.05)
    assert 0.02 < means[1:].std() < 0.2


def test_the_tail_of_a_small_reference_is_that_of_known_people():
    nats = np.full(30, -2.0)
    made = list_reference(nats, np.arange(30), make_references(), 0, "en", np.random.default_rng(1))
    assert made.mass[0, find_bins(np.array([1.0]))[0]] > 1e-5


def test_scores_outside_the_grid_count_in_the_outermost_bins():
    assert find_bins(np.array([-50.0, LOWEST, HIGHEST - STEP / 4, 99.0, np.nan])).tolist() == [
        0,
        0,
        N_BINS - 1,
        N_BINS - 1,
        0,
    ]


def test_a_density_far_outside_is_still_a_density():
    assert spread_scores(np.full(50, 40.0)).sum() == pytest.approx(1)
