"""Copies among the rows of any files: what stays, what is said of every row, and what cannot be read."""

import gzip
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from provenance.dedup import DedupOptions
from provenance.dedup.options import Keep, Verify
from provenance.errors import ConfigError
from provenance.jobs.dedup.inputs import find_inputs
from provenance.jobs.dedup.rows import Fields, parse_time
from provenance.jobs.dedup.standalone import DedupPlan, Summary, remove_copies
from provenance.run import Receipt, Task

WORDS = [f"w{i}" for i in range(2000)]
FIELDS = Fields()


class Silent:
    def __init__(self, stop_at: str | None = None) -> None:
        self.phases: list[tuple[str, int]] = []
        self.stop_at = stop_at

    def start(self, phase: str, n_tasks: int, open_tasks: Sequence[Task]) -> None:
        if phase == self.stop_at:
            raise KeyboardInterrupt
        self.phases.append((phase, len(open_tasks)))

    def advance(self, task: Task, bytes_done: int) -> None: ...

    def finish(self, receipt: Receipt) -> None: ...


def plan_for(out: Path, *named: Path, fields: Fields = FIELDS, **options: object) -> DedupPlan:
    chosen = replace(DedupOptions(contrast=False), **options)  # type: ignore[arg-type]
    return DedupPlan(tuple(find_inputs(map(str, named))), out, fields, chosen, None, 1)


def search(out: Path, *named: Path, fields: Fields = FIELDS, **options: object) -> Summary:
    return remove_copies(plan_for(out, *named, fields=fields, **options), reporter=Silent(), fresh=False)


def write(path: Path, **columns: object) -> Path:
    pl.DataFrame(columns).write_parquet(path)
    return path


def totals(summary: Summary) -> dict[str, int]:
    found = summary["totals"]
    assert isinstance(found, dict)
    return {name: n for name, n in found.items() if isinstance(n, int) and n}


def kept(out: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(out / "kept" / f"{name}.parquet")


def clusters(out: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(out / "clusters" / f"{name}.parquet")


def make_text(seed: int, n_words: int = 60) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=n_words))


def test_rows_that_stay_keep_all_columns_types_and_their_order(tmp_path: Path) -> None:
    texts = [make_text(1), make_text(2), make_text(1) + " end", make_text(2)]
    table = pa.table(
        {
            "z": pa.array([[1], None, [2, 3], []], pa.list_(pa.int8())),
            "text": pa.array(texts).dictionary_encode(),
            "id": pa.array([10, 11, 12, 13], pa.uint16()),
            "a": pa.array([{"x": 1}] * 4),
        }
    )
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=3)
    search(tmp_path / "out", tmp_path / "in.parquet")
    found = pq.read_table(tmp_path / "out" / "kept" / "in.parquet")
    assert found.equals(table.slice(0, 2))
    assert clusters(tmp_path / "out", "in")["cluster_id"].to_list() == ["10", "11", "10", "11"]
    assert clusters(tmp_path / "out", "in")["kind"].to_list() == ["near", "exact", "near", "exact"]


def test_copies_are_found_across_files_of_all_formats(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"text": make_text(n), "n": n}) + "\n" for n in (1, 2))
    (tmp_path / "a.jsonl").write_text(lines)
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    (tmp_path / "c.ndjson.zst").write_bytes(zstandard.compress(lines.encode()))
    write(tmp_path / "d.parquet", text=[make_text(2), make_text(3)])
    found = totals(search(tmp_path / "out", tmp_path))
    assert (found["documents"], found["kept"], found["removed"]) == (8, 3, 5)
    assert kept(tmp_path / "out", "a").to_dicts() == [{"text": make_text(n), "n": n} for n in (1, 2)]
    assert [kept(tmp_path / "out", name).height for name in "bcd"] == [0, 0, 1]
    assert clusters(tmp_path / "out", "d")["cluster_id"].to_list() == ["a:1", "d:1"]


def test_columns_of_lines_take_the_type_that_holds_all_of_them(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"text": "a", "n": 1, "mixed": 1, "deep": {"x": 1}},
        {"text": "b", "n": 2.5, "mixed": "one", "none": None},
        {"text": "c", "mixed": [1], "deep": {"x": 2, "y": "z"}},
    ]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    search(tmp_path / "out", tmp_path / "a.jsonl")
    assert kept(tmp_path / "out", "a").to_dict(as_series=False) == {
        "text": ["a", "b", "c"],
        "n": [1.0, 2.5, None],
        "mixed": ["1", "one", "[1]"],
        "deep": [{"x": 1, "y": None}, None, {"x": 2, "y": "z"}],
        "none": [None, None, None],
    }


def test_rows_that_cannot_be_read_are_told_of_and_all_add_up(tmp_path: Path) -> None:
    bad = ['{"text": "one two"', "[1]", '{"text": 5}', "", '{"other": 1}', '{"text": null}', '{"text": "fine \\ud800"}']
    (tmp_path / "a.jsonl").write_text("\n".join(['{"text": "fine"}', *bad]) + "\n")
    summary = search(tmp_path / "out", tmp_path / "a.jsonl")
    found = totals(summary)
    assert summary["rejects"] == {"not_a_text": 1, "not_an_object": 1, "not_json": 1}
    assert found["rows"] == 7 == found["documents"] + found["rejects"]
    assert found["documents"] == 4 == found["kept"]
    rejects = pl.read_parquet(tmp_path / "out" / "rejects" / "a.parquet")
    assert rejects["row"].to_list() == [1, 2, 3]
    assert rejects["reason"].to_list() == ["not_json", "not_an_object", "not_a_text"]


def test_a_file_cut_short_gives_what_was_before_and_says_so(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"text": make_text(n)}) + "\n" for n in range(300))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines.encode())[:-2000])
    summary = search(tmp_path / "out", tmp_path / "a.jsonl.gz")
    n = totals(summary)["documents"]
    assert 0 < n < 300
    assert kept(tmp_path / "out", "a").height == n
    assert "an unknown number of rows" in str(summary["notes"])


def test_a_damaged_row_group_costs_its_own_rows_only(tmp_path: Path) -> None:
    table = pa.table({"text": [make_text(n) for n in range(300)], "id": list(range(300))})
    path = tmp_path / "a.parquet"
    pq.write_table(table, path, row_group_size=100, compression="zstd")
    place = pq.ParquetFile(path).metadata.row_group(1).column(0).data_page_offset
    data = bytearray(path.read_bytes())
    data[place : place + 400] = b"\xff" * 400
    path.write_bytes(data)
    summary = search(tmp_path / "out", path)
    found = totals(summary)
    assert (found["rows"], found["documents"], found["rejects"], found["kept"]) == (300, 200, 100, 200)
    assert kept(tmp_path / "out", "a")["id"].to_list() == [*range(100), *range(200, 300)]
    rejects = pl.read_parquet(tmp_path / "out" / "rejects" / "a.parquet")
    assert rejects.select("row", "n_rows", "reason").rows() == [(100, 100, "damaged")]
    rows = pl.read_parquet(tmp_path / "out" / "signatures" / "a.parquet")["row"]
    assert rows.to_list() == [*range(100), *range(200, 300)]


@pytest.mark.parametrize("name", ["a.parquet", "a.jsonl"])
def test_an_empty_input_gives_empty_tables(tmp_path: Path, name: str) -> None:
    if name.endswith("parquet"):
        write(tmp_path / name, text=pl.Series([], dtype=pl.String), id=pl.Series([], dtype=pl.Int64))
    else:
        (tmp_path / name).write_text("")
    summary = search(tmp_path / "out", tmp_path / name)
    assert totals(summary) == {}
    assert kept(tmp_path / "out", "a").height == clusters(tmp_path / "out", "a").height == 0
    measures = summary["measures"]
    assert isinstance(measures, dict)
    assert measures["warnings"] == []


def test_one_document_stays(tmp_path: Path) -> None:
    search(tmp_path / "out", write(tmp_path / "a.parquet", text=["alone"]))
    assert clusters(tmp_path / "out", "a").select("kind", "representative").rows() == [("unique", True)]


def test_texts_shorter_than_a_shingle_are_copies_of_equal_ones_only(tmp_path: Path) -> None:
    texts = ["one two three", "one two", "one  two ", "", " ", "one two three four", "three two one"]
    search(tmp_path / "out", write(tmp_path / "a.parquet", text=texts))
    assert kept(tmp_path / "out", "a")["text"].to_list() == ["one two three", "one two", "", *texts[5:]]


def test_a_row_without_a_text_is_a_copy_of_nothing(tmp_path: Path) -> None:
    search(tmp_path / "out", write(tmp_path / "a.parquet", text=[None, None, "", ""], n=[1, 2, 3, 4]))
    assert kept(tmp_path / "out", "a")["n"].to_list() == [1, 2, 3]
    assert clusters(tmp_path / "out", "a")["kind"].to_list() == ["unique", "unique", "exact", "exact"]


def test_a_word_said_100_000_times_is_a_near_copy_of_itself_said_less_often(tmp_path: Path) -> None:
    texts = ["word " * 100_000, "word " * 99_999, "other " * 100_000, "word word"]
    search(tmp_path / "out", write(tmp_path / "a.parquet", text=texts))
    assert clusters(tmp_path / "out", "a")["kind"].to_list() == ["near", "near", "unique", "unique"]


def test_the_earliest_copy_stays_where_dates_are_named(tmp_path: Path) -> None:
    text = make_text(1)
    (tmp_path / "a.jsonl").write_text(
        "".join(
            json.dumps({"id": day, "text": text, "day": day}) + "\n"
            for day in ("2021-03-01T00:00:00Z", None, "2019", "2020-05", "never")
        )
    )
    summary = search(tmp_path / "out", tmp_path / "a.jsonl", fields=Fields(date="day"))
    assert kept(tmp_path / "out", "a")["day"].to_list() == ["2019"]
    assert totals(summary)["undated"] == 2
    assert {str(time)[:10] for time in clusters(tmp_path / "out", "a")["first_seen"]} == {"2019-01-01"}


def test_the_longest_or_the_best_copy_stays_where_that_is_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", text=[make_text(1), make_text(1) + " end", make_text(1)], s=[1.0, 2.0, 3.5])
    search(tmp_path / "longest", path, keep=Keep.LONGEST)
    search(tmp_path / "best", path, keep=Keep.BEST, fields=Fields(score="s"))
    assert kept(tmp_path / "longest", "a")["s"].to_list() == [2]
    assert kept(tmp_path / "best", "a")["s"].to_list() == [3.5]


@pytest.mark.parametrize("verify", [*Verify])
def test_what_verifies_decides_at_the_threshold(tmp_path: Path, verify: Verify) -> None:
    base = make_text(1, 200).split()
    edited = [*base]
    for place in range(10, 190, 24):
        edited[place] = "changed"
    texts = [" ".join(base), " ".join(edited)]
    search(tmp_path / "out", write(tmp_path / "a.parquet", text=texts), verify=verify, threshold=0.5, bands=32, rows=4)
    found = clusters(tmp_path / "out", "a")
    assert found["kind"].to_list() == ["near", "near"]
    if verify is Verify.SHINGLES:
        pieces = [{tuple(words[i : i + 5]) for i in range(196)} for words in (base, edited)]
        assert found["similarity"][1] == pytest.approx(len(pieces[0] & pieces[1]) / len(pieces[0] | pieces[1]))
        search(tmp_path / "strict", tmp_path / "a.parquet", verify=verify, threshold=0.7)
        assert set(clusters(tmp_path / "strict", "a")["kind"]) == {"unique"}


def test_an_interrupted_search_goes_on_and_a_finished_one_is_not_done_again(tmp_path: Path) -> None:
    plan = plan_for(tmp_path / "out", write(tmp_path / "a.parquet", text=[make_text(1)] * 2))
    with pytest.raises(KeyboardInterrupt):
        remove_copies(plan, reporter=Silent(stop_at="link"), fresh=False)
    again = Silent()
    remove_copies(plan, reporter=again, fresh=False)
    later = dict.fromkeys(("link", "join", "describe", "cluster", "measure", "keep"), 1)
    assert dict(again.phases) == {"sign": 0, "spread": 0, **later}
    third = Silent()
    remove_copies(plan, reporter=third, fresh=False)
    assert sum(n for _, n in third.phases) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir() if path.name[0] != ".") == [
        "clusters",
        "dedup.json",
        "kept",
        "ledger.jsonl",
        "rejects",
        "signatures",
        "stats",
    ]


def test_inputs_may_be_added_and_only_they_are_signed(tmp_path: Path) -> None:
    first = write(tmp_path / "a.parquet", text=[make_text(1)])
    search(tmp_path / "out", first)
    second = write(tmp_path / "b.parquet", text=[make_text(1), make_text(2)])
    told = Silent()
    remove_copies(plan_for(tmp_path / "out", first, second), reporter=told, fresh=False)
    assert dict(told.phases)["sign"] == 1
    assert [kept(tmp_path / "out", name).height for name in "ab"] == [1, 1]


def test_a_folder_of_another_search_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", text=["x"])
    search(tmp_path / "out", path)
    with pytest.raises(ConfigError, match=r"options.threshold: 0.8 -> 0.9"):
        search(tmp_path / "out", path, threshold=0.9)
    with pytest.raises(ConfigError, match="a is not among the inputs"):
        search(tmp_path / "out", write(tmp_path / "b.parquet", text=["x"]))
    remove_copies(plan_for(tmp_path / "out", path, threshold=0.9), reporter=Silent(), fresh=True)
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "mine.txt").touch()
    with pytest.raises(ConfigError, match=r"the folder holds mine\.txt"):
        search(tmp_path / "foreign", path)


@pytest.mark.parametrize(
    ("fields", "options", "told"),
    [
        (Fields(text="words"), {}, "no column 'words'; columns are text, n"),
        (Fields(text="n"), {}, "column 'n' holds int64"),
        (Fields(date="n"), {}, "column 'n' holds int64"),
        (Fields(score="text"), {}, "column 'text' holds"),
        (Fields(), {"keep": Keep.BEST}, "--score-column"),
    ],
)
def test_columns_that_cannot_serve_are_refused_before_any_work(
    tmp_path: Path, fields: Fields, options: dict[str, object], told: str
) -> None:
    path = write(tmp_path / "a.parquet", text=["x"], n=[1])
    with pytest.raises(ConfigError, match=told):
        search(tmp_path / "out", path, fields=fields, **options)
    assert not (tmp_path / "out").exists()


def test_a_text_column_that_no_line_has_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"content": "x"}\n')
    with pytest.raises(ConfigError, match="no column 'text'; columns are content"):
        search(tmp_path / "out", tmp_path / "a.jsonl")


@pytest.mark.parametrize("workers", [1, 3])
def test_clusters_do_not_depend_on_workers(tmp_path: Path, workers: int) -> None:
    rng = random.Random(3)
    texts = [make_text(rng.randrange(60)) + " end" * rng.randrange(3) for _ in range(200)]
    for n in range(4):
        write(tmp_path / f"{n}.parquet", text=texts[n * 50 : n * 50 + 50], id=list(range(n * 50, n * 50 + 50)))
    plan = plan_for(tmp_path / "out", tmp_path)
    remove_copies(replace(plan, workers=workers), reporter=Silent(), fresh=False)
    found = pl.concat([clusters(tmp_path / "out", str(n)) for n in range(4)])
    alone = tmp_path / "alone"
    search(alone, write(tmp_path / "all.parquet", text=texts, id=list(range(200))))
    assert found.equals(clusters(alone, "all"))


def test_equal_names_in_several_folders_stay_apart(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "a.parquet", text=["x"])
    (tmp_path / "one" / "a.jsonl").write_text('{"text": "x"}\n')
    names = [one.name for one in find_inputs([str(tmp_path / "*")])]
    assert names == ["one.a.jsonl", "one.a.parquet", "two.a"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019", "2019-01-01 00:00:00+00:00"),
        ("2019-02", "2019-02-01 00:00:00+00:00"),
        ("2019-02-03T04:05:06+02:00", "2019-02-03 02:05:06+00:00"),
        ("soon", "None"),
        ("0001-01-01T00:00:00+14:00", "None"),
    ],
)
def test_times_are_read_in_utc(text: str, expected: str) -> None:
    assert str(parse_time(text)) == expected
