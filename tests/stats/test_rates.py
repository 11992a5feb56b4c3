"""Error rates of the detector and their uncertainty."""

import numpy as np
import pytest
from scipy.stats import beta

from provenance.stats import AxisErrors, ErrorCounts, ErrorRates


def test_rates_are_never_exactly_zero_or_one():
    errors = AxisErrors("ai", (ErrorCounts(100, 0, 100, 100),))
    assert 0 < errors.false_positive_rate < errors.true_positive_rate < 1


def test_draws_of_one_group_follow_the_beta_distribution():
    errors = AxisErrors("ai", (ErrorCounts(200, 10, 200, 150),))
    drawn = errors.draw_false_positive_rate(20_000, np.random.default_rng(1))
    assert np.quantile(drawn, [0.025, 0.975]) == pytest.approx(beta.ppf([0.025, 0.975], 10.5, 190.5), abs=2e-3)


def test_groups_that_disagree_make_the_rate_uncertain():
    alike = AxisErrors("ai", tuple(ErrorCounts(1000, 50, 1000, 900) for _ in range(4)))
    unlike = AxisErrors("ai", tuple(ErrorCounts(1000, k, 1000, 900) for k in (0, 0, 0, 200)))
    spread = [e.draw_false_positive_rate(2000, np.random.default_rng(1)).std() for e in (alike, unlike)]
    assert spread[1] > 5 * spread[0]


def test_without_reference_documents_the_rate_may_be_anything():
    errors = AxisErrors("ai", (ErrorCounts(0, 0, 100, 90),))
    drawn = errors.draw_false_positive_rate(2000, np.random.default_rng(1))
    assert drawn.min() < 0.05 < 0.95 < drawn.max()


def test_a_language_has_its_own_errors_and_others_the_common_ones():
    common, german = AxisErrors("ai", ()), AxisErrors("ai", (), language="de")
    rates = ErrorRates((common, german))
    assert [rates.find("ai", language) for language in ("de", "fr", None)] == [german, common, common]


def test_an_axis_without_counts_has_no_errors_to_find():
    assert ErrorRates((AxisErrors("ai", ()),)).find("mt", "de") is None
