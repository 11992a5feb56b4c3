"""Who is a copy of whom, against a plain comparison of everything with everything."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.dedup import DedupOptions, find_clusters, sign_batch
from provenance.errors import ConfigError
from provenance.schema import CLUSTERS

OPTIONS = DedupOptions()
DAY = datetime(2024, 8, 3, tzinfo=UTC)
LONG = "the museum shows how people in the valley made cheese and bread before the railway came to the town in spring"


def signed(
    texts: Sequence[str], times: Sequence[datetime | None] | None = None, ids: Sequence[str] | None = None
) -> pl.DataFrame:
    ids = ids or [f"d{i:03}" for i in range(len(texts))]
    times = times or [DAY + timedelta(days=i) for i in range(len(texts))]
    documents = pl.DataFrame({"doc_id": ids, "text": texts}, schema={"doc_id": pl.String, "text": pl.String})
    time = pl.Series("fetch_time", times, pl.Datetime("us", "UTC"))
    return sign_batch(documents, OPTIONS).with_columns(time)


def clusters_of(*arguments: Sequence[object]) -> pl.DataFrame:
    return find_clusters(signed(*arguments), OPTIONS)


def partition(ids: Sequence[object]) -> set[frozenset[int]]:
    groups: dict[object, set[int]] = {}
    for row, cluster in enumerate(ids):
        groups.setdefault(cluster, set()).add(row)
    return {frozenset(group) for group in groups.values()}


def components(n: int, pairs: Sequence[tuple[int, int]]) -> set[frozenset[int]]:
    labels = list(range(n))
    for left, right in pairs:
        old, new = labels[right], labels[left]
        labels = [new if label == old else label for label in labels]
    return partition(labels)


def made_documents() -> list[str]:
    """Sixty texts of 200 words, each with up to six copies that change at most one word, and a half-copy of some."""
    rng = random.Random(11)
    words = [f"w{i}" for i in range(900)]
    texts: list[str] = []
    for original in range(60):
        text = rng.choices(words, k=200)
        texts.append(" ".join(text))
        for _ in range(rng.randrange(7)):
            copy = list(text)
            for place in rng.sample(range(200), rng.randrange(2)):
                copy[place] = rng.choice(words)
            texts.append(" ".join(copy))
        if original % 5 == 0:
            texts.append(" ".join(text[:120] + rng.choices(words, k=80)))
    return texts


def shingle_set(text: str) -> set[tuple[str, ...]]:
    words = text.split()
    return {tuple(words[i : i + 5]) for i in range(len(words) - 4)}


def jaccard(left: set[tuple[str, ...]], right: set[tuple[str, ...]]) -> float:
    return len(left & right) / len(left | right)


def test_clusters_are_the_components_of_all_pairs_by_true_jaccard():
    texts = made_documents()
    sets = [shingle_set(text) for text in texts]
    pairs = [(i, j) for i, j in combinations(range(len(texts)), 2) if jaccard(sets[i], sets[j]) >= OPTIONS.threshold]
    assert partition(clusters_of(texts)["cluster_id"].to_list()) == components(len(texts), pairs)


def test_similarity_is_near_the_true_jaccard_with_the_representative():
    texts = made_documents()
    frame = clusters_of(texts)
    place = {doc_id: row for row, doc_id in enumerate(frame["doc_id"])}
    true = [
        jaccard(shingle_set(text), shingle_set(texts[place[cluster]]))
        for text, cluster in zip(texts, frame["cluster_id"], strict=True)
    ]
    assert frame["similarity"].to_list() == pytest.approx(true, abs=0.12)


def test_the_table_has_the_declared_columns():
    assert clusters_of([LONG]).schema == CLUSTERS.schema


def test_no_documents_give_an_empty_table():
    assert clusters_of([]).equals(CLUSTERS.empty())


def test_one_document_is_unique_and_represents_itself():
    expected = {
        "doc_id": "d000",
        "cluster_id": "d000",
        "representative": True,
        "kind": "unique",
        "similarity": 1.0,
        "first_seen": DAY,
        "contrast": None,
        "boilerplate_share": None,
        "boilerplate_lines": None,
    }
    assert clusters_of([LONG]).row(0, named=True) == expected


def test_the_earliest_capture_represents():
    frame = clusters_of([LONG, LONG, LONG], [DAY, DAY - timedelta(days=1), DAY])
    assert frame["representative"].to_list() == [False, True, False]


def test_a_capture_without_a_date_represents_only_where_none_has_one():
    assert clusters_of([LONG, LONG], [None, DAY])["cluster_id"].to_list() == ["d001", "d001"]


def test_captures_of_one_time_are_told_by_doc_id():
    assert clusters_of([LONG, LONG], [DAY, DAY], ["b", "a"])["cluster_id"].to_list() == ["a", "a"]


def test_first_seen_is_the_earliest_time_of_the_cluster():
    frame = clusters_of([LONG, LONG + " again", "another text altogether"], [DAY, None, None])
    assert frame["first_seen"].to_list() == [DAY, DAY, None]


def test_rows_keep_their_order():
    assert clusters_of([LONG] * 3, [DAY] * 3, ["c", "a", "b"])["doc_id"].to_list() == ["c", "a", "b"]


def test_a_member_is_exact_only_if_it_equals_the_representative():
    near = LONG + " again"
    assert clusters_of([LONG, near, near, LONG])["kind"].to_list() == ["exact", "near", "near", "exact"]


def test_an_exact_copy_of_a_near_copy_is_as_similar_to_the_representative():
    near = LONG + " again and again"
    similarity = clusters_of([LONG, near, near])["similarity"]
    assert similarity[1] == similarity[2] < 1.0


def test_the_representative_of_near_copies_is_near():
    assert clusters_of([LONG, LONG + " again"])["kind"].to_list() == ["near", "near"]


def test_case_makes_a_near_copy_of_similarity_one():
    frame = clusters_of([LONG, LONG.upper()])
    assert frame.select("kind", "similarity").row(1) == ("near", 1.0)


def test_short_texts_are_copies_only_when_equal():
    frame = clusters_of(["home page", "Home page", "home  page"])
    assert frame["cluster_id"].to_list() == ["d000", "d001", "d000"]


def test_a_polarity_pair_is_a_near_copy():
    base = "recipes {} meat " + " ".join(f"step{i}" for i in range(100))
    assert clusters_of([base.format("with"), base.format("without")])["kind"].to_list() == ["near", "near"]


def test_three_thousand_equal_documents_are_one_cluster():
    frame = clusters_of([LONG] * 3000)
    assert (frame["cluster_id"].unique().to_list(), frame["representative"].sum()) == (["d000"], 1)


def test_three_thousand_equal_signatures_of_unequal_texts_are_one_cluster():
    texts = [LONG + " ." * i for i in range(3000)]
    assert set(clusters_of(texts)["cluster_id"]) == {"d000"}


def test_a_doc_id_of_two_shards_has_two_rows():
    frame = clusters_of([LONG, LONG, "something else"], [DAY] * 3, ["a", "a", "a"])
    assert frame.select("representative", "kind").rows() == [(True, "exact"), (False, "exact"), (True, "unique")]


def test_a_missing_exact_hash_equals_nothing():
    frame = signed(["tiny", "tiny"]).with_columns(exact_hash=pl.lit(None, pl.Binary))
    assert find_clusters(frame, OPTIONS)["kind"].to_list() == ["unique", "unique"]


def test_signatures_of_another_length_are_a_config_error():
    with pytest.raises(ConfigError, match=r"128 values, but dedup\.num_perm is 64"):
        find_clusters(signed([LONG]), DedupOptions(num_perm=64, bands=8))


POOL = [LONG, LONG.upper(), LONG + " again", LONG.replace("bread", "wine"), "tiny", "tiny ", "Tiny", LONG[20:], ""]
ROWS = st.tuples(st.sampled_from(POOL), st.sampled_from([None, DAY, DAY - timedelta(days=2)]), st.sampled_from("abcd"))


def hashes_and_clusters(rows: Sequence[tuple[str, datetime | None, str]]) -> pl.DataFrame:
    frame = signed([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])
    return find_clusters(frame, OPTIONS).with_columns(frame["exact_hash"]).sort(pl.all())


@settings(deadline=None)
@given(st.lists(ROWS, max_size=20), st.randoms(use_true_random=False))
def test_clusters_do_not_depend_on_the_order_of_the_input(rows, rng):
    shuffled = list(rows)
    rng.shuffle(shuffled)
    assert hashes_and_clusters(rows).equals(hashes_and_clusters(shuffled))


@settings(deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=20))
def test_every_cluster_has_one_representative_seen_first(rows):
    texts, times, ids = zip(*rows, strict=True)
    frame = clusters_of(texts, times, [f"{doc_id}{row}" for row, doc_id in enumerate(ids)])
    heads = frame.with_columns(time=pl.Series(times, dtype=pl.Datetime("us", "UTC"))).filter("representative")
    assert sorted(heads["doc_id"]) == sorted(heads["cluster_id"]) == sorted(set(frame["cluster_id"]))
    assert heads["first_seen"].equals(heads["time"], null_equal=True)
