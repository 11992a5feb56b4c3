"""A ledger is followed as it grows; what is cut off or damaged hides nothing else."""

import json

import pytest

from provenance.jobs.status.rows import LedgerRows
from tests.jobs.status.made_ledgers import NOW, receipt


def lines(*numbers: int) -> bytes:
    return b"".join(receipt(number).to_json().encode() + b"\n" for number in numbers)


@pytest.mark.parametrize("cut", [1, 40, 200])
def test_a_line_that_is_being_written_waits_for_its_rest(cut: int) -> None:
    rows, whole = LedgerRows(), lines(0, 1)
    rows.add(whole[:-cut])
    assert set(rows.phases["read"]) == {("c", "s0")}
    rows.add(whole[rows.n_bytes :])
    assert set(rows.phases["read"]) == {("c", "s0"), ("c", "s1")}
    assert rows.n_damaged == 0


@pytest.mark.parametrize("damage", [b"{}\n", b"null\n", b"\xff\xfe\n", b'{"task": 1}\n', b"[]\n", b"\n"])
def test_a_damaged_line_is_counted_and_the_others_are_read(damage: bytes) -> None:
    rows = LedgerRows()
    rows.add(lines(0) + damage + lines(1))
    assert (len(rows.phases["read"]), rows.n_damaged) == (2, 1)


def test_the_newest_receipt_of_a_task_counts() -> None:
    rows = LedgerRows()
    rows.add(receipt(0, error="lost").to_json().encode() + b"\n" + lines(0))
    assert rows.phases["read"]["c", "s0"].done


def test_a_ledger_from_before_times_were_told_is_read() -> None:
    old = json.loads(receipt(0).to_json())
    del old["ended"], old["worker"]
    rows = LedgerRows()
    rows.add(json.dumps(old).encode() + b"\n")
    row = rows.phases["read"]["c", "s0"]
    assert (row.ended, row.begun, row.worker, row.records) == (None, None, "", 10)


def test_a_row_says_when_its_task_began() -> None:
    rows = LedgerRows()
    rows.add(lines(0))
    assert rows.phases["read"]["c", "s0"].begun == NOW - 10
