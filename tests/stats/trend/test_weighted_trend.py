"""Series of a trend from samples of crawls, each drawn with probabilities of its own."""

import polars as pl
import pytest

from provenance.stats import StatsOptions
from provenance.stats.trend.series import select_same_hosts
from provenance.stats.trend.table import estimate_trend
from provenance.stats.weighting import WEIGHT
from tests.stats.made_crawls import CRAWLS, hosts, pages
from tests.stats.made_scores import error_rates

OLD, _, NEW = CRAWLS
QUICK = StatsOptions(draws=30)


def trend(*frames: pl.DataFrame) -> pl.DataFrame:
    return estimate_trend(pl.concat(frames), period="crawl", errors=error_rates(), options=QUICK).filter(
        unit="documents"
    )


def found(table: pl.DataFrame, series: str, figure: str = "ai_generated_prevalence") -> list[object]:
    return table.filter(series=series)[figure].to_list()


def weigh(frame: pl.DataFrame, human: float, machine: float) -> pl.DataFrame:
    """Pages of hosts that are named ai... stand for `machine` pages each, all others for `human`."""
    named = pl.col("url_host_name").str.starts_with("ai")
    return frame.with_columns(pl.when(named).then(machine).otherwise(human).alias(WEIGHT))


def test_all_hosts_are_what_they_stand_for() -> None:
    """In the new crawl machines' hosts were drawn nine times as often, and are as rare as they were."""
    table = trend(
        weigh(pages(OLD, hosts(90, 10, 0.0) | hosts(10, 10, 1.0, "ai")), 1.0, 1.0),
        weigh(pages(NEW, hosts(50, 10, 0.0) | hosts(50, 10, 1.0, "ai")), 9.0, 1.0),
    )
    assert found(table, "all_hosts") == [pytest.approx(0.1, abs=0.05)] * 2
    assert found(table, "all_hosts", "estimated_total") == pytest.approx([1000.0, 5000.0])
    assert found(table, "all_hosts", "n_documents") == [1000, 1000]


def test_texts_seen_first_are_what_they_stand_for() -> None:
    table = trend(
        weigh(pages(OLD, hosts(50, 10, 0.0) | hosts(50, 10, 1.0, "ai")), 9.0, 1.0),
        weigh(pages(NEW, hosts(50, 10, 0.0, "again"), first=OLD), 1000.0, 1.0),
        weigh(pages(NEW, hosts(50, 10, 0.0) | hosts(50, 10, 1.0, "ai"), seed=1), 1.0, 9.0),
    )
    assert found(table, "first_seen") == [pytest.approx(0.1, abs=0.05), pytest.approx(0.9, abs=0.05)]


def test_a_panel_is_not_moved_by_how_much_was_drawn_of_its_hosts() -> None:
    table = trend(
        weigh(pages(OLD, hosts(30, 20, 0.0) | hosts(30, 20, 1.0, "ai")), 1.0, 1.0),
        weigh(pages(NEW, hosts(30, 20, 0.0) | hosts(30, 10, 1.0, "ai")), 10.0, 2.0),
    )
    assert found(table, "same_hosts") == [pytest.approx(0.5, abs=0.06)] * 2
    assert found(table, "all_hosts")[1] == pytest.approx(1 / 11, abs=0.04)


def test_a_host_of_a_panel_weighs_as_much_in_every_period_as_in_the_one_where_it_weighs_least() -> None:
    frame = pl.concat(
        [
            weigh(pages(OLD, hosts(30, 20, 0.0) | hosts(30, 20, 1.0, "ai")), 1.0, 3.0),
            weigh(pages(NEW, hosts(30, 10, 0.0) | hosts(30, 30, 1.0, "ai")), 5.0, 1.0),
        ]
    )
    panel = select_same_hosts(frame, (), "crawl", QUICK).frame
    sums = panel.group_by("url_host_name", "crawl").agg(pl.col(WEIGHT).sum(), pl.len())
    kinds = sums.group_by("crawl", ai=pl.col("url_host_name").str.starts_with("ai")).agg(
        pl.col(WEIGHT).unique().sort().first(), pl.col(WEIGHT).n_unique().alias("n"), pl.col("len").first()
    )
    assert set(kinds.rows()) == {
        (crawl, *rest) for crawl in (OLD, NEW) for rest in ((False, 20.0, 1, 10), (True, 30.0, 1, 20))
    }


def test_equal_weights_give_the_trend_of_no_weights() -> None:
    frames = [pages(crawl, hosts(40, 10 + 5 * i, 0.1 * i)) for i, crawl in enumerate(CRAWLS)]
    plain, weighted = trend(*frames), trend(*(frame.with_columns(pl.lit(4.0).alias(WEIGHT)) for frame in frames))
    added = ("estimated_total", "effective_documents")
    assert plain.drop(added).equals(weighted.drop(added))
