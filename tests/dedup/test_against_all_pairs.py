"""Clusters of real documents against the exact similarity of all their pairs, and what the curve promises of them."""

from math import sqrt
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from provenance.dedup import DedupOptions, find_clusters, sign_batch
from provenance.dedup.banding import choose_banding, draw_curve, lowest_estimate
from provenance.dedup.exact import find_shingle_sets, measure_jaccard
from provenance.dedup.options import Verify
from provenance.dedup.union import link_rows
from provenance.errors import ConfigError

REWRITTEN = (
    Path(__file__).parents[2] / ".." / "shared" / "data" / "ai" / "hppt_mixed.parquet"
)  # texts and edits of them


def measure_all_pairs(texts: list[str], words: int = 5) -> pl.DataFrame:
    """left, right and similarity of all pairs that have a shingle in common."""
    sets = find_shingle_sets(texts, words=words)
    sizes = np.diff(sets.offsets)
    owners = pl.DataFrame({"left": np.repeat(np.arange(len(texts)), sizes), "hash": sets.hashes})
    both = owners.join(owners.rename({"left": "right"}), on="hash").filter(pl.col("left") < pl.col("right"))
    pairs = both.group_by("left", "right").agg(common=pl.len())
    either = sizes[pairs["left"].to_numpy()] + sizes[pairs["right"].to_numpy()] - pairs["common"].to_numpy()
    return pairs.with_columns(similarity=pl.Series(pairs["common"].to_numpy() / either))


@pytest.mark.shared
@pytest.mark.skipif(not REWRITTEN.exists(), reason="needs the development data")
@pytest.mark.parametrize(("threshold", "bands", "rows"), [(0.8, 16, 8), (0.5, 32, 4)])
def test_3000_real_documents_cluster_as_all_pairs_do_up_to_the_stated_share(threshold, bands, rows):
    texts = pl.read_parquet(REWRITTEN, columns=["text"])["text"].head(3000).to_list()
    options = DedupOptions(threshold=threshold, bands=bands, rows=rows, verify=Verify.SHINGLES)
    documents = pl.DataFrame({"doc_id": [str(i) for i in range(3000)], "text": texts})
    times = pl.Series("fetch_time", [None] * 3000, dtype=pl.Datetime("us", "UTC"))
    signed = sign_batch(documents, options).with_columns(documents["text"], times)
    found = find_clusters(signed, options)["cluster_id"].cast(pl.Int64).to_numpy()

    true = measure_all_pairs(texts).filter(pl.col("similarity") >= threshold)
    parents = np.arange(3000)
    link_rows(parents, true["left"].to_numpy(), true["right"].to_numpy())
    assert np.array_equal(parents[found], parents)  # no cluster joins what all pairs leave apart

    least = lowest_estimate(threshold, options.num_perm)
    expected = draw_curve((bands, rows), options.num_perm, least, true["similarity"].to_list())["found"]
    joined = found[true["left"].to_numpy()] == found[true["right"].to_numpy()]
    deviation = sqrt((expected * (1 - expected)).sum())
    assert len(joined) > 25
    assert joined.sum() >= expected.sum() - 3 * deviation


def test_exact_similarity_is_that_of_sets_of_shingles():
    texts = ["a b c d e f g", "a b c d e f h", "a b c d e a b c d e", "", "a b c"]
    sets = find_shingle_sets(texts, words=5)
    pieces = [sets.hashes[a:b] for a, b in zip(sets.offsets[:-1], sets.offsets[1:], strict=True)]
    assert [len(piece) for piece in pieces] == [3, 3, 5, 0, 0]
    assert measure_jaccard(pieces[0], pieces[1]) == 2 / 4
    assert measure_jaccard(pieces[0], pieces[2]) == 1 / 7
    assert measure_jaccard(pieces[3], pieces[4]) == 0.0


@pytest.mark.parametrize(("s", "least"), [(0.6, 0.5), (0.7, 0.6), (0.8, 0.8), (0.9, 0.8)])
def test_the_curve_is_what_drawn_signatures_do(s, least):
    rng = np.random.default_rng(4)
    equal = rng.random((40_000, 128)) < s
    compared = equal.reshape(-1, 16, 8).all(axis=2).any(axis=1)
    found = compared & (equal.sum(axis=1) >= np.ceil(least * 128))
    row = draw_curve((16, 8), 128, least, [s]).row(0)
    assert row == pytest.approx((s, compared.mean(), found.mean()), abs=0.01)


def test_the_banding_for_a_weight_is_that_of_datasketch():
    from datasketch import MinHashLSH

    for weight in (0.1, 0.5, 0.9):
        index = MinHashLSH(threshold=0.7, num_perm=64, weights=(1 - weight, weight))
        assert choose_banding(0.7, 64, weight) == (index.b, index.r)
    assert DedupOptions(false_negative_weight=0.95).banding == (16, 8)


@pytest.mark.parametrize("options", [{"false_negative_weight": 1.0}, {"false_negative_weight": 0.5, "bands": 4}])
def test_a_weight_that_makes_no_sense_is_refused(options):
    with pytest.raises(ConfigError, match="false_negative_weight"):
        DedupOptions(**options)
