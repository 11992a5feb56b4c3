"""Intervals of any figure: whole clusters of documents drawn again and again with replacement.

Documents of one pair, page or author are alike; drawn one by one they would make intervals too narrow (Field and Welsh
2007, "Bootstrapping clustered data", section 3).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

Rows = npt.NDArray[np.int64]


def draw_clusters(table: pl.DataFrame, cluster: str, replicates: int, seed: int) -> list[Rows]:
    """Row numbers of each replicate: as many clusters as there are; a row without one is one, none gives none."""
    if not table.height:
        return []
    random = np.random.default_rng(seed)
    if cluster in table.columns:
        row = pl.format("row {}", pl.int_range(pl.len()))
        named = table.select(pl.coalesce(pl.col(cluster).cast(pl.String), row)).to_series()
        codes = named.rank("dense").to_numpy().astype(np.int64) - 1
    else:
        codes = np.arange(table.height, dtype=np.int64)
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(codes.max() + 2))
    n = bounds.size - 1
    return [_rows_of(random.integers(0, n, n), order, bounds) for _ in range(replicates)]


def find_interval(replicates: Sequence[float]) -> tuple[float | None, float | None]:
    """The middle 95 % of the replicates that could be measured; null without any."""
    known = [value for value in replicates if not np.isnan(value)]
    if not known:
        return None, None
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)


def _rows_of(drawn: Rows, order: Rows, bounds: Rows) -> Rows:
    lengths = bounds[drawn + 1] - bounds[drawn]
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    rows: Rows = order[np.repeat(bounds[drawn], lengths) + within]
    return rows
