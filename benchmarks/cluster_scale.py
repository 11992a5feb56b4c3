"""The search for copies through millions of made signatures with planted clusters, under a ceiling of memory.

Seven in ten rows stand alone; two in ten are copies of one in ten originals, whose values agree with the original's
with probability 0.9; one group of equal texts and one of equal signatures hold one in twenty each. Signatures are made
as they are read, any row by itself, so nothing but the search lies on the disk. Memory is that of all processes
together, sampled from /proc while it works: what they hold themselves (anonymous pages), and mapped files, which the
system may take back at any moment. Prints one line of JSON.
"""

import argparse
import json
import shutil
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.dedup import DedupOptions
from provenance.jobs.dedup.search import CopySearch
from provenance.jobs.job import Job
from provenance.run import Crew, LocalCrew, Receipt, Task
from provenance.store import read_table, table_path

AGREEMENT = 0.9
SHARD_ROWS = 50_000
BATCH_ROWS = 10_000
_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
Numbers = NDArray[np.uint64]


def mix(values: Numbers, salt: int) -> Numbers:
    """SplitMix64 of numbers: the same wherever and in whatever order they are drawn."""
    values = values * _STEP + np.uint64(salt)
    values = (values ^ (values >> np.uint64(30))) * _MIX[0]
    values = (values ^ (values >> np.uint64(27))) * _MIX[1]
    return values ^ (values >> np.uint64(31))


@dataclass(frozen=True, slots=True)
class MadeDocuments:
    """`n` documents in shards of `SHARD_ROWS`; what a row is depends on its number alone."""

    out: Path
    n: int
    num_perm: int

    @property
    def has_hosts(self) -> bool:
        """No page, no host."""
        return False

    def plant(self, rows: Numbers) -> tuple[Numbers, NDArray[np.bool_], NDArray[np.bool_]]:
        """The planted cluster of each row, which rows are copies with changes, and which are of the equal text."""
        originals = np.uint64(max(self.n // 10, 1))  # the first tenth; they stand for themselves
        share = np.where(rows < originals, np.uint64(0), mix(rows, 1) >> np.uint64(11))
        twentieth = np.uint64((1 << 53) // 18)  # of all rows, from among the other nine tenths
        copy = (share >= 12 * twentieth) & (share < 16 * twentieth)
        text, signature = (share >= 16 * twentieth) & (share < 17 * twentieth), share >= 17 * twentieth
        planted = rows.copy()
        planted[copy] = mix(rows[copy], 2) % originals
        planted[text], planted[signature] = np.uint64(1 << 62), np.uint64((1 << 62) + 1)
        return planted, copy, text

    def rows_of(self, shard: str) -> Numbers:
        """The numbers of a shard's rows."""
        first = int(shard) * SHARD_ROWS
        return np.arange(first, min(first + SHARD_ROWS, self.n), dtype=np.uint64)

    def read_signatures(self, crawl: str, shard: str) -> Iterator[pl.DataFrame]:
        """exact_hash and signature of all documents, in batches."""
        rows = self.rows_of(shard)
        for start in range(0, len(rows), BATCH_ROWS):
            some = rows[start : start + BATCH_ROWS]
            planted, copy, _ = self.plant(some)
            values = self._values(planted)
            own = mix(self._cells(some[copy]), 4)
            differ = (own >> np.uint64(40)).astype(np.float64) / (1 << 24) >= AGREEMENT
            values[copy] = np.where(differ, own.astype(np.uint32), values[copy])
            signatures = pl.Series(values, dtype=pl.Array(pl.UInt32, self.num_perm)).cast(pl.List(pl.UInt32))
            yield pl.DataFrame({"exact_hash": self._hashes(some), "signature": signatures})

    def read_facts(self, crawl: str, shard: str, columns: Sequence[str]) -> pl.DataFrame:
        """doc_id, exact_hash, fetch_time and `columns` of all documents."""
        rows = self.rows_of(shard)
        facts = {
            "doc_id": pl.Series([f"<urn:uuid:{row:012}>" for row in rows.tolist()]),
            "exact_hash": self._hashes(rows),
            "fetch_time": pl.Series((mix(rows, 5) >> np.uint64(14)).astype(np.int64)).cast(pl.Datetime("us", "UTC")),
        }
        return pl.DataFrame({**facts, **{name: pl.Series([1] * len(rows)) for name in columns}})

    def read_texts(self, crawl: str, shard: str, items: NDArray[np.int64] | None = None) -> Iterator[pl.DataFrame]:
        """No text is made."""
        raise NotImplementedError

    def clusters_path(self, crawl: str, shard: str) -> Path:
        """Where the clusters table of a shard lies."""
        return table_path(self.out, "clusters", crawl, shard)

    def _cells(self, rows: Numbers) -> Numbers:
        return rows[:, None] * np.uint64(self.num_perm) + np.arange(self.num_perm, dtype=np.uint64)

    def _values(self, planted: Numbers) -> NDArray[np.uint32]:
        return mix(self._cells(planted), 3).astype(np.uint32)

    def _hashes(self, rows: Numbers) -> pl.Series:
        planted, _, text = self.plant(rows)
        one = np.where(text, planted, rows)
        data = np.stack([mix(one, 6), mix(one, 7)], axis=1).tobytes()
        return pl.Series([data[i : i + 16] for i in range(0, len(data), 16)], dtype=pl.Binary)


class MemorySampler(threading.Thread):
    """The most memory this process and its children held together, by kind, in bytes."""

    def __init__(self, interval_s: float = 0.5) -> None:
        super().__init__(daemon=True)
        self._interval, self._ended = interval_s, threading.Event()
        self.peak: dict[str, int] = {}
        self.peak_of_phase: dict[str, int] = {}
        self.phase = ""

    def run(self) -> None:
        while not self._ended.wait(self._interval):
            now = sample_memory()
            self.peak = {kind: max(self.peak.get(kind, 0), n) for kind, n in now.items()}
            self.peak_of_phase[self.phase] = max(self.peak_of_phase.get(self.phase, 0), now["all"])

    def stop(self) -> None:
        self._ended.set()
        self.join()


def sample_memory() -> dict[str, int]:
    """Proportional set size of this process and all below it now (proc(5), smaps_rollup)."""
    found = {"anonymous": 0, "file": 0, "all": 0}
    for pid in find_children("self"):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue  # it has just ended
        sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines[1:]}
        found["anonymous"] += sizes.get("Pss_Anon", 0)
        found["file"] += sizes.get("Pss_File", 0)
        found["all"] += sizes.get("Pss", 0)
    return found


def find_children(pid: str) -> Iterator[str]:
    """A process and all that it and those below it have started."""
    yield pid
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in tasks.read_text().split():
                yield from find_children(child)
        except OSError:
            continue


@dataclass
class Desk:
    """Hands tasks to the workers and remembers what each phase took."""

    crew: Crew
    sampler: MemorySampler
    phases: dict[str, dict[str, float]] = field(default_factory=dict)

    def find_open(self, phase: str, job: Job, tasks: Sequence[Task]) -> list[Task]:
        return [task for task in tasks if not all(path.exists() for path in job.outputs(task))]

    def do(self, phase: str, job: Job, tasks: Sequence[Task]) -> list[Receipt]:
        self.sampler.phase, begun = phase, time.perf_counter()
        receipts = list(self.crew.work(job, tasks, on_progress=lambda *_: None))
        errors = [receipt.error for receipt in receipts if receipt.error]
        if errors:
            raise SystemExit(f"{phase}: {errors[0]}")
        wall = time.perf_counter() - begun
        cpu = sum(receipt.cpu_seconds for receipt in receipts)
        counts: dict[str, float] = {"tasks": len(receipts), "wall_s": round(wall, 1), "cpu_s": round(cpu, 1)}
        for receipt in receipts:
            for name, n in receipt.counts.items():
                counts[name] = counts.get(name, 0) + n
        self.phases[phase] = counts
        scratch = next(iter(Path(tasks[0].source).glob("scratch")), None)
        counts["scratch_bytes"] = sum(path.stat().st_size for path in scratch.iterdir()) if scratch else 0
        print(phase, counts, file=sys.stderr)
        return receipts


def no_metadata(task: Task) -> dict[str, str]:
    return {}


def compare(documents: MadeDocuments, names: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Pairs of copies planted and found, those of the two large groups left out."""
    frames = []
    for crawl, shard in names:
        rows = documents.rows_of(shard)
        planted, _, _ = documents.plant(rows)
        found = read_table(documents.clusters_path(crawl, shard), ["cluster_id"])["cluster_id"]
        numbers = found.str.slice(10, 12).cast(pl.Int64)
        frames.append(pl.DataFrame({"planted": planted.astype(np.int64), "found": numbers}))
    both = pl.concat(frames)
    large = pl.col("planted") >= 1 << 62
    groups = both.filter(large).group_by("planted").agg(torn=pl.col("found").n_unique())
    rest = both.filter(~large)

    def pairs(by: list[str]) -> int:
        n = rest.group_by(by).len()["len"].cast(pl.Int64)
        return int((n * (n - 1) // 2).sum())

    planted, found, together = pairs(["planted"]), pairs(["found"]), pairs(["planted", "found"])
    return {
        "pairs_planted": planted,
        "pairs_found": found,
        "recall": round(together / max(planted, 1), 6),
        "precision": round(together / max(found, 1), 6),
        "large_groups_torn_into": int(groups["torn"].sum()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="a folder for what is laid aside; deleted at the end")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--memory", type=float, default=4.0, help="GB, the ceiling")
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    options = DedupOptions(contrast=False)  # there are no texts
    documents = MadeDocuments(arguments.out, arguments.rows, options.num_perm)
    names = tuple(("made", f"{i:06}") for i in range(-(-arguments.rows // SHARD_ROWS)))
    begun = time.perf_counter()
    for _ in documents.read_signatures(*names[0]):
        pass
    making = (time.perf_counter() - begun) / len(documents.rows_of(names[0][1]))
    search = CopySearch(
        documents=documents,
        options=options,
        out=arguments.out,
        names=names,
        n_documents=tuple(len(documents.rows_of(shard)) for _, shard in names),
        inputs="made",
        metadata=no_metadata,
        memory=int(arguments.memory * 1e9),
        workers=arguments.workers,
        measures=False,
    )
    sampler = MemorySampler()
    begun = time.perf_counter()
    sampler.start()
    with LocalCrew(arguments.workers) as crew:
        desk = Desk(crew, sampler)
        search.run(desk)
    sampler.stop()
    wall = time.perf_counter() - begun
    written = sum(path.stat().st_size for path in (arguments.out / "clusters").iterdir())
    figures = {
        "rows": arguments.rows,
        "memory_ceiling_bytes": int(arguments.memory * 1e9),
        "workers": arguments.workers,
        "wall_s": round(wall, 1),
        "making_signatures_s_per_row": making,
        "peak_bytes": sampler.peak,
        "peak_bytes_by_phase": sampler.peak_of_phase,
        "phases": desk.phases,
        "clusters_bytes": written,
        **compare(documents, names),
    }
    shutil.rmtree(arguments.out)
    json.dump(figures, sys.stdout)
    print()


if __name__ == "__main__":
    main()
