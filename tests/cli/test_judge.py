"""`provenance judge` on files: rows and order kept, damage said, formats told apart."""

import gzip
import json
from pathlib import Path

import polars as pl
import pytest
import zstandard

from provenance.adapters.judge import output_schema
from tests.test_main_job import provenance

ROWS = [{"id": "a", "text": "One two three."}, {"id": "b", "text": "Four."}, {"text": "No id here."}]
LINES = "\n".join(json.dumps(row) for row in ROWS) + "\n"


def write(path: Path) -> Path:
    if path.name.endswith(".parquet"):
        pl.DataFrame(ROWS).write_parquet(path)
    elif path.name.endswith(".gz"):
        path.write_bytes(gzip.compress(LINES.encode()))
    elif path.name.endswith(".zst"):
        path.write_bytes(zstandard.ZstdCompressor().compress(LINES.encode()))
    else:
        path.write_text(LINES)
    return path


@pytest.mark.parametrize("name", ["in.jsonl", "in.jsonl.gz", "in.jsonl.zst", "in.parquet"])
def test_every_format_gives_the_same_rows(tmp_path: Path, name: str) -> None:
    done = provenance("judge", "--input", write(tmp_path / name), "--out", tmp_path / "out.parquet")
    assert done.returncode == 0, done.stderr
    scores = pl.read_parquet(tmp_path / "out.parquet")
    assert scores.schema == output_schema()
    expected = ["a", "b", None if name.endswith("parquet") else "2"]
    assert scores["id"].to_list() == expected
    assert scores["n_words"].to_list() == [3, 1, 3]


def test_damaged_lines_keep_their_rows_and_are_said(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": "a", "text": "x"}\n{broken\n[1]\n{"id": "d"}\n')
    done = provenance("judge", "--input", tmp_path / "in.jsonl", "--out", tmp_path / "out.parquet")
    assert done.returncode == 1
    assert pl.read_parquet(tmp_path / "out.parquet")["id"].to_list() == ["a", "1", "2", "d"]
    for line, why in ((2, "not JSON"), (3, "not a JSON object"), (4, "no text in 'text'")):
        assert f"line {line}: {why}" in done.stderr


def test_a_cut_file_says_where_it_ends(tmp_path: Path) -> None:
    whole = gzip.compress(("".join(json.dumps({"text": f"row {i} " * 9}) + "\n" for i in range(3000))).encode())
    (tmp_path / "in.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    done = provenance("judge", "--input", tmp_path / "in.jsonl.gz", "--out", tmp_path / "out.parquet")
    assert done.returncode == 1
    assert "the rest is lost" in done.stderr
    assert pl.read_parquet(tmp_path / "out.parquet").height > 100


def test_one_text_as_json() -> None:
    verdict = json.loads(provenance("judge", "--json", "Some words.").stdout)
    assert (verdict["origin"], verdict["n_words"], verdict["ai_score"]) == ("undetermined", 2, None)


def test_a_text_comes_from_stdin() -> None:
    assert "4 words" in provenance("judge", input="These are four words.").stdout


def test_the_explanation_is_one_page_with_the_evidence_marked(tmp_path: Path) -> None:
    provenance("judge", "The hamster buying began. <script>alert(1)</script>", "--explain", tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert "hamster buying</mark>" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--input", "in.docx"), "unknown format"),
        (("--input", "in.parquet", "--text-column", "body"), "no column 'body'; columns are id, text"),
        (("text", "--input", "in.jsonl"), "give one of them"),
        (("text", "--out", "x.parquet"), "--out: needs --input"),
    ],
)
def test_a_wrong_call_is_said_in_one_line(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    for name in ("in.jsonl", "in.parquet", "in.docx"):
        write(tmp_path / name)
    done = provenance("judge", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_input_is_not_overwritten(tmp_path: Path) -> None:
    source = write(tmp_path / "in.parquet")
    before = source.read_bytes()
    done = provenance("judge", "--input", source, "--out", source)
    assert done.returncode == 2
    assert "is the input itself" in done.stderr
    assert source.read_bytes() == before


def test_a_row_is_one_line_whatever_its_id(tmp_path: Path) -> None:
    pl.DataFrame({"id": ["a\nb\tc", None], "text": ["x", "y"]}).write_parquet(tmp_path / "in.parquet")
    done = provenance("judge", "--input", tmp_path / "in.parquet")
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["a b c", "-"]


def test_a_file_name_given_as_the_text_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "essay.txt").write_text("An essay.")
    done = provenance("judge", "essay.txt", cwd=tmp_path)
    assert done.returncode == 0
    assert "give --input essay.txt" in done.stderr
