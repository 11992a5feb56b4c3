"""What a search says of itself, held against all pairs of a corpus small enough to look at all of them."""

import json
import random
from pathlib import Path

import polars as pl
import pytest

from provenance.jobs.dedup import measure
from tests.dedup.test_against_all_pairs import measure_all_pairs
from tests.jobs.dedup.test_search import InProcess, search_in
from tests.jobs.dedup.test_standalone import clusters, make_text, search, write


def make_texts() -> list[str]:
    """Texts of 100 words and copies of them, one to four words changed; some equal, some short."""
    rng = random.Random(8)
    texts = []
    for seed in range(60):
        text = make_text(seed, 100).split()
        for _ in range(3):
            copy = [*text]
            for place in rng.sample(range(100), rng.randrange(5)):
                copy[place] = "changed"
            texts.append(" ".join(copy))
    return [*texts, *texts[:5], "short", "short", ""]


TEXTS = make_texts()


def measures(tmp_path: Path, texts: list[str]) -> dict[str, dict[str, float]]:
    search(tmp_path / "out", write(tmp_path / "a.parquet", text=texts, id=list(range(len(texts)))))
    found: dict[str, dict[str, float]] = json.loads((tmp_path / "out" / "stats" / "dedup.json").read_text())
    return found


def test_recall_is_that_of_all_pairs(tmp_path: Path) -> None:
    found = measures(tmp_path, TEXTS)["recall"]
    cluster = clusters(tmp_path / "out", "a")["cluster_id"].to_list()
    true = measure_all_pairs(TEXTS).filter(pl.col("similarity") >= 0.8).rows()
    different = [(left, right) for left, right, *_ in true if TEXTS[left] != TEXTS[right]]
    joined = [pair for pair in different if cluster[pair[0]] == cluster[pair[1]]]
    assert 25 < len(joined) < len(different)
    assert found["share"] == pytest.approx(len(joined) / len(different), abs=0.03)  # equal signatures are seen once
    assert found["low"] < found["share"] < found["high"]


def test_precision_is_that_of_all_links(tmp_path: Path) -> None:
    found = measures(tmp_path, TEXTS)["precision"]
    similarity = {(left, right): s for left, right, _, s in measure_all_pairs(TEXTS).iter_rows()}
    table = clusters(tmp_path / "out", "a").with_row_index("item")
    near = table.filter((pl.col("kind") == "near") & ~pl.col("representative"))
    first = {row["doc_id"]: row["item"] for row in table.iter_rows(named=True)}
    pairs = [tuple(sorted((row["item"], first[row["cluster_id"]]))) for row in near.iter_rows(named=True)]
    right = [similarity[pair] >= 0.8 for pair in pairs]
    assert 0.5 < sum(right) / len(right) < 1.0
    assert found["low"] < sum(right) / len(right) < found["high"]


def test_pairs_that_are_found_for_certain_are_not_counted(tmp_path: Path) -> None:
    texts = [variant for seed in range(10) for variant in (make_text(seed), make_text(seed), make_text(seed).upper())]
    found = measures(tmp_path, texts)
    assert found["removed"]["documents"] == 20
    assert found["precision"]["n_pairs"] == 0
    assert found["recall"]["n_pairs"] == 10  # text and capitals, one of each signature asked


def test_what_is_removed_is_counted_in_documents_and_words(tmp_path: Path) -> None:
    found = measures(tmp_path, TEXTS)
    gone = ~clusters(tmp_path / "out", "a")["representative"]
    words = pl.Series([len(text.split()) for text in TEXTS])
    assert found["removed"] == {
        "documents": gone.sum(),
        "share_of_documents": gone.mean(),
        "words": words.filter(gone).sum(),
        "share_of_words": words.filter(gone).sum() / words.sum(),
    }


def test_the_largest_clusters_are_shown_with_how_they_begin(tmp_path: Path) -> None:
    texts = [*["many  times\n the same"] * 12, *["twice"] * 2, *[f"alone {n}" for n in range(10)]]
    found = measures(tmp_path, texts)
    assert found["largest_clusters"] == [
        {"n_documents": 12, "share": 0.5, "excerpt": "many times the same"},
        {"n_documents": 2, "share": 2 / 24, "excerpt": "twice"},
    ]
    assert found["warnings"] == ["one cluster has 12 documents, 50.0% of all; see what it is made of"]


def test_a_sample_of_the_documents_gives_about_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    for n in (300, 100):
        monkeypatch.setattr(measure, "count_sample", lambda _, n=n: n)
        search_in(tmp_path / str(n)).run(InProcess())
        told.append(json.loads((tmp_path / str(n) / "stats" / "dedup.json").read_text())["recall"])
    assert 20 < told[1]["n_pairs"] < told[0]["n_pairs"]
    assert told[1]["low"] <= told[0]["share"] <= told[1]["high"]
