"""Counts of documents by word are those of a plain loop, whatever the batches; only originals of some length count."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import polars as pl
import pytest

from provenance.schema import WORDINGS
from provenance.stats import WordingTally
from provenance.stats.words import counts as wordings
from provenance.stats.words.counts import LEAST_IN, MIN_WORDS, WINDOW

TEXTS = [
    "The garden's apples, THE garden’s pears of 2024 and 12 plums " * 9,
    "Tea for two and two for tea " * 20,
    "Naïve cafés; naïve readers " * 40 + "at the end",
    "a b " * 100 + "behind the window",
]


def made(
    texts: list[str],
    *,
    language: str | None = "en",
    month: int | None = 5,
    n_words: int = 100,
    hosts: Sequence[str | None] | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Documents and clusters, each its own representative, without hosts where none are given."""
    time = datetime(2024, month, 1, tzinfo=UTC) if month else None
    n = len(texts)
    schema = {
        "doc_id": pl.String,
        "url_host_name": pl.String,
        "text": pl.String,
        "language": pl.String,
        "n_words": pl.Int64,
        "fetch_time": pl.Datetime("us", "UTC"),
    }
    told = {"doc_id": [f"{language} {month} {i}" for i in range(n)], "url_host_name": hosts or [None] * n}
    columns = {**told, "text": texts, "language": [language] * n, "n_words": [n_words] * n, "fetch_time": [time] * n}
    return pl.DataFrame(columns, schema), pl.DataFrame({"representative": [True] * n})


def count(*batches: tuple[pl.DataFrame, pl.DataFrame]) -> pl.DataFrame:
    tally = WordingTally()
    for documents, clusters in batches:
        tally.add(documents, clusters)
    return tally.table()


def as_dict(table: pl.DataFrame) -> dict[str | None, int]:
    return dict(table.select("word", "n_documents").iter_rows())


def count_plainly(texts: list[str]) -> dict[str | None, int]:
    words = (set(re.findall(r"[a-zï-öé]+(?:'[a-z]+)*", t.lower().replace("’", "'"))[:WINDOW]) for t in texts)
    return {None: len(texts), **Counter(word for found in words for word in found)}


def test_counts_are_those_of_a_plain_loop() -> None:
    found = as_dict(count(made(TEXTS)))
    assert found == count_plainly(TEXTS)
    assert found["garden's"] == 1
    assert "2024" not in found
    assert "behind" not in found


def test_the_table_does_not_depend_on_the_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"{text} shared word{chr(97 + i % 7)}" for i in range(30) for text in TEXTS[:2]]
    whole = count(made(texts))
    monkeypatch.setattr(wordings, "_LEAST_ROWS", 5)
    documents, clusters = made(texts)
    assert count(*((documents[i : i + 7], clusters[i : i + 7]) for i in range(0, 60, 7))).equals(whole)


def test_groups_are_languages_and_months_in_order() -> None:
    table = count(
        made(TEXTS[1:2], language="fr"), made(TEXTS[1:2], month=7), made(TEXTS[1:2]), made(TEXTS[1:2], month=None)
    )
    assert table.schema == WORDINGS.schema
    groups = table.select("language", "month").unique(maintain_order=True).rows()
    assert groups == [("en", None), ("en", "2024-05"), ("en", "2024-07"), ("fr", "2024-05")]
    assert table.filter(language="en", month="2024-05")["word"].to_list() == [None, "and", "for", "tea", "two"]


def test_copies_short_texts_and_unknown_languages_are_not_counted() -> None:
    documents, clusters = made(TEXTS[:2])
    copies = documents, clusters.with_columns(representative=pl.Series([True, False]))
    assert as_dict(count(copies)) == count_plainly(TEXTS[:1])
    assert count(made(TEXTS, n_words=MIN_WORDS - 1)).is_empty()
    assert not count(made(TEXTS, n_words=MIN_WORDS)).is_empty()
    assert count(made(TEXTS, language=None)).is_empty()


def test_of_each_host_the_first_document_counts_in_a_language_and_month() -> None:
    hosts = ["a.example", "b.example", "a.example", None, None]
    texts = ["first", "second", "third", "fourth", "fifth"]
    first = dict.fromkeys(["first", "second", "fourth", "fifth"], 1)
    assert as_dict(count(made(texts, hosts=hosts))) == {None: 4, **first}
    halves = made(texts[:2], hosts=hosts[:2]), made(texts[2:], hosts=hosts[2:])
    parted = [(documents.with_columns(pl.col("doc_id") + str(i)), c) for i, (documents, c) in enumerate(halves)]
    assert as_dict(count(*parted)) == {None: 4, **first}
    undated = [made(["first"], hosts=["a"], month=None), made(["again"], hosts=["a"], month=None)]
    assert as_dict(count(*undated)) == {None: 1, "first": 1}
    assert count(made(["one"], hosts=["a"]), made(["two"], hosts=["a"], month=6)).height == 4


def test_pairs_of_neighbours_are_the_words_of_a_script_without_spaces() -> None:
    found = as_dict(count(made(["此外，重要的是 API 调用"], language="zh")))
    assert found == dict.fromkeys([None, "此外", "重要", "要的", "的是", "api", "调用"], 1)


def test_a_word_in_fewer_than_one_of_five_hundred_documents_is_left_out() -> None:
    common = ["the same text again"] * (2 * LEAST_IN - 3)
    found = as_dict(count(made([*common, "rare", "twice twice", "twice"])))
    assert found == {None: 2 * LEAST_IN, **dict.fromkeys(["the", "same", "text", "again"], len(common)), "twice": 2}
    assert "rare" in as_dict(count(made([*common[: LEAST_IN - 1], "rare"])))
