"""The word mixture finds known shares, and its interval holds every doubt it says it holds."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import bernoulli, beta, binom, norm

from provenance.stats.words.mixture import WordMixture, WordMixtureOptions, estimate_word_mixture, find_power
from provenance.stats.words.presence import (
    MAX_SOURCES,
    PresenceCounts,
    WordPresence,
    WordSets,
    choose_vocabulary,
    count_presence,
    fit_word_presence,
    number_words,
)
from provenance.text.sentences import read_sentences
from tests.stats.made_sentences import N_WORDS, hosts_of_one_origin, reference, sets_of, word_frequencies

QUICK = WordMixtureOptions(draws=60)
HUMAN, SYNTHETIC = word_frequencies()


def estimate(
    n_hosts: int,
    share: float,
    *,
    options: WordMixtureOptions = QUICK,
    counted: int = 500,
    n_sources: int = 20,
    seed: int = 1,
) -> WordMixture:
    """Of hosts of one origin, with references of `n_sources` times `counted` sentences."""
    sets, host, _ = hosts_of_one_origin(n_hosts, share, seed)
    references = (reference(words, counted, seed + i, n_sources) for i, words in enumerate((HUMAN, SYNTHETIC)))
    return estimate_word_mixture(sets, host, *references, options)


def width(found: WordMixture) -> float:
    return found.high - found.low


@pytest.mark.parametrize("share", [0.0, 0.1, 0.6, 1.0])
def test_a_simulated_mixture_is_recovered(share: float):
    sets, host, truth = hosts_of_one_origin(300, share, seed=2)
    found = estimate_word_mixture(sets, host, reference(HUMAN, 500, 3), reference(SYNTHETIC, 500, 4), QUICK)
    assert found.value == pytest.approx(truth, abs=0.015)
    assert (found.n_sentences, found.n_hosts) == (6000, 300)


def test_the_maximum_is_the_one_that_scipy_finds():
    sets, host, _ = hosts_of_one_origin(30, 0.3, seed=5)
    references = reference(HUMAN, 100, 6), reference(SYNTHETIC, 100, 7)
    compared = fit_word_presence(*references).compare(sets)
    best = minimize_scalar(
        lambda a: -np.log((1 - a) + a * np.exp(compared)).mean(),
        bounds=(0, 1),
        method="bounded",
        options={"xatol": 1e-10},
    )
    assert estimate_word_mixture(sets, host, *references, QUICK).value == pytest.approx(best.x, abs=1e-6)


@pytest.mark.parametrize(("share", "counted"), [(0.0, 20), (0.1, 20), (0.1, 200)])
def test_the_interval_covers_the_truth_at_the_stated_rate(share: float, counted: int):
    """Of the population of hosts, not of the hosts drawn; also where the references are small."""
    trials = 30
    found = [estimate(60, share, counted=counted, seed=10 * trial) for trial in range(trials)]
    covered = sum(one.low <= share <= one.high for one in found)
    assert covered >= binom.ppf(0.001, trials, 0.92)


def test_hosts_that_differ_widen_the_interval():
    by_host = estimate(60, 0.3)
    by_sentence = estimate(60, 0.3, options=replace(QUICK, resample="sentences"))
    assert by_host.value == by_sentence.value
    assert width(by_host) > 2 * width(by_sentence)


def test_hosts_of_one_sentence_are_sentences():
    sets, _, _ = hosts_of_one_origin(60, 0.3, seed=1)
    references = reference(HUMAN, 500, 1), reference(SYNTHETIC, 500, 2)
    sets, host = replace(sets, text_of=np.arange(len(sets))), np.arange(len(sets))
    alone = [
        estimate_word_mixture(sets, host, *references, replace(QUICK, resample=unit)) for unit in ("hosts", "sentences")
    ]
    assert alone[0] == alone[1]


def test_small_references_widen_the_interval():
    options = replace(QUICK, resample="sentences")
    certain, small, large = (
        estimate(100, 0.3, options=replace(options, uncertain_reference=uncertain), counted=counted, n_sources=1)
        for uncertain, counted in ((False, 200), (True, 200), (True, 40_000))
    )
    assert width(small) > 1.3 * width(certain)
    assert width(small) > 1.3 * width(large)


def test_sources_that_differ_widen_the_interval():
    sets, host, _ = hosts_of_one_origin(100, 0.3, seed=1)
    rng = np.random.default_rng(8)
    unlike = [np.clip(HUMAN * np.exp(0.7 * rng.normal(size=N_WORDS)), 0, 0.5) for _ in range(6)]
    parts = [reference(words, 500, i, n_sources=1) for i, words in enumerate(unlike)]
    apart = PresenceCounts(*(np.concatenate(arrays) for arrays in zip(*map(_fields, parts), strict=True)))
    together = PresenceCounts(apart.sentences.sum(keepdims=True), apart.present.sum(axis=0, keepdims=True))
    options = replace(QUICK, resample="sentences")
    found = [
        estimate_word_mixture(sets, host, human, reference(SYNTHETIC, 500, 9), options) for human in (apart, together)
    ]
    assert found[0].value == found[1].value
    assert width(found[0]) > 1.3 * width(found[1])


def _fields(counts: PresenceCounts) -> tuple[np.ndarray, np.ndarray]:
    return counts.sentences, counts.present


def test_an_anchor_undoes_words_that_always_come_in_pairs():
    """Twice the words tell nothing new, but the product over words takes them for twice the evidence."""
    share, estimates = 0.0, {}
    sets, host, _ = hosts_of_one_origin(100, share, seed=11)
    anchor, _, _ = hosts_of_one_origin(100, share, seed=12)
    references = reference(HUMAN, 500, 13), reference(SYNTHETIC, 500, 14)
    paired = [PresenceCounts(one.sentences, np.repeat(one.present, 2, axis=1)) for one in references]
    for name, held_out in (("as it is", None), ("anchored", pair_words(anchor))):
        found = estimate_word_mixture(pair_words(sets), host, *paired, QUICK, anchor=held_out)
        estimates[name] = found
    assert estimates["as it is"].low > 0.001
    assert estimates["anchored"].value == pytest.approx(share, abs=0.002)
    assert estimates["anchored"].low == 0.0


def pair_words(sets: WordSets) -> WordSets:
    words = np.stack([2 * sets.words, 2 * sets.words + 1], axis=1).ravel()
    return WordSets(words, 2 * sets.offsets, sets.text_of)


def test_an_anchor_of_independent_words_changes_little():
    sets, host, truth = hosts_of_one_origin(200, 0.3, seed=15)
    anchor, _, _ = hosts_of_one_origin(200, 0.0, seed=16)
    references = reference(HUMAN, 2000, 17), reference(SYNTHETIC, 2000, 18)
    found = estimate_word_mixture(sets, host, *references, QUICK, anchor=anchor)
    assert found.value == pytest.approx(truth, abs=0.02)


def test_an_anchor_that_looks_synthetic_leaves_nothing_known():
    sets, host, _ = hosts_of_one_origin(20, 0.3, seed=19)
    anchor, _, _ = hosts_of_one_origin(20, 1.0, seed=20)
    references = reference(HUMAN, 500, 21), reference(SYNTHETIC, 500, 22)
    assert np.isnan(estimate_word_mixture(sets, host, *references, QUICK, anchor=anchor).value)


@given(st.floats(0.5, 2.5), st.floats(1.0, 3.0))
def test_the_power_undoes_what_was_overdone(separation: float, overdone: float):
    """Log ratios of two normal densities, read at even quantiles of the human one, and multiplied."""
    quantiles = norm.ppf((np.arange(200_000) + 0.5) / 200_000)
    compared = separation * quantiles - separation**2 / 2
    assert find_power(overdone * compared) == pytest.approx(1 / overdone, rel=0.03)


def test_the_same_seed_gives_the_same_interval():
    assert estimate(40, 0.2) == estimate(40, 0.2)
    assert estimate(40, 0.2) != estimate(40, 0.2, options=replace(QUICK, seed=2))


def test_without_a_known_word_nothing_is_known():
    empty = WordSets(np.zeros(0, np.int64), np.zeros(4, np.int64), np.arange(3))
    found = estimate_word_mixture(empty, np.arange(3), reference(HUMAN, 10, 1), reference(SYNTHETIC, 10, 2))
    assert np.isnan([found.value, found.low, found.high]).all()
    assert (found.n_sentences, found.n_hosts) == (3, 3)


def test_a_sentence_is_as_likely_as_its_words_present_and_absent():
    held = np.random.default_rng(1).random((50, N_WORDS)) < 0.1
    expected = [bernoulli.logpmf(row, SYNTHETIC).sum() - bernoulli.logpmf(row, HUMAN).sum() for row in held]
    assert WordPresence(HUMAN, SYNTHETIC).compare(sets_of(held, np.arange(50))) == pytest.approx(np.array(expected))


def test_a_sentence_without_known_words_is_compared_by_their_absence():
    held = np.zeros((1, N_WORDS), bool)
    absent = np.log((1 - SYNTHETIC) / (1 - HUMAN)).sum()
    assert WordPresence(HUMAN, SYNTHETIC).compare(sets_of(held, np.arange(1))) == pytest.approx(absent)


def counts(sentences: float, *present: float) -> PresenceCounts:
    return PresenceCounts(np.array([sentences]), np.array([present]))


@given(st.integers(1, 1000), st.integers(1, 1000), st.data())
def test_presence_is_a_probability_and_never_certain(n_human: int, n_synthetic: int, data: st.DataObject):
    held = [data.draw(st.integers(0, n)) for n in (n_human, n_synthetic)]
    for rng, smoothing in ((None, 0.5), (np.random.default_rng(1), 0.5), (np.random.default_rng(1), 0.001)):
        sides = counts(n_human, held[0]), counts(n_synthetic, held[1])
        fitted = fit_word_presence(*sides, smoothing=smoothing, rng=rng)
        assert 0 < fitted.human[0] < 1
        assert 0 < fitted.synthetic[0] < 1


@given(st.integers(1, 500), st.integers(1, 20), st.floats(0.01, 5.0))
def test_smoothing_of_equal_frequencies_tells_nothing(held: int, larger: int, smoothing: float):
    """An "add a half" would: to the smaller reference it adds more."""
    fitted = fit_word_presence(counts(1000, held), counts(1000 * larger, held * larger), smoothing=smoothing)
    assert fitted.synthetic[0] == pytest.approx(fitted.human[0], rel=1e-9)


def test_stronger_smoothing_brings_the_sides_together():
    sides = [counts(1000, 3), counts(1000, 30)]
    ratios = [
        (fitted.synthetic / fitted.human)[0]
        for fitted in (fit_word_presence(*sides, smoothing=smoothing) for smoothing in (0.01, 0.5, 50.0))
    ]
    assert 10 > ratios[0] > ratios[1] > ratios[2] > 1
    assert ratios[0] == pytest.approx(10, rel=0.01)


def test_draws_follow_the_posterior():
    human = counts(1000, *[40] * 4000)
    drawn = fit_word_presence(human, human, smoothing=0.5, rng=np.random.default_rng(1)).human
    expected = beta.ppf([0.05, 0.5, 0.95], 40.5, 960 + 0.5 / 0.04 - 0.5)
    assert np.quantile(drawn, [0.05, 0.5, 0.95]) == pytest.approx(expected, rel=0.02)


def test_a_draw_of_sources_takes_whole_sources():
    sides = PresenceCounts(np.array([10.0, 100.0]), np.array([[1.0, 5.0], [70.0, 0.0]]))
    drawn = {tuple(np.append(one.sentences, one.present).tolist()) for one in _draw_often(sides, 50)}
    assert drawn == {(20, 2, 10), (110, 71, 5), (200, 140, 0)}


def _draw_often(sides: PresenceCounts, times: int) -> list[PresenceCounts]:
    rng = np.random.default_rng(1)
    return [sides.draw(rng) for _ in range(times)]


def test_sentences_are_counted_by_source():
    held = np.array([[1, 0, 1], [1, 1, 0], [0, 0, 0], [0, 1, 0]], bool)
    counted = count_presence(sets_of(held, np.array([0, 0, 1, 2])), np.array([7, 9, 9]), 3)
    assert counted.sentences.tolist() == [2, 2]
    assert counted.present.tolist() == [[2, 1, 1], [0, 1, 0]]


def test_many_sources_are_put_together_and_none_is_lost():
    held = np.ones((1000, 2), bool)
    counted = count_presence(sets_of(held, np.arange(1000)), np.arange(1000), 2)
    assert len(counted.sentences) == MAX_SOURCES
    assert counted.sentences.sum() == counted.present[:, 0].sum() == 1000


def test_the_vocabulary_is_what_both_references_hold_often_enough():
    human = read_sentences(pl.Series(["the cat sat. the dog sat. the end. a cat"]))
    synthetic = read_sentences(pl.Series(["the cat delves. the cat. the dog sat"]))
    vocabulary = choose_vocabulary(human, synthetic, min_sentences=2)
    assert vocabulary.tolist() == sorted(read_sentences(pl.Series(["the cat"])).hashes.tolist())


def test_sentences_are_read_in_numbers_of_the_vocabulary():
    sentences = read_sentences(pl.Series(["the cat sat", None, "nothing known here. cat and the dog"]))
    vocabulary = np.sort(read_sentences(pl.Series(["the cat"])).hashes)
    sets = number_words(sentences, vocabulary)
    assert sets.text_of.tolist() == [0, 2, 2]
    assert np.diff(sets.offsets).tolist() == [2, 0, 2]
    assert sets.words.tolist() == [0, 1, 0, 1]


def test_an_empty_vocabulary_holds_no_word():
    sets = number_words(read_sentences(pl.Series(["the cat sat"])), np.zeros(0, np.uint64))
    assert len(sets.words) == 0
    assert sets.offsets.tolist() == [0, 0]
