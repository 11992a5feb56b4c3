"""A made crawl whose hosts, kinds and origins are known, and samples of it with very unequal probabilities."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from provenance.stats.weighting import WEIGHT
from tests.stats.made_scores import SEPARATION, posterior

Random = np.random.Generator


@dataclass(frozen=True, slots=True)
class Kind:
    """A stratum of hosts: how many there are, share of AI-generated pages, mean pages of a host."""

    hosts: int
    ai: float
    pages: float


def make_crawl(kinds: Mapping[str, Kind], rng: Random, *, alike: float = 0.1) -> pl.DataFrame:
    """All pages; `ai` is the truth, `alike` the correlation within a host."""
    frames = [_make(name, kind, alike, rng) for name, kind in kinds.items()]
    frame = pl.concat(frames)
    scores = [posterior(rng.normal(frame["ai"].to_numpy() * SEPARATION)), posterior(rng.normal(np.zeros(frame.height)))]
    return frame.with_columns(
        ai_score=pl.Series(scores[0]),
        mt_score=pl.Series(scores[1]),
        origin=pl.Series(np.where(scores[0] > 0.5, "ai_generated", "human")),
        n_words=pl.lit(300),
        language=pl.lit("en"),
    )


def draw(crawl: pl.DataFrame, rates: Mapping[str, float], most: int, rng: Random) -> pl.DataFrame:
    """Hosts of each kind at its rate, at most `most` pages of each: the probability of a page is that of both."""
    hosts = crawl.group_by("url_host_name", "kind").len("pages").sort("url_host_name")
    hosts = hosts.with_columns(rate=pl.col("kind").replace_strict(rates, return_dtype=pl.Float64))
    taken = hosts.filter(pl.Series(rng.random(hosts.height)) < pl.col("rate")).drop("kind")
    pages = crawl.join(taken, on="url_host_name", maintain_order="left")
    place = pl.Series(rng.random(pages.height)).alias("place")
    kept = pages.with_columns(place).filter(pl.col("place").rank("ordinal").over("url_host_name") <= most)
    within = pl.min_horizontal("pages", pl.lit(most)) / pl.col("pages")
    return kept.with_columns((1 / (pl.col("rate") * within)).alias(WEIGHT)).drop("pages", "rate", "place")


def _make(name: str, kind: Kind, alike: float, rng: Random) -> pl.DataFrame:
    share = rng.beta(kind.ai * (1 / alike - 1), (1 - kind.ai) * (1 / alike - 1), kind.hosts)
    host = np.repeat(np.arange(kind.hosts), rng.geometric(1 / kind.pages, kind.hosts))
    return pl.DataFrame(
        {"kind": name, "url_host_name": [f"{name}{i}.example" for i in host], "ai": rng.random(len(host)) < share[host]}
    )
