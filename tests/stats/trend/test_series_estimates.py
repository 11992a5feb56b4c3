"""What is estimated of simulated crawls stands beside what is true, and most bands hold it."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.series_tables import count_controls, write_tables
from pipelines.simulated_pages import make_series
from pipelines.simulated_scores import check_early, estimate_series, score_pages
from provenance.jobs.rates import load_scores
from provenance.models.calibration import load_calibration
from provenance.stats import StatsOptions
from tests.stats.trend.test_simulated_series import STOCKS

QUICK = StatsOptions(draws=60)


def make_texts(n: int) -> pl.DataFrame:
    rows = [
        (language, origin, stock)
        for language in ("en", "de", "fr")
        for origin, stocks in STOCKS.items()
        for stock in stocks
        for _ in range(n)
    ]
    made = pl.DataFrame(rows, schema=["language", "origin", "stock"], orient="row").with_row_index("key")
    return made.with_columns(pl.col("key").cast(pl.Int64))


def make_scores(texts: pl.DataFrame) -> pl.DataFrame:
    """Every text with the scores of a reference document of its origin, drawn at random."""
    scores = load_scores(None)
    assert scores is not None
    rng = np.random.default_rng(1)
    parts = []
    for (origin,), part in texts.group_by("origin", maintain_order=True):
        known = scores.frame.filter(label=origin).drop_nulls(["ai_llr", "mt_llr"])
        drawn = known[rng.integers(known.height, size=part.height)].select("ai_llr", "mt_llr", "mt_score", "n_words")
        host = pl.format("text{}.example.org", "key")
        parts.append(part.select("language", url_host_name=host).hstack(drawn))
    return pl.concat(parts)


@pytest.fixture(scope="module")
def scored() -> pl.DataFrame:
    texts = make_texts(3000)
    return score_pages(make_series(texts, 1), texts, make_scores(texts)).filter(language="en")


def test_dates_before_chat_models_lower_a_score(scored: pl.DataFrame):
    worth = load_calibration(None).first_seen
    logit = (pl.col("ai_score") / (1 - pl.col("ai_score"))).log() + np.log(9.0)
    moved = scored.filter(pl.col("ai_llr").abs() < 2.0).select("first_seen", by=logit - pl.col("ai_llr"))
    late = moved.filter(pl.col("first_seen") >= datetime(2022, 12, 1, tzinfo=UTC))["by"].to_list()
    early = moved.filter(pl.col("first_seen") < datetime(2022, 8, 1, tzinfo=UTC))["by"].to_list()
    assert late == pytest.approx([0.0] * len(late), abs=1e-6)
    assert early == pytest.approx([worth.grey_nats] * len(early), abs=1e-6)


def test_most_bands_hold_what_is_true(scored: pl.DataFrame):
    found = estimate_series(scored, ("en",), QUICK).filter(series="all_hosts", unit="documents")
    assert found.height == 30
    assert found["prevalence"].is_not_null().all()
    held = found.select(pl.col("true_share").is_between(pl.col("low") - 1e-9, pl.col("high") + 1e-9).mean()).item()
    assert held >= 0.8
    truth = scored.group_by("crawl").agg(share=(pl.col("truth") == "ai_generated").mean())
    beside = found.filter(origin="ai_generated").join(truth, on="crawl")
    assert beside["true_share"].to_list() == pytest.approx(beside["share"].to_list())
    found_at = beside.sort("crawl")["prevalence"]
    assert found_at[-1] > found_at[0] + 0.1


def test_early_documents_of_half_of_the_hosts_are_the_reference_and_not_estimated(scored: pl.DataFrame):
    crawls = [crawl for crawl in ("CC-MAIN-2019-30", "CC-MAIN-2025-38") if crawl in set(scored["crawl"])]
    assert len(crawls) == 2
    some = scored.filter(pl.col("crawl").is_in(crawls))
    quick = StatsOptions(draws=5)
    found = {own: estimate_series(some, ("en",), replace(quick, own_reference=own)) for own in (True, False)}
    of = {
        own: table.filter(series="all_hosts", unit="documents", origin="ai_generated").sort("crawl")["n_measured"]
        for own, table in found.items()
    }
    assert of[True][0] < 0.7 * of[False][0]
    assert of[True][1] == of[False][1]
    assert set(found[True]["series"]) == {"all_hosts", "same_hosts", "first_seen"}
    assert set(found[False]["series"]) == {"all_hosts"}


def test_control_is_of_early_documents_that_are_in_no_reference(scored: pl.DataFrame):
    quick = StatsOptions(draws=5)
    n = {
        own: check_early(scored, replace(quick, own_reference=own))
        .filter(origin="ai_generated", source="same_run")["n_documents"]
        .item()
        for own in (True, False)
    }
    assert 0 < n[True] < 0.7 * n[False]


def test_tables_tell_how_often_the_control_decides(tmp_path: Path):
    controls = pl.DataFrame(
        {
            "origin": ["ai_generated"] * 3 + ["machine_translated"],
            "source": ["same_run"] * 3 + ["shipped"],
            "passed": [True, None, None, True],
            **{name: [0.01, 0.02, 0.04, 0.5] for name in ("prevalence", "low", "high")},
            "drawn": [0, 1, 2, 1],
        }
    )
    told = count_controls(controls)
    assert told.rows() == [(False, True, 1, 1.0, 1.0, 1.0), (True, None, 2, 3.0, 3.0, 3.0)]
    estimates = pl.DataFrame(
        {
            "series": "all_hosts", "language": "en", "unit": "documents", "origin": "human", "crawl": "CC-MAIN-2019-30",
            "n_measured": 9, "n_hosts": 3, "why": "", "called": 0.5, "true_share": 0.5, "prevalence": 0.4, "low": 0.3,
            "high": 0.6, "drawn": [0, 1, 2],
        }
    )  # fmt: skip
    write_tables(estimates, controls, tmp_path / "coverage.md")
    assert "| True | None | 2 | 3.00 | 3.00 | 3.00 |" in (tmp_path / "coverage.md").read_text()
