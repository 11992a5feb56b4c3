"""Intervals hold the truth as often as they say, and are wide where little is known."""

import numpy as np
import polars as pl
import pytest
from scipy.stats import binom

from provenance.stats import StatsOptions, estimate_ratio
from provenance.stats.bootstrap import assign_clusters, count_effective, find_interval
from provenance.stats.cells import gather_documents, normalise_scored
from provenance.stats.rates import ErrorRates
from tests.stats.made_scores import error_rates, scored_documents

QUICK = StatsOptions(draws=100)


def overall(frame: pl.DataFrame) -> dict[str, float]:
    return frame.row(0, named=True)


@pytest.mark.parametrize(("ai", "mt", "method"), [(0.0, 0.0, "em"), (0.15, 0.05, "em"), (0.15, 0.05, "adjusted_count")])
def test_intervals_cover_the_truth_at_the_stated_rate(ai: float, mt: float, method: str):
    trials, truth = 200, {"ai_generated": ai, "machine_translated": mt, "human": 1 - ai - mt}
    covered = dict.fromkeys(truth, 0)
    for trial in range(trials):
        scored = scored_documents(300, ai, mt, hosts=80, seed=trial)
        options = StatsOptions(draws=100, method=method)
        row = overall(estimate_ratio(scored, errors=error_rates(500, seed=trial), options=options))
        for origin, value in truth.items():
            covered[origin] += row[f"{origin}_low"] <= value <= row[f"{origin}_high"]
    # at the boundary an interval may cover always; elsewhere too often is as wrong as too seldom
    least, most = binom.ppf(0.001, trials, 0.93) / trials, 1.0 if ai == 0.0 else 0.995
    assert all(least <= count / trials <= most for count in covered.values()), covered


def test_alike_documents_of_a_host_widen_the_interval():
    widths = []
    for hosts in (20, 2000):
        row = overall(estimate_ratio(scored_documents(2000, 0.3, 0.0, hosts=hosts, alike=0.5), options=QUICK))
        widths.append(row["ai_generated_high"] - row["ai_generated_low"])
    assert widths[0] > 1.5 * widths[1]


def test_uncertain_error_rates_widen_the_interval():
    scored = scored_documents(3000, 0.2, 0.0)
    rows = [overall(estimate_ratio(scored, errors=error_rates(n), options=QUICK)) for n in (30, 100_000)]
    widths = [row["ai_generated_high"] - row["ai_generated_low"] for row in rows]
    assert widths[0] > 1.3 * widths[1]


def test_one_host_gives_a_wide_interval_and_says_why():
    row = overall(estimate_ratio(scored_documents(1000, 0.2, 0.0, hosts=1), options=QUICK))
    assert row["human_high"] - row["human_low"] > 0.5
    assert "one host" in row["why"]
    assert row["estimable"]


def test_the_group_of_a_domain_is_a_sample_of_its_own_documents():
    scored = scored_documents(1000, 0.2, 0.0, hosts=1)
    row = estimate_ratio(scored, ["url_host_registered_domain"], options=QUICK).row(2, named=True)
    assert row["human_high"] - row["human_low"] < 0.2
    assert "bootstrap over documents" in row["method"]


def test_documents_without_a_domain_are_of_many_hosts():
    scored = scored_documents(1000, 0.2, 0.0).with_columns(url_host_registered_domain=pl.lit(None, pl.String))
    row = estimate_ratio(scored, ["url_host_registered_domain"], options=QUICK).row(2, named=True)
    assert "bootstrap over hosts" in row["method"]


def test_draws_of_nothing_but_zeros_still_allow_the_unseen():
    low, high = find_interval(np.zeros(100), 0.0, 0.95, n_effective=300)
    assert (low, high) == pytest.approx((0.0, 3 / 300), abs=1e-3)


def test_an_interval_holds_its_point():
    low, high = find_interval(np.array([0.2, 0.3]), 0.5, 0.95, n_effective=10)
    assert low <= 0.5 <= high


def test_single_documents_of_many_hosts_all_count():
    assert count_effective(np.full(7, 3.0), np.arange(7), 0.2) == pytest.approx(7)


def test_the_documents_of_one_host_count_as_few():
    assert count_effective(np.ones(1000), np.zeros(1000, dtype=int), 0.2) == pytest.approx(5, rel=0.02)


def test_a_heavy_host_takes_nothing_away_from_the_others():
    hosts = np.arange(100)
    with_heavy = np.append(hosts, np.full(1000, 100))
    assert count_effective(np.ones(1100), with_heavy, 0.2) >= count_effective(np.ones(100), hosts, 0.2)


def test_one_heavy_document_counts_as_one():
    assert count_effective(np.array([1e6, 1.0, 1.0]), np.arange(3), 0.2) == pytest.approx(1.0, abs=1e-3)


def test_more_hosts_than_clusters_are_put_together_whole():
    frame = normalise_scored(scored_documents(3000, 0.1, 0.0, hosts=500), QUICK)
    documents = gather_documents(frame, ErrorRates())
    cluster = assign_clusters(documents, 50, np.random.default_rng(1))
    assert len(np.unique(cluster)) == 50
    assert len(np.unique(np.stack([documents.host, cluster]), axis=1).T) == len(np.unique(documents.host))
