"""A run goes on from what lies in its folder: changed shards are read again, missing tables made again."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from provenance.jobs.checks.verify import verify_run
from provenance.jobs.corpus import RunSummary, run_corpus
from provenance.jobs.folder import load_saved_run, open_folder
from provenance.jobs.settings import RunConfig
from provenance.jobs.sources.plan import find_shards
from provenance.run import Receipt, Task
from provenance.store import read_table, table_path
from tests.archive.made_archives import gzipped, response

PAGE = b"<html><body><article><p>A page about apples, pears and the plums of the garden.</p></article></body></html>"


class Listener:
    """Remembers how many tasks each phase had to do."""

    def __init__(self) -> None:
        self.open: dict[str, int] = {}

    def start(self, phase: str, n_tasks: int, open_tasks: Sequence[Task]) -> None:
        self.open[phase] = len(open_tasks)

    def advance(self, task: Task, bytes_done: int) -> None: ...

    def finish(self, receipt: Receipt) -> None: ...


def run(base: Path) -> tuple[RunSummary, list[int]]:
    """A run over the shards of `base`, and how many tasks were open in each phase."""
    listener = Listener()
    with open_folder(base / "out", RunConfig(), fresh=False) as folder:
        summary = run_corpus(folder, find_shards([str(base / "in")], "c"), workers=1, reporter=listener)
    return summary, [listener.open[phase] for phase in ("read", "cluster", "judge", "summarise")]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("made")
    (base / "in").mkdir()
    (base / "in" / "a.warc.gz").write_bytes(gzipped(response(1, PAGE)))
    (base / "in" / "b.warc").write_bytes(response(2, PAGE))
    run(base)
    return base


@pytest.fixture
def base(made: Path, tmp_path: Path) -> Path:
    """A folder with a finished run of its own; its shards are the same files, written at the same time."""
    shutil.copytree(made, tmp_path / "base")
    run_file = tmp_path / "base" / "out" / "run.json"
    run_file.write_text(run_file.read_text().replace(str(made), str(tmp_path / "base")))
    return tmp_path / "base"


def test_a_finished_run_does_nothing_again(base: Path) -> None:
    assert run(base)[1] == [0, 0, 0, 0]


def test_a_shard_of_the_same_size_is_read_again_when_it_was_written_anew(base: Path) -> None:
    shard = base / "in" / "b.warc"
    shard.write_bytes(shard.read_bytes().replace(b"apples", b"grapes"))
    assert run(base)[1] == [1, 2, 2, 1]
    text = read_table(table_path(base / "out", "documents", "c", "b"), ["text"])["text"][0]
    assert "grapes" in text


@pytest.mark.parametrize(
    ("lost", "done"),
    [
        ("documents/crawl=c/a.parquet", [1, 1, 1, 1]),
        ("clusters/c.a.parquet", [0, 1, 0, 1]),
        ("verdicts/crawl=c/a.parquet", [0, 0, 1, 1]),
        ("wordings/crawl=c/a.parquet", [0, 0, 1, 1]),
        ("report.html", [0, 0, 0, 1]),
    ],
)
def test_a_table_that_is_gone_is_made_again(base: Path, lost: str, done: list[int]) -> None:
    before = (base / "out" / lost).read_bytes()
    (base / "out" / lost).unlink()
    assert run(base)[1] == done
    assert (base / "out" / lost).read_bytes() == before
    assert verify_run(base / "out", n_sample=10, seed=1).problems == []


def test_reasons_are_those_of_the_shards_that_are_left(base: Path) -> None:
    (base / "in" / "b.warc").write_bytes(b"no archive any more")
    summary = run(base)[0]
    assert sum(summary.left_out.values()) == summary.totals["left_out"] == 1
    assert len(summary.lost) == 1


def test_a_run_that_was_taken_up_again_is_not_finished(base: Path) -> None:
    with open_folder(base / "out", RunConfig(), fresh=False) as folder:
        folder.reopen()
    assert json.loads((base / "out" / "run.json").read_text())["totals"] is None
    assert run(base)[1] == [0, 0, 0, 1]
    assert load_saved_run(base / "out").totals["shards"] == 2
