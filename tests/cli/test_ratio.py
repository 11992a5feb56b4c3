"""`provenance ratio` on the verdicts of a run, and on a reference too small to be used."""

import json
import shutil
from pathlib import Path

from tests.test_main_job import finished, provenance  # noqa: F401  a fixture


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
