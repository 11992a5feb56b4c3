"""Cut files give back what was put in, part by part, however it came; spans are read in few stretches."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import OutputError
from provenance.jobs.pieces import stretches
from provenance.jobs.pieces.cuts import CutWriter, count_cuts, edges_path, read_cut, read_cuts, unpack_frame
from provenance.jobs.pieces.stretches import find_stretches, read_stretches
from provenance.store import read_span

ROW = np.dtype([("key", "<u8"), ("item", "<i8")])


@given(st.integers(1, 6), st.lists(st.tuples(st.integers(0, 5), st.binary(max_size=5)), max_size=12))
def test_any_stretch_of_parts_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, n_parts: int, added: list[tuple[int, bytes]]
) -> None:
    place = tmp_path_factory.mktemp("cut") / "a.keys"
    with CutWriter(place, n_parts) as writer:
        for part, data in added:
            writer.add(part % n_parts, data)
    parts = [b"".join(data for part, data in added if part % n_parts == number) for number in range(n_parts)]
    assert count_cuts(place) == n_parts
    for first in range(n_parts):
        for end in range(first, n_parts + 1):
            assert read_cut(place, first, end) == b"".join(parts[first:end])
    assert place.read_bytes() == b"".join(parts)


def test_rows_go_to_the_parts_they_begin(tmp_path: Path) -> None:
    rows = np.zeros(5, ROW)
    rows["item"] = range(5)
    with CutWriter(tmp_path / "a", 4) as writer:
        writer.add_rows(rows, np.array([0, 2, 2, 4]))
    found = [np.frombuffer(read_cut(tmp_path / "a", part, part + 1), ROW)["item"].tolist() for part in range(4)]
    assert found == [[0, 1], [], [2, 3], [4]]


def test_a_frame_is_a_part_and_an_empty_one_takes_no_bytes(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": [1, 2], "b": [["x"], None]})
    with CutWriter(tmp_path / "a", 2) as writer:
        writer.add_frame(1, frame)
        writer.add_frame(0, frame.head(0))
    empty, full = (data for part in range(2) for data in read_cuts([tmp_path / "a"], part, part + 1))
    assert empty == b""
    assert unpack_frame(full).equals(frame)


def test_a_failure_leaves_nothing_and_keeps_what_was_there(tmp_path: Path) -> None:
    with CutWriter(tmp_path / "a", 1) as writer:
        writer.add(0, b"before")
    with pytest.raises(RuntimeError), CutWriter(tmp_path / "a", 1) as writer:
        writer.add(0, b"after")
        raise RuntimeError
    assert read_cut(tmp_path / "a", 0, 1) == b"before"
    assert {path.name for path in tmp_path.iterdir()} == {"a", "a.edges"}


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot write"), CutWriter(tmp_path / "file" / "a", 1):
        pass


def test_a_piece_that_lost_its_end_is_an_error(tmp_path: Path) -> None:
    with CutWriter(tmp_path / "a", 2) as writer:
        writer.add(1, b"12345678")
    (tmp_path / "a").write_bytes(b"1234")
    with pytest.raises(OSError, match="no bytes 0 to 8"):
        read_cut(tmp_path / "a", 1, 2)
    edges_path(tmp_path / "a").write_bytes(bytes(8))
    with pytest.raises(OSError, match="no bytes 8 to 24"):
        read_cut(tmp_path / "a", 1, 2)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9)), max_size=12), st.integers(0, 20), st.integers(1, 60))
def test_spans_are_read_whatever_is_joined(
    tmp_path_factory: pytest.TempPathFactory, gaps: list[tuple[int, int]], gap: int, longest: int
) -> None:
    place = tmp_path_factory.mktemp("spans") / "a"
    place.write_bytes(bytes(range(256)) * 2)
    begins = np.cumsum([0, *(before + length for before, length in gaps)])[1:] if gaps else np.zeros(0, np.int64)
    ends = begins + np.array([length for _, length in [*gaps[1:], (0, 3)]]) if gaps else begins
    expected = [place.read_bytes()[begin:end] for begin, end in zip(begins, ends, strict=True)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stretches, "_GAP", gap)
        patch.setattr(stretches, "_LONGEST", longest)
        found = list(read_stretches(place.parent, find_stretches(place, begins, ends)))
    assert [data[b:e] for one, data in found for b, e in zip(one.begins, one.ends, strict=True)] == expected
    assert all(one.begins[-1] < longest for one, _ in found)


def test_spans_near_each_other_are_one_stretch() -> None:
    begins = np.array([0, 100, 1_000_000, 1_000_512, 20_000_000])
    found = [(one.begin, one.end) for one in find_stretches(Path("a"), begins, begins + 10)]
    assert found == [(0, 110), (1_000_000, 1_000_522), (20_000_000, 20_000_010)]


def test_a_span_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert read_span(tmp_path / "a", 1, 3) == b"bc"
    with pytest.raises(OSError, match="no bytes 1 to 4"):
        read_span(tmp_path / "a", 1, 4)
