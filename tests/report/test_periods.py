"""Periods find their place in time."""

from datetime import date

import pytest

from provenance.report.periods import date_period, number_runs, order_periods


@pytest.mark.parametrize(
    ("period", "day"),
    [
        ("CC-MAIN-2019-30", date(2019, 7, 22)),
        ("CC-MAIN-2009-53", date(2009, 12, 21)),
        ("2022-11", date(2022, 11, 1)),
        ("2024", date(2024, 1, 1)),
        ("CC-MAIN-2012", date(2012, 1, 1)),
        ("2022-13", None),
        ("spring", None),
    ],
)
def test_the_first_day_of_a_period(period: str, day: date | None):
    assert date_period(period) == day


def test_periods_go_by_time_and_unknown_ones_last():
    assert order_periods(["spring", "2024", "CC-MAIN-2019-30", "2024"]) == ["CC-MAIN-2019-30", "2024", "spring"]


def test_a_missing_month_ends_a_run():
    months = ["2023-11", "2023-12", "2024-01", "2024-03"]
    assert number_runs(months, months) == {"2023-11": 0, "2023-12": 0, "2024-01": 0, "2024-03": 1}


def test_a_crawl_without_an_estimate_ends_a_run():
    crawls = [f"CC-MAIN-20{year}-30" for year in (19, 20, 21)]
    assert number_runs([crawls[0], crawls[2]], crawls) == {crawls[0]: 0, crawls[2]: 1}
