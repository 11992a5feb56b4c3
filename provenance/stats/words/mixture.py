"""Prevalence from wording alone: the mixture of human and synthetic word frequencies that fits the sentences best.

Source: Liang et al. (2024), "Monitoring AI-Modified Content at Scale", ICML, arXiv:2403.07183: the share a of sentences
from Q maximises the mean of log((1 - a) + a exp(log Q - log P)). Their interval resamples sentences and takes P and Q
as known. But sentences of a host are alike, and P and Q are counts of samples: here hosts are drawn, and P and Q anew
with each draw.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from provenance.stats.bootstrap import find_interval
from provenance.stats.estimators import Floats, maximise_likelihood
from provenance.stats.words.presence import SMOOTHING, PresenceCounts, WordSets, fit_word_presence
from provenance.text.shingles import Positions

_MOST_NATS = 50.0  # a sentence is not allowed to be surer than this; the maximum does not feel it


@dataclass(frozen=True, slots=True)
class WordMixtureOptions:
    """Options of the word mixture; with `resample="sentences"` and P, Q certain the interval is that of Liang et al."""

    draws: int = 200
    seed: int = 1
    level: float = 0.95  # nominal coverage of the interval
    smoothing: float = SMOOTHING  # sentences' worth of the pooled frequency, see `fit_word_presence`
    resample: Literal["hosts", "sentences"] = "hosts"
    uncertain_reference: bool = True  # sources and counts of the references are drawn, too


@dataclass(frozen=True, slots=True)
class WordMixture:
    """Share of synthetic sentences, 0 to 1, with its interval; NaN where no word is known or the anchor forbids any."""

    value: float
    low: float
    high: float
    n_sentences: int
    n_hosts: int


def estimate_word_mixture(
    sets: WordSets,
    host: Positions,
    human: PresenceCounts,
    synthetic: PresenceCounts,
    options: WordMixtureOptions | None = None,
    *,
    anchor: WordSets | None = None,
) -> WordMixture:
    """Share of sentences that are synthetic, by words alone; `host` is a number for each text that `sets` is of.

    Words are taken as independent and the wording of either origin as that of its reference, so topics that differ from
    the references move the estimate, and no interval shows it. `anchor` is human sentences like those measured, not
    among those counted in `human`; with it the likelihood ratios are tempered (`find_power`) so that human text comes
    out as human. Unseen generators are missed all the same: a second opinion beside the detector, not one in its place.

    P and Q drawn around counts hold the error of counting twice, which shifts the draws to higher shares: their spread
    is kept and their mean set to the estimate. 10,000 documents of 20 sentences take about 6 seconds on one core.
    """
    options = options or WordMixtureOptions()
    rng = np.random.default_rng(options.seed)
    hosts, host_of = np.unique(host[sets.text_of], return_inverse=True)
    presence = fit_word_presence(human, synthetic, smoothing=options.smoothing)
    power = 1.0 if anchor is None else find_power(presence.compare(anchor))
    if power == 0.0 or not len(sets.words):
        return WordMixture(np.nan, np.nan, np.nan, len(sets), len(hosts))
    compared = power * presence.compare(sets)
    value = _maximise(np.ones(len(sets)), compared, 0.1)
    unit = host_of if options.resample == "hosts" else np.arange(len(sets))
    n_units = int(unit.max()) + 1
    draws = np.empty(options.draws)
    for i in range(options.draws):
        times = np.bincount(rng.integers(n_units, size=n_units), minlength=n_units).astype(np.float64)
        if options.uncertain_reference:
            presence = fit_word_presence(human.draw(rng), synthetic.draw(rng), smoothing=options.smoothing, rng=rng)
            compared = power * presence.compare(sets)
        draws[i] = _maximise(times[unit], compared, value)
    if options.uncertain_reference:
        draws = np.clip(draws - draws.mean() + value, 0.0, 1.0)
    return WordMixture(value, *find_interval(draws, value, options.level, n_units), len(sets), len(hosts))


def find_power(compared: Floats) -> float:
    """Power, 0 to 1, of likelihood ratios under which their mean over human sentences is 1; takes logs, in nats.

    A density ratio has mean 1 over the human density, and then the likelihood does not rise from a share of 0. Words
    that come together make the product over words surer than it may be, and its mean larger: 1 leaves it as it is. 0
    where human sentences look synthetic on the whole, and nothing can be told. Our own remedy, not Liang et al.'s.
    """
    bounded = np.clip(compared, -_MOST_NATS, _MOST_NATS)
    if np.exp(bounded).mean() <= 1.0:
        return 1.0
    if bounded.mean() >= 0.0:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(40):  # the log of the mean is convex in the power, 0 at 0, falls at first, and is above 0 at 1
        middle = (low + high) / 2
        low, high = (low, middle) if np.exp(middle * bounded).mean() > 1.0 else (middle, high)
    return high


def _maximise(times: Floats, compared: Floats, start: float) -> float:
    """The share under which sentences with these log-likelihood ratios, each so many times, are likeliest."""
    ratios = np.exp(np.clip(compared, -_MOST_NATS, _MOST_NATS))
    begin = np.array([[min(max(start, 0.01), 0.9)]])
    return float(maximise_likelihood(times[None], ratios[None, None], start=begin, tolerance=1e-7)[0, 0])
