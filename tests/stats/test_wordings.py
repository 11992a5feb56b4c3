"""Counts of documents by word are those of a plain loop, whatever the batches; only originals of some length count."""

import re
from collections import Counter
from datetime import UTC, datetime

import polars as pl
import pytest

from provenance.schema import WORDINGS
from provenance.stats import WordingTally, wordings
from provenance.stats.wordings import LEAST_IN, MIN_WORDS, WINDOW

TEXTS = [
    "The garden's apples, THE garden’s pears of 2024 and 12 plums " * 9,
    "Tea for two and two for tea " * 20,
    "Naïve cafés; naïve readers " * 40 + "at the end",
    "a b " * 100 + "behind the window",
]


def made(
    texts: list[str], *, language: str | None = "en", month: int | None = 5, n_words: int = 100
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Documents and clusters, each its own representative."""
    time = datetime(2024, month, 1, tzinfo=UTC) if month else None
    n = len(texts)
    schema = {"text": pl.String, "language": pl.String, "n_words": pl.Int64, "fetch_time": pl.Datetime("us", "UTC")}
    columns = {"text": texts, "language": [language] * n, "n_words": [n_words] * n, "fetch_time": [time] * n}
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
    assert count(*(made(texts[i : i + 7]) for i in range(0, len(texts), 7))).equals(whole)


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


def test_pairs_of_neighbours_are_the_words_of_a_script_without_spaces() -> None:
    found = as_dict(count(made(["此外，重要的是 API 调用"], language="zh")))
    assert found == dict.fromkeys([None, "此外", "重要", "要的", "的是", "api", "调用"], 1)


def test_a_word_in_fewer_than_one_of_five_hundred_documents_is_left_out() -> None:
    common = ["the same text again"] * (2 * LEAST_IN - 3)
    found = as_dict(count(made([*common, "rare", "twice twice", "twice"])))
    assert found == {None: 2 * LEAST_IN, **dict.fromkeys(["the", "same", "text", "again"], len(common)), "twice": 2}
    assert "rare" in as_dict(count(made([*common[: LEAST_IN - 1], "rare"])))
