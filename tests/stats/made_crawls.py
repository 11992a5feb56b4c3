"""Scored documents of crawls whose hosts, pages and dates are chosen: what a series of a trend should make of them."""

import datetime

import numpy as np
import polars as pl

from tests.stats.made_scores import SEPARATION, posterior

CRAWLS = {"CC-MAIN-2019-30": (2019, 7), "CC-MAIN-2021-10": (2021, 3), "CC-MAIN-2024-33": (2024, 8)}


def captured(crawl: str) -> datetime.datetime:
    return datetime.datetime(*CRAWLS[crawl], 20, tzinfo=datetime.UTC)


def pages(crawl: str, hosts: dict[str, tuple[int, float]], *, first: str | None = None, seed: int = 0) -> pl.DataFrame:
    """Documents of a crawl: `hosts` gives of each its number of pages and the share of them that is AI-generated.

    `first` is the crawl in which their texts were seen first; this one if null.
    """
    rng = np.random.default_rng([seed, list(CRAWLS).index(crawl)])
    name = [host for host, (n, _) in hosts.items() for _ in range(n)]
    ai = np.array([i < share * n for n, share in hosts.values() for i in range(n)])
    scores = {"ai_score": posterior(rng.normal(ai * SEPARATION)), "mt_score": posterior(rng.normal(np.zeros(len(ai))))}
    return pl.DataFrame(
        {
            "crawl": crawl,
            "url_host_name": name,
            "url_host_registered_domain": name,
            "language": "en",
            "fetch_time": captured(crawl),
            "first_seen": captured(first or crawl),
            "n_words": 300,
            **scores,
            "origin": np.where(scores["ai_score"] > 0.5, "ai_generated", "human"),
        },
        schema_overrides={name: pl.Datetime("us", "UTC") for name in ("fetch_time", "first_seen")},
    )


def hosts(n: int, n_pages: int, share: float, name: str = "h") -> dict[str, tuple[int, float]]:
    """`n` hosts that are alike."""
    return {f"{name}{i}.example.org": (n_pages, share) for i in range(n)}
