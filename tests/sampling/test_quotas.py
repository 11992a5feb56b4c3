"""Quotas and the pooling of strata."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import ConfigError
from provenance.sampling.languages import TWO_LETTERS, find_language
from provenance.sampling.quotas import set_quotas, share_by_power
from provenance.sampling.strata import name_stratum, pool_strata


def quotas(
    total: int, sizes: list[int], capacities: list[int] | None = None, power: float = 1.0, least: int = 2
) -> list[int]:
    given_ = np.array(sizes), np.array(capacities or sizes)
    return set_quotas(total, *given_, power=power, least=least).tolist()


def test_quotas_are_proportional_and_rounded_by_largest_remainder() -> None:
    assert quotas(10, [500, 300, 200]) == [5, 3, 2]
    assert quotas(100, [6670, 2170, 1160]) == [67, 22, 11] or quotas(100, [6670, 2170, 1160]) == [67, 21, 12]
    assert quotas(7, [100, 100, 100], least=1) == [3, 2, 2]


def test_square_roots_give_small_strata_more() -> None:
    assert quotas(110, [10_000, 100], power=0.5) == [100, 10]
    assert quotas(101, [10_000, 100], power=1.0) == [99, 2]


def test_small_strata_get_the_least_and_none_more_than_it_has() -> None:
    assert quotas(20, [10_000, 3, 1], least=2) == [17, 2, 1]
    assert quotas(50, [1000, 1000], [5, 1000]) == [5, 45]


def test_all_is_given_where_less_may_be_drawn_than_was_asked() -> None:
    assert quotas(500, [1000, 1000], [50, 60]) == [50, 60]


def test_fewer_documents_than_strata_are_refused() -> None:
    with pytest.raises(ConfigError, match="fewer than there are strata"):
        quotas(2, [10, 10, 10])


@given(
    st.lists(st.tuples(st.integers(1, 10**9), st.floats(0.001, 1)), min_size=1, max_size=40),
    st.integers(40, 100_000),
    st.sampled_from([0.5, 1.0]),
)
def test_quotas_always_add_up_within_their_bounds(strata: list[tuple[int, float]], total: int, power: float) -> None:
    sizes = np.array([size for size, _ in strata])
    capacities = np.array([max(1, int(size * part)) for size, part in strata])
    found = set_quotas(total, sizes, capacities, power=power, least=2)
    assert found.sum() == min(total, capacities.sum())
    assert (found >= 1).all()
    assert (found <= capacities).all()


def test_strata_too_small_are_pooled_by_domain_then_by_month() -> None:
    labels = [("de", "de", "1"), ("de", "at", "1"), ("de", "ch", "1"), ("is", "is", "1"), ("fo", "fo", "2")]
    sizes = np.array([900, 40, 30, 20, 10])
    pooled = pool_strata(("language", "tld", "month"), labels, sizes, lambda n: share_by_power(100, n, 1.0), 5)
    assert [name_stratum(label) for label in pooled] == ["de/de/1", "de/*/1", "de/*/1", "*/*/*", "*/*/*"]


def test_variables_that_are_not_asked_for_are_not_pooled() -> None:
    pooled = pool_strata(("month",), [("1",), ("2",)], np.array([99, 1]), lambda n: share_by_power(10, n, 1.0), 2)
    assert pooled == [("1",), ("*",)]


@pytest.mark.parametrize(
    ("told", "language"),
    [("deu,eng", "de"), ("eng", "en"), ("", ""), (None, ""), ("gsw", "gsw"), ("nob", "no"), ("zho,eng,jpn", "zh")],
)
def test_the_language_is_the_first_as_documents_have_it(told: str | None, language: str) -> None:
    assert find_language(told) == language


def test_codes_of_languages_are_of_three_and_two_letters() -> None:
    assert {len(code) for code in TWO_LETTERS} == {3}
    assert {len(code) for code in TWO_LETTERS.values()} == {2}
