"""Figures of runs read together: the trend is made as the ratio is."""

from pathlib import Path

import polars as pl

from provenance.jobs.figures import FigureOptions, estimate_figures
from provenance.jobs.finished import open_finished
from provenance.jobs.rates import load_detector
from tests.made_runs import CRAWLS, two_runs  # noqa: F401  a fixture


def test_the_trend_over_crawls_is_made_as_the_ratio_by_crawl(two_runs: tuple[Path, Path]):  # noqa: F811
    found = open_finished(two_runs)
    detector = load_detector(found.config.models, found.config.verdict, found.config.stats)
    figures = estimate_figures(found.tables, FigureOptions(("crawl",), ("site_type",)), detector)
    ratio = figures.ratio.filter(pl.col("group_columns") == ["crawl"])
    trend = figures.trend.filter(pl.col("group_columns").list.len() == 0, series="all_hosts")
    assert trend["period"].to_list() == [crawl for crawl in CRAWLS for _ in range(2)]
    same = ("unit", "n_documents", "n_measured", "n_hosts", "human_share", "ai_generated_adjusted_count", "method")
    assert trend.select(same).equals(ratio.select(same))
    assert set(figures.trend["group_columns"].list.join("+")) == {"", "site_type"}
