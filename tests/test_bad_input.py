"""Bad input: one clear line with what, where and what to do, the right exit status, never a traceback."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from provenance.models.registry import SHIPPED
from tests.test_main_job import SHARDS, provenance

ONE = SHARDS / "CC-MAIN-2019-30"


def error_of(*arguments: object, status: int) -> str:
    done = provenance(*arguments)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_missing_file(tmp_path: Path) -> None:
    assert "nowhere.warc.gz: no such file" in error_of("run", "nowhere.warc.gz", "--out", tmp_path / "o", status=2)
    assert not (tmp_path / "o").exists()


def test_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    assert "no archive in this folder" in error_of("run", tmp_path / "in", "--out", tmp_path / "o", status=2)


def test_a_file_that_is_no_archive_is_lost_and_the_run_ends(tmp_path: Path) -> None:
    (tmp_path / "notes.warc").write_text("Dear diary, " * 500)
    errors = error_of("run", tmp_path / "notes.warc", "--out", tmp_path / "o", status=1)
    assert "notes.warc: no WARC or ARC record in this file" in errors
    assert json.loads((tmp_path / "o" / "run.json").read_text())["totals"]["records"] == 0
    assert (tmp_path / "o" / "report.html").exists()


def test_a_text_that_is_no_list_is_named_by_its_first_line(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Dear diary, " * 500)
    errors = error_of("run", tmp_path / "notes.txt", "--out", tmp_path / "o", status=2)
    assert "notes.txt, line 1: " in errors
    assert len(errors) < 1000
    assert not (tmp_path / "o").exists()


def test_a_lost_shard_keeps_the_others(tmp_path: Path) -> None:
    (tmp_path / "notes.warc").write_text("Dear diary, " * 500)
    error_of("run", tmp_path / "notes.warc", ONE / "CC-MAIN-2019-30-00003.warc", "--out", tmp_path / "o", status=1)
    assert json.loads((tmp_path / "o" / "run.json").read_text())["totals"]["documents"] > 0


def test_an_unwritable_output(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "choose a folder you may write to" in error_of("run", ONE, "--out", tmp_path / "file" / "o", status=2)


def test_an_unknown_option_in_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text("[curate]\nmin_word = 3\n")
    errors = error_of("run", ONE, "--out", tmp_path / "o", "--config", tmp_path / "run.toml", status=2)
    assert "unknown option 'min_word'; did you mean 'min_words'?" in errors


def test_a_model_that_does_not_match_its_digest(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "models")
    with (tmp_path / "models" / "lid.176.ftz").open("ab") as file:
        file.write(b"x")
    (tmp_path / "run.toml").write_text(f'models = "{tmp_path / "models"}"\n')
    errors = error_of("run", ONE, "--out", tmp_path / "o", "--config", tmp_path / "run.toml", status=2)
    assert "the model lid.176 has digest" in errors
    assert "install the package again" in errors


def test_a_changed_configuration(tmp_path: Path) -> None:
    shard = ONE / "CC-MAIN-2019-30-00003.warc"
    provenance("run", shard, "--out", tmp_path / "o")
    (tmp_path / "run.toml").write_text("[dedup]\nthreshold = 0.7\n")
    errors = error_of("run", shard, "--out", tmp_path / "o", "--config", tmp_path / "run.toml", status=2)
    assert "config.dedup.threshold: 0.8 -> 0.7" in errors


def test_a_full_disk_keeps_finished_shards(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=250k", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        errors = error_of("run", SHARDS, "--out", disk / "o", "--workers", 1, status=1)
        assert "No space left on device; free some space and run the same command again" in errors
        assert not list(disk.rglob("*.part"))
        subprocess.run(["mount", "-o", "remount,size=50m", disk], check=True)
        before = {path: path.stat().st_mtime_ns for path in (disk / "o" / "documents").rglob("*.parquet")}
        done = provenance("run", SHARDS, "--out", disk / "o", "--workers", 1)
        assert done.returncode == 1  # damaged fixtures
        assert any(path.stat().st_mtime_ns == time for path, time in before.items())
    finally:
        subprocess.run(["umount", disk], check=True)


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    done = provenance("run", "nowhere.warc.gz", "--out", tmp_path / "o", "--debug")
    assert done.returncode == 2
    assert "Traceback" in done.stderr


def test_debug_shows_where_a_shard_was_lost(tmp_path: Path) -> None:
    (tmp_path / "notes.warc").write_text("Dear diary, " * 500)
    done = provenance("run", tmp_path / "notes.warc", "--out", tmp_path / "o", "--debug")
    assert "ShardError" in done.stderr
    assert "Traceback" in done.stderr
