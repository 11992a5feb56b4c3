"""Adding runs: the earliest capture stays, the same again changes nothing, however the work is cut."""

import fcntl
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from provenance.dedup import DedupOptions
from provenance.dedup.seen import BAND, TEXT
from provenance.errors import ConfigError
from provenance.jobs.saved import read_saved, write_saved
from provenance.jobs.seen import add, entries, files, lookup
from provenance.jobs.seen.add import Added, add_run
from provenance.jobs.seen.info import describe_index
from provenance.jobs.seen.lookup import first_seen
from provenance.jobs.seen.manifest import MANIFEST, open_index, read_manifest, write_manifest
from provenance.jobs.seen.plan import DEFAULT_MEMORY
from provenance.store import scan_table
from tests.folders import read_files
from tests.jobs.seen.made_runs import DAY_2019, DAY_2024, make_text, write_run


def add_to(index: Path, run: Path, *, near: bool | None = None, memory: int = DEFAULT_MEMORY) -> Added:
    return add_run(index, run, near=near, memory=memory, tell=lambda _: None)


def ask(index: Path, run: Path) -> pl.DataFrame:
    signed = scan_table(run, "signatures").collect()
    return first_seen(index, signed["exact_hash"], signed["signature"])


def texts_of(numbers: Sequence[int]) -> list[str]:
    return [make_text(number) for number in numbers]


def test_every_text_is_found_with_its_capture_and_place(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", texts_of(range(50)), [DAY_2019 + timedelta(hours=i) for i in range(50)])
    added = add_to(tmp_path / "index", run)
    assert added == Added(documents=50, undated=0, recorded=50, new_texts=50, known_run=False)
    found = ask(tmp_path / "index", run)
    documents = scan_table(run, "documents").collect()
    assert found["first_seen"].equals(documents["fetch_time"].alias("first_seen"))  # to the microsecond
    for name in ("url", "crawl", "warc_filename", "warc_record_offset"):
        assert found[f"seen_{name}"].equals(documents[name].alias(f"seen_{name}"))
    assert set(found["seen_kind"]) == {"exact"}
    assert set(found["seen_similarity"]) == {1.0}


def test_the_same_text_again_keeps_the_earliest_capture_and_its_place(tmp_path: Path) -> None:
    index, texts = tmp_path / "index", texts_of(range(10))
    later = write_run(tmp_path / "later", texts, DAY_2024, crawl="CC-MAIN-2024-33")
    earlier = write_run(tmp_path / "earlier", texts[:4] + texts[:2], [DAY_2019] * 4 + [DAY_2024] * 2)
    add_to(index, later)
    assert add_to(index, earlier) == Added(6, undated=0, recorded=4, new_texts=0, known_run=False)
    found = ask(index, later)
    assert found["seen_crawl"].to_list() == ["CC-MAIN-2019-30"] * 4 + ["CC-MAIN-2024-33"] * 6
    assert found["first_seen"].to_list() == [DAY_2019] * 4 + [DAY_2024] * 6
    assert read_manifest(index).n_texts == 10


def test_a_later_capture_changes_nothing(tmp_path: Path) -> None:
    index, texts = tmp_path / "index", texts_of(range(10))
    add_to(index, write_run(tmp_path / "earlier", texts, DAY_2019))
    later = write_run(tmp_path / "later", texts, DAY_2024, crawl="CC-MAIN-2024-33")
    assert add_to(index, later).recorded == 0
    assert set(ask(index, later)["first_seen"]) == {DAY_2019}


def test_adding_the_same_run_twice_changes_no_byte(tmp_path: Path) -> None:
    index, run = tmp_path / "index", write_run(tmp_path / "run", texts_of(range(30)), DAY_2019)
    add_to(index, run)
    before = read_files(index)
    again = add_to(index, run.rename(tmp_path / "moved"))
    assert (again.known_run, again.recorded) == (True, 0)
    assert read_files(index) == before


def test_documents_without_a_capture_time_are_counted_and_left_out(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", texts_of(range(3)), [None, DAY_2019, datetime(1970, 1, 1, tzinfo=UTC)])
    assert add_to(tmp_path / "index", run) == Added(3, undated=2, recorded=1, new_texts=1, known_run=False)
    assert ask(tmp_path / "index", run)["first_seen"].to_list() == [None, DAY_2019, None]


def test_short_texts_are_found_by_equality(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", ["two words", "a text of some more words than a shingle has"], DAY_2019)
    add_to(tmp_path / "index", run)
    assert ask(tmp_path / "index", run)["seen_kind"].to_list() == ["exact", "exact"]


def test_an_empty_run_adds_nothing(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [], DAY_2019)
    assert add_to(tmp_path / "index", run) == Added(0, 0, 0, 0, known_run=False)
    assert add_to(tmp_path / "index", write_run(tmp_path / "none", [], DAY_2019, n_shards=0)).documents == 0
    assert read_manifest(tmp_path / "index").runs == ()
    assert first_seen(tmp_path / "index", pl.Series([b"0" * 16]), None)["first_seen"].to_list() == [None]


def cut_finely(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many ranges, runs laid aside, files and pieces: what a large index has."""
    heights = {"add._TEXT": 10**9, "add._BAND": 10**7, "search._TEXT": 10**7, "search._BAND": 10**6}
    for name, height in {**heights, "search._PAIR": 10**7}.items():
        monkeypatch.setattr(f"provenance.jobs.seen.{name}_HEIGHT", height)
    monkeypatch.setattr("provenance.jobs.seen.runs._COPIES", 10**4)
    monkeypatch.setattr("provenance.jobs.seen.source._GROUPS", 1)
    monkeypatch.setattr(files, "_ROW_GROUP", 16)
    monkeypatch.setattr(files, "_FILE_ROWS", 100)
    monkeypatch.setattr(entries, "PIECE_ROWS", 32)
    monkeypatch.setattr(entries, "PLACES", replace(entries.PLACES, group=16))
    kinds = {"_SKETCH_GROUP": 8, "_AT_ONCE": 2}
    for name, value in kinds.items():
        monkeypatch.setattr(entries, name, value)
    for module in (add, lookup):
        monkeypatch.setattr(module, "PLACES", entries.PLACES)
    monkeypatch.setattr("provenance.jobs.seen.search.PLACES", entries.PLACES)


def added_one_after_the_other(tmp_path: Path) -> tuple[Path, pl.DataFrame]:
    """An index of six overlapping runs, and what it says of all of them."""
    index, runs = tmp_path / "index", []
    for number in range(6):
        texts = texts_of(range(20 * number, 20 * number + 50))
        day = DAY_2019 + timedelta(days=100 * (number * 5 % 6))
        runs.append(write_run(tmp_path / f"run-{number}", texts, day, crawl=f"CC-MAIN-{2013 + number}-10"))
        add_to(index, runs[-1])
    return index, pl.concat([ask(index, run) for run in runs])


def test_ranges_runs_files_and_pieces_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, whole = added_one_after_the_other(tmp_path / "whole")
    cut_finely(monkeypatch)
    index, cut = added_one_after_the_other(tmp_path / "cut")
    assert cut.equals(whole)
    manifest = read_manifest(index)
    assert len(manifest.levels[0].texts) > 1
    assert len(manifest.levels[0].bands) > 5
    assert len(manifest.places) == -(-manifest.n_entries // 32) > 3
    assert describe_index(index, check=True).problems == ()


def test_the_earliest_of_all_runs_is_found(tmp_path: Path) -> None:
    _, found = added_one_after_the_other(tmp_path)
    expected: dict[int, timedelta] = {}
    for number in range(6):
        for text in range(20 * number, 20 * number + 50):
            day = timedelta(days=100 * (number * 5 % 6))
            expected[text] = min(expected.get(text, day), day)
    asked = [text for number in range(6) for text in range(20 * number, 20 * number + 50)]
    assert found["first_seen"].to_list() == [DAY_2019 + expected[text] for text in asked]
    assert read_manifest(tmp_path / "index").n_texts == len(expected)


def test_many_adds_leave_few_levels_and_files(tmp_path: Path) -> None:
    index = tmp_path / "index"
    add_to(index, write_run(tmp_path / "large", texts_of(range(1000)), DAY_2019))
    for number in range(12):
        numbers = range(1000 + 10 * number, 1010 + 10 * number)
        add_to(index, write_run(tmp_path / f"run-{number}", texts_of(numbers), DAY_2019))
    manifest = read_manifest(index)
    sizes = [level.n_texts for level in manifest.levels]
    assert sum(sizes) == 1120
    assert len(sizes) <= 4
    assert all(older > 4 * newer for older, newer in pairwise(sizes))
    assert len(list(index.rglob("*.parquet"))) == len(list(manifest.list_files())) <= 2 * len(sizes) + 2


def test_an_index_of_equal_texts_alone_has_no_near_part(tmp_path: Path) -> None:
    index, run = tmp_path / "index", write_run(tmp_path / "run", texts_of(range(40)), DAY_2019)
    add_to(index, run, near=False)
    assert set(ask(index, run)["seen_kind"]) == {"exact"}
    assert list((index / "bands").iterdir()) == list((index / "sketches").iterdir()) == []
    other = write_run(tmp_path / "other", texts_of(range(5)), DAY_2019, options=DedupOptions(num_perm=64, bands=8))
    add_to(index, other)  # signatures do not matter here
    with pytest.raises(ConfigError, match="exact texts only"):
        add_to(index, run, near=True)


def test_signatures_of_another_kind_are_refused_with_what_differs(tmp_path: Path) -> None:
    index = tmp_path / "index"
    add_to(index, write_run(tmp_path / "run", texts_of(range(5)), DAY_2019))
    before = read_files(index)
    other = DedupOptions(num_perm=64, bands=8, threshold=0.7)
    run = write_run(tmp_path / "other", texts_of(range(5)), DAY_2019, options=other)
    with pytest.raises(ConfigError, match=r"dedup\.num_perm is 128 there and 64 here; dedup\.bands is 16 there and 8"):
        add_to(index, run)
    assert read_files(index) == before


def test_an_unfinished_run_is_refused_and_no_index_made(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", texts_of(range(5)), DAY_2019, finished=False)
    with pytest.raises(ConfigError, match="not finished"):
        add_to(tmp_path / "index", run)
    with pytest.raises(ConfigError, match="no run in this folder"):
        add_to(tmp_path / "index", tmp_path)
    assert not (tmp_path / "index").exists()


def test_tables_that_are_gone_are_named(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", texts_of(range(5)), DAY_2019)
    next((run / "signatures").rglob("*.parquet")).unlink()
    with pytest.raises(ConfigError, match=r"shard-0\.parquet: missing"):
        add_to(tmp_path / "index", run)


def test_a_shard_that_was_lost_is_passed_over(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", texts_of(range(5)), DAY_2019)
    saved = read_saved(run / "run.json")
    lost = {**saved["shards"][0], "name": "lost", "place": "/archives/lost.warc.gz"}
    write_saved(run / "run.json", {**saved, "shards": [*saved["shards"], lost]})
    assert add_to(tmp_path / "index", run).documents == 5


@pytest.mark.parametrize("name", ["letter.txt", "texts/letter.txt", "index.json.bak"])
def test_a_folder_of_something_else_is_left_alone(tmp_path: Path, name: str) -> None:
    run, foreign = write_run(tmp_path / "run", texts_of(range(5)), DAY_2019), tmp_path / "foreign"
    (foreign / name).parent.mkdir(parents=True)
    (foreign / name).write_text("dear")
    with pytest.raises(ConfigError, match=rf"holds {name.split('/')[0]} and no first-seen index"):
        add_to(foreign, run)
    assert read_files(foreign) == {name: b"dear"}


def test_only_files_of_the_index_are_deleted(tmp_path: Path) -> None:
    index = tmp_path / "index"
    add_to(index, write_run(tmp_path / "run", texts_of(range(5)), DAY_2019))
    letters = [index / "letter.txt", index / "texts" / "letter.parquet"]
    leftovers = [index / "texts" / "000009-00000.parquet", index / "bands" / "000009-00000.parquet.77.part"]
    for path in (*letters, *leftovers, index / "index.json.77.part"):
        path.write_text("dear")
    add_to(index, write_run(tmp_path / "more", texts_of(range(5, 9)), DAY_2019))
    assert all(path.exists() for path in letters)
    assert not any(path.exists() for path in (*leftovers, index / "index.json.77.part"))


def test_what_an_interrupted_add_left_is_deleted_before_new_files_need_the_space(tmp_path: Path) -> None:
    index, run = tmp_path / "index", write_run(tmp_path / "run", texts_of(range(5)), DAY_2019)
    add_to(index, run)
    leftovers = [index / "bands" / "000009-00000.parquet", index / "scratch" / "texts.0.run"]
    leftovers[1].parent.mkdir()
    for path in leftovers:
        path.write_text("half")
    found: list[bool] = []
    add_run(index, run, near=None, memory=DEFAULT_MEMORY, tell=lambda _: found.extend(map(Path.exists, leftovers)))
    assert found
    assert not any(found)


def test_another_format_is_refused(tmp_path: Path) -> None:
    index, run = tmp_path / "index", write_run(tmp_path / "run", texts_of(range(5)), DAY_2019)
    add_to(index, run)
    told = json.loads((index / MANIFEST).read_text())
    (index / MANIFEST).write_text(json.dumps({**told, "format": 2, "version": "9.0", "novelty": 1}))
    with pytest.raises(ConfigError, match=r"format 2, written by provenance 9\.0; this version reads format 1"):
        add_to(index, run)
    with pytest.raises(ConfigError, match="format 2"):
        ask(index, run)


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"kind": "recipe", "format": 1}'])
def test_a_manifest_of_something_else_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / MANIFEST).write_text(content)
    with pytest.raises(ConfigError, match=r"index\.json"):
        read_manifest(tmp_path)


def test_a_second_add_at_the_same_time_is_refused(tmp_path: Path) -> None:
    index, run = tmp_path / "index", write_run(tmp_path / "run", texts_of(range(5)), DAY_2019)
    add_to(index, run)
    with (index / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ConfigError, match="another process is adding"):
            add_to(index, run)


def test_who_asks_keeps_the_files_of_the_time_it_began(tmp_path: Path) -> None:
    index = tmp_path / "index"
    add_to(index, write_run(tmp_path / "one", texts_of(range(50)), DAY_2019))
    with open_index(index) as manifest:
        add_to(index, write_run(tmp_path / "two", texts_of(range(50, 90)), DAY_2019))
        old = {file.name for file in manifest.list_files()}
        assert all((index / name).exists() for name in old)
        assert read_manifest(index).n_texts == 90
    add_to(index, write_run(tmp_path / "three", texts_of(range(90, 95)), DAY_2019))
    new = {file.name for file in read_manifest(index).list_files()}
    assert {str(path.relative_to(index)) for path in index.rglob("*.parquet")} == new
    assert not old & new


def test_too_little_memory_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", texts_of(range(5)), DAY_2019)
    with pytest.raises(ConfigError, match=r"--memory 0\.10 GB is too little"):
        add_to(tmp_path / "index", run, memory=10**8)
    assert not (tmp_path / "index").exists()


def test_damage_is_found(tmp_path: Path) -> None:
    index = tmp_path / "index"
    add_to(index, write_run(tmp_path / "run", texts_of(range(50)), DAY_2019))
    path = index / read_manifest(index).sketches[0].name
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(bytes(data))
    assert describe_index(index, check=False).problems == ()
    assert describe_index(index, check=True).problems == (f"{path}: its bytes are not those that were written",)
    path.write_bytes(bytes(data[:-1]))
    assert len(describe_index(index, check=False).problems) == 1
    path.unlink()
    assert describe_index(index, check=False).problems == (f"{path}: missing",)


def test_any_reader_of_parquet_reads_the_index(tmp_path: Path) -> None:
    index, run = tmp_path / "index", write_run(tmp_path / "run", texts_of(range(50)), DAY_2019)
    add_to(index, run)
    texts = pl.read_parquet(index / "texts" / "*.parquet")
    assert texts["hash_high"].is_sorted()
    bands = pl.read_parquet(index / "bands" / "*.parquet")
    assert bands.height == 50 * 16
    assert bands["entry"].unique().sort().equals(texts["entry"].sort())
    assert bands["key"].max() < 1 << 40  # type: ignore[operator]
    assert {TEXT.itemsize, BAND.itemsize} == {28, 16}


def test_a_read_only_index_is_asked_all_the_same(tmp_path: Path) -> None:
    index, run = tmp_path / "index", write_run(tmp_path / "run", texts_of(range(5)), DAY_2019)
    add_to(index, run)
    (index / "readers.lock").unlink()
    (index / "readers.lock").mkdir()  # cannot be opened as a file, as on a disk that cannot be written
    assert ask(index, run)["first_seen"].null_count() == 0


def test_a_manifest_says_all_of_itself_again(tmp_path: Path) -> None:
    index = tmp_path / "index"
    add_to(index, write_run(tmp_path / "run", texts_of(range(5)), DAY_2019))
    before = (index / MANIFEST).read_bytes()
    manifest = read_manifest(index)
    assert manifest.runs[0].earliest == manifest.runs[0].latest == "2019-07-16T10:20:30+00:00"
    assert np.all([file.digest for file in manifest.list_files()])
    write_manifest(index, manifest)
    assert (index / MANIFEST).read_bytes() == before
