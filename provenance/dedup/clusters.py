"""Pairs of copies -> clusters: who belongs together, which copy stays, and how like it the others are.

Clusters are the connected components of "equal text" and "near duplicate": a chain of near duplicates is one cluster,
and `similarity` tells how far its members are from the representative. All is worked out on items, positions in the
input, but nothing depends on them unless two documents are equal in everything else.
"""

from collections.abc import Iterable
from functools import partial
from typing import Final

import numpy as np
import polars as pl

from provenance.dedup.exact import find_shingle_sets, make_comparison, measure_pairs
from provenance.dedup.keys import Rows, make_rows
from provenance.dedup.linking import Similarity, estimate_similarity, find_pairs
from provenance.dedup.minhash import Signatures
from provenance.dedup.options import DedupOptions, Keep, Verify
from provenance.dedup.union import link_rows
from provenance.errors import ConfigError
from provenance.schema import CLUSTERS

# What decides which copy stays, in order; `better` is larger for the better copy, null last.
_ORDER: Final = ("better", "fetch_time", "doc_id", "exact_hash", "item")
_DESCENDING: Final = (True, False, False, False, False)
BETTER: Final = {Keep.EARLIEST: None, Keep.LONGEST: "n_chars", Keep.BEST: "score"}
"""The column that tells a better copy, by what is to be kept."""
_MARKS: Final = {name: CLUSTERS.schema[name] for name in ("boilerplate_share", "boilerplate_lines")}
_OWN: Final = {"doc_id", *_MARKS}  # columns that say something of a document alone
_NO_MEMBERS: Final = pl.DataFrame(
    schema={"item": pl.Int64, **{name: CLUSTERS.schema[name] for name in CLUSTERS.schema if name not in _OWN}}
)


def find_clusters(signatures: pl.DataFrame, options: DedupOptions) -> pl.DataFrame:
    """The clusters table of documents in memory, row for row in input order.

    Takes doc_id, signature, exact_hash and fetch_time (UTC, nullable), n_chars or score where the longest or best copy
    is to stay, and text where candidates are verified by shingles. A doc_id may stand in several rows: each has its
    own. Raises ConfigError for signatures of another length.
    """
    signed, matrix = read_signatures(signatures["signature"], options.num_perm)
    places = np.cumsum(signatures["signature"].is_not_null().to_numpy()) - 1

    def fetch(items: Rows) -> Signatures:
        found: Signatures = matrix[places[items]]
        return found

    similar, similarity = make_comparison(
        partial(estimate_similarity, fetch), options, _compare_in(signatures, options)
    )
    pairs = find_pairs(make_rows(signatures["exact_hash"], matrix, signed, options), similar)
    members = find_members(signatures.height, [pairs])
    linked = members.join(signatures.drop("signature").with_row_index("item"), on="item", maintain_order="left")
    told = describe_members(linked.with_columns(pl.col("item").cast(pl.Int64)), options)
    return fill_clusters(signatures, measure_members(told, similarity))


def _compare_in(documents: pl.DataFrame, options: DedupOptions) -> Similarity | None:
    if options.verify is not Verify.SHINGLES:
        return None
    sets = find_shingle_sets(documents["text"].fill_null("").to_list(), words=options.shingle_words)
    return measure_pairs(lambda item: sets.hashes[sets.offsets[item] : sets.offsets[item + 1]])


def read_signatures(signatures: pl.Series, num_perm: int) -> tuple[Rows, Signatures]:
    """The items that have a signature, and those signatures, one a row. Raises ConfigError for another length."""
    lengths = signatures.list.len()
    wrong = lengths.filter(lengths != num_perm)
    if len(wrong):
        raise ConfigError(
            f"a signature has {wrong[0]} values, but dedup.num_perm is {num_perm}; "
            "sign the documents again or set dedup.num_perm to what they were signed with"
        )
    values = signatures.explode(empty_as_null=False, keep_nulls=False).to_numpy().reshape(-1, num_perm)
    return np.flatnonzero(signatures.is_not_null().to_numpy()), values


def find_members(n_items: int, pairs: Iterable[Rows]) -> pl.DataFrame:
    """The items that have a copy (item, component), ordered by both; `pairs` are arrays of (n, 2) items."""
    parents = np.arange(n_items)
    for some in pairs:
        link_rows(parents, some[:, 0], some[:, 1])
    linked = parents != np.arange(n_items)
    linked[parents[linked]] = True
    items = np.flatnonzero(linked)
    return pl.DataFrame({"item": items, "component": parents[items]}).sort("component", "item")


def describe_members(members: pl.DataFrame, options: DedupOptions) -> pl.DataFrame:
    """What the clusters table says of members of whole components, `similarity` left out.

    Takes item, component, doc_id, exact_hash, fetch_time and the column of `BETTER`. Gives item, leader (the
    representative's item), cluster_id, representative, kind, first_seen and first_of_text, a row a member. `kind` is
    exact for a member whose text equals the representative's, for the representative where such a member exists, else
    near; contrasts are not told from these here.
    """
    better = BETTER[options.keep]
    told = members.with_columns(better=pl.col(better) if better else pl.lit(None, pl.Float64))
    ordered = told.sort("component", *_ORDER, descending=[False, *_DESCENDING], nulls_last=True)
    cluster = pl.col("component")
    equal = pl.col("exact_hash") == pl.col("exact_hash").first().over(cluster)
    first = pl.col("item").first().over(cluster)
    n_equal = equal.sum().over(cluster)
    return ordered.select(
        "item",
        leader=first,
        cluster_id=pl.col("doc_id").first().over(cluster),
        representative=pl.col("item") == first,
        kind=pl.when(equal & (n_equal > 1)).then(pl.lit("exact")).otherwise(pl.lit("near")),
        first_seen=pl.col("fetch_time").min().over(cluster),
        first_of_text=pl.int_range(pl.len()).over("component", "exact_hash") == 0,
    )


def measure_members(members: pl.DataFrame, measure: Similarity) -> pl.DataFrame:
    """The members with their `similarity` to the representative: 1 for itself and for equal texts."""
    other = ((members["kind"] == "near") & ~members["representative"]).to_numpy()
    similarity = np.ones(members.height)
    items, leaders = members["item"].to_numpy(), members["leader"].to_numpy()
    similarity[other] = measure(items[other], leaders[other])
    return members.with_columns(similarity=similarity)


def fill_clusters(
    documents: pl.DataFrame, members: pl.DataFrame | None, boilerplate: pl.DataFrame | None = None
) -> pl.DataFrame:
    """The clusters table of `documents` (doc_id, fetch_time), whose items count from 0; who is no member is alone.

    `boilerplate` lies beside them row for row.
    """
    alone = documents.select("doc_id", "fetch_time", item=pl.int_range(pl.len(), dtype=pl.Int64))
    if boilerplate is None:
        alone = alone.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in _MARKS.items())
    else:
        alone = alone.hstack(boilerplate.get_columns())
    known = _NO_MEMBERS if members is None else members
    if "contrast" not in known.columns:
        known = known.with_columns(contrast=pl.lit(None, pl.String))
    table = alone.join(known, on="item", how="left", maintain_order="left")
    return CLUSTERS.conform(
        table.with_columns(
            cluster_id=pl.col("cluster_id").fill_null(pl.col("doc_id")),
            representative=pl.col("representative").fill_null(True),
            similarity=pl.col("similarity").fill_null(1.0),
            first_seen=pl.when(pl.col("kind").is_null()).then("fetch_time").otherwise("first_seen"),
            kind=pl.col("kind").fill_null("unique"),
        )
    )
