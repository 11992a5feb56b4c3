"""Sentences as sets of words with known frequencies, of hosts that are all human or all synthetic."""

import numpy as np

from provenance.stats.words.presence import PresenceCounts, WordSets, count_presence

N_WORDS = 200


def word_frequencies(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Probability that a human, a synthetic sentence holds each word."""
    rng = np.random.default_rng(seed)
    human = rng.beta(0.3, 10, N_WORDS) + 0.002
    return human, np.clip(human * np.exp(0.8 * rng.normal(size=N_WORDS)), 0.001, 0.5)


def sets_of(held: np.ndarray, text_of: np.ndarray) -> WordSets:
    """From a table (sentences, words) of what they hold."""
    offsets = np.concatenate([[0], np.cumsum(held.sum(axis=1))])
    return WordSets(np.nonzero(held)[1], offsets, text_of)


def hosts_of_one_origin(
    n_hosts: int, share: float, seed: int, per_host: int = 20
) -> tuple[WordSets, np.ndarray, float]:
    """Sentences, the text of a host after the other; the host of each text; the share that came out synthetic."""
    rng = np.random.default_rng(seed)
    host = np.repeat(np.arange(n_hosts), per_host)
    synthetic = (rng.random(n_hosts) < share)[host]
    human_words, synthetic_words = word_frequencies()
    held = rng.random((len(host), N_WORDS)) < np.where(synthetic[:, None], synthetic_words, human_words)
    return sets_of(held, host), np.arange(n_hosts), float(synthetic.mean())


def reference(frequencies: np.ndarray, per_source: int, seed: int, n_sources: int = 20) -> PresenceCounts:
    rng = np.random.default_rng(seed)
    source = np.repeat(np.arange(n_sources), per_source)
    held = rng.random((len(source), N_WORDS)) < frequencies
    return count_presence(sets_of(held, np.arange(len(source))), source, N_WORDS)
