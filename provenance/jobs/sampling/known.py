"""What the sample says of things that are known of the whole crawl: whether its weights can be trusted."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import polars as pl

from provenance.jobs.sampling.draw import CrawlSample
from provenance.sampling.estimate import Drawn, count_worth, estimate_share

SHOWN = 50  # values told of each variable, those with most captures


def read_drawn(sample: pl.DataFrame) -> Drawn:
    """The draw of the rows of a sample of one crawl that are not of the panel alone."""
    stratum = sample["stratum"].rank("dense").to_numpy().astype(np.int64)
    name = pl.col("url_host_name").str.to_lowercase().str.strip_chars_end(".")
    host = pl.when("host_held").then(name).otherwise(pl.lit(""))
    group = sample.select(pl.struct("stratum", host).rank("dense")).to_series()
    return Drawn(
        stratum,
        group.to_numpy().astype(np.int64),
        sample["group_captures"].to_numpy(),
        sample["group_drawn"].to_numpy(),
    )


def describe_worth(sample: pl.DataFrame) -> float:
    """How many documents of equal weight the rows are worth (Kish)."""
    return round(count_worth(read_drawn(sample)), 1)


def compare_known(drawn: CrawlSample, by: Sequence[str]) -> dict[str, list[dict[str, object]]]:
    """By variable, for each value: its captures by the index, and their number as the sample estimates it, 95 %.

    Of a value whose strata are not pooled only captures that were moved for their host's cap can be missed or counted
    beside; where the sample has none of these, the interval is what they can make up. A host has one top-level domain.
    """
    sample = drawn.sample.drop_nulls("stratum")
    groups = read_drawn(sample)
    told = {}
    for at, name in enumerate(by):
        pooled = {label[at] for label in drawn.pooled}
        counts: Counter[str] = Counter()
        for label, n in drawn.known.items():
            counts[label[at]] += n
        most = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:SHOWN]
        n_moved = 0 if name == "tld" else drawn.n_moved
        told[name] = [
            _compare(drawn.n_captures, sample[name] == value, groups, value, n, None if value in pooled else n_moved)
            for value, n in most
        ]
    return told


def _compare(
    n_captures: int, members: pl.Series, groups: Drawn, value: str, n: int, n_moved: int | None
) -> dict[str, object]:
    """`n_moved`: captures that may be in a stratum of another value; null where values are pooled."""
    share = estimate_share(groups, members.to_numpy())
    estimate, low, high = (n_captures * part for part in (share.value, share.low, share.high))
    if share.variance == 0 and n_moved is not None:
        low, high = max(0.0, estimate - n_moved), min(float(n_captures), estimate + n_moved)
    figures = {"estimate": round(estimate, 1), "low": round(low, 1), "high": round(high, 1)}
    return {"value": value, "captures": n, "drawn": int(members.sum()), **figures}
