"""Asking: near copies by their similarity, the table of a query, and what is refused."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from provenance.dedup import DedupOptions
from provenance.errors import ConfigError
from provenance.jobs.seen.add import add_run
from provenance.jobs.seen.lookup import FOUND, first_seen
from provenance.jobs.seen.plan import DEFAULT_MEMORY
from provenance.jobs.seen.query import Answer, query_run
from provenance.schema import SEEN
from provenance.store import scan_table
from provenance.text.shingles import hash_shingles
from tests.jobs.seen.made_runs import DAY_2019, DAY_2024, edit_text, make_text, write_run

LATER = "CC-MAIN-2024-33"


def index_of(tmp_path: Path, texts: list[str], **options: object) -> Path:
    run = write_run(tmp_path / "run", texts, DAY_2019, **options)  # type: ignore[arg-type]
    add_run(tmp_path / "index", run, near=None, memory=DEFAULT_MEMORY, tell=lambda _: None)
    return tmp_path / "index"


def query(index: Path, run: Path, table: Path | None = None, similarity: float | None = None) -> Answer:
    return query_run(index, run, table=table, least_similarity=similarity, memory=DEFAULT_MEMORY, tell=lambda _: None)


def find_jaccard(left: str, right: str) -> float:
    one, other = (set(hash_shingles([text], words=5).hashes.tolist()) for text in (left, right))
    return len(one & other) / len(one | other)


def test_a_query_tells_exact_from_near_from_new(tmp_path: Path) -> None:
    texts = [make_text(i, 300) for i in range(30)]
    index = index_of(tmp_path, texts)
    asked = texts[:10] + [edit_text(text, 0.01) for text in texts[10:20]] + [make_text(i) for i in range(100, 105)]
    run = write_run(tmp_path / "asked", asked, DAY_2024, crawl=LATER)
    answer = query(index, run, tmp_path / "seen.parquet")
    assert (answer.documents, answer.exact, answer.near, answer.unseen) == (25, 10, 10, 5)
    assert (answer.earlier, dict(answer.by_year)) == (20, {2019: 20})
    seen = pl.read_parquet(tmp_path / "seen.parquet")
    assert seen.schema == SEEN.schema
    assert seen["doc_id"].to_list() == [f"<urn:{LATER}:{i}>" for i in range(20)]
    assert seen["seen_kind"].to_list() == ["exact"] * 10 + ["near"] * 10
    assert seen["seen_url"].to_list() == [f"https://cc-main-2019-30.example/{i}" for i in range(20)]
    assert seen["seen_warc_record_offset"].to_list() == [1000 * i for i in range(20)]
    assert set(seen["first_seen"]) == {DAY_2019}
    truth = [find_jaccard(*pair) for pair in zip(texts[:20], asked[:20], strict=True)]
    assert np.abs(seen["seen_similarity"].to_numpy() - truth).max() < 0.1
    assert answer.examples.equals(seen.head(5))


def test_documents_of_one_id_are_counted_each(tmp_path: Path) -> None:
    texts = [make_text(i) for i in range(4)]
    index = index_of(tmp_path, texts)
    run = write_run(tmp_path / "asked", texts, DAY_2024, crawl=LATER)
    for path in (run / "documents").rglob("*.parquet"):
        frame = pl.read_parquet(path, hive_partitioning=False)
        frame.with_columns(doc_id=pl.lit("<urn:one>")).write_parquet(path)
    answer = query(index, run)
    assert (answer.exact, answer.near, dict(answer.by_year)) == (4, 0, {2019: 4})


def test_near_copies_count_from_the_similarity_asked_for(tmp_path: Path) -> None:
    texts = [make_text(i, 300) for i in range(40)]
    index = index_of(tmp_path, texts)
    run = write_run(tmp_path / "asked", [edit_text(text, 0.015) for text in texts], DAY_2024, crawl=LATER)
    table = tmp_path / "seen.parquet"
    found = [query(index, run, table, similarity).near for similarity in (0.5, 0.9, 1.0)]
    assert found[0] > 35 > found[1] > found[2] == 0
    query(index, run, table, 0.9)
    assert pl.read_parquet(table)["seen_similarity"].min() >= 0.9  # type: ignore[operator]


def test_a_near_copy_earlier_than_the_equal_text_is_told_beside_it(tmp_path: Path) -> None:
    text = make_text(1, 300)
    index = index_of(tmp_path, [edit_text(text, 0.01)])
    later = write_run(tmp_path / "later", [text], DAY_2019 + timedelta(days=9), crawl="CC-MAIN-2019-35")
    add_run(index, later, near=None, memory=DEFAULT_MEMORY, tell=lambda _: None)
    run = write_run(tmp_path / "asked", [text], DAY_2024, crawl=LATER)
    answer = query(index, run, tmp_path / "seen.parquet")
    assert (answer.exact, answer.near) == (1, 0)
    seen = pl.read_parquet(tmp_path / "seen.parquet")
    assert seen["seen_kind"].to_list() == ["exact", "near"]
    assert seen["seen_crawl"].to_list() == ["CC-MAIN-2019-35", "CC-MAIN-2019-30"]
    signed = scan_table(run, "signatures").collect()
    for least, kind in ((0.5, "near"), (1.0, "exact")):
        row = first_seen(index, signed["exact_hash"], signed["signature"], least_similarity=least)
        assert row["seen_kind"].to_list() == [kind]


def test_rows_of_a_lookup_are_those_asked_for(tmp_path: Path) -> None:
    texts = [make_text(i) for i in range(10)]
    index = index_of(tmp_path, texts)
    asked = [texts[3], "short", texts[3], make_text(50), texts[0]]
    signed = scan_table(write_run(tmp_path / "asked", asked, DAY_2024), "signatures").collect()
    found = first_seen(index, signed["exact_hash"], signed["signature"])
    assert found.schema == FOUND
    assert [url and url[-1] for url in found["seen_url"]] == ["3", None, "3", None, "0"]
    by_hash = first_seen(index, signed["exact_hash"], None)
    assert by_hash.equals(found)
    assert first_seen(index, signed["exact_hash"].clear(), signed["signature"].clear()).schema == FOUND


def test_the_answer_does_not_depend_on_how_it_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [make_text(i, 100) for i in range(60)]
    index = index_of(tmp_path, texts)
    run = write_run(tmp_path / "asked", [edit_text(text, 0.01) for text in texts] + texts, DAY_2024, crawl=LATER)
    query(index, run, tmp_path / "whole.parquet")
    search = "provenance.jobs.seen.search"
    for name, value in {"_TEXT_HEIGHT": 10**8, "_BAND_HEIGHT": 10**7, "_PAIR_HEIGHT": 10**8, "_COMPARED": 7}.items():
        monkeypatch.setattr(f"{search}.{name}", value)
    monkeypatch.setattr("provenance.jobs.seen.runs._COPIES", 10**7)
    monkeypatch.setattr("provenance.jobs.seen.query._DOCUMENT_HEIGHT", 10**8)
    monkeypatch.setattr(f"{search}._SketchFile.write", _laid_aside)
    query(index, run, tmp_path / "cut.parquet")
    assert pl.read_parquet(tmp_path / "cut.parquet").equals(pl.read_parquet(tmp_path / "whole.parquet"))
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("provenance-")] == []


def _laid_aside(self: object, sketches: object) -> None:
    self._parts.append(sketches)  # type: ignore[attr-defined]
    self._lay_aside()  # type: ignore[attr-defined]


def test_an_empty_run_and_an_empty_index(tmp_path: Path) -> None:
    index = index_of(tmp_path, [])
    run = write_run(tmp_path / "asked", [make_text(1)], DAY_2024)
    empty = write_run(tmp_path / "empty", [], DAY_2024)
    assert query(index, run, tmp_path / "seen.parquet").unseen == 1
    assert pl.read_parquet(tmp_path / "seen.parquet").schema == SEEN.schema
    assert query(index, empty).documents == 0


def test_what_cannot_be_asked_is_refused(tmp_path: Path) -> None:
    index = index_of(tmp_path, [make_text(1)])
    run = write_run(tmp_path / "asked", [make_text(1)], DAY_2024)
    with pytest.raises(ConfigError, match="no first-seen index here"):
        query(tmp_path, run)
    with pytest.raises(ConfigError, match="no first-seen index here"):
        query(tmp_path / "nowhere", run)
    assert not (tmp_path / "nowhere").exists()
    with pytest.raises(ConfigError, match="no run in this folder"):
        query(index, tmp_path)
    other = write_run(tmp_path / "other", [make_text(1)], DAY_2024, options=DedupOptions(shingle_words=3, seed=2))
    with pytest.raises(ConfigError, match=r"dedup\.seed is 1 there and 2 here; dedup\.shingle_words is 5 there and 3"):
        query(index, other)
    unfinished = write_run(tmp_path / "unfinished", [make_text(1)], DAY_2024, finished=False)
    with pytest.raises(ConfigError, match="not finished"):
        query(index, unfinished)


def test_signatures_of_another_length_are_refused_by_a_lookup(tmp_path: Path) -> None:
    index = index_of(tmp_path, [make_text(1)])
    other = write_run(tmp_path / "other", [make_text(1)], DAY_2024, options=DedupOptions(num_perm=64, bands=8))
    signed = scan_table(other, "signatures").collect()
    with pytest.raises(ConfigError, match="a signature has 64 values"):
        first_seen(index, signed["exact_hash"], signed["signature"])
