"""Deviation of a ratio over the sentences of a document."""

import numpy as np
import pytest

from provenance.signals.burstiness import deviation_over_sentences


def deviation(ratios: list[float], lengths: list[float], min_sentences: int = 2) -> float:
    rows = np.zeros(len(ratios), dtype=np.int64)
    found = deviation_over_sentences(np.array(ratios), np.array(lengths), rows, 1, min_sentences=min_sentences)
    return float(found[0])


def test_even_sentences_do_not_vary() -> None:
    assert deviation([4.0, 8.0, 2.0], [8.0, 16.0, 4.0]) == 0.0


def test_it_is_the_deviation_of_the_ratio_per_token() -> None:
    assert deviation([0.0, 10.0], [5.0, 5.0]) == pytest.approx(1.0)


def test_too_few_sentences_are_not_measurable() -> None:
    assert np.isnan(deviation([1.0, 2.0], [5.0, 5.0], min_sentences=3))


def test_sentences_of_one_or_two_tokens_do_not_count() -> None:
    assert np.isnan(deviation([1.0, 2.0, 3.0], [2.0, 1.0, 5.0]))


def test_documents_do_not_mix() -> None:
    rows = np.array([0, 0, 2, 2])
    found = deviation_over_sentences(np.array([0.0, 10.0, 3.0, 3.0]), np.full(4, 5.0), rows, 3, min_sentences=2)
    np.testing.assert_allclose(found, [1.0, np.nan, 0.0])
