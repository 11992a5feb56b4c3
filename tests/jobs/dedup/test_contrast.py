"""Near duplicates that differ in a flip stay, once for each text; others go."""

from pathlib import Path

import polars as pl
import pytest

from provenance.dedup import DedupOptions, sign_batch
from provenance.jobs.dedup import contrast
from provenance.jobs.dedup.documents import RunDocuments
from provenance.jobs.dedup.search import CopySearch
from provenance.store import read_table, table_path, write_table
from provenance.text.words import count_words
from tests.jobs.dedup.test_search import DAY, InProcess, no_metadata

RECIPE = "boil the rice in salted water until it is soft and add the onions the peppers and the herbs of the garden"
LONG = f"{RECIPE} then {RECIPE} and so on, {RECIPE}, until {RECIPE}"
TEXTS = {
    "a": f"{LONG} serve it with meat and bread",
    "b": f"{LONG} serve it without meat and bread",
    "c": f"{LONG} serve it without  meat and bread",
    "d": f"{LONG} serve it with meat and wine from the south",
    "e": f"{LONG} serve it with meat and bread",
    "f": "something else altogether that nobody has written before this day in any of the books of the house",
}


def clusters_of(out: Path, options: DedupOptions, language: str | None = "en") -> pl.DataFrame:
    documents = pl.DataFrame({"doc_id": list(TEXTS), "text": list(TEXTS.values())}).with_columns(
        fetch_time=pl.lit(DAY).dt.replace_time_zone("UTC").cast(pl.Datetime("us", "UTC")),
        url_host_name=pl.lit("h.example"),
        language=pl.lit(language, pl.String),
        n_words=count_words(pl.col("text")),
        n_chars=pl.col("text").str.len_chars(),
    )
    shards = (documents.slice(0, 3), documents.slice(3, 3))
    for number, shard in enumerate(shards):
        write_table(table_path(out, "signatures", "c", f"s{number}"), sign_batch(shard, options), {})
        write_table(table_path(out, "documents", "c", f"s{number}"), shard, {})
    CopySearch(
        documents=RunDocuments(out),
        options=options,
        out=out,
        names=(("c", "s0"), ("c", "s1")),
        n_documents=(3, 3),
        inputs="1",
        metadata=no_metadata,
        memory=None,
        workers=1,
    ).run(InProcess())
    tables = [read_table(table_path(out, "clusters", "c", f"s{number}")) for number in range(2)]
    return pl.concat(tables)


@pytest.mark.parametrize("pairs", [1, 1000])
def test_a_flip_stays_once_and_other_copies_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pairs: int) -> None:
    monkeypatch.setattr(contrast, "_PAIRS", pairs)
    found = clusters_of(tmp_path, DedupOptions())
    told = {row["doc_id"]: (row["kind"], row["representative"]) for row in found.iter_rows(named=True)}
    assert told == {
        "a": ("exact", True),
        "b": ("contrast", True),
        "c": ("near", False),
        "d": ("near", False),
        "e": ("exact", False),
        "f": ("unique", True),
    }
    assert found["cluster_id"].to_list() == ["a"] * 5 + ["f"]
    assert found["contrast"].to_list() == [None, "with_without: with / without", None, None, None, None]


def test_contrasts_are_copies_where_that_is_asked_for(tmp_path: Path) -> None:
    found = clusters_of(tmp_path, DedupOptions(contrast=False))
    assert found["kind"].to_list() == ["exact", "near", "near", "near", "exact", "unique"]
    assert found["contrast"].null_count() == 6


def test_no_flip_is_looked_for_in_a_language_without_cues(tmp_path: Path) -> None:
    assert "contrast" not in clusters_of(tmp_path, DedupOptions(), language="fi")["kind"].to_list()
