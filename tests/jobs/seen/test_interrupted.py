"""An `add` that is killed, at any point, leaves an index that answers as before; the next one goes through."""

import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from provenance.jobs.seen.add import add_run
from provenance.jobs.seen.info import describe_index
from provenance.jobs.seen.lookup import first_seen
from provenance.jobs.seen.manifest import MANIFEST, read_manifest
from provenance.jobs.seen.plan import DEFAULT_MEMORY
from provenance.store import scan_table
from tests.jobs.seen.made_runs import DAY_2019, DAY_2024, make_text, write_run

# Kills itself before the nth time that a file gets its name or is deleted; prints how many times there were.
KILLED = """
import os, pathlib, signal, sys
from provenance.cli import main

left = int(sys.argv.pop(1))
def count(real):
    def step(*arguments, **options):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **options)
    return step

os.replace, pathlib.Path.unlink = count(os.replace), count(pathlib.Path.unlink)
main()
"""


def add_killed(index: Path, run: Path, at: int) -> int:
    arguments = [sys.executable, "-c", KILLED, str(at), "seen", "add", str(index), str(run)]
    return subprocess.run(arguments, capture_output=True, timeout=120, check=False).returncode


def ask(index: Path, run: Path) -> pl.DataFrame:
    signed = scan_table(run, "signatures").collect()
    return first_seen(index, signed["exact_hash"], signed["signature"])


@pytest.mark.parametrize("at", [1, 2, 3, 4, 5, 6, 7, 9])
def test_a_killed_add_changes_nothing_or_is_whole(tmp_path: Path, at: int) -> None:
    old = write_run(tmp_path / "old", [make_text(i) for i in range(30)], DAY_2024)
    new = write_run(tmp_path / "new", [make_text(i) for i in range(20, 60)], DAY_2019, crawl="CC-MAIN-2018-05")
    index = tmp_path / "index"
    add_run(index, old, near=None, memory=DEFAULT_MEMORY, tell=lambda _: None)
    before, asked_before = (index / MANIFEST).read_bytes(), ask(index, new)
    assert add_killed(index, new, at) == -signal.SIGKILL
    assert describe_index(index, check=True).problems == ()
    replaced = (index / MANIFEST).read_bytes() != before
    assert replaced == (at > 5)  # after a step for each of texts, sketches, places, bands and the manifest
    if not replaced:
        assert ask(index, new).equals(asked_before)
    add_run(index, new, near=None, memory=DEFAULT_MEMORY, tell=lambda _: None)
    assert set(ask(index, new)["first_seen"]) == {DAY_2019}
    named = {file.name for file in read_manifest(index).list_files()}
    kept = {str(path.relative_to(index)) for path in index.rglob("*") if path.is_file()}
    assert kept == {*named, MANIFEST, "lock", "readers.lock"}


def test_a_first_add_that_is_killed_leaves_an_empty_index(tmp_path: Path) -> None:
    index, run = tmp_path / "index", write_run(tmp_path / "run", [make_text(i) for i in range(9)], DAY_2019)
    assert add_killed(index, run, 1) == -signal.SIGKILL  # before there is a manifest
    assert not (index / MANIFEST).exists()
    assert add_killed(index, run, 3) == -signal.SIGKILL
    assert read_manifest(index).n_texts == 0
    assert set(ask(index, run)["first_seen"]) == {None}
    add_run(index, run, near=None, memory=DEFAULT_MEMORY, tell=lambda _: None)
    assert set(ask(index, run)["first_seen"]) == {DAY_2019}
