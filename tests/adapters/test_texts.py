"""Files of texts as other people write them: odd rows are said, damage is said, nothing is judged that is no text."""

import gzip
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from provenance.adapters.texts import read_texts
from provenance.errors import ConfigError


def read(path: Path) -> tuple[list[tuple[str | None, str | None]], list[str]]:
    chunks = list(read_texts(path, text_column="text", id_column="id"))
    return [row for chunk in chunks for row in chunk.frame.iter_rows()], [p for chunk in chunks for p in chunk.problems]


def lines(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_text(text, encoding="utf-8")
    return path


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    assert read(lines(tmp_path, '{"text": "a"}\n\n{"text": "b"}\n \n')) == ([("0", "a"), ("1", "b")], [])


def test_a_byte_order_mark_is_no_part_of_the_first_row(tmp_path: Path) -> None:
    assert read(lines(tmp_path, '\ufeff{"text": "a"}\n')) == ([("0", "a")], [])


def test_half_characters_in_ids_are_replaced(tmp_path: Path) -> None:
    assert read(lines(tmp_path, '{"id": "\\ud800", "text": "\\ud800a"}\n')) == ([("?", "?a")], [])


def test_a_line_nested_too_deep_is_a_row_without_text(tmp_path: Path) -> None:
    rows, problems = read(lines(tmp_path, "[" * 100_000 + '\n{"text": "a"}\n'))
    assert rows == [("0", None), ("1", "a")]
    assert "line 1: not JSON" in problems[0]


@pytest.mark.parametrize("name", ["in.jsonl.gz", "in.jsonl.zst", "in.parquet"])
def test_a_file_of_another_format_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('{"text": "a"}\n')
    with pytest.raises(ConfigError, match=name):
        read(tmp_path / name)


def test_a_folder_is_named_as_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is a folder"):
        read(tmp_path)


def test_a_corrupt_gzip_keeps_the_rows_before_it(tmp_path: Path) -> None:
    text = "".join(f'{{"text": "row {i * 7919 % 1000}"}}\n' for i in range(20_000))
    data = bytearray(gzip.compress(text.encode()))
    data[len(data) // 2 : len(data) // 2 + 99] = b"\xff" * 99
    (tmp_path / "in.jsonl.gz").write_bytes(data)
    rows, problems = read(tmp_path / "in.jsonl.gz")
    assert 0 < len(rows) < 20_000
    assert "the rest is lost" in problems[-1]


def test_a_parquet_file_corrupt_inside_is_said(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    pl.DataFrame({"text": ["a", "b"]}).write_parquet(path)
    data = bytearray(path.read_bytes())
    data[4:30] = bytes(26)
    path.write_bytes(data)
    assert read(path)[1][0].startswith(f"{path}: damaged after row 0, the rest is lost")


@pytest.mark.parametrize(
    "values",
    [
        pa.array(["a", None], pa.large_string()),
        pa.array(["a", None]).dictionary_encode(),
        pa.array([b"a", None], pa.binary()),
    ],
)
def test_strings_come_in_several_types(tmp_path: Path, values: pa.Array) -> None:
    pq.write_table(pa.table({"id": pa.array([7, None]), "text": values}), tmp_path / "in.parquet")
    assert read(tmp_path / "in.parquet") == ([("7", "a"), (None, None)], [])


@pytest.mark.parametrize("values", [[1, 2], [["a"], ["b"]], [True, False]])
def test_a_column_of_no_text_is_refused(tmp_path: Path, values: list[object]) -> None:
    pl.DataFrame({"text": values}).write_parquet(tmp_path / "in.parquet")
    with pytest.raises(ConfigError, match=r"column 'text' holds .*--text-column"):
        read(tmp_path / "in.parquet")


def test_ids_must_be_single_values(tmp_path: Path) -> None:
    pl.DataFrame({"id": [[1], [2]], "text": ["a", "b"]}).write_parquet(tmp_path / "in.parquet")
    with pytest.raises(ConfigError, match="--id-column"):
        read(tmp_path / "in.parquet")
