"""Rows of the ratio table: a bound that tells nothing is no estimate."""

import pytest

from provenance.stats.group import GroupEstimate, Interval
from provenance.stats.rows import NOTHING_TOLD, make_row


def row_with(ratio: Interval) -> dict[str, object]:
    estimate = GroupEstimate({"human": Interval(0.5, 0.0, 1.0)}, {}, ratio, "")
    return dict(make_row({}, {}, estimate, method="em", why="few hosts"))


@pytest.mark.parametrize("ratio", [Interval(None, 0.0, None), Interval(1.0, 0.04, None), Interval(None, None, None)])
def test_an_interval_that_holds_everything_is_not_estimable(ratio: Interval) -> None:
    row = row_with(ratio)
    assert row["estimable"] is False
    assert row["why"] == f"few hosts; {NOTHING_TOLD}"
    assert row["human_to_synthetic_ratio_low"] is None
    assert row["human_prevalence"] == 0.5


@pytest.mark.parametrize("ratio", [Interval(None, 3.0, None), Interval(2.0, 0.01, 9.0)])
def test_a_bound_or_an_interval_that_tells_something_stays(ratio: Interval) -> None:
    row = row_with(ratio)
    assert row["estimable"] is True
    assert row["why"] == "few hosts"
    assert row["human_to_synthetic_ratio_low"] == ratio.low
