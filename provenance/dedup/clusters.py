"""Signatures of a whole run -> who is a copy of whom.

Rows are put into one order first (earliest capture, then doc_id, then content, then row), and everything is worked out
on positions in that order: the representative of a cluster is its lowest position, whatever the order of the input.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.dedup.lsh import estimate_similarity, link_near
from provenance.dedup.minhash import Signatures
from provenance.dedup.options import DedupOptions
from provenance.dedup.union import Rows
from provenance.errors import ConfigError
from provenance.schema import CLUSTERS

_UNIQUE, _EXACT, _NEAR = 0, 1, 2


@dataclass(frozen=True, slots=True)
class _Copies:
    """Arrays over ranks (positions in the fixed order) that tell the copies."""

    equals: Rows  # the first rank of equal text
    roots: Rows  # the first rank of the cluster
    similarity: NDArray[np.float64]


def find_clusters(signatures: pl.DataFrame, options: DedupOptions) -> pl.DataFrame:
    """The clusters table, row for row in input order.

    Takes doc_id, signature, exact_hash and fetch_time (UTC, nullable). A doc_id may stand in several rows: each has
    its own. Clusters are the connected components of "equal text" and "near duplicate": a chain of near duplicates
    is one cluster, and `similarity` tells how far its members are from the representative. `kind` is exact for a
    member whose text equals the representative's, for the representative where such a member exists, else near.
    Documents that differ in one word that matters ("with", "without") are near duplicates here.
    """
    ranked = _rank(signatures)
    rows = ranked["row"].to_numpy()
    copies = _find_near(signatures["signature"], rows, _find_equals(ranked["exact_hash"]), options)
    ranks = np.empty(len(rows), np.int64)
    ranks[rows] = np.arange(len(rows))
    return CLUSTERS.conform(_describe(ranked, copies)[ranks])


def _rank(signatures: pl.DataFrame) -> pl.DataFrame:
    """What tells the rows, in the fixed order, with their place in the input as `row`."""
    told = signatures.select("fetch_time", "doc_id", "exact_hash", row=pl.int_range(pl.len()))
    return told.sort("fetch_time", "doc_id", "exact_hash", "row", nulls_last=True)


def _find_equals(hashes: pl.Series) -> Rows:
    """For each rank the first rank with the same hash; a null hash equals nothing."""
    numbered = hashes.to_frame("hash").with_row_index("rank")
    first = pl.when(pl.col("hash").is_null()).then("rank").otherwise(pl.col("rank").min().over("hash"))
    return numbered.select(first.cast(pl.Int64)).to_series().to_numpy()


def _find_near(signatures: pl.Series, rows: Rows, equals: Rows, options: DedupOptions) -> _Copies:
    """Joins near duplicates among the first of each group of equal texts; `signatures` stand in input order."""
    present = signatures.is_not_null().to_numpy()
    matrix = _to_matrix(signatures, options.num_perm)
    matrix_rows = (np.cumsum(present) - 1)[rows]
    items = np.flatnonzero(present[rows] & (equals == np.arange(len(rows))))
    parents = link_near(matrix, matrix_rows[items], options)
    firsts, similarity = np.arange(len(rows)), np.ones(len(rows))
    firsts[items] = items[parents]
    joined = items[parents != np.arange(len(items))]
    similarity[joined] = estimate_similarity(matrix, matrix_rows[joined], matrix_rows[firsts[joined]])
    return _Copies(equals, firsts[equals], similarity[equals])


def _to_matrix(signatures: pl.Series, num_perm: int) -> Signatures:
    """The signatures that are not null, one a row; not copied where none is null."""
    lengths = signatures.list.len()
    wrong = lengths.filter(lengths != num_perm)
    if len(wrong):
        raise ConfigError(
            f"a signature has {wrong[0]} values, but dedup.num_perm is {num_perm}; "
            "sign the documents again or set dedup.num_perm to what they were signed with"
        )
    return signatures.explode(empty_as_null=False, keep_nulls=False).to_numpy().reshape(-1, num_perm)


def _describe(documents: pl.DataFrame, copies: _Copies) -> pl.DataFrame:
    """The clusters table in rank order."""
    n = len(copies.roots)
    sizes = np.bincount(copies.roots, minlength=n)[copies.roots]
    equal_to_root = (copies.equals == copies.roots) & (np.bincount(copies.equals, minlength=n)[copies.equals] > 1)
    kinds = np.select([sizes == 1, equal_to_root], [_UNIQUE, _EXACT], _NEAR)
    return pl.DataFrame(
        {
            "doc_id": documents["doc_id"],
            "cluster_id": documents["doc_id"].gather(copies.roots),
            "representative": copies.roots == np.arange(n),
            "kind": pl.Series(["unique", "exact", "near"]).gather(kinds),
            "similarity": copies.similarity,
            "first_seen": documents["fetch_time"].gather(copies.roots),
        }
    )
