"""The ledger: what was done stays done, what was half written is done again."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from provenance.run import Ledger, Receipt, Task


def task(shard: str = "s", inputs: str = "1") -> Task:
    return Task("read", "c", shard, "/s.warc", 10, inputs)


def receipt(**options: object) -> Receipt:
    return Receipt(task(), {"records": 3}, {"no_text": 1}, ("a note",), **options)  # type: ignore[arg-type]


def test_a_receipt_survives_the_disk() -> None:
    assert Receipt.from_json(receipt(seconds=1.5).to_json()) == receipt(seconds=1.5)


@pytest.mark.parametrize("line", ["", "{}", "[]", '{"task": {}}', "null", '{"task": {"phase": 1}, "notes": []}'])
def test_a_damaged_line_is_no_receipt(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Receipt.from_json(line)


def test_a_done_task_is_not_open(tmp_path: Path) -> None:
    Ledger(tmp_path / "l").append(receipt())
    assert Ledger(tmp_path / "l").find_open([task(), task("t")]) == [task("t")]


def test_a_failed_task_is_open_again(tmp_path: Path) -> None:
    Ledger(tmp_path / "l").append(receipt(error="lost"))
    assert Ledger(tmp_path / "l").find_open([task()]) == [task()]


def test_other_inputs_open_a_task_again(tmp_path: Path) -> None:
    Ledger(tmp_path / "l").append(receipt())
    assert Ledger(tmp_path / "l").find_open([task(inputs="2")]) == [task(inputs="2")]


def test_the_newest_receipt_counts(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l")
    ledger.append(receipt(error="lost"))
    ledger.append(receipt())
    assert Ledger(tmp_path / "l").receipts("read") == [receipt()]


@pytest.mark.parametrize("cut", range(1, 40, 7))
def test_a_line_cut_by_a_crash_is_dropped_and_later_lines_are_whole(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "l"
    Ledger(path).append(receipt())
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:-cut])
    ledger = Ledger(path)
    ledger.append(Receipt(task("t")))
    assert [r.task.shard for r in Ledger(path).receipts("read")] == ["s", "t"]


def test_a_name_with_a_line_separator_is_one_line(tmp_path: Path) -> None:
    odd = task("a\u2028b\x85c")
    Ledger(tmp_path / "l").append(Receipt(odd, {"records": 3}))
    assert Ledger(tmp_path / "l").find_open([odd]) == []


def test_a_receipt_has_the_time_it_came_to_the_ledger(tmp_path: Path) -> None:
    before = datetime.now(UTC)
    given = Ledger(tmp_path / "l").append(receipt())
    (read,) = Ledger(tmp_path / "l").receipts("read")
    assert given.ended == read.ended
    assert before - timedelta(seconds=1) <= datetime.fromisoformat(read.ended) <= datetime.now(UTC)


def test_a_ledger_from_before_times_were_told_is_read(tmp_path: Path) -> None:
    old = json.loads(receipt().to_json())
    assert not {"ended", "worker"} & old.keys()
    (tmp_path / "l").write_text(json.dumps(old) + "\n")
    (read,) = Ledger(tmp_path / "l").receipts("read")
    assert (read, read.ended, read.worker) == (receipt(), "", "")


def test_when_and_by_whom_makes_no_other_receipt() -> None:
    assert receipt(ended="2026-11-23T01:00:00.000+00:00", worker="a:1") == receipt()
