"""A prevalence under other miss rates than the measured one."""

import polars as pl
import pytest

from provenance.stats import AxisErrors, ErrorCounts, ErrorRates, StatsOptions
from provenance.stats.checks.sensitivity import MISS_RATES, SENSITIVITY_SCHEMA, estimate_sensitivity
from tests.stats.made_scores import error_rates, scored_documents, true_rates

OPTIONS = StatsOptions(draws=2000)


def counted(n: int, flagged: int, *, hosts: int) -> pl.DataFrame:
    """`n` documents of `hosts` hosts, `flagged` of them called AI-generated."""
    return pl.DataFrame(
        {
            "url_host_name": [f"h{i % hosts}.example" for i in range(n)],
            "language": "en",
            "n_words": 300,
            "ai_score": [0.9 if i < flagged else 0.1 for i in range(n)],
            "mt_score": pl.Series([None] * n, dtype=pl.Float64),
            "origin": "undetermined",
        }
    )


def published_errors() -> ErrorRates:
    """Rates of 4.2 % and 0.6 %, as if counted on 15,000 documents of either kind."""
    return ErrorRates((AxisErrors("ai", (ErrorCounts(15_000, 630, 15_000, 14_910),)),))


def at(table: pl.DataFrame, miss_rate: float) -> dict[str, float]:
    return table.filter((pl.col("miss_rate") - miss_rate).abs() < 1e-9).row(0, named=True)


def test_a_published_half_is_46_to_70_percent():
    """ "50.3 % of new articles": about 1,000 articles a month, FPR 4.2 %, FNR 0.6 % on easy negatives."""
    table = estimate_sensitivity(counted(1000, 503, hosts=1000), published_errors(), options=OPTIONS)
    measured = table.filter("measured").row(0, named=True)
    assert measured["miss_rate"] == pytest.approx(0.006, abs=1e-4)
    assert measured["prevalence"] == pytest.approx((0.503 - 0.042) / (0.994 - 0.042), abs=1e-4)  # 48.4 %
    assert (measured["low"], measured["high"]) == (pytest.approx(0.452, abs=0.006), pytest.approx(0.517, abs=0.006))
    assert at(table, 0.30)["prevalence"] == pytest.approx(0.70, abs=0.005)


def test_each_miss_rate_has_a_row_and_the_measured_one_besides():
    table = estimate_sensitivity(scored_documents(3000, 0.2, 0.05), error_rates(), options=OPTIONS)
    assert table.schema == SENSITIVITY_SCHEMA
    for origin in ("ai_generated", "machine_translated"):
        rates = table.filter(pl.col("origin") == origin)
        assert rates.height == len(MISS_RATES) + 1
        assert rates["miss_rate"].is_sorted()
        assert rates["measured"].sum() == 1
        assert rates.filter("measured")["miss_rate"].item() == pytest.approx(1 - true_rates()[1], abs=0.03)


def test_the_more_is_missed_the_more_there_is():
    table = estimate_sensitivity(counted(1000, 150, hosts=500), published_errors(), options=OPTIONS)
    known = table.drop_nulls("prevalence")
    assert known["prevalence"].is_sorted()
    assert known["prevalence"][-1] > 2 * known["prevalence"][0]


def test_the_truth_is_inside_at_the_true_miss_rate():
    table = estimate_sensitivity(scored_documents(20_000, 0.2, 0.05, alike=0.0), error_rates(), options=OPTIONS)
    for origin, true in (("ai_generated", 0.2), ("machine_translated", 0.05)):
        row = table.filter(pl.col("measured"), pl.col("origin") == origin).row(0, named=True)
        assert row["low"] < true < row["high"]


def test_a_miss_rate_that_leaves_no_separation_has_no_prevalence():
    table = estimate_sensitivity(counted(1000, 150, hosts=500), published_errors(), options=OPTIONS)
    last = at(table, 0.95)
    assert (last["prevalence"], last["low"], last["high"]) == (None, None, None)


def test_dates_change_nothing():
    frame = counted(1000, 503, hosts=1000).with_columns(
        ai_llr=pl.when(pl.col("ai_score") > 0.5).then(4.0).otherwise(-1.0)
    )
    dated = frame.with_columns(ai_score=pl.lit(0.001))
    expected = estimate_sensitivity(frame, published_errors(), options=OPTIONS)
    assert expected["prevalence"].max() > 0.4
    assert estimate_sensitivity(dated, published_errors(), options=OPTIONS).equals(expected)


def test_one_host_is_wide():
    widths = []
    for hosts in (1, 1000):
        row = at(estimate_sensitivity(counted(1000, 503, hosts=hosts), published_errors(), options=OPTIONS), 0.05)
        widths.append(row["high"] - row["low"])
    assert widths[0] > 5 * widths[1]


def test_no_document_flagged_leaves_an_upper_bound():
    row = at(estimate_sensitivity(counted(100, 0, hosts=100), error_rates(), options=OPTIONS), 0.5)
    assert row["prevalence"] == 0.0
    clean = ErrorRates((AxisErrors("ai", (ErrorCounts(10_000, 0, 1000, 600),)),))
    assert at(estimate_sensitivity(counted(100, 0, hosts=100), clean, options=OPTIONS), 0.5)["high"] > 0.01


def test_few_documents_and_unknown_errors_have_no_rows():
    assert estimate_sensitivity(counted(10, 5, hosts=10), published_errors(), options=OPTIONS).is_empty()
    assert estimate_sensitivity(counted(1000, 503, hosts=10), ErrorRates(), options=OPTIONS).is_empty()
