"""A search that is stopped after any task, or loses a piece, comes to the same bytes."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from provenance.dedup.options import Verify
from provenance.jobs.dedup.search import CopySearch
from provenance.jobs.job import Job
from provenance.run import Receipt, Task
from tests.jobs.dedup.cut_search import cut_into_many, cut_search, read_results
from tests.jobs.dedup.test_search import SIZES, InProcess

LESS = 6 * 10**8  # bytes of memory


@pytest.fixture(autouse=True)
def _cut() -> Iterator[None]:
    with cut_into_many():
        yield


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], list[tuple[str, str]]]:
    """What an undisturbed search leaves, and what it did."""
    out, desk = tmp_path_factory.mktemp("whole"), InProcess()
    with cut_into_many():
        cut_search(out, Verify.SHINGLES).run(desk)
    return read_results(out), desk.done


@dataclass
class Fragile(InProcess):
    """Stops before the task that follows `left` others; the receipt of the last of these is lost if asked for."""

    left: int = 1
    forgets: bool = False

    def do(self, phase: str, job: Job, tasks: Sequence[Task]) -> list[Receipt]:
        for task in self.find_open(phase, job, tasks):
            if self.left == 0:
                raise KeyboardInterrupt
            self.left -= 1
            receipt = job(task, lambda _: None)
            if self.left or not self.forgets:
                self.receipts[task.key] = receipt
        return [self.receipts[task.key] for task in tasks]


def run_on(search: CopySearch, make_desk: Callable[[dict[tuple[str, str, str], Receipt]], Fragile], n: int) -> int:
    """How many of at most `n` runs it takes to the end."""
    receipts: dict[tuple[str, str, str], Receipt] = {}
    for number in range(1, n + 1):
        try:
            search.run(make_desk(receipts))
        except (KeyboardInterrupt, KeyError):  # a receipt that was lost
            continue
        return number
    raise AssertionError("it does not come to its end")


def test_every_phase_has_several_tasks_but_those_that_are_one(
    whole: tuple[dict[str, bytes], list[tuple[str, str]]],
) -> None:
    _, done = whole
    counted = {phase: sum(one == phase for one, _ in done) for phase, _ in done}
    single = {"join", "measure"}
    assert {phase for phase, n in counted.items() if n == 1} == single
    assert set(counted) == {"spread", "shingle", "link", "paragraph", "repeat", "describe", "cluster", *single}


def test_stopped_after_every_single_task(tmp_path: Path, whole: tuple[dict[str, bytes], list[tuple[str, str]]]) -> None:
    expected, done = whole
    search = cut_search(tmp_path, Verify.SHINGLES)
    n = run_on(search, lambda receipts: Fragile(receipts=receipts), 2 * len(done))
    assert n == len(done)
    assert read_results(tmp_path) == expected
    assert not (tmp_path / "scratch").exists()


def test_killed_between_what_a_task_leaves_and_its_receipt(
    tmp_path: Path, whole: tuple[dict[str, bytes], list[tuple[str, str]]]
) -> None:
    expected, done = whole
    forgets = iter([True, False] * 2 * len(done))
    search = cut_search(tmp_path, Verify.SHINGLES)
    run_on(search, lambda receipts: Fragile(receipts=receipts, forgets=next(forgets)), 4 * len(done))
    assert read_results(tmp_path) == expected


def test_pieces_that_are_gone_are_made_again(
    tmp_path: Path, whole: tuple[dict[str, bytes], list[tuple[str, str]]]
) -> None:
    expected, _ = whole
    search, before = cut_search(tmp_path, Verify.SHINGLES), InProcess(stop_before="cluster")
    with pytest.raises(KeyboardInterrupt):
        search.run(before)
    kinds: dict[str, list[Path]] = {}
    for path in sorted((tmp_path / "scratch").iterdir()):
        kinds.setdefault("".join(path.suffixes[1 if path.name.startswith("c.") else 0 :]), []).append(path)
    for paths in kinds.values():
        paths[-1].unlink()
        with pytest.raises(KeyboardInterrupt):
            search.run(InProcess(stop_before="cluster", receipts=before.receipts))
        assert paths[-1].exists()
    assert {suffix.rpartition(".")[2] for suffix in kinds} == {
        *("keys", "signatures", "shingles", "offsets", "paragraphs", "pairs", "repeated", "members", "described"),
        "edges",
    }
    search.run(InProcess(receipts=before.receipts))
    assert read_results(tmp_path) == expected


def test_a_ceiling_that_is_changed_and_changed_back_mixes_no_pieces(
    tmp_path: Path, whole: tuple[dict[str, bytes], list[tuple[str, str]]]
) -> None:
    expected, done = whole
    receipts: dict[tuple[str, str, str], Receipt] = {}
    n_linked = sum(phase in ("spread", "shingle", "link") for phase, _ in done)
    for memory, n, forgets in ((None, n_linked - 1, False), (LESS, len(SIZES) + 2, True), (None, 2, False)):
        search = cut_search(tmp_path, Verify.SHINGLES, memory)
        with pytest.raises(KeyboardInterrupt):
            search.run(Fragile(receipts=receipts, left=n, forgets=forgets))
    cuts = {path.suffixes[1] for path in (tmp_path / "scratch").glob("*.keys")}
    assert len(cuts) == 2
    cut_search(tmp_path, Verify.SHINGLES).run(InProcess(receipts=receipts))
    assert read_results(tmp_path) == expected


def test_another_ceiling_gives_the_same_tables(
    tmp_path: Path, whole: tuple[dict[str, bytes], list[tuple[str, str]]]
) -> None:
    expected, done = whole
    desk = InProcess()
    cut_search(tmp_path, Verify.SHINGLES, LESS).run(desk)
    assert len(desk.done) > len(done)
    found = read_results(tmp_path)
    told, told_before = (json.loads(one.pop("stats/dedup.json")) for one in (found, dict(expected)))
    assert found == {name: data for name, data in expected.items() if name.startswith("clusters")}
    assert told["removed"] == told_before["removed"]


def test_one_portion_gives_the_same_tables_and_measures(
    tmp_path: Path, whole: tuple[dict[str, bytes], list[tuple[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provenance.jobs.dedup.join.FACTS_MEMORY", 1)
    desk = InProcess()
    cut_search(tmp_path, Verify.SHINGLES).run(desk)
    assert [phase for phase, _ in desk.done].count("describe") == 1
    assert read_results(tmp_path) == whole[0]
