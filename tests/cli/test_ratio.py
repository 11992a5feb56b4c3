"""`provenance ratio` through the command line: what it prints, what it writes, and its exit status."""

import json
import shutil
import subprocess
from pathlib import Path

import polars as pl
import pytest

from tests.made_runs import score_file
from tests.test_main_job import COMMAND, finished, provenance  # noqa: F401  a fixture


def test_verdicts_are_read_with_their_documents(finished: Path) -> None:  # noqa: F811
    paths = sorted((finished / "verdicts").rglob("*.parquet"))
    done = provenance("ratio", *paths, "--by", "language", "--json")
    assert done.returncode == 0, done.stderr
    totals = json.loads((finished / "run.json").read_text())["totals"]
    first = json.loads(done.stdout)["rows"][0]
    assert (first["n_documents"], first["n_words"]) == (totals["documents"], totals["words"])


def test_verdicts_without_their_run_are_refused(finished: Path, tmp_path: Path) -> None:  # noqa: F811
    path = sorted((finished / "verdicts").rglob("*.parquet"))[0]
    done = provenance("ratio", shutil.copy(path, tmp_path))
    assert done.returncode == 2
    assert "leave verdicts in the folder of their run" in done.stderr


def test_a_reference_too_small_to_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"text": "Too short."}\n')
    provenance("judge", "--input", tmp_path / "in.jsonl", "--out", tmp_path / "scores.parquet")
    done = provenance("ratio", tmp_path / "scores.parquet", "--reference", tmp_path / "scores.parquet")
    assert "not used" in done.stderr
    assert "one document is no population" in " ".join(done.stdout.split())
    assert done.returncode == 0


def test_json_is_as_in_the_stats_of_a_run(finished: Path) -> None:  # noqa: F811
    done = provenance("ratio", finished, "--json")
    own = json.loads((finished / "stats" / "ratio.json").read_text())
    told = json.loads(done.stdout)
    assert told["estimand"] == own["estimand"]
    assert told["rows"] == own["rows"][:2]


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".json"])
def test_the_table_is_written_too(tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"ratio{suffix}"
    done = provenance("ratio", score_file(tmp_path / "a.parquet"), "--by", "language", "--json", "--out", out)
    shown = json.loads(done.stdout)["rows"]
    if suffix == ".json":
        assert json.loads(out.read_text())["rows"] == shown
        return
    table = pl.read_parquet(out) if suffix == ".parquet" else pl.read_csv(out)
    assert table["ai_generated_prevalence"].to_list() == [row["ai_generated"]["prevalence"] for row in shown]
    if suffix == ".csv":
        assert table["group"].to_list() == ["", "", "language=en", "language=en"]


def test_scores_come_on_standard_input(tmp_path: Path) -> None:
    path = score_file(tmp_path / "a.parquet")
    with path.open("rb") as file:
        piped = subprocess.run([*COMMAND, "ratio", "-", "--json"], stdin=file, capture_output=True, check=True)
    assert json.loads(piped.stdout) == json.loads(provenance("ratio", path, "--json").stdout)


def test_the_table_for_people_says_what_is_wrong(tmp_path: Path) -> None:
    done = provenance("ratio", score_file(tmp_path / "a.parquet", url_host_name="one.example"), tmp_path / "a.parquet")
    assert "note: named more than once" in done.stderr
    assert "all of one host" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--method", "magic"), "'magic' is not one of"),
        (("--min-words", "0"), "0 is not in the range"),
        (("--out", "a.xlsx"), "must end in .parquet, .csv, .json"),
        (("--by", "nowhere"), "no such column"),
    ],
)
def test_usage_errors_end_with_2_and_say_what(tmp_path: Path, options: tuple[str, str], why: str) -> None:
    done = provenance("ratio", score_file(tmp_path / "a.parquet"), *options)
    assert done.returncode == 2
    assert why in done.stderr
    assert "Traceback" not in done.stderr


def test_a_group_without_a_value_is_called_not_told(tmp_path: Path) -> None:
    scores = score_file(tmp_path / "scores.parquet", 40, crawl=None)
    done = provenance("ratio", scores, "--by", "crawl", "--method", "share")
    assert "crawl not told" in done.stdout, done.stderr
    assert "None" not in done.stdout
