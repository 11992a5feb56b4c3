"""The store: what stands under its own name is whole, and its bytes do not depend on how it was fed."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import OutputError, ShardError
from provenance.store import (
    ROW_GROUP_ROWS,
    TableWriter,
    count_rows,
    find_misaligned,
    open_whole,
    read_aligned,
    read_metadata,
    read_table,
    remove_parts,
    scan_table,
    table_path,
    write_table,
    write_text,
)

FRAME = pl.DataFrame({"doc_id": [f"d{i}" for i in range(2500)], "value": [None, 1.5, -2.0, 0.0, 3.25] * 500})


def fed_in(path: Path, sizes: list[int]) -> bytes:
    with TableWriter(path, FRAME.schema, {"b": "2", "a": "1"}) as writer:
        start = 0
        for size in [*sizes, FRAME.height]:
            writer.write(FRAME.slice(start, size))
            start += size
    return path.read_bytes()


@given(st.lists(st.integers(0, 1200), max_size=4))
def test_bytes_do_not_depend_on_the_batches(tmp_path_factory: pytest.TempPathFactory, sizes: list[int]) -> None:
    folder = tmp_path_factory.mktemp("store")
    assert fed_in(folder / "a.parquet", sizes) == fed_in(folder / "b.parquet", [])


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    write_table(tmp_path / "t.parquet", FRAME, {"k": "v"})
    assert read_table(tmp_path / "t.parquet").equals(FRAME)
    assert count_rows(tmp_path / "t.parquet") == FRAME.height
    assert read_metadata(tmp_path / "t.parquet") == {"k": "v"}


def test_a_failure_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    with pytest.raises(RuntimeError), TableWriter(path, FRAME.schema, {}) as writer:
        writer.write(FRAME)
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_failure_keeps_the_file_that_was_there(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    write_table(path, FRAME, {})
    with pytest.raises(RuntimeError), TableWriter(path, FRAME.schema, {}):
        raise RuntimeError
    assert read_table(path).equals(FRAME)


def test_rows_of_another_schema_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not"), TableWriter(tmp_path / "t.parquet", FRAME.schema, {}) as writer:
        writer.write(FRAME.select("doc_id"))


def test_an_unwritable_folder_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        write_table(tmp_path / "file" / "t.parquet", FRAME, {})


def test_aligned_tables_come_by_row_group(tmp_path: Path) -> None:
    for table in ("documents", "signals"):
        write_table(table_path(tmp_path, table, "c", "s"), FRAME, {})
    groups = list(read_aligned(tmp_path, ("documents", "signals"), "c", "s"))
    assert [a.height for a, _ in groups] == [ROW_GROUP_ROWS, ROW_GROUP_ROWS, 500]
    assert all(a.equals(b) for a, b in groups)


def test_tables_that_do_not_match_are_refused(tmp_path: Path) -> None:
    write_table(table_path(tmp_path, "documents", "c", "s"), FRAME, {})
    write_table(table_path(tmp_path, "signals", "c", "s"), FRAME.reverse(), {})
    with pytest.raises(ShardError, match="do not match"):
        list(read_aligned(tmp_path, ("documents", "signals"), "c", "s"))


def test_misaligned_tables_are_found(tmp_path: Path) -> None:
    for table in ("documents", "signals", "signatures", "anchors", "clusters", "parallels", "verdicts"):
        frame = FRAME.reverse() if table == "clusters" else FRAME
        write_table(table_path(tmp_path, table, "c", "s"), frame, {})
    problems = find_misaligned(tmp_path, "c", "s")
    assert len(problems) == 2
    assert "clusters" in problems[0]
    assert "missing" in problems[1]


def test_a_table_is_scanned_over_its_shards(tmp_path: Path) -> None:
    for shard in ("a", "b"):
        write_table(table_path(tmp_path, "documents", "c", shard), FRAME, {})
    assert scan_table(tmp_path, "documents").collect().equals(pl.concat([FRAME, FRAME]))


def test_leftovers_of_an_interrupted_run_are_removed(tmp_path: Path) -> None:
    write_table(tmp_path / "t.parquet", FRAME, {})
    (tmp_path / "t.parquet.77.part").write_text("half")
    (tmp_path / "a.warc.gz.77.part").write_text("half")
    remove_parts(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["t.parquet"]


def test_a_file_appears_under_its_name_when_it_is_whole(tmp_path: Path) -> None:
    with open_whole(tmp_path / "new" / "a.bin") as file:
        file.write(b"bytes")
        assert not (tmp_path / "new" / "a.bin").exists()
    assert [path.read_bytes() for path in (tmp_path / "new").iterdir()] == [b"bytes"]


def test_a_file_left_on_an_error_leaves_the_one_before(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"before")
    with pytest.raises(KeyError), open_whole(tmp_path / "a.bin") as file:
        file.write(b"half")
        raise KeyError
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"before"]


def test_a_file_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"), open_whole(tmp_path / "file" / "a.bin"):
        pass
    with pytest.raises(OutputError, match="cannot write"):
        write_text(tmp_path / "file" / "a.txt", "text")


def test_other_files_under_temporary_names_stay(tmp_path: Path) -> None:
    (tmp_path / "download.zip.part").write_text("mine")
    remove_parts(tmp_path)
    assert (tmp_path / "download.zip.part").exists()


def test_a_folder_may_be_named_like_a_pattern(tmp_path: Path) -> None:
    root = tmp_path / "out [1]*"
    write_table(table_path(root, "documents", "c", "s"), FRAME, {})
    assert read_table(table_path(root, "documents", "c", "s")).equals(FRAME)
    assert scan_table(root, "documents").collect().equals(FRAME)


def test_text_is_written_whole(tmp_path: Path) -> None:
    write_text(tmp_path / "a" / "x.json", "ö")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["x.json"]
    assert (tmp_path / "a" / "x.json").read_text(encoding="utf-8") == "ö"
