"""Receipts account for every byte of a shard, whatever became of it, and the report has a line for each."""

import re
from pathlib import Path

import pytest

from provenance.cli.display import show_summary
from provenance.jobs.corpus import RunSummary, run_corpus
from provenance.jobs.folder import open_folder
from provenance.jobs.settings import RunConfig
from provenance.jobs.sources.plan import find_shards
from provenance.jobs.tally import MOST_SPANS
from provenance.run import Ledger, Receipt
from provenance.store import read_table
from tests.archive.made_archives import gzipped, response
from tests.jobs.test_corpus import Listener
from tests.test_main_job import provenance

GOOD = gzipped(*map(response, range(3)))
SHARDS = {
    "whole.warc.gz": GOOD,
    "garbage.warc.gz": GOOD + b"x" * 500 + GOOD,
    "cut.warc.gz": GOOD[:-20],
    "empty.warc.gz": b"",
    "none.warc.gz": b"Dear diary, " * 100,
    "holes.warc.gz": (gzipped(response(1)) + b"garbage") * (MOST_SPANS + 7),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunSummary]:
    base = tmp_path_factory.mktemp("tally")
    (base / "in").mkdir()
    for name, data in SHARDS.items():
        (base / "in" / name).write_bytes(data)
    with open_folder(base / "out", RunConfig(), fresh=False) as folder:
        shards = find_shards([str(base / "in")], "c")
        return base / "out", run_corpus(folder, shards, workers=1, reporter=Listener())


def receipt(made: tuple[Path, RunSummary], name: str) -> Receipt:
    found = {r.task.shard: r for r in Ledger(made[0] / "ledger.jsonl").receipts("read")}
    return found[name]


@pytest.mark.parametrize("name", SHARDS)
def test_bytes_read_and_skipped_are_the_size(made: tuple[Path, RunSummary], name: str) -> None:
    found = receipt(made, name.partition(".")[0])
    assert found.counts["bytes_read"] + found.counts["bytes_skipped"] == len(SHARDS[name])
    spans = sum(length for _, length, _ in found.skipped)
    assert spans == found.counts["bytes_skipped"] or found.skipped_more


def test_skipped_bytes_have_a_place_and_a_reason(made: tuple[Path, RunSummary]) -> None:
    assert receipt(made, "whole").skipped == ()
    assert receipt(made, "garbage").skipped == ((len(GOOD), 500, "damaged"),)
    assert receipt(made, "none").skipped == ((0, 1200, "garbage"),)
    (span,) = receipt(made, "cut").skipped
    assert (span[0] + span[1], span[2]) == (len(GOOD) - 20, "truncated")


def test_a_receipt_lists_so_many_stretches_and_counts_the_rest(made: tuple[Path, RunSummary]) -> None:
    found = receipt(made, "holes")
    assert (len(found.skipped), found.skipped_more) == (MOST_SPANS, 7)


def test_totals_hold_the_bytes_of_every_shard(made: tuple[Path, RunSummary]) -> None:
    totals = made[1].totals
    assert totals["bytes_read"] + totals["bytes_skipped"] == sum(map(len, SHARDS.values()))


def test_every_shard_has_a_line_in_the_report(made: tuple[Path, RunSummary]) -> None:
    page = (made[0] / "report.html").read_text()
    for name, said in {
        "whole": "complete</td>",
        "garbage": f"complete: bytes skipped: 500 at {len(GOOD):,} (damaged)",
        "cut": "incomplete: ",
        "empty": "complete: the file is empty",
        "none": "no WARC or ARC record in this file",
        "holes": f"and {MOST_SPANS + 7 - 5} stretches more",
    }.items():
        row = page[page.index(f"<code>{name}</code>") :].partition("</tr>")[0]
        assert said in row, name


def test_the_summary_tells_bytes(made: tuple[Path, RunSummary], capsys: pytest.CaptureFixture[str]) -> None:
    show_summary(made[1], read_table(made[0] / "stats" / "ratio.parquet"))
    told = capsys.readouterr()
    assert f"{made[1].totals['bytes_skipped']:,} of them skipped" in told.out
    assert "digests" not in told.out
    assert re.search("^empty: .*/empty.warc.gz$", told.err, re.M)
    assert len([line for line in told.err.splitlines() if line.startswith("lost: ")]) == 2


def test_digests_are_counted_where_that_is_asked_for(tmp_path: Path) -> None:
    right = response(1)
    wrong = re.sub(rb"(WARC-Payload-Digest: sha1:)....", rb"\1AAAA", response(2))
    (tmp_path / "a.warc").write_bytes(right + wrong + response(3))
    given = ("run", tmp_path / "a.warc", "--out", tmp_path / "out", "--workers", 1)
    done = provenance(*given, "--check-digests")
    assert done.returncode == 0, done.stderr
    assert re.search(r"digests +3 +1 of other bytes", done.stdout)
    assert "check_digests: True -> False" in provenance(*given).stderr
