"""The command says what it will do, what it did, and what was lost."""

import json
from pathlib import Path

import polars as pl
import pytest

from provenance.cli import main

TEXT = "a text that is long enough for a few shingles of five words each to be made of it"


def call(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def test_the_curve_is_told_before_and_the_counts_after(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"text": [TEXT, TEXT + " too", "other"]}).write_parquet(path)
    status, out, err = call(
        capsys, "dedup", path, "--out", tmp_path / "out", "--workers", 1, "--memory", "1GB", "--no-contrast"
    )
    assert status == 0
    assert "16 bands of 8 rows" in err
    assert "0.80     0.947  0.496" in err
    assert [line.split()[:2] for line in out.splitlines() if line.startswith("  kept")] == [["kept", "2"]]
    assert "33.3% of the documents" in out


def test_lost_rows_are_said_and_end_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": TEXT}) + "\n{\n")
    status, out, _ = call(capsys, "dedup", path, "--out", tmp_path / "out", "--workers", 1, "--json")
    told = json.loads(out)
    assert status == 1
    assert told["rejects"] == {"not_json": 1}
    assert (told["totals"]["rows"], told["totals"]["kept"]) == (2, 1)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--memory", "much"], "'much' is no size"),
        (["--memory", "100MB"], "too little"),
        (["--threshold", "1.5"], "threshold is 1.5"),
        (["--false-negative-weight", "1"], "false_negative_weight is 1.0"),
        (["--keep", "best"], "--score-column"),
        (["--verify", "eyes"], "'eyes' is not one of"),
    ],
)
def test_what_makes_no_sense_is_refused_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": TEXT}) + "\n")
    status, _, err = call(capsys, "dedup", path, "--out", tmp_path / "out", *arguments)
    assert status == 2
    assert told in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("text", "n"), [("4GB", 4 * 10**9), ("1.5 GiB", 3 * 2**29), ("500m", 5 * 10**8), ("7", 7)])
def test_sizes_are_read_with_their_unit(text: str, n: int) -> None:
    from provenance.cli.sizes import MemorySize

    assert MemorySize().convert(text, None, None) == n
