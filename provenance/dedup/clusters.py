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
class _Ranked:
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
    equals = _find_equals(ranked["exact_hash"])
    copies = _find_near(ranked["signature"], equals, options)
    order = ranked["row"].to_numpy()
    inverse = np.empty(len(order), np.int64)
    inverse[order] = np.arange(len(order))
    clusters = _describe(ranked.select("doc_id", "fetch_time"), copies)
    return CLUSTERS.conform(clusters[inverse])


def _rank(signatures: pl.DataFrame) -> pl.DataFrame:
    """The rows in the fixed order, with their place in the input as `row`."""
    numbered = signatures.select("doc_id", "signature", "exact_hash", "fetch_time").with_row_index("row")
    keys = numbered.select("fetch_time", "doc_id", "exact_hash", "row")
    order = keys.select(pl.arg_sort_by("fetch_time", "doc_id", "exact_hash", "row", nulls_last=True))
    return numbered[order.to_series()]


def _find_equals(hashes: pl.Series) -> Rows:
    """For each rank the first rank with the same hash; a null hash equals nothing."""
    numbered = hashes.to_frame("hash").with_row_index("rank")
    first = pl.when(pl.col("hash").is_null()).then("rank").otherwise(pl.col("rank").min().over("hash"))
    return numbered.select(first.cast(pl.Int64)).to_series().to_numpy()


def _find_near(signatures: pl.Series, equals: Rows, options: DedupOptions) -> _Ranked:
    """Joins near duplicates among the first of each group of equal texts."""
    present = signatures.is_not_null().to_numpy()
    matrix = _to_matrix(signatures.drop_nulls(), options.num_perm)
    matrix_rows = np.cumsum(present) - 1
    items = np.flatnonzero(present & (equals == np.arange(len(equals))))
    parents = link_near(matrix, matrix_rows[items], options)
    firsts, similarity = np.arange(len(equals)), np.ones(len(equals))
    firsts[items] = items[parents]
    joined = items[parents != np.arange(len(items))]
    similarity[joined] = estimate_similarity(matrix, matrix_rows[joined], matrix_rows[firsts[joined]])
    return _Ranked(equals, firsts[equals], similarity[equals])


def _to_matrix(signatures: pl.Series, num_perm: int) -> Signatures:
    wrong = signatures.list.len().filter(signatures.list.len() != num_perm)
    if len(wrong):
        raise ConfigError(
            f"a signature has {wrong[0]} values, but dedup.num_perm is {num_perm}; "
            "sign the documents again or set dedup.num_perm to what they were signed with"
        )
    return signatures.explode().to_numpy().reshape(-1, num_perm)


def _describe(documents: pl.DataFrame, copies: _Ranked) -> pl.DataFrame:
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
