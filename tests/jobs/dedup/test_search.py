"""The search through shards finds what the one in memory finds, however it is cut, and goes on when interrupted."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from provenance.dedup import DedupOptions, find_clusters, sign_batch
from provenance.errors import ConfigError
from provenance.jobs.dedup import link, spread
from provenance.jobs.dedup.documents import RunDocuments
from provenance.jobs.dedup.plan import count_key_ranges
from provenance.jobs.dedup.search import CopySearch
from provenance.jobs.job import Job
from provenance.run import Crew, LocalCrew, Receipt, Task
from provenance.store import Place, find_absent, read_table, table_path, write_table
from provenance.text.words import count_words

OPTIONS = DedupOptions()
DAY = datetime(2024, 8, 3, tzinfo=UTC)
SIZES = (70, 0, 130, 1, 99)


@dataclass
class InProcess:
    """Does all tasks, in this process, and remembers which; `receipts` may be those of a desk before."""

    done: list[tuple[str, str]] = field(default_factory=list)
    stop_before: str | None = None
    receipts: dict[tuple[str, str, str], Receipt] = field(default_factory=dict)

    def find_open(self, phase: str, job: Job, tasks: Sequence[Task]) -> list[Task]:
        absent = find_absent(place for task in tasks for place in job.outputs(task))
        return [task for task in tasks if not self._knows(task) or not absent.isdisjoint(job.outputs(task))]

    def do(self, phase: str, job: Job, tasks: Sequence[Task]) -> list[Receipt]:
        if phase == self.stop_before:
            raise KeyboardInterrupt
        for task in self.find_open(phase, job, tasks):
            self.receipts[task.key] = job(task, lambda _: None)
            self.done.append((phase, task.shard))
        return [self.receipts[task.key] for task in tasks]

    def _knows(self, task: Task) -> bool:
        return task.key in self.receipts and self.receipts[task.key].task.inputs == task.inputs


def made_documents() -> pl.DataFrame:
    """Texts of 60 words, many of them copies with up to two words changed, some equal, some short; times in a mess."""
    rng = random.Random(5)
    words = [f"w{i}" for i in range(3000)]
    texts: list[str] = []
    while len(texts) < sum(SIZES):
        text = rng.choices(words, k=rng.choice([3, 60, 60, 60]))
        for _ in range(rng.choice([1, 1, 2, 5])):
            copy = list(text)
            for place in rng.sample(range(len(copy)), rng.choice([0, 0, 1, 2]) if len(copy) > 3 else 0):
                copy[place] = rng.choice(words)
            texts.append(" ".join(copy))
    rng.shuffle(texts)
    times = [rng.choice([None, DAY + timedelta(days=rng.randrange(5))]) for _ in range(sum(SIZES))]
    ids = [f"<urn:uuid:{i:04}>" for i in range(sum(SIZES))]
    frame = pl.DataFrame({"doc_id": ids, "text": texts[: sum(SIZES)], "fetch_time": times})
    return frame.with_columns(
        pl.col("fetch_time").cast(pl.Datetime("us", "UTC")),
        n_chars=pl.col("text").str.len_chars(),
        n_words=count_words(pl.col("text")),
        url_host_name=pl.lit(None, pl.String),
        language=pl.lit("en"),
    )


DOCUMENTS = made_documents()


def write_shards(out: Place, documents: pl.DataFrame) -> tuple[tuple[str, str], ...]:
    names, start = [], 0
    for number, size in enumerate(SIZES):
        part, name = documents.slice(start, size), f"shard-{number}"
        write_table(table_path(out, "signatures", "c", name), sign_batch(part, OPTIONS), {})
        write_table(table_path(out, "documents", "c", name), part, {})
        names.append(("c", name))
        start += size
    return tuple(names)


def search_in(out: Place, documents: pl.DataFrame = DOCUMENTS, **changes: object) -> CopySearch:
    search = CopySearch(
        documents=RunDocuments(out),
        options=OPTIONS,
        out=out,
        names=write_shards(out, documents),
        n_documents=SIZES,
        inputs="1",
        metadata=lambda task: {"shard": task.shard},
        memory=None,
        workers=1,
    )
    return replace(search, **changes)  # type: ignore[arg-type]


def found_in(out: Path) -> pl.DataFrame:
    return pl.concat([read_table(table_path(out, "clusters", "c", f"shard-{n}")) for n in range(len(SIZES))])


def expected(documents: pl.DataFrame = DOCUMENTS, options: DedupOptions = OPTIONS) -> pl.DataFrame:
    facts = documents.select("fetch_time", "n_chars")
    return find_clusters(sign_batch(documents, options).hstack(facts.get_columns()), options)


def test_shards_searched_together_give_the_clusters_of_all_documents_in_memory(tmp_path: Path) -> None:
    search_in(tmp_path).run(InProcess())
    assert found_in(tmp_path).equals(expected())
    assert set(expected()["kind"]) == {"unique", "exact", "near"}


def test_many_ranges_runs_and_portions_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "ROW_MEMORY", 0)
    monkeypatch.setattr("provenance.jobs.dedup.plan.ROW_MEMORY", 10**7)
    monkeypatch.setattr("provenance.jobs.dedup.documents._BATCH", 17)
    monkeypatch.setattr("provenance.jobs.dedup.join.FACTS_MEMORY", 10**8)
    monkeypatch.setattr(spread, "RUN_BYTES", 10_000)
    desk = InProcess()
    search_in(tmp_path).run(desk)
    assert found_in(tmp_path).equals(expected())
    assert sum(phase == "link" for phase, _ in desk.done) > 5


def test_workers_of_their_own_give_the_same(tmp_path: Path) -> None:
    class Workers(InProcess):
        def do(self, phase: str, job: Job, tasks: Sequence[Task]) -> list[Receipt]:
            found = list(self.crew.work(job, tasks, on_progress=lambda *_: None))
            assert [receipt.error for receipt in found] == [None] * len(tasks)
            return found

        crew: Crew

    with LocalCrew(2) as crew:
        desk = Workers()
        desk.crew = crew
        search_in(tmp_path, metadata=no_metadata, workers=2).run(desk)
    assert found_in(tmp_path).equals(expected())


def no_metadata(task: Task) -> dict[str, str]:
    return {}


def test_the_order_of_documents_does_not_matter(tmp_path: Path) -> None:
    shuffled = DOCUMENTS.sample(fraction=1.0, shuffle=True, seed=3)
    search_in(tmp_path, shuffled).run(InProcess())
    assert found_in(tmp_path).sort("doc_id").equals(expected().sort("doc_id"))


def test_an_interrupted_search_goes_on_with_what_is_done(tmp_path: Path) -> None:
    search = search_in(tmp_path)
    before = InProcess(stop_before="link")
    with pytest.raises(KeyboardInterrupt):
        search.run(before)
    desk = InProcess(receipts=before.receipts)
    search.run(desk)
    assert "spread" not in {phase for phase, _ in desk.done}
    assert found_in(tmp_path).equals(expected())


def test_a_finished_search_leaves_no_scratch_and_is_not_done_again(tmp_path: Path) -> None:
    search = search_in(tmp_path)
    before = InProcess()
    search.run(before)
    desk = InProcess(receipts=before.receipts)
    search.run(desk)
    assert (desk.done, (tmp_path / "scratch").exists()) == ([], False)


def test_the_longest_copy_stays_where_that_is_asked_for(tmp_path: Path) -> None:
    options = replace(OPTIONS, keep="longest")
    search_in(tmp_path, options=options).run(InProcess())
    found = found_in(tmp_path)
    assert found.equals(expected(options=options))
    lengths = found.join(DOCUMENTS.select("doc_id", "n_chars"), on="doc_id")
    longest = lengths.group_by("cluster_id").agg(pl.col("n_chars").max())
    kept = lengths.filter("representative").join(longest, on="cluster_id", suffix="_most")
    assert kept.filter(pl.col("n_chars") != pl.col("n_chars_most")).height == 0
    assert not found.equals(expected())


@pytest.mark.parametrize(("n", "memory", "workers"), [(10**9, 4 * 1024**3, 1), (10, 10**8, 1), (10, 4 * 10**9, 40)])
def test_a_ceiling_that_is_too_low_is_refused_before_any_work(n: int, memory: int, workers: int) -> None:
    with pytest.raises(ConfigError, match="give at least"):
        count_key_ranges(n, OPTIONS, memory=memory, workers=workers)


def test_a_shard_that_is_too_large_for_the_ceiling_is_refused() -> None:
    with pytest.raises(ConfigError, match="10,000,000 in the largest file"):
        count_key_ranges(10**7, OPTIONS, memory=4 * 10**9, workers=1, n_in_largest=10**7)
    assert count_key_ranges(10**7, OPTIONS, memory=4 * 10**9, workers=1, n_in_largest=10**6) > 1


def test_less_memory_means_more_ranges() -> None:
    counts = [count_key_ranges(10**7, OPTIONS, memory=gb * 10**9, workers=2) for gb in (8, 4, 2)]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_a_search_through_no_shards_tells_of_none(tmp_path: Path) -> None:
    search = replace(search_in(tmp_path), names=(), n_documents=())
    assert search.run(InProcess()) == []
    assert json.loads((tmp_path / "stats" / "dedup.json").read_text())["documents"] == 0
    assert not (tmp_path / "scratch").exists()
