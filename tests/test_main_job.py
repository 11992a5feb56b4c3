"""The main job through the command line, on the shipped fixtures: complete, reproducible, resumable."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from provenance.store import SHARD_TABLES, scan_table
from tests.folders import read_files

ROOT = Path(__file__).parent.parent
SHARDS = ROOT / "fixtures" / "shards"
COMMAND = [sys.executable, "-c", "from provenance.cli import main; main()"]
TABLES = (*SHARD_TABLES, "rejects", "markup", "curated")


def provenance(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    given = [*COMMAND, *map(str, arguments)]
    return subprocess.run(given, capture_output=True, text=True, timeout=600, check=False, **options)  # type: ignore[call-overload,no-any-return]


def tables_of(out: Path) -> dict[str, bytes]:
    found = read_files(out, *TABLES, "stats/ratio.parquet")
    return {name: data for name, data in found.items() if name.endswith(".parquet")}


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("main") / "out"
    done = provenance("run", SHARDS, "--out", out, "--workers", 1)
    assert done.returncode == 1, done.stderr  # some fixture shards are damaged on purpose
    return out


def test_records_are_documents_plus_rejects(finished: Path) -> None:
    totals = json.loads((finished / "run.json").read_text())["totals"]
    assert totals["records"] == totals["documents"] + totals["rejects"]
    assert totals["documents"] == scan_table(finished, "documents").collect().height > 150
    assert totals["rejects"] == scan_table(finished, "rejects").collect().height > 10


def test_every_document_is_curated_or_left_out_with_a_reason(finished: Path) -> None:
    decisions = scan_table(finished, "decisions").collect()
    assert decisions.filter(pl.col("kept") == pl.col("reason").is_not_null()).is_empty()
    assert scan_table(finished, "curated").collect().height == decisions["kept"].sum() > 0


def test_all_origins_are_found(finished: Path) -> None:
    found = set(scan_table(finished, "verdicts").collect()["origin"])
    assert found == {"human", "ai_generated", "machine_translated", "undetermined"}


def test_the_calque_is_named_in_the_evidence(finished: Path) -> None:
    details = scan_table(finished, "verdicts").select(pl.col("evidence").explode().struct.field("detail")).collect()
    assert any("Hamsterkauf" in detail and "panic buying" in detail for detail in details["detail"].drop_nulls())


def test_texts_without_markup_have_that_of_their_wat_file(finished: Path) -> None:
    name = "crawl=CC-MAIN-2025-30/CC-MAIN-2025-30-00005"
    read = {table: pl.read_parquet(finished / table / f"{name}.parquet") for table in ("documents", "verdicts")}
    markup = pl.read_parquet(finished / "markup" / f"{name}.wat.parquet")
    same = ("url", "html_lang", "hreflang", "translation_marks", "ai_disclosure_marks")
    assert read["documents"].select(same).equals(markup.select(same))
    found = read["verdicts"].select(pl.col("evidence").explode().struct.field("signal")).to_series()
    assert {"markup", "disclosure"} <= set(found)


def test_verify_finds_nothing_wrong(finished: Path) -> None:
    done = provenance("verify", finished, "--sample", 1000, "--json")
    assert json.loads(done.stdout)["problems"] == []
    assert done.returncode == 0


def test_verify_finds_a_shifted_table(finished: Path, tmp_path: Path) -> None:
    copy = tmp_path / "out"
    subprocess.run(["cp", "-r", finished, copy], check=True)
    path = sorted((copy / "verdicts").rglob("*.parquet"))[0]
    pl.read_parquet(path, hive_partitioning=False).reverse().write_parquet(path)
    done = provenance("verify", copy, "--sample", 0)
    assert done.returncode == 1
    assert "do not match" in done.stdout


def test_two_workers_and_other_batches_give_the_same_bytes(finished: Path, tmp_path: Path) -> None:
    config = tmp_path / "run.toml"
    config.write_text("[extract]\nbatch_rows = 7\n")
    provenance("run", SHARDS, "--out", tmp_path / "out", "--workers", 2, "--config", config)
    assert tables_of(tmp_path / "out") == tables_of(finished)


def test_a_run_killed_at_random_moments_ends_with_the_same_bytes(finished: Path, tmp_path: Path) -> None:
    chance = random.Random(5)
    arguments = [*COMMAND, "run", str(SHARDS), "--out", str(tmp_path / "out"), "--workers", "2"]
    for _ in range(4):
        process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=chance.uniform(1.0, 8.0))
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
    done = subprocess.run(arguments, capture_output=True, check=False)
    assert done.returncode == 1
    assert tables_of(tmp_path / "out") == tables_of(finished)


def test_a_finished_run_does_nothing_again(finished: Path) -> None:
    before = (finished / "ledger.jsonl").stat().st_size
    started = time.time()
    provenance("run", SHARDS, "--out", finished)
    assert (finished / "ledger.jsonl").stat().st_size == before
    assert all(path.stat().st_mtime < started for path in (finished / "documents").rglob("*.parquet"))


def test_ctrl_c_says_how_to_go_on(tmp_path: Path) -> None:
    arguments = [*COMMAND, "run", str(SHARDS), "--out", str(tmp_path / "out"), "--workers", "1"]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    process.stderr.readline()  # work has begun
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the same command goes on from there" in errors
    assert "Traceback" not in errors
